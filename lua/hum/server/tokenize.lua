-- A server's own tokenizer, where it can be asked: llama-server and vLLM have /tokenize. So an estimate is right before
-- the server has counted its first prompt.
local answers = require('hum.server.answer')
local loaded = require('hum.server.loaded')
local query = require('hum.server.query')

local M = {}

--- Seconds that it may take, and bytes that say enough of a tokenizer.
local WITHIN, MOST = 2, 100000

--- What each wants to be asked.
local BODIES = {
  llama_server = function(_, text) return { content = text } end,
  vllm = function(model, text) return { model = model, prompt = text } end,
}

--- Whether a server has a tokenizer to ask.
---@param name string  of the endpoint
---@return boolean
function M.is_there(name) return BODIES[loaded.kind(name) or ''] ~= nil end

--- A text of which enough is left to know a tokenizer by.
---@param texts string[]
---@return string[]  those that are taken
function M.sample(texts)
  local out, bytes = {}, 0
  for i = #texts, 1, -1 do
    if bytes + #texts[i] <= MOST then
      out[#out + 1], bytes = texts[i], bytes + #texts[i]
    end
  end
  return out
end

--- Counts the tokens of a text.
---@param name string  of the endpoint
---@param model string
---@param text string
---@param cb fun(count: integer?)  nil: the server does not say; called once at most
---@return hum.Cancel
function M.count(name, model, text, cb)
  local body = BODIES[loaded.kind(name) or '']
  if not body then
    cb()
    return function() end
  end
  return query.query(name, {
    method = 'POST',
    path = '/tokenize',
    at_root = true,
    body = body(model, text),
    model = model,
    timeout = WITHIN,
    quiet = true,
  }, function(_, answer)
    local list = answer and answer.tokens
    local count = answer and answers.number(answer.count) or type(list) == 'table' and #list or nil
    cb(count and count > 0 and math.floor(count) or nil)
  end)
end

return M
