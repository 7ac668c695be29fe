-- How much of a prompt there may be: tokens of text around the cursor and of chunks from elsewhere, as the
-- user says, else by the context that the server has loaded. What a model was trained with says nothing
-- about that. A server that loads a model for a request says only afterwards what it has loaded.
local answers = require('hum.server.answer')
local catalog = require('hum.server.catalog')
local endpoints = require('hum.server.endpoint')
local task = require('hum.complete.backend.task')

local M = {}

---@class hum.Window  what the helper is sent, see |hum-protocol|
---@field window_tokens integer  of the text around the cursor, at most
---@field ring_tokens integer    of chunks from elsewhere, at most
---@field window_adapts boolean  less is used of a server that reads prompts slowly
---@field ring_adapts boolean

--- Where nothing says how much is loaded. They fit into 4096 tokens, which is what Ollama loads at least,
--- with room for estimates that are wrong.
local USUAL = { text = 1536, ring = 1024 }

--- More makes requests slow and helps little.
local MOST = { text = 16384, ring = 4096 }

--- Less is of no use.
local LEAST = 64

--- The part of the context that prompts and answers may fill, for the numbers of tokens are estimates.
local FILLED = 7 / 8

--- A quarter of the context, and an eighth of it for chunks; of a small context the usual, if it fits.
---@param context number
---@return integer text, integer ring
local function shares(context)
  local text = math.max(context / 4, math.min(USUAL.text, context * 3 / 8))
  local ring = math.max(context / 8, math.min(USUAL.ring, context / 4))
  return math.floor(math.min(text, MOST.text)), math.floor(math.min(ring, MOST.ring))
end

--- Neither is more than fits beside the other and the answer. What the user says is not doubted here:
--- where that alone does not fit, health says so.
---@param context number
---@param complete hum.CompleteConfig
---@return integer text, integer ring
local function fitting(context, complete)
  local own_text, own_ring = complete.window_tokens or 0, complete.ring_tokens or 0
  local room = math.max(0, math.floor(context * FILLED) - complete.max_tokens)
  if own_text + own_ring > room then return USUAL.text, USUAL.ring end
  local text, ring = shares(context)
  text = own_text > 0 and own_text or math.max(LEAST, math.min(text, room - own_ring))
  return text, math.max(0, math.min(ring, room - text))
end

---@param context number|nil  tokens that are loaded, nil: not known
---@param complete hum.CompleteConfig
---@return hum.Window
function M.of(context, complete)
  local text, ring = USUAL.text, USUAL.ring
  if context then
    text, ring = fitting(context, complete)
  end
  return {
    window_tokens = complete.window_tokens or text,
    ring_tokens = complete.ring_tokens or ring,
    window_adapts = complete.window_tokens == nil,
    ring_adapts = complete.ring_tokens == nil,
  }
end

-- ---- what is loaded -------------------------------------------------------------------------

---@param name string  of the endpoint
---@param model string
---@return number|nil
local function of_ollama(name, model)
  local _, answer = task.query(name, { path = '/api/ps', at_root = true, quiet = true })
  local item = catalog.entry_of(answers.objects(answer, 'models'), model)
  return item and answers.number(item.context_length)
end

--- vLLM and SGLang say what they serve; llama-server what one of its slots has.
---@param name string  of the endpoint
---@param model string
---@return number|nil
local function of_list(name, model)
  local list = endpoints.list(name)
  if not list then return nil end
  local _, answer = task.query(name, { path = list.path, at_root = list.at_root, quiet = true })
  local item = catalog.entry_of(catalog.entries(answer), model)
  if not item then return nil end
  local meta = type(item.meta) == 'table' and item.meta or {}
  return answers.number(item.max_model_len) or answers.number(meta.n_ctx)
end

--- What the server has loaded, once it has answered; it knows then. Runs in a task.
---@param name string  of the endpoint
---@param found hum.FoundBackend
---@return number|nil context
function M.ask(name, found)
  local context = found.api == 'generate' and of_ollama(name, found.model) or nil
  if found.api == 'completions' or found.api == 'infill' then context = of_list(name, found.model) end
  return context and context > 0 and math.floor(context) or nil
end

return M
