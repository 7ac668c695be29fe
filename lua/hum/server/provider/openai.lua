-- What speaks /v1/chat/completions: llama-server, vLLM, LiteLLM and many more. The version is a part
-- of an address: some services have another one, or none (|hum-openai|).

---@type hum.Provider
return {
  title = 'OpenAI-compatible server',
  key_variable = 'OPENAI_API_KEY',
  path = {
    ends = { '^(.*)/chat/completions$', '^(.*)/completions$', '^(.*)/models$', '^(.*/v%d[%w.]*)/chat$' },
    refused = {
      { '/responses$', 'hum does not speak the Responses API: remove "/responses"' },
      { '/v1/messages$', 'the path "/v1/messages" is Anthropic\'s API: set dialect = "anthropic"' },
      { '/api/chat$', 'the path "/api/chat" is Ollama\'s own API: remove it, or set dialect = "ollama"' },
    },
    version = '/v1',
    -- Gemini, Cloudflare's gateway, Fireworks, Open WebUI, Vertex, DeepSeek, Databricks, Azure.
    stands = {
      '/openai$',
      '/compat$',
      '/inference$',
      '/api$',
      '/openapi$',
      '/beta$',
      '/serving%-endpoints$',
      '/deployments/[^/]+$',
    },
    other = { api = '/v1' }, -- Ollama's
  },
  list = { path = '/models' },
  load_options = {},
  reply_limit = 'max_tokens',
  fills = 'openai',
  no_models = 'set endpoints.%s.model',
  more_context = "increase the server's context size",
}
