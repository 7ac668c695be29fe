-- What to do where a chat does not fit into the context window of its model: make it shorter, or the window larger,
-- with what that costs and how it is done on the server at hand.
local count = require('hum.count')
local loaded = require('hum.server.loaded')
local models = require('hum.server.models')
local windows = require('hum.server.window')

local M = {}

--- What stands first: it always helps.
local SHORTEN = 'Shorten the chat with :Hum compact, or start a new one with :Hum new.'

---@param bytes number
---@return string
local function memory(bytes)
  if bytes < 1e9 then return ('%.0f MB'):format(bytes / 1e6) end
  return ('%.1f GB'):format(bytes / 1e9)
end

--- What a larger window costs: " (about 0.6 GB more memory, the model takes 5.2 GB now)".
---@param endpoint string
---@param model string
---@param added integer  tokens
---@return string
local function cost_of(endpoint, model, added)
  local more, all = windows.cost(endpoint, model, added), windows.memory(endpoint, model)
  local taken = all.vram and all.vram > 0 and all.vram or all.bytes
  local parts = {} ---@type string[]
  if more then parts[#parts + 1] = ('about %s more memory'):format(memory(more)) end
  if taken and taken > 0 then
    local where = all.vram and all.vram > 0 and 'of the graphics card' or 'of memory'
    parts[#parts + 1] = ('the model takes %s %s now'):format(memory(taken), where)
  end
  return #parts > 0 and (' (%s)'):format(table.concat(parts, '; ')) or ''
end

--- How the window is made larger, by the server.
---@type table<string, fun(endpoint: string, larger: string): string>
local WIDER = {
  llama_server = function(_, larger)
    return ('Or start llama-server with a larger -c (%s for each slot)'):format(larger)
  end,
  lm_studio = function(_, larger)
    return ('Or load the model with a larger context length in LM Studio (%s)'):format(larger)
  end,
  vllm = function(_, larger) return ('Or start vLLM with a larger --max-model-len (%s)'):format(larger) end,
}

---@param endpoint string
---@param larger string
---@return string
local function wider_ollama(endpoint, larger)
  if windows.takes_num_ctx(endpoint) then
    return ('Or raise endpoints.%s.options.num_ctx to %s'):format(endpoint, larger)
  end
  return (
    'Or enlarge the window: /v1 has no num_ctx, so set endpoints.%s.dialect = "ollama" (and the url without /v1), '
    .. 'start Ollama with OLLAMA_CONTEXT_LENGTH=%s, or make the model anew with PARAMETER num_ctx %s in its Modelfile'
  ):format(endpoint, larger, larger)
end

--- Where nothing is known of the window, and what sizes are told in.
local USUAL, STEP = 16384, 1024

--- A message has room in a window that is larger than it by so much.
local ROOM = 4 / 3

--- The window that is worth having: twice as large at the least, and one in which what was sent has room.
---@param now? integer
---@param fit? hum.Fit
---@return integer tokens
local function worth(now, fit)
  local size, need = now and math.max(now * 2, STEP) or USUAL, (fit and fit.tokens or 0) * ROOM
  while size < need do
    size = size * 2
  end
  return math.floor(size / STEP + 0.5) * STEP
end

--- What makes a message shorter, by what takes the most of it.
---@type table<'system'|'pieces'|'text', string>
local SHORTER = {
  system = 'Shorten the system prompt (chat.system, the persona, the rules of the project)',
  pieces = 'Refer to less (#lines or #symbol instead of #file)',
  text = 'Shorten the message',
}

--- What takes the most of a message.
---@param fit hum.Fit
---@return 'system'|'pieces'|'text'
local function largest(fit)
  if fit.system > fit.tokens / 2 then return 'system' end
  return fit.pieces > fit.tokens / 2 and 'pieces' or 'text'
end

--- The part of the window that a message takes at the least which is sent alone and is too long, and a window, where
--- none is known.
local LONG, SOME = 0.3, 4096

--- What helps whatever the server is.
---@param window? integer
---@param fit? hum.Fit
---@return string
local function shorten(window, fit)
  local is_long = fit and fit.alone and fit.tokens > LONG * (window or SOME)
  if not is_long then return SHORTEN end
  return SHORTER[
    largest(fit --[[@as hum.Fit]])
  ] .. ', or use a model with a larger context window (:Hum model).'
end

--- All that can be done.
---@param endpoint string
---@param model string
---@param window? integer
---@param fit? hum.Fit  of what did not fit
---@return string
function M.of(endpoint, model, window, fit)
  local kind = loaded.kind(endpoint)
  local now = window or windows.of(endpoint, model)
  local trained = kind == 'ollama' and models.context(endpoint, model) or math.huge
  local size = math.floor(math.min(worth(now, fit), trained))
  if now and trained <= now then return shorten(now, fit) end -- a larger one is not to be had
  local larger = tostring(size)
  local wider = kind == 'ollama' and wider_ollama(endpoint, larger)
    or WIDER[kind or ''] and WIDER[kind](endpoint, larger)
  local shorter = shorten(now, fit)
  if not wider then return shorter end
  return ('%s %s%s.'):format(shorter, wider, kind == 'ollama' and now and cost_of(endpoint, model, size - now) or '')
end

--- Of a chat that still fits.
---@param model string
---@param tokens integer  about
---@param window integer
---@return string
function M.nearly_full(model, tokens, window)
  return ('hum: the context window of %s is %d %% full: about %s of %s tokens\n'):format(
    model,
    math.floor(100 * tokens / window),
    count.grouped(tokens),
    count.grouped(window)
  ) .. ':Hum compact replaces old messages by a summary; without it the oldest are left out when it is full.'
end

--- Of a message that was sent although it does not fit, as it seems.
---@param endpoint string
---@param model string
---@param fit hum.Fit
---@param window integer
---@return string
function M.too_long(endpoint, model, fit, window)
  local what = largest(fit)
  local part = what == 'system' and (', %s of them the system prompt'):format(count.grouped(fit.system))
    or what == 'pieces' and (', %s of them what it refers to'):format(count.grouped(fit.pieces))
    or ''
  return ('hum: the message alone has about %s tokens%s, and the context window of %s holds %s\n%s'):format(
    count.grouped(fit.tokens),
    part,
    model,
    count.grouped(window),
    M.of(endpoint, model, window, fit)
  )
end

--- Of a chat of which turns are left out now.
---@param left integer   messages
---@param model string
---@param window? integer
---@param unseen? string  what went with them
---@return string
function M.left_out(left, model, window, unseen)
  return ('hum: %s %s left out from now on: the chat does not fit into the context window of %s%s\n'):format(
    count.of(left, 'message'),
    left == 1 and 'is' or 'are',
    model,
    window and (' (%s tokens)'):format(count.grouped(window)) or ''
  ) .. ':Hum compact replaces them by a summary. Nothing is deleted.' .. (unseen and ' ' .. unseen or '')
end

return M
