-- How known families of models were trained to fill in: the tokens of raw prompts, as
-- src/server/fill.h has them ("%s" is where a name goes), and the texts that end an answer. At
-- most four of those: OpenAI-compatible servers take no more. A model's own end of text
-- ends an answer in any case.
--
-- Each entry names where its tokens are published. Families of which that could not be
-- found are left out: their servers may still know (Ollama's capability "insert",
-- llama-server's /infill), and users can say it with `complete.fim`.
local M = {}

---@class hum.FimTokens
---@field prefix string
---@field suffix string
---@field middle string
---@field repo? string
---@field file? string
---@field suffix_first? boolean
---@field stop string[]

---@class hum.Family
---@field name string
---@field patterns string[]   of a normal name, see `normal`
---@field except? string[]    members that were not trained to fill in
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
  }
end

--- The better ones of a size first: the order decides between models of a server.
---@type hum.Family[]
M.list = {
  {
    -- github.com/QwenLM/Qwen2.5-Coder: examples/Qwen2.5-Coder-fim.py, -repolevel-fim.py
    name = 'qwen2.5-coder',
    patterns = { 'qwen%-?2%.?5%-coder' },
    tokens = qwen(),
  },
  {
    -- github.com/QwenLM/Qwen3-Coder: README, "Fill in the middle"
    name = 'qwen3-coder',
    patterns = { 'qwen%-?3%-coder' },
    tokens = qwen(),
  },
  {
    -- arxiv.org/abs/2506.03524 (Seed-Coder), section 2.2: trained suffix first only
    name = 'seed-coder',
    patterns = { 'seed%-coder' },
    except = { 'reasoning' },
    tokens = {
      prefix = '<[fim-prefix]>',
      suffix = '<[fim-suffix]>',
      middle = '<[fim-middle]>',
      suffix_first = true,
      stop = { '<[fim-suffix]>', '<[fim-prefix]>', '<[fim-middle]>' },
    },
  },
  {
    -- docs.ollama.com/template; github.com/mistralai/cookbook,
    -- concept-deep-dive/tokenization/chat_templates.md
    name = 'codestral',
    patterns = { 'codestral' },
    except = { 'mamba', 'embed' },
    tokens = {
      prefix = '[PREFIX] ',
      suffix = '[SUFFIX]',
      middle = '',
      suffix_first = true,
      stop = { '[PREFIX]', '[SUFFIX]' },
    },
  },
  {
    -- github.com/deepseek-ai/DeepSeek-Coder and DeepSeek-Coder-V2: README, "Code Insertion"
    name = 'deepseek-coder',
    patterns = { 'deepseek%-coder' },
    tokens = {
      prefix = '<｜fim▁begin｜>',
      suffix = '<｜fim▁hole｜>',
      middle = '<｜fim▁end｜>',
      stop = { '<｜fim▁begin｜>', '<｜end▁of▁sentence｜>', '<|EOT|>' },
    },
  },
  {
    -- huggingface.co/JetBrains/Mellum-4b-base: model card; of Mellum 2 nothing was found
    name = 'mellum',
    patterns = { 'mellum' },
    except = { 'mellum%-?2' },
    tokens = starcoder({
      suffix_first = true,
      file = '<filename>%s\n',
      stop = { '<|endoftext|>', '<filename>', '<fim_suffix>', '<fim_pad>' },
    }),
  },
  {
    -- arxiv.org/abs/2402.19173 (StarCoder 2), section 5.1: the name of the file to fill
    -- stands behind the prefix token
    name = 'starcoder2',
    patterns = { 'starcoder%-?2' },
    tokens = starcoder({
      prefix = '<file_sep><fim_prefix>%s\n',
      repo = '<repo_name>%s',
      file = '<file_sep>%s\n',
    }),
  },
  {
    -- ai.google.dev/gemma/docs/codegemma/prompt-structure; not the instructed ones
    name = 'codegemma',
    patterns = { 'codegemma' },
    except = { '%f[%w]it%f[%W]', 'instruct' },
    tokens = {
      prefix = '<|fim_prefix|>',
      suffix = '<|fim_suffix|>',
      middle = '<|fim_middle|>',
      stop = { '<|file_separator|>', '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>' },
    },
  },
  {
    -- arxiv.org/abs/2405.04324 and github.com/ibm-granite/granite-code-models: StarCoder's
    -- tokenizer. Not Granite 3 and 4, whose tokens are others.
    name = 'granite-code',
    patterns = { 'granite.*%-code' },
    tokens = starcoder(),
  },
  {
    -- github.com/QwenLM/Qwen2.5-Coder: examples/CodeQwen1.5-base-repolevel-fim.py
    name = 'codeqwen',
    patterns = { 'codeqwen' },
    tokens = starcoder({ repo = '<repo_name>%s\n', file = '<file_sep>%s\n' }),
  },
  {
    -- huggingface.co/stabilityai/stable-code-3b: model card
    name = 'stable-code',
    patterns = { 'stable%-code' },
    tokens = starcoder(),
  },
  {
    -- huggingface.co/bigcode/starcoder: model card
    name = 'starcoder',
    patterns = { 'starcoder' },
    tokens = starcoder({ stop = { '<|endoftext|>', '<filename>', '<fim_prefix>', '<fim_pad>' } }),
  },
  {
    -- docs.ollama.com/template; llama.com/docs/model-cards-and-prompt-formats/meta-code-llama:
    -- only the base models of 7B and 13B. Ollama's plain "codellama" is instructed.
    name = 'codellama',
    patterns = { 'codellama:.*code', 'codellama%-7b', 'codellama%-13b' },
    except = { 'instruct', 'python', '34b', '70b' },
    tokens = {
      prefix = '<PRE> ',
      suffix = ' <SUF>',
      middle = ' <MID>',
      stop = { '<EOT>', '<PRE>', '<SUF>', '<MID>' },
    },
  },
}

--- Names come as "qwen2.5-coder:1.5b-base", "hf.co/bartowski/Qwen2.5-Coder-7B-GGUF:Q4_K_M",
--- "/srv/models/qwen2.5-coder-7b-q8_0.gguf", or as a title, "Qwen2.5 Coder 7B".
---@param name string
---@return string
local function normal(name) return (name:lower():gsub('^.*/', ''):gsub('[%s_]', '-')) end

---@param name string
---@param patterns string[]
---@return boolean
local function fits(name, patterns)
  for _, pattern in ipairs(patterns) do
    if name:find(pattern) then return true end
  end
  return false
end

---@param name string  of a model
---@return hum.Family|nil family, integer|nil rank
function M.of(name)
  name = normal(name)
  for rank, family in ipairs(M.list) do
    if fits(name, family.patterns) and not fits(name, family.except or {}) then return family, rank end
  end
end

--- The family of a model that Ollama has described. Its own name goes first; one that says
--- nothing ("mine:latest") may be made from a model that is known.
---@param name string
---@param shown table  answer of /api/show
---@return hum.Family|nil
function M.of_shown(name, shown)
  local details = type(shown.details) == 'table' and shown.details or {}
  local info = type(shown.model_info) == 'table' and shown.model_info or {}
  local names = {
    name,
    details.parent_model,
    info['general.basename'],
    info['general.name'],
    info['general.architecture'],
  }
  for i = 1, 5 do
    local family = type(names[i]) == 'string' and M.of(names[i])
    if family then return family end
  end
end

--- Whether a model was trained to follow instructions. Those fill in too, if they did before,
--- but base models are better at it.
---@param name string
---@return boolean
function M.is_instructed(name)
  name = normal(name)
  return fits(name, { 'instruct', 'chat', '%f[%w]it%f[%W]' })
end

--- Whether the name says that a model thinks before it answers, which is too slow here.
---@param name string
---@return boolean
function M.is_thinker(name)
  name = normal(name)
  return fits(name, { 'thinking', 'reason', 'qwq', 'deepseek%-r1', 'gpt%-oss', 'magistral' })
end

return M
