-- Families of models: which names are theirs, and what is made of them. The table is the one of
-- hum.complete.backend.families, said once more from outside.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

local QWEN = { '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>' }
local STARCODER = { '<fim_prefix>', '<fim_suffix>', '<fim_middle>' }
local DEEPSEEK = { '<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>' }

--- Prefix, suffix and middle in the order of the prompt, what also must end an answer, and names.
local FAMILIES = {
  ['qwen2.5-coder'] = {
    tokens = QWEN,
    ends = { '<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<|im_end|>' },
    names = {
      'qwen2.5-coder:1.5b-base',
      'qwen2.5-coder:1.5b-base-q8_0',
      'qwen2.5-coder',
      'Qwen/Qwen2.5-Coder-32B-Instruct',
      'hf.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF:Q8_0',
      'hf.co/bartowski/Qwen2.5-Coder-7B-GGUF:Q4_K_M',
      'Qwen2.5.1-Coder-7B-Instruct',
      'bartowski/Qwen2.5.1-Coder-7B-Instruct-GGUF/Qwen2.5.1-Coder-7B-Instruct-Q4_K_M.gguf',
      '/m/qwen2.5_coder_7b.gguf',
      'C:\\models\\Qwen2.5-Coder-7B.Q4_K_M.gguf',
      'Qwen2.5 Coder 7B',
      'qwen/qwen-2.5-coder-32b-instruct',
      'accounts/fireworks/models/qwen2p5-coder-7b',
      '@cf/qwen/qwen2.5-coder-32b-instruct',
      'qwen2.5-coder-7b-instruct-mlx@4bit',
      'Qwen25-Coder-7B',
      '/root/.cache/huggingface/hub/models--Qwen--Qwen2.5-Coder-7B/snapshots/0396a76181e127dfc13e5c5ec48a8cee09938b02',
      '/srv/qwen2.5-coder/ggml-model-q4_0.gguf',
      '/srv/models/qwen2.5-coder-7b/',
    },
  },
  ['qwen3-coder'] = {
    tokens = QWEN,
    ends = { '<|endoftext|>', '<|im_end|>' },
    names = {
      'qwen3-coder:30b',
      'Qwen/Qwen3-Coder-30B-A3B-Instruct',
      'qwen3-coder-next',
      'Qwen3 Coder 30B A3B',
      'openrouter/qwen/qwen3-coder:free',
    },
  },
  ['qwen3.5'] = {
    tokens = QWEN,
    ends = { '<|endoftext|>', '<|fim_pad|>', '<|im_end|>' },
    names = { 'qwen3.5:0.8b', 'Qwen/Qwen3.5-9B-Base', 'unsloth/Qwen3.6-35B-A3B-GGUF:Q4_K_XL', 'qwen3.8-27b' },
  },
  ['seed-coder'] = {
    tokens = { '<[fim-suffix]>', '<[fim-prefix]>', '<[fim-middle]>' },
    ends = { '<[end▁of▁sentence]>' },
    names = { 'ByteDance-Seed/Seed-Coder-8B-Base', 'Seed-Coder-8B-Base.Q4_K_M.gguf', 'seed-coder:8b-instruct' },
  },
  codestral = {
    tokens = { '[SUFFIX]', '[PREFIX]' },
    ends = {},
    names = {
      'codestral:22b',
      'mistralai/Codestral-22B-v0.1',
      'mistralai/codestral-2508',
      'codestral-latest',
      'bartowski/Codestral-22B-v0.1-GGUF',
      'Codestral-2501',
      'azureml://registries/azureml-mistral/models/Codestral-2501/versions/2',
    },
  },
  ['deepseek-coder'] = {
    tokens = DEEPSEEK,
    ends = { '<｜end▁of▁sentence｜>', '<|EOT|>' },
    names = {
      'deepseek-coder:1.3b-base',
      'deepseek-coder-v2:16b',
      'deepseek-coder-v2:16b-lite-base-q4_0',
      'DeepSeek-Coder-V2-Lite-Base',
      'deepseek/deepseek-coder',
      'deepseek-ai/deepseek-coder-6.7b-base',
    },
  },
  ['deepseek-v3'] = {
    tokens = DEEPSEEK,
    ends = { '<｜end▁of▁sentence｜>' },
    names = { 'deepseek-v3:671b', 'deepseek-ai/DeepSeek-V3.1', 'deepseek-v3.2' },
  },
  kwaicoder = {
    tokens = DEEPSEEK,
    ends = { '<｜end▁of▁sentence｜>' },
    names = { 'Kwaipilot/KwaiCoder-DS-V2-Lite-Base', 'KwaiCoder-DS-V2-Lite-Base.Q4_K_M.gguf' },
  },
  mellum = {
    tokens = { '<fim_suffix>', '<fim_prefix>', '<fim_middle>' },
    ends = { '<|endoftext|>', '<filename>', '<reponame>' },
    names = { 'JetBrains/Mellum-4b-base', 'Mellum-4b-sft-python.Q8_0.gguf', 'hf.co/JetBrains/Mellum-4b-dpo-all-gguf' },
  },
  mellum2 = {
    tokens = { '<fim_suffix>', '<fim_prefix>', '<fim_middle>' },
    ends = { '<|endoftext|>', '<filename>', '<reponame>' },
    names = { 'JetBrains/Mellum2-12B-A2.5B-Base', 'Mellum2-12B-A2.5B-Base.Q4_K_M.gguf', 'mellum2-base' },
  },
  starcoder2 = {
    tokens = STARCODER,
    ends = { '<|endoftext|>', '<file_sep>', '<repo_name>' },
    names = { 'starcoder2:3b', 'bigcode/starcoder2-15b', 'second-state/StarCoder2-7B-GGUF' },
  },
  starcoder = {
    tokens = STARCODER,
    ends = { '<|endoftext|>', '<filename>', '<reponame>' },
    names = { 'starcoder:1b', 'bigcode/starcoderbase-3b', 'tiny_starcoder_py' },
  },
  santacoder = {
    tokens = { '<fim-prefix>', '<fim-suffix>', '<fim-middle>' },
    ends = { '<|endoftext|>' },
    names = { 'bigcode/santacoder', 'gpt_bigcode-santacoder' },
  },
  codegemma = {
    tokens = QWEN,
    ends = { '<|file_separator|>', '<eos>' },
    names = { 'codegemma:2b-code', 'google/codegemma-7b', 'codegemma-2b-Q8_0.gguf' },
  },
  granite4 = {
    tokens = QWEN,
    ends = { '<|end_of_text|>', '<|fim_pad|>', '<|filename|>', '<|reponame|>' },
    names = {
      'granite4:tiny-h',
      'granite4',
      'granite4:350m-h-base-q4_K_S',
      'ibm-granite/granite-4.0-h-tiny-base',
      'ibm/granite-4-h-small',
      'hf.co/unsloth/granite-4.0-micro-GGUF:Q4_K_M',
      'granite-4.1-3b-instruct',
    },
  },
  ['granite3.3'] = {
    tokens = STARCODER,
    ends = { '<|end_of_text|>', '<fim_pad>', '<filename>' },
    names = { 'ibm-granite/granite-3.3-8b-base', 'granite-3.3-2b-base-Q8_0.gguf' },
  },
  ['granite-code'] = {
    tokens = STARCODER,
    ends = { '<|endoftext|>' },
    names = { 'granite-code:3b', 'ibm-granite/granite-8b-code-base-4k' },
  },
  codegeex4 = {
    tokens = { '<|code_suffix|>', '<|code_prefix|>', '<|code_middle|>' },
    ends = { '<|user|>', '<|assistant|>', '<|observation|>', '<|endoftext|>' },
    names = { 'codegeex4:9b', 'THUDM/codegeex4-all-9b', 'codegeex4-all-9b-Q4_K_M.gguf' },
  },
  ['glm-4.5'] = {
    tokens = { '<|code_prefix|>', '<|code_suffix|>', '<|code_middle|>' },
    ends = { '<|user|>', '<|assistant|>', '<|endoftext|>' },
    names = { 'zai-org/GLM-4.5-Air', 'glm-4.7-flash', 'unsloth/GLM-4.6-GGUF:Q2_K_XL' },
  },
  codeqwen = { tokens = STARCODER, ends = { '<|endoftext|>' }, names = { 'codeqwen:7b-code', 'Qwen/CodeQwen1.5-7B' } },
  codeshell = { tokens = STARCODER, ends = { '<|endoftext|>' }, names = { 'WisdomShell/CodeShell-7B' } },
  refact = {
    tokens = STARCODER,
    ends = { '<|endoftext|>' },
    names = { 'smallcloudai/Refact-1_6B-fim', 'refact-1.6B-fim-q8_0.gguf' },
  },
  aixcoder = {
    tokens = { '▁<AIX-SPAN-PRE>', '▁<AIX-SPAN-POST>', '▁<AIX-SPAN-MIDDLE>' },
    ends = { '</s>', '<AIX-SPAN-POST>' },
    names = { 'aiXcoder/aixcoder-7b-base' },
  },
  ['stable-code'] = {
    tokens = STARCODER,
    ends = { '<|endoftext|>' },
    names = { 'stable-code:3b-code', 'stabilityai/stable-code-3b' },
  },
  codellama = {
    tokens = { '<PRE>', '<SUF>', '<MID>' },
    ends = { '<EOT>', '</s>' },
    names = {
      'codellama:7b-code',
      'codellama:code',
      'codellama/CodeLlama-13b-hf',
      'codellama-7b.Q4_K_M.gguf',
      'meta/code-llama-7b',
    },
  },
}

--- Neighbours that were not trained to fill in, or of which it is not published how.
local OTHERS = {
  'llama3.2',
  'llama3.2:3b',
  'meta-llama/Llama-3.1-8B',
  'qwen2.5:7b',
  'Qwen/Qwen2.5-7B-Instruct',
  'qwen2.5-vl:7b',
  'qwen3:8b',
  'Qwen/Qwen3-30B-A3B',
  'qwen3-next:80b',
  'qwen3-vl:8b',
  'deepseek-r1:7b',
  'DeepSeek-R1-Distill-Qwen-7B',
  'deepseek-llm:7b',
  'codellama:7b',
  'codellama:13b-python',
  'codellama:34b-code',
  'CodeLlama-7b-Instruct-hf',
  'codegemma:7b-instruct',
  'google/codegemma-7b-it',
  'gemma3:4b',
  'granite3.3:8b',
  'granite3-dense:2b',
  'granite-3.1-8b-base',
  'replit-code-v1_5-3b',
  'granite-guardian:8b',
  'ibm-granite/granite-4.0-vision',
  'Seed-Coder-8B-Reasoning',
  'seed-oss:36b',
  'codestral-embed',
  'mistralai/Mamba-Codestral-7B-v0.1',
  'mistral-small:24b',
  'devstral:24b',
  'JetBrains/Mellum2-12B-A2.5B-Instruct',
  'Mellum2.1-12B-A2.5B-Thinking',
  'granite-4.2-3b',
  'glm4:9b',
  'THUDM/glm-4-9b-chat',
  'glm-4.5v',
  'infly/OpenCoder-8B-Base',
  'yi-coder:9b',
  'nomic-embed-code',
  'qwen2.5-coder-embed',
  'gpt-oss:20b',
  'phi4',
  -- Only its maker's name is one of a family.
  'starcoder/llama3.2',
  'hf.co/codestral/Llama-3.2-GGUF',
  '/home/starcoder/models/llama-3.2.gguf',
}

local function family(t, name)
  return t:lua('local f = require("hum.complete.backend.families").of(...) return f and f.name', name)
end

test('a family is known by the names that servers and people give its models', { ui = false }, function(t)
  for expected, one in pairs(FAMILIES) do
    for _, name in ipairs(one.names) do
      eq(expected, family(t, name), name)
    end
  end
end)

test('neighbours of a family are not taken for it', { ui = false }, function(t)
  for _, name in ipairs(OTHERS) do
    eq(nil, family(t, name), name)
  end
end)

test('each family has its tokens, their order, what ends an answer, and a source', { ui = false }, function(t)
  local list = t:lua([[
    local tokens = require('hum.complete.backend.tokens')
    return vim.tbl_map(function(one)
      return vim.tbl_extend('force', one, { all = tokens.ends(one.tokens) })
    end, require('hum.complete.backend.families').list)]])
  local seen = {}
  for _, one in ipairs(list) do
    local wanted, has = assert(FAMILIES[one.name], one.name), one.tokens
    seen[one.name] = true
    T.match('%.%a+/', one.source)
    local order = { has.prefix, has.suffix, has.middle }
    if has.suffix_first then order = { has.suffix, has.prefix, has.middle } end
    for i, token in ipairs(wanted.tokens) do
      T.ok(order[i]:find(token, 1, true), ('%s: %s in "%s"'):format(one.name, token, order[i]))
    end
    for _, text in ipairs(vim.list_extend(vim.deepcopy(wanted.ends), wanted.tokens)) do
      T.ok(vim.tbl_contains(one.all, (text:gsub('^▁', ''))), ('%s ends at %s'):format(one.name, text))
    end
    T.ok(#has.stop >= 1 and #has.stop <= 4, one.name)
    for i, text in ipairs(has.stop) do
      eq(text, one.all[i], one.name)
    end
    for _, text in ipairs(one.all) do
      T.no_match('%s', text)
    end
  end
  eq(vim.tbl_count(FAMILIES), vim.tbl_count(seen))
end)

-- ---- what an Ollama is sent ------------------------------------------------------------------

--- An Ollama that tells neither "insert" nor a template, with this model.
local function plain(t, model)
  local srv = t:fake()
  srv:script({
    server = 'ollama',
    models = { { name = model, capabilities = { 'completion' }, show = { template = '{{ .Prompt }}' } } },
    default = { text = 'a + b' },
  })
  return srv
end

local function start(t, srv, model)
  t:lua(
    [[
    local url, model = ...
    told = nil
    vim.notify = function(text) told = text end
    vim.g.hum = {
      complete = { mode = 'on', debounce = 0, prefetch = false, model = model },
      endpoints = { ollama = { url = url } },
    }]],
    srv.url,
    model
  )
  t:cmd('edit ' .. t:write_file('main.c', 'int main(void)\n{\n    \n    return sum;\n}\n'))
  t:keys('3GAint sum = ')
end

for name, one in vim.spairs(FAMILIES) do
  test(('an Ollama that tells nothing gets the tokens of %s'):format(name), {}, function(t)
    local model = one.names[1]
    local srv = plain(t, model)
    start(t, srv, model)
    t:wait_screen('    int sum = a + b', true)
    local request = vim.tbl_filter(function(each) return each.body.raw end, srv:requests('/api/generate'))[1]
    local prompt, at = request.body.prompt, 0
    for _, token in ipairs(one.tokens) do
      at = assert(prompt:find(token, at + 1, true), ('%s in %s'):format(token, prompt))
    end
    T.match('    int sum =$', prompt)
    T.match('main.c', prompt, true)
    for _, text in ipairs(one.ends) do
      T.ok(vim.tbl_contains(request.body.options.stop, text), text)
    end
    T.match('with the FIM tokens of ' .. name, t:lua('return require("hum.complete").status()'), true)
  end)
end

test('CodeGeeX4 gets its header', {}, function(t)
  local srv = plain(t, 'codegeex4:9b')
  start(t, srv, 'codegeex4:9b')
  t:wait_screen('    int sum = a + b', true)
  local prompt = srv:requests('/api/generate')[#srv:requests('/api/generate')].body.prompt
  T.match('^<|user|>\n###PATH:main%.c\n###LANGUAGE:C\n###MODE:BLOCK\n<|code_suffix|>\n    return sum;\n}', prompt)
  T.match('<|code_prefix|>int main%(void%)\n{\n<|code_middle|><|assistant|>\n    int sum =$', prompt)
end)

test('a model of no family is not asked, and it is said why', {}, function(t)
  local srv = plain(t, 'llama3.2')
  start(t, srv, 'llama3.2')
  t:wait(function() return t:lua('return told') end, 'a message')
  T.match('"llama3.2" is not a known FIM model', t:lua('return told'), true)
  T.match('set complete.fim or complete.model', t:lua('return told'), true)
  T.match('"llama3.2" is not a known FIM model', t:lua('return require("hum.complete").status()'), true)
  eq({}, srv:requests('/api/generate'))
end)

-- ---- of a model that is described ------------------------------------------------------------

local function of_shown(t, name, shown)
  return t:lua([[local f = require('hum.complete.backend.families').of_shown(...) return f and f.name]], name, shown)
end

test('a name that says nothing is looked up in what the model was made from', { ui = false }, function(t)
  local info = { ['general.basename'] = 'Qwen2.5-Coder', ['general.size_label'] = '7B' }
  eq('qwen2.5-coder', of_shown(t, 'mine:latest', { model_info = info }))
  eq('starcoder2', of_shown(t, 'mine', { model_info = { ['general.architecture'] = 'starcoder2' } }))
  eq(
    'codellama',
    of_shown(t, 'x', { model_info = { ['general.basename'] = 'CodeLlama', ['general.size_label'] = '7B' } })
  )
  eq('mellum', of_shown(t, 'x', { details = { parent_model = 'hf.co/JetBrains/Mellum-4b-base-gguf:latest' } }))
  -- What the name denies, the rest does not make true.
  local gemma = { ['general.basename'] = 'codegemma', ['general.finetune'] = 'it' }
  eq(nil, of_shown(t, 'mine', { model_info = gemma }))
  eq(nil, of_shown(t, 'codegemma:7b-instruct', { model_info = { ['general.basename'] = 'codegemma' } }))
  eq(nil, of_shown(t, 'x', { model_info = { ['general.basename'] = 5, ['general.name'] = {} }, details = 3 }))
end)

test('models for chats whose tokenizers have FIM tokens are used if they are named', { ui = false }, function(t)
  local function unasked(name) return t:lua('return require("hum.complete.backend.families").unasked(...) ~= nil', name) end
  eq({ false, false, false }, { unasked('qwen3.5:0.8b'), unasked('deepseek-v3'), unasked('glm-4.5-air') })
  eq({ true, true }, { unasked('qwen2.5-coder:7b'), unasked('granite4') })
end)
