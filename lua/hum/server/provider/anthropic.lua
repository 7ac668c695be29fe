-- Anthropic's /v1/messages, and what else speaks it: llama-server, Ollama, LM Studio and more.

local LIST = '/v1/models?limit=1000'

--- The path of the page behind this one.
---@param answer table
---@return string|nil
local function next_page(answer)
  local last = answer.has_more == true and answer.last_id
  return type(last) == 'string' and LIST .. '&after_id=' .. vim.uri_encode(last) or nil
end

---@type hum.Provider
return {
  title = 'Anthropic',
  default_url = 'https://api.anthropic.com',
  key_variable = 'ANTHROPIC_API_KEY',
  path = {
    ends = { '/v1/messages$', '/v1/models$', '/v1$' },
    whole = { '/messages$' },
    refused = {
      { '/chat/completions$', 'this is the path of the OpenAI-compatible API: set dialect = "openai"' },
      { '/api/chat$', 'the path "/api/chat" is Ollama\'s API: set dialect = "ollama"' },
    },
  },
  list = { path = LIST, items = 'data', limit = 'max_tokens', next = next_page },
  load_options = {},
  no_models = 'set endpoints.%s.model',
  more_context = 'choose a model with a larger context window',
}
