-- What is learned of a request when it has ended: how far the estimate was off, and whether the server has read all of
-- it. What the user is to know of that is put into the data of the ending, before anything is made of those.
local advice = require('hum.chat.fit.advice')
local bound = require('hum.chat.fit.bound')
local count = require('hum.count')
local counts = require('hum.chat.fit.counted')
local tokens = require('hum.server.tokens')
local windows = require('hum.server.window')

local M = {}

--- The part of the window that is full where a reply was cut for want of room, and the tokens of a prompt of which an
--- unknown window may be too small.
local FULL, LARGE = 0.97, 3500

--- The part of the window from which on a prompt may not fit into it.
local LEAST_CUT = 0.7

---@class hum.FitSent
---@field buf integer
---@field endpoint string
---@field model string
---@field num_ctx? integer
---@field fit hum.Fit  as it was sent
---@field is_text boolean  nothing but text was

---@param sent hum.FitSent
---@return integer|nil
local function window_of(sent) return windows.of(sent.endpoint, sent.model, sent.num_ctx) or sent.fit.window end

--- What is to be done.
---@param sent hum.FitSent
---@param window? integer
---@return string
local function cure(sent, window) return advice.of(sent.endpoint, sent.model, window, sent.fit) end

--- The server has read a part of the prompt, and said so by nothing but its count.
---@param sent hum.FitSent
---@param data table
---@param counted integer
local function on_cut(sent, data, counted)
  local window, about = window_of(sent), math.max(sent.fit.tokens, counted)
  -- It would have had room in what is known: the server has loaded the model with less since.
  local is_old = window ~= nil and about < window * LEAST_CUT and not sent.num_ctx
  local was = is_old and window or nil
  if is_old then
    windows.reloaded(sent.endpoint, sent.model)
    window = nil
  elseif not window then
    windows.told(sent.endpoint, sent.model, counted)
  end
  bound.set(sent.buf, sent.endpoint, sent.model, math.min(about, window or counted))
  local before = data.message and data.message ~= '' and not data.stats.cut and data.message .. '; ' or ''
  local size = window and (' (%s tokens)'):format(count.grouped(window)) or ''
  local sizes = ('the server has read %s of about %s tokens'):format(count.grouped(counted), count.grouped(about))
  data.message = before
    .. sizes
    .. (': the chat does not fit into the context window%s, and the rest was left out without a word'):format(size)
  -- The helper has seen by the answer that it is an Ollama, though spoken to otherwise.
  local is_known = data.stats.cut and (data.hint or '') ~= '' and not windows.takes_num_ctx(sent.endpoint)
  if not is_known then data.hint = cure(sent, was and math.floor(was / 2) or window) end
end

--- LM Studio's answer to what is too long may be an empty one, or a stream that ends without a byte.
---@param sent hum.FitSent
---@param data table
local function on_nothing(sent, data)
  local stats, window = data.stats or {}, window_of(sent)
  if (stats.bytes or 0) > 0 or (stats.tokens or 0) > 0 then return end
  if sent.fit.tokens < (window and window * 0.9 or LARGE) then return end
  local large = ('; the chat has about %s tokens, and may not fit into the context window'):format(
    count.grouped(sent.fit.tokens)
  )
  data.message = (data.message or '') .. large
  data.hint = cure(sent, window)
end

--- Learns from what the server has counted. What was not measured before it was sent is measured now: nobody waits.
---@param sent hum.FitSent
---@param counted number
---@param window? integer
local function learn(sent, counted, window)
  local function done(estimated)
    tokens.learn(sent.endpoint, sent.model, estimated, counted, window)
    counts.note(sent, estimated, counted)
  end
  if sent.fit.exact then return sent.fit.exact(done) end
  done(sent.fit.estimated)
end

--- A reply has ended.
---@param sent hum.FitSent
---@param data table
local function on_done(sent, data)
  local stats, window = data.stats or {}, window_of(sent)
  local counted, estimated = stats.prompt_tokens, sent.fit.estimated
  local is_cut = counted and (stats.cut or tokens.is_cut(sent.endpoint, sent.model, estimated, counted, window))
  if is_cut then return on_cut(sent, data, math.floor(counted)) end
  if counted and sent.is_text then learn(sent, counted, window) end
  if counted then bound.clear(sent.buf) end
  local filled = counted and counted + (stats.tokens or 0)
  local is_cut_short = data.ending == 'cut' or data.reason == 'length' -- in the midst of thoughts it is "told"
  local is_full = window and filled and filled >= window * FULL and is_cut_short
  if is_full or (data.reason or ''):find('context', 1, true) then
    data.hint = 'The context window is full. ' .. cure(sent, window)
  elseif data.ending == 'told' then
    on_nothing(sent, data)
  end
end

--- The server has refused a prompt that is too long, or broken a reply off when the window was full.
---@param sent hum.FitSent
---@param data table
function M.refused(sent, data)
  local prompt, window = data.prompt_tokens, data.window
  if window then windows.told(sent.endpoint, sent.model, window) end
  if prompt and prompt >= (window or 0) and sent.is_text and not sent.fit.exact then
    tokens.learn(sent.endpoint, sent.model, sent.fit.estimated, prompt)
  end
  -- In the measure of the estimates, which the server's may have nothing to do with: what it has refused was too much.
  local now = tokens.of(sent.endpoint, sent.model, sent.fit.estimated)
  local room = window
  if prompt and window and prompt > window then room = math.min(window, math.floor(window * now / prompt)) end
  bound.set(sent.buf, sent.endpoint, sent.model, now, room and room < now and room or nil)
end

--- A request has ended: learns from it, and adds to what is told.
---@param sent hum.FitSent
---@param name 'done'|'error'|'cancelled'
---@param data table  of the ending event; changed
function M.ended(sent, name, data)
  if name == 'done' then
    on_done(sent, data)
  elseif name == 'error' and data.code == 'overflow' then
    data.hint = cure(sent, data.window)
  elseif name == 'error' and data.code == 'cut' then
    on_nothing(sent, data)
  end
end

--- A chat is gone.
---@param buf integer
function M.forget(buf)
  bound.clear(buf)
  counts.forget(buf)
end

return M
