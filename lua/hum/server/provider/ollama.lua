-- Ollama's own API, /api.

---@type hum.Provider
return {
  title = 'Ollama',
  host_variable = 'OLLAMA_HOST',
  path = {
    ends = {},
    refused = {
      { '/api$', 'remove "/api", hum adds "/api/chat" itself' },
      { '/api/chat$', 'remove "/api", hum adds "/api/chat" itself' },
      { '/v1$', 'the path "/v1" is the OpenAI-compatible API: remove it, or set dialect = "openai"' },
      { '/chat/completions$', 'this is the path of the OpenAI-compatible API: set dialect = "openai"' },
      { '/v1/messages$', 'the path "/v1/messages" is Anthropic\'s API: set dialect = "anthropic"' },
    },
  },
  list = { path = '/api/tags', capability = 'completion' },
  show = '/api/show',
  version = {
    path = '/api/version',
    least = '0.9.0',
    lacks = 'Ollama before 0.9 does not support thinking',
    cure = 'Update Ollama.',
  },
  loaded = '/api/ps',
  load_options = { 'num_ctx', 'num_batch', 'num_gpu', 'main_gpu', 'num_thread', 'use_mmap', 'draft_num_predict' },
  reply_limit = 'num_predict',
  fills = 'ollama',
  prefill = 'plain', -- a last message of the assistant's is left open by its templates
  usual_context = 4096, -- unless `num_ctx`, its environment or much memory say more
  no_models = 'download one with "ollama pull qwen3:8b"',
  more_context = 'raise endpoints.%s.options.num_ctx',
}
