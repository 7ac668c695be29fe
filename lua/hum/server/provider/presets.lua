-- What is known of servers and services: a small table of facts each, read in their documentation,
-- sources and issues from June to November 2026 (`source` says where). Nothing was guessed: what is
-- not here was not to be found, and there the dialect's own way holds, and what a server answers.
-- Pure data; hum.server.provider.preset reads it.

---@class hum.Preset
---@field title string           what people call it
---@field source string
---@field url string             as its documentation has it, {resource} and {account} are filled in
---@field dialect? hum.Dialect   'openai' if absent
---@field self_hosted? boolean   it runs at any address, and gets its key at any
---@field key? string[]          variables that usually hold its key, the best first
---@field key_header? string     that the key goes in, alone
---@field list? hum.ProviderList|false  of models; false: it has none
---@field suffix? false          its /completions refuses a suffix, or does not use it
---@field fill_model? string     that fills in, where chats have others
---@field fill? string           path of filling in, from what stands before the API's version
---@field limit? 'max_tokens'|'max_completion_tokens'  the field that limits a reply
---@field refuses? string[]      what it does not take
---@field think? string          how levels of thinking are sent, |hum-think|
---@field thoughts? string|false  field in which thoughts go back; false: they must not
---@field prefill? string        how the beginning of a reply is given to go on with, as in src/server/prefill.h
---@field progress? string   the field that has it tell how far it is in the prompt
---@field prefill_think? string  how it is told not to think then, |hum-think|
---@field prefill_url? string    of a chat then, if it is another one
---@field resource? boolean      it takes `resource`, `deployment` and `api_version`

---@type table<string, hum.Preset>
return {
  -- ---- on your own machines ------------------------------------------------------------------
  ollama = {
    title = 'Ollama',
    dialect = 'ollama',
    url = '',
    self_hosted = true,
    source = 'github.com/ollama/ollama 0.33',
  },
  llama_server = {
    title = 'llama-server',
    url = 'http://127.0.0.1:8080/v1',
    self_hosted = true,
    -- Tried with b11669. Older ones refuse it while a model thinks: issues 20861, 15401.
    prefill = 'plain',
    prefill_think = 'template',
    progress = 'return_progress',
    source = 'github.com/ggml-org/llama.cpp tools/server; recorded traffic',
  },
  llama_swap = {
    title = 'llama-swap',
    url = 'http://127.0.0.1:8080/v1',
    self_hosted = true,
    source = 'github.com/mostlygeek/llama-swap 0bdb372',
  },
  lm_studio = {
    title = 'LM Studio',
    url = 'http://localhost:1234/v1',
    self_hosted = true,
    key = { 'LM_API_TOKEN' },
    limit = 'max_tokens',
    source = 'github.com/lmstudio-ai/docs c6854fb',
  },
  vllm = {
    title = 'vLLM',
    url = 'http://localhost:8000/v1',
    self_hosted = true,
    suffix = false,
    key = { 'VLLM_API_KEY' },
    prefill = 'fields',
    prefill_think = 'template',
    source = 'github.com/vllm-project/vllm 002032e',
  },
  sglang = {
    title = 'SGLang',
    url = 'http://localhost:30000/v1',
    self_hosted = true,
    source = 'github.com/sgl-project/sglang 004c82e',
  },
  litellm = { title = 'LiteLLM', url = 'http://0.0.0.0:4000', self_hosted = true, source = 'docs.litellm.ai' },
  jan = {
    title = 'Jan',
    url = 'http://127.0.0.1:1337/v1',
    self_hosted = true,
    source = 'jan.ai/docs/desktop/api-preference',
  },
  mlx = {
    title = 'MLX',
    url = 'http://127.0.0.1:8080/v1',
    self_hosted = true,
    suffix = false,
    source = 'github.com/ml-explore/mlx-lm d78bf58 server.py',
  },
  tabbyapi = {
    title = 'TabbyAPI',
    url = 'http://127.0.0.1:5000/v1',
    self_hosted = true,
    suffix = false,
    limit = 'max_tokens',
    source = 'github.com/theroyallab/tabbyAPI e632af4',
  },
  text_generation_webui = {
    title = 'text-generation-webui',
    url = 'http://127.0.0.1:5000/v1',
    self_hosted = true,
    suffix = false,
    limit = 'max_tokens',
    source = 'github.com/oobabooga/text-generation-webui 1dcde41',
  },
  localai = {
    title = 'LocalAI',
    url = 'http://localhost:8080/v1',
    self_hosted = true,
    source = 'github.com/mudler/LocalAI 82c191a',
  },
  koboldcpp = {
    title = 'koboldcpp',
    url = 'http://localhost:5001/v1',
    self_hosted = true,
    source = 'github.com/LostRuins/koboldcpp 2da346a',
  },
  open_webui = {
    title = 'Open WebUI',
    url = 'http://localhost:3000/api',
    self_hosted = true,
    source = 'docs.openwebui.com/reference/api-endpoints',
  },

  -- ---- services ------------------------------------------------------------------------------
  openai = {
    title = 'OpenAI',
    url = 'https://api.openai.com/v1',
    key = { 'OPENAI_API_KEY' },
    limit = 'max_completion_tokens',
    source = 'developers.openai.com/api/docs',
  },
  azure = {
    title = 'Azure OpenAI',
    url = 'https://{resource}.openai.azure.com/openai/v1',
    resource = true,
    key = { 'AZURE_API_KEY' },
    key_header = 'api-key',
    limit = 'max_completion_tokens',
    source = 'learn.microsoft.com/azure/foundry/openai/api-version-lifecycle; github.com/vercel/ai ed857f5',
  },
  anthropic = {
    title = 'Anthropic',
    dialect = 'anthropic',
    url = 'https://api.anthropic.com',
    key = { 'ANTHROPIC_API_KEY' },
    source = 'platform.claude.com/docs/en/api',
  },
  gemini = {
    title = 'Gemini',
    url = 'https://generativelanguage.googleapis.com/v1beta/openai/',
    key = { 'GEMINI_API_KEY', 'GOOGLE_API_KEY' },
    source = 'ai.google.dev/gemini-api/docs/openai',
  },
  mistral = {
    title = 'Mistral',
    url = 'https://api.mistral.ai/v1',
    key = { 'MISTRAL_API_KEY' },
    limit = 'max_tokens',
    refuses = { 'stream_options', 'seed', 'user' },
    thoughts = false,
    prefill = 'prefix',
    fill = '/v1/fim/completions',
    fill_model = 'codestral-latest',
    source = 'github.com/mistralai/platform-docs-public 222f4ba openapi.yaml',
  },
  codestral = {
    title = 'Codestral',
    url = 'https://codestral.mistral.ai/v1',
    key = { 'CODESTRAL_API_KEY' },
    list = false,
    limit = 'max_tokens',
    refuses = { 'stream_options', 'seed', 'user' },
    thoughts = false,
    prefill = 'prefix',
    fill = '/v1/fim/completions',
    fill_model = 'codestral-latest',
    source = 'docs.continue.dev; docs.litellm.ai, 2026-10',
  },
  deepseek = {
    title = 'DeepSeek',
    url = 'https://api.deepseek.com',
    key = { 'DEEPSEEK_API_KEY' },
    limit = 'max_tokens',
    think = 'thinking_effort',
    thoughts = 'reasoning_content',
    prefill = 'prefix',
    prefill_url = 'https://api.deepseek.com/beta/chat/completions',
    fill = '/beta/completions',
    source = 'api-docs.deepseek.com; github.com/anomalyco/models.dev f3fc692',
  },
  groq = {
    title = 'Groq',
    url = 'https://api.groq.com/openai/v1',
    key = { 'GROQ_API_KEY' },
    limit = 'max_completion_tokens',
    prefill = 'plain',
    source = 'github.com/groq/groq-python 9620fde; console.groq.com/docs/prefilling',
  },
  together = {
    title = 'Together',
    url = 'https://api.together.ai/v1',
    key = { 'TOGETHER_API_KEY' },
    limit = 'max_tokens',
    think = 'reasoning_switch',
    source = 'github.com/anomalyco/models.dev f3fc692',
  },
  fireworks = {
    title = 'Fireworks',
    url = 'https://api.fireworks.ai/inference/v1',
    key = { 'FIREWORKS_API_KEY' },
    limit = 'max_tokens',
    think = 'effort_any',
    source = 'github.com/fw-ai-external/python-sdk 8399c12',
  },
  openrouter = {
    title = 'OpenRouter',
    url = 'https://openrouter.ai/api/v1',
    key = { 'OPENROUTER_API_KEY' },
    limit = 'max_tokens',
    think = 'reasoning',
    prefill = 'plain',
    source = 'openrouter.ai/docs/api_reference, there also "Assistant Prefill"',
  },
  cerebras = {
    title = 'Cerebras',
    url = 'https://api.cerebras.ai/v1',
    key = { 'CEREBRAS_API_KEY' },
    limit = 'max_completion_tokens',
    thoughts = 'reasoning',
    source = 'github.com/Cerebras/cerebras-cloud-sdk-python bebb8d1',
  },
  xai = {
    title = 'xAI',
    url = 'https://api.x.ai/v1',
    key = { 'XAI_API_KEY' },
    limit = 'max_completion_tokens',
    source = 'docs.x.ai',
  },
  z_ai = {
    title = 'Z.ai',
    url = 'https://api.z.ai/api/paas/v4',
    key = { 'ZHIPU_API_KEY' },
    limit = 'max_tokens',
    think = 'thinking',
    source = 'docs.z.ai; github.com/anomalyco/models.dev f3fc692',
  },
  dashscope = {
    title = 'DashScope',
    url = 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    key = { 'DASHSCOPE_API_KEY' },
    limit = 'max_tokens',
    think = 'enable_thinking',
    prefill = 'partial',
    source = 'github.com/anomalyco/models.dev f3fc692; github.com/vercel/ai ed857f5; '
      .. 'alibabacloud.com/help/en/model-studio/partial-mode',
  },
  moonshot = {
    title = 'Moonshot',
    url = 'https://api.moonshot.ai/v1',
    key = { 'MOONSHOT_API_KEY' },
    limit = 'max_tokens',
    think = 'thinking',
    thoughts = 'reasoning_content',
    prefill = 'partial',
    source = 'github.com/anomalyco/models.dev f3fc692; github.com/vercel/ai ed857f5; '
      .. 'platform.moonshot.cn/docs/api/partial',
  },
  minimax = {
    title = 'MiniMax',
    url = 'https://api.minimax.io/v1',
    key = { 'MINIMAX_API_KEY' },
    limit = 'max_completion_tokens',
    think = 'adaptive',
    source = 'java.agentscope.io; github.com/anomalyco/models.dev f3fc692',
  },
  hugging_face = {
    title = 'Hugging Face',
    url = 'https://router.huggingface.co/v1',
    key = { 'HF_TOKEN' },
    limit = 'max_tokens',
    source = 'github.com/huggingface/hub-docs 242f4a1 inference-providers',
  },
  cloudflare = {
    title = 'Cloudflare',
    url = 'https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1',
    key = { 'CLOUDFLARE_API_KEY' },
    list = { path = '/models/search', at_root = true, id = 'name' },
    think = 'template',
    source = 'github.com/anomalyco/models.dev f3fc692; github.com/sigoden/aichat issue 1000',
  },
  nvidia = {
    title = 'NVIDIA',
    url = 'https://integrate.api.nvidia.com/v1',
    key = { 'NVIDIA_API_KEY' },
    limit = 'max_tokens',
    think = 'template',
    source = 'github.com/anomalyco/models.dev f3fc692',
  },
  sambanova = {
    title = 'SambaNova',
    url = 'https://api.sambanova.ai/v1',
    key = { 'SAMBANOVA_API_KEY' },
    limit = 'max_tokens',
    source = 'docs.pipecat.ai',
  },
  nebius = {
    title = 'Nebius',
    url = 'https://api.tokenfactory.nebius.com/v1',
    key = { 'NEBIUS_API_KEY' },
    source = 'github.com/anomalyco/models.dev f3fc692',
  },
  perplexity = {
    title = 'Perplexity',
    url = 'https://api.perplexity.ai/chat/completions',
    key = { 'PERPLEXITY_API_KEY' },
    limit = 'max_tokens',
    source = 'github.com/perplexityai/perplexity-py 3485870; github.com/vercel/ai ed857f5',
  },
  ollama_cloud = {
    title = 'Ollama cloud',
    dialect = 'ollama',
    url = 'https://ollama.com',
    key = { 'OLLAMA_API_KEY' },
    source = 'github.com/ollama/ollama docs; github.com/anomalyco/models.dev f3fc692',
  },
}
