-- Anthropic's /v1/messages, and what else speaks it: llama-server, Ollama, LM Studio and more.

---@type hum.Provider
return {
  title = 'Anthropic',
  default_url = 'https://api.anthropic.com',
  key_variable = 'ANTHROPIC_API_KEY',
  path = {
    ends = { '^(.*)/v1/messages$', '^(.*)/v1/models$', '^(.*)/v1$' },
    whole = { '/messages$' },
    refused = {
      { '/chat/completions$', 'this is the path of the OpenAI-compatible API: set dialect = "openai"' },
      { '/api/chat$', 'the path "/api/chat" is Ollama\'s API: set dialect = "ollama"' },
    },
  },
  list = { path = '/v1/models?limit=1000', limit = 'max_tokens', after = 'after_id' },
  load_options = {},
  reply_limit = 'max_tokens',
  prefill = 'plain', -- of models before 4.6; newer ones refuse it
  no_models = 'set endpoints.%s.model',
  more_context = 'choose a model with a larger context window',
}
