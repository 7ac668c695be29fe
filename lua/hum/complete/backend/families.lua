-- How known families of models were trained to fill in: the tokens of raw prompts, as
-- src/server/fill.h has them ("%s" is where a name goes), and what ends an answer, see
-- hum.FimTokens.
--
-- Each entry names where its tokens are published. Families of which that could not be
-- found are left out: their servers may still know (Ollama's capability "insert",
-- llama-server's /infill), and users can say it with `complete.fim`. Left out on purpose, as their
-- makers say or their tokenizers alone have the tokens: Qwen 2.5 and 3 without "Coder", Granite before
-- 3.3, GLM-4, OpenCoder, Replit Code, Yi-Coder, Devstral, Llama 3, Gemma.
local patterns = require('hum.patterns')

local M = {}

---@class hum.FimTokens
---@field prefix string
---@field suffix string
---@field middle string
---@field repo? string
---@field file? string
---@field head? string      what begins the prompt
---@field own? string       what begins the file to fill in, if not `file`; "%s" is its path, "%l" its language
---@field suffix_first? boolean
---@field line_before? boolean  see complete.line
---@field stop string[]     what ends an answer before all else: at most four, as OpenAI's API takes no more
---@field ends? string[]    what else does, beside the tokens themselves

---@class hum.Family
---@field name string
---@field source string       where the tokens are published
---@field patterns string[]   of a normal name, see `normal`
---@field except? string[]    members that were not trained to fill in
---@field named? boolean      chats are its purpose: used if the user names it, not chosen
---@field tokens hum.FimTokens

--- StarCoder's, and those of many others.
---@param more? table
---@return hum.FimTokens
local function starcoder(more)
  return vim.tbl_extend('force', {
    prefix = '<fim_prefix>',
    suffix = '<fim_suffix>',
    middle = '<fim_middle>',
    stop = { '<|endoftext|>', '<file_sep>', '<fim_prefix>', '<fim_pad>' },
    ends = { '<reponame>', '<gh_stars>', '<issue_start>', '<jupyter_start>', '<commit_before>' },
  }, more or {}) --[[@as hum.FimTokens]]
end

---@return hum.FimTokens
local function qwen()
  return {
    prefix = '<|fim_prefix|>',
    suffix = '<|fim_suffix|>',
    middle = '<|fim_middle|>',
    repo = '<|repo_name|>%s\n',
    file = '<|file_sep|>%s\n',
    stop = { '<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>' },
    ends = { '<|im_start|>', '<|im_end|>' },
  }
end

---@return hum.FimTokens
local function deepseek()
  return {
    prefix = '<｜fim▁begin｜>',
    suffix = '<｜fim▁hole｜>',
    middle = '<｜fim▁end｜>',
    stop = { '<｜fim▁begin｜>', '<｜end▁of▁sentence｜>', '<|EOT|>' },
    ends = { '<｜begin▁of▁sentence｜>', '<｜User｜>', '<｜Assistant｜>' },
  }
end

--- JetBrains's: both of its families.
---@return hum.FimTokens
local function mellum()
  return starcoder({
    suffix_first = true,
    file = '<filename>%s\n',
    stop = { '<|endoftext|>', '<filename>', '<fim_suffix>', '<fim_pad>' },
    ends = { '<reponame>', '<gh_stars>' },
  })
end

--- The better ones of a size first: the order decides between models of a server.
---@type hum.Family[]
M.list = {
  {
    name = 'qwen2.5-coder', -- and "2.5.1", as a later upload of the 7B calls itself
    source = 'github.com/QwenLM/Qwen2.5-Coder: examples/Qwen2.5-Coder-fim.py, -repolevel-fim.py',
    patterns = { 'qwen%-?2[.p%-]?5[.%d]*%-?coder' },
    tokens = qwen(),
  },
  {
    name = 'qwen3-coder',
    source = 'github.com/QwenLM/Qwen3-Coder: README, "Fill in the middle"',
    patterns = { 'qwen%-?3[.p%d]*%-?coder' },
    tokens = qwen(),
  },
  {
    name = 'seed-coder', -- trained suffix first only
    source = 'arxiv.org/abs/2506.03524, section 2.2',
    patterns = { 'seed%-?coder' },
    except = { 'reasoning' },
    tokens = {
      prefix = '<[fim-prefix]>',
      suffix = '<[fim-suffix]>',
      middle = '<[fim-middle]>',
      suffix_first = true,
      stop = { '<[fim-suffix]>', '<[fim-prefix]>', '<[fim-middle]>', '<[end▁of▁sentence]>' },
      ends = { '<[begin▁of▁sentence]>' },
    },
  },
  {
    name = 'codestral',
    source = 'docs.ollama.com/template; github.com/mistralai/cookbook, '
      .. 'concept-deep-dive/tokenization/chat_templates.md',
    patterns = { 'codestral' },
    except = { 'mamba' },
    tokens = {
      prefix = '[PREFIX] ',
      suffix = '[SUFFIX]',
      middle = '',
      suffix_first = true,
      stop = { '[PREFIX]', '[SUFFIX]' },
      ends = { '[MIDDLE]', '</s>' },
    },
  },
  {
    name = 'deepseek-coder',
    source = 'github.com/deepseek-ai/DeepSeek-Coder and DeepSeek-Coder-V2: README, "Code Insertion"',
    patterns = { 'deepseek%-?coder' },
    tokens = deepseek(),
  },
  {
    -- Trained in both orders. The report does not tell the tokens: those are the ones that were measured,
    -- with answers as good as Seed-Coder's.
    name = 'mellum2',
    source = 'arxiv.org/abs/2605.31268, section 3.2.2; github.com/MizuchiLabs/tsugi.nvim: bench/RESULTS.md',
    patterns = { 'mellum%-?2' },
    except = { 'instruct', 'thinking' },
    tokens = mellum(),
  },
  {
    name = 'mellum', -- trained suffix first only
    source = 'huggingface.co/JetBrains/Mellum-4b-base: model card',
    patterns = { 'mellum' },
    tokens = mellum(),
  },
  {
    name = 'starcoder2', -- the name of the file to fill in stands behind the prefix token
    source = 'arxiv.org/abs/2402.19173, section 5.1',
    patterns = { 'starcoder%-?2' },
    tokens = starcoder({
      prefix = '<file_sep><fim_prefix>%s\n',
      repo = '<repo_name>%s',
      file = '<file_sep>%s\n',
      ends = { '<issue_start>', '<jupyter_start>', '<pr>' },
    }),
  },
  {
    name = 'codegemma', -- not the instructed ones
    source = 'ai.google.dev/gemma/docs/codegemma/prompt-structure',
    patterns = { 'codegemma' },
    except = { '%f[%w]it%f[%W]', 'instruct' },
    tokens = {
      prefix = '<|fim_prefix|>',
      suffix = '<|fim_suffix|>',
      middle = '<|fim_middle|>',
      stop = { '<|file_separator|>', '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>' },
      ends = { '<eos>', '<end_of_turn>', '<start_of_turn>' },
    },
  },
  {
    name = 'granite-code', -- StarCoder's tokenizer
    source = 'arxiv.org/abs/2405.04324; github.com/ibm-granite/granite-code-models',
    patterns = { 'granite.*%-code' },
    tokens = starcoder(),
  },
  {
    name = 'codegeex4',
    source = 'github.com/THUDM/CodeGeeX4: guides/Infilling_guideline.md',
    patterns = { 'codegeex%-?4' },
    tokens = {
      head = '<|user|>\n',
      file = '###REFERENCE:\n###PATH:%s\n',
      own = '###PATH:%s\n###LANGUAGE:%l\n###MODE:BLOCK\n',
      suffix = '<|code_suffix|>',
      prefix = '<|code_prefix|>',
      middle = '<|code_middle|><|assistant|>\n',
      suffix_first = true,
      stop = { '<|endoftext|>', '<|user|>', '<|observation|>', '<|code_suffix|>' },
      ends = { '<|assistant|>', '<|system|>', '###REFERENCE:', '###MODE:' },
    },
  },
  {
    name = 'codeqwen',
    source = 'github.com/QwenLM/Qwen2.5-Coder: examples/CodeQwen1.5-base-repolevel-fim.py',
    patterns = { 'codeqwen' },
    tokens = starcoder({ repo = '<repo_name>%s\n', file = '<file_sep>%s\n', ends = { '<|im_start|>', '<|im_end|>' } }),
  },
  {
    name = 'kwaicoder', -- DeepSeek-V2-Lite's tokenizer
    source = 'huggingface.co/Kwaipilot/KwaiCoder-DS-V2-Lite-Base: model card, "Code Insertion"',
    patterns = { 'kwai%-?coder%-?ds' },
    tokens = deepseek(),
  },
  {
    name = 'aixcoder',
    source = 'github.com/aixcoder-plugin/aiXcoder-7B: README, "fill in the middle, PSM mode"',
    patterns = { 'aixcoder' },
    tokens = {
      prefix = '▁<AIX-SPAN-PRE>',
      suffix = '▁<AIX-SPAN-POST>',
      middle = '▁<AIX-SPAN-MIDDLE>',
      stop = { '</s>', '<AIX-SPAN-PRE>', '<AIX-SPAN-POST>', '<AIX-SPAN-MIDDLE>' },
    },
  },
  {
    name = 'stable-code',
    source = 'huggingface.co/stabilityai/stable-code-3b: model card',
    patterns = { 'stable%-code' },
    tokens = starcoder(),
  },
  {
    name = 'granite4', -- 4.2 thinks, and does not fill in any more
    source = 'ibm.com/granite/docs/use-cases/prompt-engineering, "FIM"; '
      .. 'huggingface.co/ibm-granite/granite-4.0-h-tiny-base: model card, tokenizer_config.json; '
      .. 'github.com/MizuchiLabs/tsugi.nvim: bench/RESULTS.md, "Granite 4.1"',
    patterns = { 'granite%-?4' },
    except = { 'granite%-?4[.p][2-9]', 'vision', 'speech', 'docling' },
    tokens = {
      prefix = '<|fim_prefix|>',
      suffix = '<|fim_suffix|>',
      middle = '<|fim_middle|>',
      stop = { '<|end_of_text|>', '<|fim_pad|>', '<|filename|>', '<|fim_prefix|>' },
      ends = { '<|reponame|>', '<|start_of_role|>', '<|end_of_role|>', '<|endoftext|>' },
    },
  },
  {
    name = 'granite3.3', -- only the base models
    source = 'huggingface.co/ibm-granite/granite-3.3-8b-base: model card, tokenizer_config.json',
    patterns = { 'granite%-?3[.p%-]?3.*base' },
    except = { 'vision', 'speech' },
    tokens = starcoder({
      stop = { '<|end_of_text|>', '<fim_pad>', '<filename>', '<fim_prefix>' },
      ends = { '<reponame>', '<gh_stars>', '<|start_of_role|>', '<|end_of_role|>' },
    }),
  },
  {
    name = 'codeshell',
    source = 'github.com/WisdomShell/codeshell: README, "Fill in the Middle"',
    patterns = { 'codeshell' },
    tokens = starcoder(),
  },
  {
    name = 'refact',
    source = 'huggingface.co/smallcloudai/Refact-1_6B-fim: model card',
    patterns = { 'refact%-1[.%-]6' },
    tokens = starcoder(),
  },
  {
    name = 'santacoder', -- "-" where its successors have "_"
    source = 'huggingface.co/bigcode/santacoder: model card, "Fill-in-the-middle"',
    patterns = { 'santacoder' },
    tokens = {
      prefix = '<fim-prefix>',
      suffix = '<fim-suffix>',
      middle = '<fim-middle>',
      stop = { '<|endoftext|>', '<fim-prefix>', '<fim-suffix>', '<fim-pad>' },
    },
  },
  {
    name = 'starcoder',
    source = 'huggingface.co/bigcode/starcoder: model card',
    patterns = { 'starcoder' },
    tokens = starcoder({ stop = { '<|endoftext|>', '<filename>', '<fim_prefix>', '<fim_pad>' } }),
  },
  {
    name = 'codellama', -- only the base models of 7B and 13B; Ollama's plain "codellama" is instructed
    source = 'docs.ollama.com/template; llama.com/docs/model-cards-and-prompt-formats/meta-code-llama',
    patterns = { 'codellama:.*code', 'code%-?llama%-7b', 'code%-?llama%-13b' },
    except = { 'instruct', 'python', '34b', '70b' },
    tokens = {
      prefix = '<PRE> ',
      suffix = ' <SUF>',
      middle = ' <MID>',
      stop = { '<EOT>', '<PRE>', '<SUF>', '<MID>' },
      ends = { '</s>' },
    },
  },
  {
    -- No word of it in its documentation: its tokenizer has the tokens of Qwen2.5-Coder, and users say
    -- that it fills in.
    name = 'qwen3.5',
    source = 'huggingface.co/Qwen/Qwen3.5-0.8B-Base: tokenizer_config.json; '
      .. 'github.com/ggml-org/llama.vscode/issues/55 and 230',
    patterns = { 'qwen%-?3[.p][5-9]' },
    named = true,
    tokens = qwen(),
  },
  {
    name = 'deepseek-v3',
    source = 'arxiv.org/abs/2412.19437, section 4.1; github.com/deepseek-ai/DeepSeek-V3',
    patterns = { 'deepseek%-?v3' },
    except = { 'distill' },
    named = true,
    tokens = deepseek(),
  },
  {
    -- Trained to fill in; the order is that of llama-server's /infill.
    name = 'glm-4.5',
    source = 'arxiv.org/abs/2508.06471, section 2.2; github.com/ggml-org/llama.cpp: src/llama-vocab.cpp',
    patterns = { 'glm%-?4[.p][5-9]' },
    except = { '4[.p]%dv' },
    named = true,
    tokens = {
      prefix = '<|code_prefix|>',
      suffix = '<|code_suffix|>',
      middle = '<|code_middle|>',
      stop = { '<|endoftext|>', '<|user|>', '<|observation|>', '<|code_prefix|>' },
      ends = { '<|assistant|>', '<|system|>' },
    },
  },
}

--- Of no family: they turn text into vectors, or judge it.
local NO_WRITERS = { 'embed', 'rerank', 'reward', 'guard' }

--- Names come as "qwen2.5-coder:1.5b-base", "hf.co/bartowski/Qwen2.5-Coder-7B-GGUF:Q4_K_M",
--- "/srv/models/qwen2.5-coder-7b-q8_0.gguf", or as a title, "Qwen2.5 Coder 7B".
---@param name string
---@return string
local function normal(name) return (name:lower():gsub('[/\\]+$', ''):gsub('^.*[/\\]', ''):gsub('[%s_]', '-')) end

--- Names of files that say nothing: "ggml-model-q4_0.gguf", "model.gguf", a hash.
local ANONYMOUS = { '^ggml', '^model', '^consolidated', '^sha256', '^%x+$' }

--- The folders of a file whose own name says nothing, the nearest first; Hugging Face's cache has the
--- model's name in one of them.
---@param name string
---@return string[]
local function folders(name)
  local parts, out = vim.split(name, '[/\\]+', { trimempty = true }), {}
  for i = patterns.any(normal(name), ANONYMOUS) and #parts - 1 or 0, 1, -1 do
    out[#out + 1] = (parts[i]:gsub('^models%-%-.-%-%-', ''))
  end
  return out
end

--- What one name says.
---@param name string  a normal one
---@return integer|false|nil rank  of the family; false: one that cannot; nil: nothing
local function rank_of(name)
  if patterns.any(name, NO_WRITERS) then return false end
  for rank, family in ipairs(M.list) do
    if patterns.any(name, family.patterns) then return not patterns.any(name, family.except or {}) and rank end
  end
end

--- What the first of several names says that says something.
---@param names string[]
---@return hum.Family|nil family, integer|nil rank
local function first_known(names)
  for _, name in ipairs(names) do
    for _, part in ipairs(vim.list_extend({ name }, folders(name))) do
      local rank = rank_of(normal(part))
      if rank ~= nil then return rank and M.list[rank] or nil, rank or nil end
    end
  end
end

---@param name string  of a model
---@return hum.Family|nil family, integer|nil rank
function M.of(name) return first_known({ name }) end

---@param list any[]  values of a server's answer, with holes
---@param count integer
---@return string[]
local function texts(list, count)
  local out = {}
  for i = 1, count do
    if type(list[i]) == 'string' and list[i] ~= '' then out[#out + 1] = list[i] end
  end
  return out
end

--- The family of a model that Ollama has described. Its own name goes first; one that says
--- nothing ("mine:latest") may be made from a model that is known.
---@param name string
---@param shown table  answer of /api/show
---@return hum.Family|nil
function M.of_shown(name, shown)
  local details = type(shown.details) == 'table' and shown.details or {}
  local info = type(shown.model_info) == 'table' and shown.model_info or {}
  local base, size, tune = info['general.basename'], info['general.size_label'], info['general.finetune']
  local made = table.concat(texts({ base, size, tune }, 3), '-') -- "codegemma", "7b", "it"
  local names = { name, details.parent_model, info['general.name'], made, info['general.architecture'] }
  return (first_known(texts(names, 5)))
end

--- The family of a model that a server lists: under a name of its own it may say which it serves
--- (vLLM: `root`, llama-swap: `name`).
---@param name string
---@param item? table  as it is listed
---@return hum.Family|nil family, integer|nil rank
function M.of_listed(name, item)
  item = item or {}
  return first_known(texts({ name, item.root, item.parent, item.name, item.display_name }, 5))
end

--- The family of a model that may be used though nobody named it.
---@param name string
---@param item? table  as it is listed
---@return hum.Family|nil family, integer|nil rank
function M.unasked(name, item)
  local family, rank = M.of_listed(name, item)
  if family and not family.named then return family, rank end
end

--- Whether a model was trained to follow instructions. Those fill in too, if they did before,
--- but base models are better at it.
---@param name string
---@return boolean
function M.is_instructed(name)
  name = normal(name)
  return patterns.any(name, { 'instruct', 'chat', '%f[%w]it%f[%W]' })
end

--- Whether the name says that a model thinks before it answers, which is too slow here.
---@param name string
---@return boolean
function M.is_thinker(name)
  name = normal(name)
  return patterns.any(name, { 'thinking', 'reason', 'qwq', 'deepseek%-r1', 'gpt%-oss', 'magistral' })
end

return M
