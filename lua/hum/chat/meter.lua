-- How full the context window will be with the next message: by what the server has counted of the last one and its
-- answer, and by an estimate of what is new. Made anew some time after the user has written something, and when a reply
-- has ended; nothing runs in between.
local bar = require('hum.chat.view.bar')
local chats = require('hum.chat.chats')
local config = require('hum.config')
local measure = require('hum.chat.fit.measure')
local fault = require('hum.fault')
local fitting = require('hum.chat.fitting')
local front = require('hum.chat.front')
local ledgers = require('hum.chat.context.ledger')
local meter = require('hum.chat.view.meter')
local models = require('hum.server.models')
local persona = require('hum.chat.persona')
local ranges = require('hum.chat.fit.ranges')
local references = require('hum.reference.show')
local reply = require('hum.chat.reply')
local summaries = require('hum.chat.text.summary')
local tokens = require('hum.server.tokens')
local turns = require('hum.chat.text.turns')
local winbar = require('hum.chat.winbar')
local windows = require('hum.server.window')

local M = {}

--- Ms without a change before it is made anew.
local PAUSE = 400

---@class hum.Counted  what a server has counted of a chat
---@field tokens integer   of question and reply
---@field turns integer    so many there were then
---@field start string      what was left out of them, and replaced by a summary
---@field endpoint string
---@field model string

local counted = {} ---@type table<integer, hum.Counted>  by buffer
local timers = {} ---@type table<integer, uv.uv_timer_t>

---@param buf integer
---@return string|nil endpoint, string|nil model, integer|nil num_ctx
local function model_of(buf)
  local endpoint = models.endpoint(front.endpoint(buf))
  local model = front.model(buf) or models.decided(endpoint)
  if not config.get().endpoints[endpoint] or not model then return nil end
  return endpoint, model, select(2, persona.current(buf, endpoint))
end

--- Tokens of the pieces that went with turns of the user's.
---@param buf integer
---@param texts string[]  of those turns
---@return integer
local function pieces(buf, texts)
  local records = ledgers.get(buf).turns
  if #records == 0 then return 0 end
  local sum, sent, key_of = 0, {}, ledgers.keys(buf) ---@type integer, table<string, true>, fun(text: string): string
  for _, text in ipairs(texts) do
    sent[key_of(text)] = true
  end
  for _, record in ipairs(records) do
    for _, piece in ipairs(sent[record.key] and record.pieces or {}) do
      if not piece.cut then sum = sum + (piece.tokens or 0) end
    end
  end
  return sum
end

---@class hum.MeterRead
---@field old string[]  texts that are sent again, without what is counted
---@field new string    what the user writes
---@field row? integer  of its heading
---@field extra integer tokens of pieces

--- What of a chat is not sent: another summary, or a larger window, has other messages sent than were counted.
---@param buf integer
---@param list hum.Turn[]
---@return string
local function start_of(buf, list)
  local from = ledgers.has(buf) and ledgers.get(buf).fit.from or {}
  return ('%s %s %s'):format(summaries.find(list) or '', from.at or '', from.key or '')
end

--- What of a chat has not been counted.
---@param buf integer
---@param known hum.Counted|nil
---@return hum.MeterRead
local function read(buf, known)
  local list = turns.of(buf).turns
  local last = list[#list]
  local is_draft = last ~= nil and last.role == 'user'
  ---@type hum.MeterRead
  local out = { old = {}, new = is_draft and last.text or '', row = is_draft and last.row or nil, extra = 0 }
  if known then return out end
  local from = ledgers.has(buf) and ledgers.get(buf).fit.from or nil
  local left, at = ranges.of(list, from), summaries.find(list)
  local first = left[#left] and left[#left].last + 1 or 0
  local asked = {} ---@type string[]
  for i, turn in ipairs(list) do
    local is_sent = (turn.row >= first or turn.role == 'system') and (not at or i >= at or turn.role == 'system')
    if is_sent and turn.text ~= '' and not (is_draft and i == #list) then
      out.old[#out.old + 1] = turn.text
      if turn.role == 'user' then asked[#asked + 1] = turn.text end
    end
  end
  out.extra = pieces(buf, asked)
  return out
end

--- Whether what was counted is still the beginning of the chat.
---@param buf integer
---@param endpoint string
---@param model string
---@return hum.Counted|nil
local function known_of(buf, endpoint, model)
  local one = counted[buf]
  if not one or one.endpoint ~= endpoint or one.model ~= model then return nil end
  local list = turns.of(buf).turns
  local is_same = #list >= one.turns and #list <= one.turns + 1 and start_of(buf, list) == one.start
  return is_same and one or nil
end

--- Shows it anew.
---@param buf integer
function M.update(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local endpoint, model, num_ctx = model_of(buf)
  if not endpoint or not model then return end
  local known = known_of(buf, endpoint, model)
  local seen = read(buf, known)
  local texts = vim.list_extend({ seen.new }, seen.old)
  measure.texts(texts, function(counts)
    if not vim.api.nvim_buf_is_loaded(buf) then return end
    local sum = seen.extra
    for i = 2, #counts do
      sum = sum + counts[i] + tokens.PER_MESSAGE
    end
    local own = seen.new ~= '' and counts[1] + tokens.PER_MESSAGE + references.tokens(buf) or 0
    local added = tokens.of(endpoint, model, own + sum)
    local all = added + (known and known.tokens or 0)
    local window = windows.of(endpoint, model, num_ctx)
    local warn_at = config.get().chat.warn_at
    local changed = meter.set(buf, all > 0 and {
      tokens = all,
      window = window,
      counted = known ~= nil,
      added = known and added or tokens.of(endpoint, model, own),
      warns = window ~= nil and warn_at ~= false and all >= window * warn_at,
    } or nil, seen.row)
    if not changed then return end
    winbar.update(buf)
    if seen.row then bar.redraw(buf, seen.row) end
  end)
end

---@param buf integer
local function stop(buf)
  if timers[buf] then timers[buf]:close() end
  timers[buf] = nil
end

--- Shows it anew, some time after the last change.
---@param buf integer
local function later(buf)
  local timer = timers[buf] or assert(vim.uv.new_timer())
  timers[buf] = timer
  timer:start(PAUSE, 0, function()
    stop(buf)
    vim.schedule(function() fault.guard('the meter', M.update, buf) end)
  end)
end

--- A reply has ended: what was counted is the beginning of the next request.
---@param data table  of the event HumRequestFinished
local function on_finished(data)
  local buf, stats = data.buf, data.stats or {}
  if not vim.api.nvim_buf_is_loaded(buf) or vim.bo[buf].filetype ~= 'hum' then return end
  local prompt, list = stats.prompt_tokens or 0, turns.of(buf).turns
  counted[buf] = prompt > 0
      and {
        tokens = math.floor(stats.filled or prompt + (stats.tokens or 0)),
        turns = #vim.tbl_filter(function(turn) return turn.text ~= '' end, list),
        start = start_of(buf, list),
        endpoint = data.endpoint,
        model = data.model,
      }
    or nil
  M.update(buf)
  measure.texts(read(buf).old, function() end) -- the next message finds it measured
end

--- Shows it for a chat from now on.
---@param buf integer
function M.watch(buf)
  local group = vim.api.nvim_create_augroup('hum.meter', { clear = false })
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  local function on(names, fn)
    vim.api.nvim_create_autocmd(names, {
      group = group,
      buffer = buf,
      callback = function() fault.guard('the meter', fn, buf) end,
    })
  end
  on('TextChangedI', later)
  on('TextChanged', function()
    if not reply.of(buf) then later(buf) end -- else it is the reply's text, which is counted when it has ended
  end)
end

chats.on_drop('the meter', function(buf)
  stop(buf)
  meter.forget(buf)
  counted[buf] = nil
end)

vim.api.nvim_create_autocmd('User', {
  group = vim.api.nvim_create_augroup('hum.meter.replies', {}),
  pattern = 'HumRequestFinished',
  callback = function(event) fault.guard('the meter', on_finished, event.data) end,
})

windows.on_change(function(endpoint, model)
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    local buf = vim.api.nvim_win_get_buf(win)
    if vim.bo[buf].filetype == 'hum' then
      local name, used = model_of(buf)
      if name == endpoint and used == model then fault.guard('the meter', M.update, buf) end
    end
  end
end)

fitting.on_marked(later)
references.on_change(function(buf)
  if timers[buf] or meter.is_shown(buf) then later(buf) end
end)

return M
