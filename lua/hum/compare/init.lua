-- `:Hum compare`: one message to several models, side by side. Each model gets a chat of its own, which begins as the
-- current one and has the message; the current one stays as it is until the user keeps an answer. What the message
-- refers to is read, run and asked once, for the first of them: the others are sent the same bytes.
local answers = require('hum.compare.answers')
local chats = require('hum.chat.chats')
local compose = require('hum.chat.compose')
local context = require('hum.chat.context')
local endpoints = require('hum.server.endpoint')
local fork = require('hum.chat.fork')
local front = require('hum.chat.front')
local models = require('hum.server.models')
local notify = require('hum.notify')
local send = require('hum.chat.send')
local turns = require('hum.chat.text.turns')

local M = {}

--- So many windows can be read side by side.
local MOST = 6

---@class hum.Comparison
---@field of integer      the chat that is forked
---@field draft string    the message, as it stood there
---@field bufs integer[]  of the forks
---@field tab integer

local comparisons = {} ---@type table<integer, hum.Comparison>  by the buffers of their forks

---@param names string[]  "model" or "endpoint/model"
---@param of integer
---@return { endpoint: string, model: string }[]|nil chosen, string|nil err
local function resolve(names, of)
  local chosen, seen = {}, {}
  for _, name in ipairs(names) do
    local endpoint, model = endpoints.split_model(name)
    endpoint = models.endpoint(endpoint or front.endpoint(of))
    if not model or model == '' then model = models.decided(endpoint) end
    if not model then return nil, ('name a model of "%s": it has no default one'):format(endpoint) end
    local url, err = endpoints.url(endpoint)
    if not url then return nil, err end
    local key = endpoint .. '/' .. model
    if not seen[key] then chosen[#chosen + 1] = { endpoint = endpoint, model = model } end
    seen[key] = true
  end
  if #chosen < 2 then return nil, 'name two models or more, as in ":Hum compare qwen3:8b gemma3:12b"' end
  if #chosen > MOST then return nil, ('name at most %d models: %d are named'):format(MOST, #chosen) end
  return chosen
end

--- What the user has written and not sent.
---@param buf integer
---@return string|nil
local function draft_of(buf)
  local list = turns.of(buf).turns
  local last = list[#list]
  return last and last.role == 'user' and last.text ~= '' and last.text or nil
end

---@param comparison hum.Comparison
local function forget(comparison)
  for _, buf in ipairs(comparison.bufs) do
    if comparisons[buf] == comparison then comparisons[buf] = nil end
  end
end

---@param of integer
---@param chosen { endpoint: string, model: string }[]
---@return integer[]|nil bufs, string|nil err
local function make(of, chosen)
  local bufs = {}
  for i, one in ipairs(chosen) do
    local buf, err = fork.variant(of, one.endpoint, one.model)
    if not buf then return nil, err end
    bufs[i] = buf
    vim.bo[buf].buflisted = true
  end
  return bufs
end

--- Sends in the first chat, and, once that has begun, in the others the same.
---@param comparison hum.Comparison
local function send_all(comparison)
  local first = comparison.bufs[1]
  local group = vim.api.nvim_create_augroup('hum.compare.' .. first, {})
  local function others(is_sent)
    pcall(vim.api.nvim_del_augroup_by_id, group)
    for i = 2, is_sent and #comparison.bufs or 1 do
      local chat = chats.get(comparison.bufs[i])
      if chat then
        context.share(first, chat.buf)
        send.submit(chat, { reuse = true })
      end
    end
  end
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = 'HumRequestStarted',
    callback = function(event)
      if event.data.buf == first then vim.schedule(function() others(true) end) end
    end,
  })
  send.on_refused(first, function() others(false) end)
  send.submit(assert(chats.get(first)), {})
end

--- Sends what is written in a chat to several models.
---@param buf integer      of a chat
---@param names string[]   "model" or "endpoint/model"
---@return integer[]|nil bufs  of the chats with their answers
---@return string|nil err
function M.start(buf, names)
  local chat = chats.get(buf)
  if not chat then return nil, 'open a chat and write a message first, or give one: ":Hum compare m1 m2 why …"' end
  if send.is_busy(chat) then return nil, 'wait for the reply, or stop it with :Hum stop: this chat is busy' end
  local draft = draft_of(chat.buf)
  if not draft then return nil, 'write a message first: there is none under the last heading' end
  local chosen, err = resolve(names, chat.buf)
  if not chosen then return nil, err end
  local bufs, why = make(chat.buf, chosen)
  if not bufs then return nil, why end
  local comparison = { of = chat.buf, draft = draft, bufs = bufs, tab = answers.open(bufs) }
  for _, one in ipairs(bufs) do
    comparisons[one] = comparison
  end
  send_all(comparison)
  return bufs
end

---@param comparison hum.Comparison
---@param buf integer  of the fork that is kept
---@return boolean|nil ok, string|nil err
local function take_over(comparison, buf)
  local of = comparison.of
  local chat = chats.get(of)
  if not chat or not vim.api.nvim_buf_is_loaded(of) then return nil, 'the chat that it began in is closed' end
  if draft_of(of) ~= comparison.draft or send.is_busy(chat) then return nil, 'the chat that it began in has gone on' end
  return answers.take_over(buf, of)
end

--- Keeps the answer in a chat of a comparison: it goes to where the message was written, and the others stay in the
--- list of chats.
---@param buf? integer  default: the current buffer
---@return integer|nil buf  where the conversation goes on
---@return string|nil err
function M.keep(buf)
  if not buf or buf == 0 then buf = vim.api.nvim_get_current_buf() end
  local comparison = comparisons[buf]
  if not comparison then return nil, 'go to the answer that you keep first: this window has none of :Hum compare' end
  local chat = chats.get(buf)
  if chat and send.is_busy(chat) then return nil, 'wait for the reply, or stop it with :Hum stop' end
  local taken, why = take_over(comparison, buf)
  forget(comparison)
  if taken then
    answers.close(comparison.tab, comparison.of)
    require('hum.chat.manage').delete(vim.api.nvim_buf_get_name(buf), buf)
    return comparison.of
  end
  -- The user goes on in the fork itself.
  answers.close(comparison.tab, buf)
  notify.info(('hum: %s; this is a chat of its own'):format(why))
  return buf
end

---@class hum.CompareOpts
---@field models string[]    "model" or "endpoint/model"
---@field buf? integer       a chat whose message is sent; default: the current buffer
---@field question? string   written there first
---@field quote? { buf: integer, first: integer, last: integer }  likewise

--- Sends a message to several models.
---@param opts hum.CompareOpts
---@return integer[]|nil bufs, string|nil err
function M.open(opts)
  local buf = (opts.buf or 0) == 0 and vim.api.nvim_get_current_buf() or opts.buf --[[@as integer]]
  local chat = chats.get(buf)
  if chat and (opts.question or opts.quote) then
    local ok, err = compose.write(chat, { question = opts.question, quote = opts.quote })
    if not ok then return nil, tostring(err) end
  end
  return M.start(buf, opts.models)
end

--- What a command line says: models, and a message if the current buffer is no chat with one.
---@param text string
---@return string[] names, string|nil question
function M.read(text)
  local names, rest = {}, text
  local chat = chats.get(0)
  local is_written = chat and draft_of(chat.buf) ~= nil
  while rest ~= '' do
    local word, behind = rest:match('^(%S+)%s*(.*)$')
    if not word or not behind then break end
    local is_model = is_written or models.is_known(word) or word:find('^[%w_.-]+[:/]%S') ~= nil
    if not is_model then break end
    names[#names + 1], rest = word, behind
  end
  return names, rest ~= '' and rest or nil
end

return M
