-- Chats: opening, sending, stopping, asking again.
local format = require('hum.chat.format')
local session = require('hum.chat.session')

local M = {}

local NAME = 'hum://chat/%d'
local opened = 0

---@param err any
local function complain(err)
  require('hum.notify').error('hum: ' .. tostring(err))
end

---The session of a buffer, told if it is not a chat.
---@param buf? integer
---@return hum.Session|nil
local function chat_of(buf)
  buf = (buf == nil or buf == 0) and vim.api.nvim_get_current_buf() or buf
  local one = session.get(buf)
  if not one then
    require('hum.notify').warn('hum: this buffer is no chat; :Hum chat opens one')
  end
  return one
end

---@param buf integer
---@return hum.ChatText
local function parse(buf)
  return format.parse(vim.api.nvim_buf_get_lines(buf, 0, -1, false))
end

-- ---- a chat's buffer -----------------------------------------------------------------

---A chat that was only a scratch buffer becomes the buffer of the file it is written to.
---Neovim has checked by now that the file may be overwritten.
---@param buf integer
---@param file string
---@return boolean saved
local function save(buf, file)
  local old = vim.api.nvim_buf_get_name(buf)
  local full = vim.fn.fnamemodify(file, ':p')
  vim.bo[buf].buftype = ''
  local ok, err = pcall(vim.api.nvim_buf_call, buf, function()
    if old ~= full then
      vim.cmd.file({ args = { vim.fn.fnameescape(full) }, mods = { keepalt = true, silent = true } })
    end
    vim.cmd.write({ bang = true })
  end)
  if not ok then
    vim.bo[buf].buftype = 'nofile'
    pcall(vim.api.nvim_buf_set_name, buf, old)
    complain(err)
    return false
  end
  local left = vim.fn.bufnr('^' .. vim.fn.fnameescape(old) .. '$')
  if left > 0 and left ~= buf then
    pcall(vim.api.nvim_buf_delete, left, { force = true })
  end
  return true
end

---@param buf integer
---@param group integer
local function save_on_write(buf, group)
  vim.api.nvim_create_autocmd('BufWriteCmd', {
    group = group,
    buffer = buf,
    nested = true,
    callback = function(event)
      vim.api.nvim_del_autocmd(event.id) -- or writing would come here again
      if not save(buf, event.match) then
        save_on_write(buf, group)
      end
    end,
  })
end

---@param buf integer
local function watch(buf)
  local group = vim.api.nvim_create_augroup('hum.chat.' .. buf, {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  if vim.bo[buf].buftype == 'nofile' then
    save_on_write(buf, group)
  end
  on('BufEnter', function()
    local one = session.get(buf)
    if one then
      session.touch(one)
    end
  end)
  on('TextChanged', function()
    local one = session.get(buf)
    if one and not one.request then
      require('hum.chat.notes').revive(buf)
    end
  end)
  on('BufWinEnter', function()
    require('hum.chat.window').setup(buf)
  end)
  on('BufUnload', function()
    session.drop(buf)
    vim.api.nvim_create_augroup('hum.chat.' .. buf, {})
  end)
end

---Makes a buffer a chat; nothing if it is one.
---@param buf integer
function M.attach(buf)
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
  if session.get(buf) then
    return
  end
  session.new(buf)
  -- Lets plugins that render Markdown find its parser; colours do not come from it.
  vim.treesitter.language.register('markdown', 'hum')
  if vim.bo[buf].filetype ~= 'hum' then
    pcall(vim.treesitter.stop, buf)
    vim.bo[buf].filetype = 'hum'
  end
  watch(buf)
  require('hum.chat.maps').setup(buf)
  if require('hum.config').get().chat.highlight then
    require('hum.chat.highlight').attach(buf)
  end
  require('hum.chat.window').setup(buf)
end

---Changes a buffer that has no history yet, without a step that `u` could take back.
---@param buf integer
---@param fn fun()
local function without_undo(buf, fn)
  vim.bo[buf].undolevels = -1
  local ok, err = pcall(fn)
  vim.bo[buf].undolevels = -123456 -- stands for "as the global value"
  vim.bo[buf].modified = false
  assert(ok, err)
end

---@param endpoint string
---@param model? string
---@return integer buf
local function create(endpoint, model)
  local buf = vim.api.nvim_create_buf(true, true)
  repeat
    opened = opened + 1
  until vim.fn.bufexists(NAME:format(opened)) == 0
  vim.api.nvim_buf_set_name(buf, NAME:format(opened))
  vim.bo[buf].bufhidden = 'hide'
  vim.bo[buf].swapfile = false
  local lines = format.front({ endpoint = endpoint, model = model })
  local system = require('hum.config').get().chat.system
  if system then
    vim.list_extend(lines, { '', format.heading('system'), '' })
    vim.list_extend(lines, format.body(vim.split(vim.trim(system), '\n'), 'system'))
  end
  vim.list_extend(lines, { '', format.heading('user'), '', '' })
  without_undo(buf, function()
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  end)
  M.attach(buf)
  return buf
end

---Adds to what the user is writing.
---@param buf integer
---@param blocks string[][]  with a blank line between them
local function write(buf, blocks)
  local edit = require('hum.chat.edit')
  local count = vim.api.nvim_buf_line_count(buf)
  local last = vim.api.nvim_buf_get_lines(buf, count - 1, count, false)[1]
  local lines = last == '' and {} or { last, '' }
  for i, block in ipairs(blocks) do
    vim.list_extend(lines, i > 1 and { '' } or {})
    vim.list_extend(lines, block)
  end
  edit.replace(buf, count - 1, count, lines)
end

---@param buf integer
---@param opts hum.ChatOpts
---@return boolean|nil ok, string|nil err
local function compose(buf, opts)
  local blocks = {}
  if opts.quote then
    local quoted, err = require('hum.chat.context').quote(opts.quote)
    if not quoted then
      return nil, err
    end
    blocks[1] = quoted
  end
  if opts.question then
    blocks[#blocks + 1] = format.body(vim.split(opts.question, '\n'), 'user')
  elseif #blocks > 0 then
    blocks[2] = { '' }
  end
  if #blocks > 0 then
    write(buf, blocks)
  end
  return true
end

---Opens a chat, or shows the latest one. Returns its buffer.
---@param opts hum.ChatOpts
---@return integer|nil buf, string|nil err
function M.open(opts)
  local window, models = require('hum.chat.window'), require('hum.models')
  local one = opts.new == false and session.latest() or nil
  local buf
  if one then
    buf = one.buf
    if one.request and (opts.question or opts.quote) then
      return nil, M.busy(one)
    end
  else
    local endpoint = models.endpoint(opts.endpoint)
    local known, err = require('hum.endpoint').url(endpoint)
    if not known then
      complain(err)
      return nil, err
    end
    buf = create(endpoint, opts.model)
  end
  local from = opts.quote
  local ok, err = window.show(buf, opts.mods)
  if not ok then
    complain(err)
    return nil, err
  end
  ok, err = compose(buf, { quote = from, question = opts.question })
  if not ok then
    complain(err)
    return nil, err
  end
  if not one or opts.question or opts.quote then
    window.to_end()
  end
  if not one then
    require('hum.events').emit('HumChatOpened', { buf = buf })
  end
  if opts.question then
    M.send(buf)
  elseif not one and not opts.model then
    models.resolve(models.endpoint(opts.endpoint), function(why, model)
      if model then
        M.set_model(buf, nil, model)
      else
        require('hum.notify').warn(why)
      end
    end)
  end
  return buf
end

-- ---- endpoint and model ----------------------------------------------------------------

---The endpoint that a chat uses; nil for other buffers.
---@param buf integer
---@return string|nil
function M.endpoint(buf)
  local one = session.get(buf)
  local front = one and parse(one.buf).front
  local name = front and front.values.endpoint
  return name ~= '' and name or nil
end

---Sets a line of the front matter, which is made if there is none.
---@param buf integer
---@param key string
---@param value string
local function set_front(buf, key, value)
  local edit = require('hum.chat.edit')
  local front = parse(buf).front
  local line = key .. ': ' .. format.one_line(value)
  if not front then
    edit.replace(buf, 0, 0, { '---', 'hum: 1', line, '---', '' })
  elseif front.rows[key] then
    edit.replace(buf, front.rows[key], front.rows[key] + 1, { line })
  else
    edit.replace(buf, front.last, front.last, { line })
  end
end

---@param buf integer
---@param endpoint? string
---@param model string
---@return boolean  false: the buffer is no chat
function M.set_model(buf, endpoint, model)
  local one = session.get(buf)
  if not one or not vim.api.nvim_buf_is_loaded(one.buf) then
    return false
  end
  local function set()
    if endpoint then
      set_front(one.buf, 'endpoint', endpoint)
    end
    set_front(one.buf, 'model', model)
  end
  local pristine = vim.api.nvim_buf_call(one.buf, vim.fn.changenr) == 0 and not vim.bo[one.buf].modified
  local ok, err
  if pristine then
    ok, err = pcall(without_undo, one.buf, set)
  else
    ok, err = pcall(set)
  end
  if not ok then
    complain(err)
  end
  return true
end

-- ---- sending ---------------------------------------------------------------------------

---@param one hum.Session
---@return string  what is in the way
function M.busy(one)
  local keys = require('hum.config').get().chat.maps.stop
  local key = type(keys) == 'table' and keys[1] or keys
  local how = key and (key .. ' or :Hum stop') or ':Hum stop'
  local text = one.request and ('a reply is still coming; %s stops it'):format(how) or 'the message is being sent'
  require('hum.notify').warn('hum: ' .. text)
  return text
end

---@param buf integer
---@param row integer
---@return integer  the row after the last one before `row` that is not blank
local function after_text(buf, row)
  while row > 0 do
    local line = vim.api.nvim_buf_get_lines(buf, row - 1, row, false)[1]
    if line:find('%S') then
      break
    end
    row = row - 1
  end
  return row
end

---What to send, and from where on the reply goes.
---@param buf integer
---@param again boolean
---@return { row: integer, lines: string[], sent: integer, draft: string[], messages: table[] }|nil job
---@return string|nil why
local function job_of(buf, again)
  local chat = parse(buf)
  local turns = chat.turns
  local n = #turns
  if n == 0 or (n == 1 and turns[1].role == 'system') then
    return nil, ('there is no "%s" heading to write a message under'):format(format.heading('user'))
  end
  local last, draft, lines = turns[n], {}, chat.tail
  local reply = last.role == 'assistant' and n or nil
  if last.role == 'user' and n > 1 and turns[n - 1].role == 'assistant' then
    local before = turns[n - 1]
    -- A reply that failed before its first word: sending nothing new asks again.
    again = again or (last.content == '' and before.mark ~= nil and before.content == '')
    reply = again and n - 1 or nil
  end
  if again and reply then
    if last ~= turns[reply] and last.content ~= '' then
      local first = last.row + 1
      draft = vim.api.nvim_buf_get_lines(buf, first, after_text(buf, last.last + 1), false)
      while draft[1] == '' do
        table.remove(draft, 1)
      end
    end
    n, lines = reply - 1, {}
  elseif again and last.content == '' then
    return nil, 'there is no reply to ask for again'
  end
  local sent = turns[n]
  if not sent or sent.role ~= 'user' or sent.content == '' then
    return nil, ('nothing to send: write a message under the last "%s"'):format(format.heading('user'))
  end
  return {
    row = after_text(buf, sent.last + 1),
    lines = lines,
    sent = sent.row,
    draft = draft,
    messages = format.messages(turns, n),
  }
end

---@param one hum.Session
---@param again boolean
---@param model string
---@param resolved hum.Resolved
local function start(one, again, model, resolved)
  local settings, why = format.settings(parse(one.buf).front)
  local job, reason = job_of(one.buf, again)
  if not settings or not job then
    return complain(why or reason)
  end
  job.model, job.resolved, job.settings = model, resolved, settings
  local ok, err = session.start(one, job)
  if not ok then
    complain(err)
  end
end

---Endpoint, key and model are found out, then the request starts. All of it at once
---unless a key comes from a command or the model is not known yet.
---@param one hum.Session
---@param again boolean
local function prepare(one, again)
  local models = require('hum.models')
  local front = parse(one.buf).front
  local values = front and front.values or {}
  local name = models.endpoint(values.endpoint ~= '' and values.endpoint or nil)
  one.preparing = true
  local function fail(why)
    one.preparing = nil
    complain((why:gsub('^hum: ', '')))
  end
  require('hum.endpoint').resolve(name, function(err, resolved)
    if not resolved then
      return fail(err)
    end
    local function go(why, model)
      one.preparing = nil
      if not model then
        return fail(why)
      elseif vim.api.nvim_buf_is_loaded(one.buf) and session.get(one.buf) == one then
        start(one, again, model, resolved)
      end
    end
    if values.model and values.model ~= '' then
      return go(nil, values.model)
    end
    models.resolve(name, function(why, model)
      if model then
        M.set_model(one.buf, nil, model)
      end
      go(why, model)
    end)
  end)
end

---@param buf? integer
---@param again boolean
local function submit(buf, again)
  local one = chat_of(buf)
  if not one then
    return
  elseif one.request or one.preparing then
    M.busy(one)
    return
  elseif not vim.bo[one.buf].modifiable then
    return complain("the chat is 'nomodifiable'")
  end
  local job, why = job_of(one.buf, again)
  if not job then
    require('hum.notify').warn('hum: ' .. why)
    return
  end
  prepare(one, again)
end

---Sends what stands under the last heading.
---@param buf? integer
function M.send(buf)
  submit(buf, false)
end

---Asks again: the last reply gives way to a new one, in one undo step.
---@param buf? integer
function M.retry(buf)
  submit(buf, true)
end

---The chats that replies come into.
---@return hum.Session[]
local function running()
  return vim.tbl_filter(function(one)
    return one.request ~= nil
  end, vim.tbl_values(session.all()))
end

---Stops the reply of a chat, or every reply. From a buffer that is no chat: the reply that
---runs, if only one does.
---@param opts { buf?: integer, all?: boolean, quiet?: boolean }
---@return boolean stopped
function M.stop(opts)
  local one = session.get(opts.buf or 0)
  local which = { one }
  if opts.all or (not one and opts.buf == nil) then
    which = running()
  end
  if #which > 1 and not opts.all then
    require('hum.notify').warn('hum: several replies come in; :Hum! stop stops them all')
    return false
  end
  local stopped = false
  for _, chat in ipairs(which) do
    stopped = session.stop(chat) or stopped
  end
  if not stopped and not opts.quiet then
    require('hum.notify').info('hum: there is no reply to stop')
  end
  return stopped
end

return M
