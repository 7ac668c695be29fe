-- What speaks /v1/chat/completions: llama-server, vLLM, LiteLLM and many more.

---@type hum.Provider
return {
  title = 'OpenAI-compatible server',
  key_variable = 'OPENAI_API_KEY',
  ends = { '/v1$' },
  refused = { { '/chat/completions$', 'remove "/chat/completions", hum adds it' } },
  list = { path = '/v1/models', items = 'data' },
  load_options = {},
  fills = 'openai',
  no_models = 'set endpoints.%s.model',
  more_context = "increase the server's context size",
}
