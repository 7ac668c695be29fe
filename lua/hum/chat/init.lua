-- Chats: opening, sending, stopping, regenerating.
local answer = require('hum.chat.view.answer')
local buffer = require('hum.chat.buffer')
local chats = require('hum.chat.chats')
local compose = require('hum.chat.compose')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local events = require('hum.events')
local front = require('hum.chat.front')
local maps = require('hum.chat.maps')
local models = require('hum.server.models')
local prepare = require('hum.chat.prepare')
local notify = require('hum.notify')
local onward = require('hum.chat.onward')
local persona = require('hum.chat.persona')
local quotes = require('hum.chat.quotes')
local ready = require('hum.chat.ready')
local reply = require('hum.chat.reply')
local send = require('hum.chat.send')
local window = require('hum.chat.view.window')
local wiring = require('hum.chat.wiring')

local M = {}

M.attach = buffer.attach
M.endpoint = front.endpoint
M.set_model = front.set_model

---@param opts hum.ChatOpts
---@return integer|nil buf, string|nil err
local function create(opts)
  local found, why = persona.of_new(opts.persona)
  if why then return nil, why end
  local own_endpoint, own_model = persona.model_of(found)
  local endpoint = models.endpoint(opts.endpoint or own_endpoint)
  local url, err = endpoints.url(endpoint)
  if not url then return nil, err end
  local is_own = not opts.endpoint or opts.endpoint == own_endpoint
  return buffer.create(endpoint, opts.model or (is_own and own_model) or nil, found and found.name)
end

--- The latest chat, if it is meant: `new` says so, or nothing says what a new one would be for.
---@param opts hum.ChatOpts
---@return hum.Chat|nil
local function latest_of(opts)
  local new = opts.new
  if new == nil then new = (opts.question or opts.quote or opts.model or opts.endpoint or opts.persona) ~= nil end
  return not new and chats.latest() or nil
end

--- The chat to show: the latest, which goes on with the model that is asked for, or a new one.
---@param latest? hum.Chat
---@param opts hum.ChatOpts
---@return integer|nil buf, string|nil err
local function goal(latest, opts)
  if not latest then return create(opts) end
  local model = opts.model or (opts.endpoint and models.decided(opts.endpoint))
  if not model then return latest.buf end
  local url, err = endpoints.url(models.endpoint(opts.endpoint))
  if not url then return nil, err end
  M.set_model(latest.buf, opts.endpoint, model)
  return latest.buf
end

--- Shows a chat, and writes into it what is asked.
---@param buf integer
---@param opts hum.ChatOpts
---@return boolean|nil ok, string|nil err
local function present(buf, opts)
  local ok, err = window.show(
    buf,
    { mods = opts.mods, window = opts.window, title = opts.setup and opts.setup.title or opts.question }
  )
  if not ok then return nil, err end
  return compose.write(assert(chats.get(buf)), opts)
end

--- The same for the chat that is meant. A new one that cannot be shown goes.
---@param latest? hum.Chat
---@param opts hum.ChatOpts
---@return integer|nil buf, string|nil err
local function present_goal(latest, opts)
  local buf, err = goal(latest, opts)
  if not buf then return nil, err end
  local ok, why = present(buf, opts)
  if ok then return buf end
  if not latest then pcall(vim.api.nvim_buf_delete, buf, { force = true }) end
  return nil, why
end

--- Finds a model for a new chat. If there is none, the user learns why when a message is sent.
---@param chat hum.Chat
---@param name? string  of the endpoint
local function find_model(chat, name)
  local endpoint = models.endpoint(name)
  prepare.choose(chat, endpoint, function(cb) return models.resolve(endpoint, cb, true) end, function(_, model)
    if model then M.set_model(chat.buf, nil, model) end
  end)
end

--- Opens a chat, or shows the latest one. Returns its buffer.
---@param opts hum.ChatOpts
---@return integer|nil buf, string|nil err
function M.open(opts)
  local latest = latest_of(opts)
  local buf, err = present_goal(latest, opts)
  if not buf then
    notify.complain(err)
    return nil, err
  end
  if not latest or opts.question or opts.quote then window.to_end(buf) end
  ready.opened()
  if not latest then events.emit('HumChatOpened', { buf = buf }) end
  local chat = chats.get(buf)
  if not chat then return nil, 'the chat was closed again by an autocommand' end
  if not opts.question then require('hum.chat.hints').show(buf) end
  if not latest then require('hum.chat.latest').offer(buf) end
  if opts.question then
    if not opts.draft then M.send(buf) end
  elseif not latest and not front.model(buf) then
    find_model(chat, front.endpoint(buf))
  end
  if not opts.question and config.get().chat.start_insert then require('hum.chat.insert').start(buf) end
  return buf
end

--- Shows a chat and asks something in it, behind what the user is writing there.
---@param buf integer
---@param question string
---@return boolean|nil ok, string|nil err
function M.tell(buf, question)
  local ok, err = present(buf, { question = question })
  if not ok then
    notify.complain(err)
    return nil, err
  end
  window.to_end(buf)
  M.send(buf)
  return true
end

--- Asks in a new chat; the answer is shown as `chat.ask` says.
---@param opts hum.ChatOpts  without a question the user is asked for it
function M.ask(opts)
  if opts.question then
    local at_cursor = config.get().chat.ask == 'float'
    return M.open(vim.tbl_extend('force', opts, { new = true, window = at_cursor and 'cursor' or nil }))
  end
  require('hum.question').input({ prompt = 'Ask: ' }, function(question)
    if vim.trim(question or '') ~= '' then M.ask(vim.tbl_extend('force', opts, { question = question })) end
  end)
end

--- Hides the chat window of this tab page, or shows it again; the first time the latest chat, or a new one.
function M.toggle()
  local function latest()
    local chat = chats.latest()
    return chat and chat.buf
  end
  local ok, err = window.toggle(latest)
  if ok == false then
    M.open({})
  elseif not ok then
    notify.complain(err)
  end
end

--- Sends what the user has written, or queues it while a reply streams. Of the current buffer the cursor says which of
--- several messages.
---@param buf? integer
---@param as_is? boolean  headings in what he has written begin turns
function M.send(buf, as_is)
  local chat = buffer.here(buf)
  if not chat then return end
  local is_here = chat.buf == vim.api.nvim_get_current_buf()
  local row = is_here and vim.api.nvim_win_get_cursor(0)[1] - 1 or nil
  send.submit(chat, { row = row, by_cursor = buf == nil, as_is = as_is })
end

--- Replaces the last reply by a new one, in one undo step.
---@param buf? integer
function M.retry(buf)
  local chat = buffer.here(buf)
  if chat then send.retry(chat) end
end

--- Lets the last reply go on where it stops.
---@param buf? integer
function M.continue(buf)
  local chat = buffer.here(buf)
  if chat then require('hum.chat.continue').submit(chat) end
end

---@param chat hum.Chat
---@return boolean
local function is_busy(chat) return reply.of(chat.buf) ~= nil or chat.preparation ~= nil end

--- Stops the reply of a chat, or every reply; a message that is being prepared counts as one. In a buffer that is not
--- a chat: the reply that is streaming, if there is only one.
---@param opts { buf?: integer, all?: boolean, quiet?: boolean }
---@return boolean stopped
function M.stop(opts)
  local chat = chats.get(opts.buf or 0)
  local targets = chat and { chat } or {} ---@type hum.Chat[]
  if opts.all or (not chat and opts.buf == nil) then targets = vim.tbl_filter(is_busy, chats.all()) end
  if #targets > 1 and not opts.all then
    notify.warn('hum: several replies are running; stop them all with :Hum! stop')
    return false
  end
  local stopped = false
  for _, target in ipairs(targets) do
    local was_preparing = chats.cancel_preparation(target)
    local was_due = onward.stop(target.buf, was_preparing)
    stopped = reply.stop(target.buf) or was_preparing or was_due or stopped
  end
  local choice = package.loaded['hum.chat.model'] -- else none has been begun
  if choice and not opts.buf then stopped = choice.stop() or stopped end
  if not stopped and not opts.quiet then notify.info('hum: there is no reply to stop') end
  return stopped
end

---@type hum.MapActions
local actions = {
  send = function() require('hum.chat').send() end,
  send_on = function() return require('hum.chat.insert').send(M.send) end,
  stop = function(buf) return require('hum.chat').stop({ buf = buf, quiet = true }) end,
  retry = function() require('hum.chat').retry() end,
  continue = function() require('hum.chat').continue() end,
  send_as_is = function() require('hum.chat').send(nil, true) end,
  unqueue = function()
    if not require('hum.chat.command').unqueue() then notify.info('hum: no message is queued') end
  end,
  refresh = function() quotes.refresh(vim.api.nvim_get_current_buf(), vim.api.nvim_win_get_cursor(0)[1] - 1) end,
  model = function() require('hum.chat.model').set() end,
  yank_block = function() require('hum.chat.command').take('yank', {}) end,
  yank_reply = function() require('hum.chat.command').take('yank', { reply = true }) end,
  put_block = function() require('hum.chat.command').take('put', {}) end,
  diff_block = function() require('hum.chat.command').take('diff', {}) end,
  apply_block = function() require('hum.chat.apply').block(vim.api.nvim_get_current_buf()) end,
  open_file = function() require('hum.chat.command').take('file', {}) end,
  is_float = function() return window.is_float() end,
  is_answer = function() return answer.is(vim.api.nvim_get_current_win()) end,
  close_float = function() window.hide(vim.api.nvim_get_current_win()) end,
  to_window = function() window.move() end,
  latest = function() require('hum.chat.latest').open() end,
  chats = function() require('hum.chat.command').browse({ query = '', ask = false }) end,
  fork = function() require('hum.chat.command').fork_here() end,
  close = function() M.toggle() end,
  keys = function() require('hum.look.keys').show('Keys of a chat', maps.mapped(), 'hum-keys') end,
}

wiring.start(actions)

--- The text of a chat has been written by hum, turns and all: it is read as from a file.
M.reread = wiring.reread

return M
