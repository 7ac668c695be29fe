-- Chats: opening, sending, stopping, regenerating.
local answer = require('hum.chat.view.answer')
local asked = require('hum.chat.asked')
local below = require('hum.chat.reply.below')
local bounds = require('hum.chat.reply.bounds')
local buffer = require('hum.chat.buffer')
local chats = require('hum.chat.chats')
local code_window = require('hum.chat.code.window')
local compose = require('hum.chat.compose')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local events = require('hum.events')
local fault = require('hum.fault')
local file = require('hum.chat.kept.file')
local fitting = require('hum.chat.fitting')
local front = require('hum.chat.front')
local headings = require('hum.chat.headings')
local hidden = require('hum.chat.hidden')
local maps = require('hum.chat.maps')
local meter = require('hum.chat.meter')
local models = require('hum.server.models')
local prepare = require('hum.chat.prepare')
local notify = require('hum.notify')
local notes = require('hum.chat.view.notes')
local onward = require('hum.chat.onward')
local persona = require('hum.chat.persona')
local queue = require('hum.chat.queue')
local quotes = require('hum.chat.quotes')
local ready = require('hum.chat.ready')
local references = require('hum.chat.references')
local reply = require('hum.chat.reply')
local send = require('hum.chat.send')
local snippets = require('hum.chat.text.snippets')
local turns = require('hum.chat.text.turns')
local unkept = require('hum.chat.kept.unkept')
local winbar = require('hum.chat.winbar')
local window = require('hum.chat.view.window')

local M = {}

M.attach = buffer.attach
M.endpoint = front.endpoint
M.set_model = front.set_model

--- The chat in a buffer; the user is warned if there is none.
---@param buf? integer
---@return hum.Chat|nil
local function chat_of(buf)
  buf = (buf == nil or buf == 0) and vim.api.nvim_get_current_buf() or buf
  -- After hum's modules were reloaded the chats that are open are found again here.
  if not chats.get(buf) and vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].filetype == 'hum' then
    buffer.attach(buf)
  end
  local chat = chats.get(buf)
  if not chat then notify.warn('hum: this buffer is not a chat; open one with :Hum chat') end
  return chat
end

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

--- Shows the chat of a file. Returns its buffer.
---@param path string
---@return integer|nil buf, string|nil err
function M.open_file(path) return require('hum.chat.browse').open(path) end

--- Lets the user choose among the chats that are kept.
---@param browse hum.Browse
function M.browse(browse) require('hum.chat.browse').chats(browse) end

--- Shows a new chat with the first exchanges of another one. Returns its buffer.
---@param buf? integer
---@param n? integer  default: all
---@return integer|nil buf, string|nil err
function M.fork(buf, n)
  local chat = chat_of(buf)
  if not chat then return nil, 'it is not a chat' end
  return require('hum.chat.browse').fork(chat.buf, n)
end

--- Forks the current chat behind the exchange that the cursor is in, or behind another one.
---@param n? integer
function M.fork_here(n)
  local chat = chat_of()
  if not chat then return end
  local here = require('hum.chat.fork').at(chat.buf, vim.api.nvim_win_get_cursor(0)[1] - 1)
  M.fork(chat.buf, n or here)
end

--- Gives the current chat a title.
---@param title? string  default: the user is asked
function M.rename(title)
  local chat = chat_of()
  if chat then require('hum.chat.browse').rename(chat.buf, title) end
end

--- Asks, and deletes the current chat.
function M.delete()
  local chat = chat_of()
  if chat then require('hum.chat.browse').delete(chat.buf) end
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
  local chat = chat_of(buf)
  if not chat then return end
  local is_here = chat.buf == vim.api.nvim_get_current_buf()
  local row = is_here and vim.api.nvim_win_get_cursor(0)[1] - 1 or nil
  send.submit(chat, { row = row, by_cursor = buf == nil, as_is = as_is })
end

--- Calls a function of the user's.
---@param name string  of the API
---@param fn function
local function hand_on(name, fn, ...)
  local ok, err = pcall(fn, ...)
  if not ok then notify.error(('hum: the function for hum.%s() failed: %s'):format(name, err)) end
end

--- What would be sent of a chat now. Without `fn` it waits and returns it.
---@param buf? integer
---@param fn? fun(preview: hum.Preview|nil, err: string|nil)
---@return hum.Preview|nil preview, string|nil err
function M.preview(buf, fn)
  local chat = chat_of(buf)
  if not chat then
    if fn then hand_on('preview', fn, nil, 'it is not a chat') end
    return nil, 'it is not a chat'
  end
  local draft = require('hum.chat.draft')
  if not fn then return draft.wait(chat.buf) end
  draft.preview(chat.buf, function(err, preview) hand_on('preview', fn, preview, err) end)
end

--- What the model of a chat has seen beside its text. Without `fn` it waits and returns it.
---@param buf? integer
---@param fn? fun(items: hum.ContextItem[])
---@return hum.ContextItem[]|nil
function M.context(buf, fn)
  local chat = chat_of(buf)
  if not chat then
    if fn then hand_on('context', fn, {}) end
    return {}
  end
  local shown = require('hum.chat.shown')
  if not fn then return shown.wait(chat.buf) end
  shown.list(chat.buf, function(items) hand_on('context', fn, items) end)
end

--- Takes something out of that list, or back into it.
---@param buf integer
---@param id string
---@param back? boolean
---@return boolean
function M.cut(buf, id, back)
  local chat = chat_of(buf)
  return chat ~= nil and require('hum.chat.shown').cut(chat.buf, id, back ~= true)
end

--- The messages that wait in a chat.
---@param buf? integer
---@return hum.Queued[]
function M.queue(buf)
  local chat = chat_of(buf)
  return chat and queue.list(chat.buf) or {}
end

--- Takes a message out of the queue; its text stays as a draft.
---@param buf? integer
---@param id? integer  nil: the one with the cursor, or the last
---@return boolean  false: there is no such message
function M.unqueue(buf, id)
  local chat = chat_of(buf)
  if not chat then return false end
  local is_here = chat.buf == vim.api.nvim_get_current_buf()
  id = id or queue.at(chat.buf, is_here and vim.api.nvim_win_get_cursor(0)[1] - 1 or 2 ^ 31)
  local ok, done = pcall(queue.drop, chat.buf, id or 0)
  if not ok then notify.complain(done) end
  return ok and done == true
end

--- Replaces the last reply by a new one, in one undo step.
---@param buf? integer
function M.retry(buf)
  local chat = chat_of(buf)
  if chat then send.retry(chat) end
end

--- Lets the last reply go on where it stops.
---@param buf? integer
function M.continue(buf)
  local chat = chat_of(buf)
  if chat then require('hum.chat.continue').submit(chat) end
end

--- Replaces old messages of a chat by a summary that the model writes, or has them sent again.
---@param opts? { buf?: integer, wish?: string, back?: boolean }  wish: what is to be kept above all
function M.compact(opts)
  opts = opts or {}
  local chat, compact = chat_of(opts.buf), require('hum.chat.compact')
  if not chat then return end
  if send.is_busy(chat) then
    send.busy()
  elseif opts.back then
    compact.take_back(chat.buf)
  else
    compact.run(chat, { wish = opts.wish, done = function() send.go_on(chat) end })
  end
end

--- The code blocks of a chat.
---@param buf? integer
---@return hum.Block[]
function M.blocks(buf)
  local chat = chat_of(buf)
  return chat and require('hum.chat.code').blocks(chat.buf) or {}
end

--- Does something with the code of a chat: by default of the one in the current buffer, else of the latest.
---@param what 'yank'|'put'|'diff'|'file'|'quickfix'
---@param opts hum.CodeOpts
function M.take(what, opts)
  local latest = not opts.buf and vim.bo.filetype ~= 'hum' and chats.latest()
  local chat = latest or chat_of(opts.buf)
  if chat then require('hum.chat.code')[what](chat.buf, opts) end
end

--- Brings the answer of a chat into the files that it names, as previews.
---@param call hum.ApplyCall
---@return true|nil ok, string|nil err
function M.apply(call)
  local latest = not call.chat and vim.bo.filetype ~= 'hum' and chats.latest()
  local chat = latest or chat_of(call.chat)
  if not chat then return nil, 'it is not a chat' end
  return require('hum.chat.apply').start(chat.buf, call)
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
    if not require('hum.chat').unqueue() then notify.info('hum: no message is queued') end
  end,
  refresh = function() quotes.refresh(vim.api.nvim_get_current_buf(), vim.api.nvim_win_get_cursor(0)[1] - 1) end,
  model = function() require('hum.chat.model').set() end,
  yank_block = function() M.take('yank', {}) end,
  yank_reply = function() M.take('yank', { reply = true }) end,
  put_block = function() M.take('put', {}) end,
  diff_block = function() M.take('diff', {}) end,
  apply_block = function() require('hum.chat.apply').block(vim.api.nvim_get_current_buf()) end,
  open_file = function() M.take('file', {}) end,
  is_float = function() return window.is_float() end,
  is_answer = function() return answer.is(vim.api.nvim_get_current_win()) end,
  close_float = function() window.hide(vim.api.nvim_get_current_win()) end,
  to_window = function() window.move() end,
  latest = function() require('hum.chat.latest').open() end,
  chats = function() M.browse({ query = '', ask = false }) end,
  fork = function() M.fork_here() end,
  close = function() M.toggle() end,
  keys = function() require('hum.look.keys').show('Keys of a chat', maps.mapped(), 'hum-keys') end,
}

code_window.watch()
hidden.watch()
snippets.on_reply_end(below.last)

--- The text of a chat is that of its file.
---@param buf integer
local function take_text(buf)
  turns.when_read(buf, function(text)
    bounds.read(buf, text.turns)
    asked.note(buf, text.turns)
    headings.note(buf, text.turns)
    queue.restore(buf, text.turns)
    notes.adopt(buf, text.turns)
    quotes.fold(buf, text.turns)
    fitting.mark(buf)
  end)
end

local preloads = vim.api.nvim_create_augroup('hum.preload', {})

---@param buf integer
local function preload(buf)
  if config.get().chat.preload then fault.guard('loading the model', require('hum.chat.preload').run, buf) end
end

vim.api.nvim_create_autocmd('User', {
  group = preloads,
  pattern = 'HumChatOpened',
  callback = function(event) preload(event.data.buf) end,
})

--- Loads the model of a chat of an earlier day when it is shown.
---@param buf integer
local function preload_shown(buf)
  vim.api.nvim_create_autocmd('BufWinEnter', {
    group = preloads,
    buffer = buf,
    once = true,
    callback = function() preload(buf) end,
  })
end

buffer.on_attach(function(buf)
  file.bind(buf)
  preload_shown(buf)
  maps.setup(buf, actions)
  ready.watch(buf)
  persona.opened(buf)
  winbar.watch(buf)
  references.watch(buf)
  take_text(buf)
  fitting.watch(buf)
  meter.watch(buf)
end)
file.on_reread(take_text)

--- The text of a chat has been written by hum, turns and all: it is read as from a file.
M.reread = take_text

reply.on_change(function(buf, what, ending)
  file.grow(buf, what == 'begun')
  references.on_reply(buf, what)
  if what == 'ended' then
    if ending and ending.data.code == 'file' then require('hum.chat.context.ledger').sweep(buf) end
    unkept.settle(buf)
    answer.ended(buf)
  end
  if ending then onward.ended(buf, ending) end
end)

vim.api.nvim_create_autocmd('User', {
  group = vim.api.nvim_create_augroup('hum.title', {}),
  pattern = 'HumRequestFinished',
  callback = function(event)
    if config.get().chat.title == 'model' then require('hum.chat.retitle').on_finished(event.data) end
  end,
})

reply.on_busy(function(busy)
  if busy then
    maps.watch_ctrl_c(actions)
  else
    maps.unwatch_ctrl_c()
  end
end)

return M
