-- Filling in a prompt: what it is about, what the user says, what git knows, what he is asked for.
local ask_user = require('hum.question')
local git = require('hum.git')
local placeholders = require('hum.prompt.placeholders')
local plain = require('hum.prompt.plain')
local shared = require('hum.prompt.shared')
local values_of = require('hum.prompt.values')

local M = {}

---@class hum.FilledPrompt
---@field system? string
---@field turns hum.PromptTurn[]
---@field text string    all messages of the user
---@field quoted boolean lines of the range stand in it
---@field lacks? boolean it asks about lines, and there are none, nor anything else to ask about

--- So many commits are told.
local COMMITS = 100

-- ---- what git knows --------------------------------------------------------------------------

local LOG = { 'log', '--no-merges', '--no-show-signature', '--encoding=UTF-8', '--format=- %s' }

---@param n integer
---@param more? string
---@return string[]
local function log(n, more)
  local args = vim.list_extend(vim.list_slice(LOG), { '-n', tostring(n) })
  return more and vim.list_extend(args, { more }) or args
end

---@alias hum.AskedGit fun(args: string[], cb: fun(out: string))

---@type table<string, fun(ask: hum.AskedGit, cb: fun(text: string))>
local GIT = {
  branch = function(ask, cb) ask({ 'symbolic-ref', '--short', '--quiet', 'HEAD' }, cb) end,
  recent = function(ask, cb) ask(log(8), cb) end,
  commits = function(ask, cb)
    ask(
      { 'describe', '--tags', '--abbrev=0' },
      function(tag) ask(log(COMMITS, tag ~= '' and tag .. '..HEAD' or nil), cb) end
    )
  end,
}

--- What git knows of those placeholders that a text has.
---@param text string
---@param buf integer
---@param cb fun(values: table<string, string>)
function M.facts(text, buf, cb)
  local names, values = {}, {}
  for name in pairs(GIT) do
    if placeholders.has(text, { name }) then names[#names + 1] = name end
  end
  if #names == 0 then return cb(values) end
  git.find(buf, function(repository)
    if not repository then return cb(values) end
    local function ask(args, answer)
      git.run({ repository = repository }, args, function(said) answer(said.ok and shared.trim(said.out) or '') end)
    end
    local function next_name(i)
      local name = names[i]
      if not name then return cb(values) end
      GIT[name](ask, function(out)
        values[name] = plain.escaped(out)
        next_name(i + 1)
      end)
    end
    next_name(1)
  end)
end

-- ---- what the user is asked for --------------------------------------------------------------

--- `name=value` pairs behind a prompt's name, as VS Code takes them.
---@param questions hum.PromptQuestion[]
---@param input string
---@return table<string, string> values, string rest
local function given_pairs(questions, input)
  local values, rest = {}, input
  for _, question in ipairs(questions) do
    local key = vim.pesc(question.title)
    local first, last, value = (' ' .. rest):find('%s' .. key .. '=(%S+)')
    if first and last then
      values[question.name] = value
      rest = shared.trim(rest:sub(1, math.max(first - 2, 0)) .. ' ' .. rest:sub(last))
    end
  end
  return values, rest
end

--- What the prompt asks for: from what stands behind its name, else of the user. {{input}} is not asked for where lines
--- are named, which may say enough.
---@param prompt hum.Prompt
---@param about { named: boolean, range?: hum.EditRange }
---@param opts hum.PromptOpts
---@param cb fun(values: table<string, string>|nil, input: string)  nil: he did not answer, or what it is
--- about was gone when he did
function M.ask(prompt, about, opts, cb)
  local questions, input = prompt.asks or {}, opts.input or ''
  if about.named then questions = vim.tbl_filter(function(question) return question.name ~= 'input' end, questions) end
  local values, rest = given_pairs(questions, input)
  for _, question in ipairs(questions) do
    local given = opts.values and (opts.values[question.name] or opts.values[question.title])
    values[question.name] = given or values[question.name]
    if not values[question.name] and rest ~= '' then
      values[question.name], rest = rest, ''
    end
  end
  local function next_question(i)
    local question = questions[i]
    if not question then return cb(values, rest) end
    if values[question.name] or opts.quiet then return next_question(i + 1) end
    local hint = question.hint and (' (%s)'):format(question.hint) or ''
    ask_user.input({ prompt = ('%s%s: '):format(question.title, hint) }, function(typed)
      local is_gone = about.range and not vim.api.nvim_buf_is_loaded(about.range.buf)
      if is_gone or not typed or shared.trim(typed) == '' then return cb(nil, rest) end
      values[question.name] = shared.trim(typed)
      next_question(i + 1)
    end)
  end
  next_question(1)
end

-- ---- filling ---------------------------------------------------------------------------------

--- All of a prompt that is filled in.
---@param prompt hum.Prompt
---@return string
function M.all(prompt) return (prompt.system or '') .. '\n' .. prompt.text end

---@param prompt hum.Prompt
---@param input string
---@return hum.PromptTurn[]  with the references, and what the user says if no placeholder takes that
local function turns_of(prompt, input)
  local turns = prompt.turns and vim.deepcopy(prompt.turns) or { { role = 'user', text = prompt.text } }
  local first ---@type hum.PromptTurn|nil  that is asked
  for _, turn in ipairs(turns) do
    first = turn.role == 'user' and (first or turn) or nil
  end
  if not first then return turns end
  if prompt.references then first.text = first.text .. '\n\n' .. prompt.references end
  if input ~= '' and not placeholders.has(M.all(prompt), { 'input' }) then
    first.text = first.text .. '\n\n{{input}}'
  end
  return turns
end

---@class hum.PromptTexts
---@field values hum.PromptValues
---@field blocks? hum.PromptValues

--- A prompt with its placeholders filled in.
---@param prompt hum.Prompt
---@param texts hum.PromptTexts
---@param input string  what is left of what the user said
---@return hum.FilledPrompt
function M.fill(prompt, texts, input)
  local turns, asked, quoted = {}, {}, false
  local blocks = texts.blocks
      and vim.tbl_map(function(block)
        return function()
          quoted = true
          return type(block) == 'function' and block() or block
        end
      end, texts.blocks)
    or nil
  for _, turn in ipairs(turns_of(prompt, input)) do
    local text = shared.trim(placeholders.fill(turn.text, texts.values, blocks))
    if text ~= '' then
      turns[#turns + 1] = { role = turn.role, text = text }
      if turn.role == 'user' then asked[#asked + 1] = text end
    end
  end
  local system = prompt.system and shared.trim(placeholders.fill(prompt.system, texts.values)) or ''
  return {
    system = system ~= '' and system or nil,
    turns = turns,
    text = table.concat(asked, '\n\n'),
    quoted = quoted,
  }
end

--- What the placeholders are for what a prompt is about.
---@param prompt hum.Prompt
---@param about hum.PromptAbout
---@param input string
---@param is_chat boolean  lines are quoted
---@return hum.PromptTexts
local function texts_of(prompt, about, input, is_chat)
  local range = about.range
  local values = range and values_of.range(range, input) or { input = input }
  values.diff = '#diff'
  values.project = about.root or ''
  local blocks = is_chat
      and range
      and {
        selection = function()
          local is_blank = not values_of.text(range):find('%S')
          return is_blank and '' or values_of.quote(range)
        end,
      }
    or nil
  if not about.named and prompt.selection then
    values.selection = prompt.selection ~= 'none' and prompt.selection or ''
    blocks = nil
  end
  return { values = values, blocks = blocks }
end

--- Whether a prompt is about lines of which there are none here, as on a blank line, and nothing takes their place.
---@param prompt hum.Prompt
---@param about hum.PromptAbout
---@param said boolean  the user said something besides
---@return boolean
local function lacks_lines(prompt, about, said)
  local all = M.all(prompt)
  if said or prompt.references or not placeholders.has(all, { 'selection' }) then return false end
  if placeholders.has(all, { 'diff', 'diagnostics', 'commits', 'recent' }) then return false end
  if not about.named and prompt.selection then return false end
  return not about.range or not values_of.text(about.range):find('%S')
end

--- Fills in a prompt: asks git and the user for what it wants to know.
---@param prompt hum.Prompt
---@param about hum.PromptAbout
---@param opts hum.PromptOpts
---@param is_chat boolean
---@param cb fun(filled: hum.FilledPrompt|nil, input: string)  nil: the user did not answer
function M.prompt(prompt, about, opts, is_chat, cb)
  M.ask(prompt, about, opts, function(answers, input)
    if not answers then return cb(nil, input) end
    M.facts(M.all(prompt), about.buf, function(facts)
      local texts = texts_of(prompt, about, input, is_chat)
      texts.values = vim.tbl_extend('force', texts.values, answers, facts)
      local filled = M.fill(prompt, texts, input)
      filled.lacks = is_chat and lacks_lines(prompt, about, input ~= '' or next(answers) ~= nil)
      cb(filled, answers.input or input)
    end)
  end)
end

return M
