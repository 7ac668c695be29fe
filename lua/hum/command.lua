-- `:Hum`: what runs, and what completes it. What a command line means is for hum.grammar to say, what there is to run,
-- hum.subcommands.
local grammar = require('hum.grammar')
local subcommands = require('hum.subcommands')

local M = {}

---@return table
local function library() return require('hum.library.command') end

--- Subcommands and prompts.
---@return string[]
local function names()
  local list = vim.tbl_keys(subcommands)
  for _, name in ipairs(library().names()) do
    if not subcommands[name] then list[#list + 1] = name end
  end
  table.sort(list)
  return list
end

--- What the first word of a command names: a prompt has the name of a subcommand only for lines, and only where that
--- takes none.
---@param word string
---@param has_range? boolean
---@return hum.Subcommand|nil
local function named(word, has_range)
  local sub = subcommands[word]
  if sub and (sub.range or not has_range) then return sub end
  return library().subcommand(word, has_range == true) or sub
end

--- Of a word that means nothing alone, or with a bar behind it.
---@param word string
---@param bar? string
---@return string
local function misread(word, bar)
  if bar then return ('write: :execute "Hum %s" %s'):format(word, bar) end
  local hint = require('hum.spelling').hint(word, names())
  hint = hint ~= '' and hint or ('; to ask it: ":Hum chat %s"'):format(word)
  return ('unknown subcommand ":Hum %s"%s'):format(word, hint)
end

---@param name string
---@param opts table  of nvim_create_user_command
---@return string|nil why
local function refusal(name, opts)
  local sub = named(name, opts.range > 0) or {}
  if vim.fn.getcmdwintype() ~= '' and not sub.anywhere then
    return ('close the command-line window first: ":Hum %s" does not work in it'):format(name)
  elseif opts.range > 0 and not sub.range then
    return (':Hum %s takes no range'):format(name)
  elseif opts.bang and not sub.bang then
    return (':Hum %s takes no "!"'):format(name)
  end
end

---@param opts table  of nvim_create_user_command
function M.run(opts)
  local has_range = opts.range > 0
  local function meant(first) return named(first, has_range) end
  local command, word, bar = grammar.read(opts.args, meant)
  local why = command and refusal(command.name, opts) or word and misread(word, bar)
  if why or not command then return require('hum.notify').error('hum: ' .. why) end
  meant(command.name).run({
    text = command.text,
    question = command.question,
    bang = opts.bang,
    mods = opts.smods,
    quote = opts.range > 0 and { buf = vim.api.nvim_get_current_buf(), first = opts.line1, last = opts.line2 } or nil,
  })
end

--- The subcommand that a command line has already, and what stands behind it.
---@param line string  up to the cursor
---@return hum.Subcommand|nil sub, string|nil argument  nil, nil: the first word is not whole
local function begun(line)
  local args = line:match('%f[%a]Hum!?%s+(.*)$') or ''
  local word, argument = args:match('^(%S+)%s+(.*)$')
  if word then return named(word), argument end
end

--- What a word is that completes a command line, in one line: for plugins that show a menu of their own.
---@param line string  the command line before the cursor
---@param word string
---@return string|nil
function M.explain(line, word)
  local sub, argument = begun(line)
  if argument then return sub and sub.explain and sub.explain(word) end
  sub = line:find('%f[%a]Hum!?%s') and named(word) or nil
  return sub and sub.desc
end

---@param line string  up to the cursor
---@param typed string  the word at the cursor
---@return string[]
local function words_for(line, typed)
  local sub, argument = begun(line)
  if not argument then
    return vim.tbl_filter(function(name) return vim.startswith(name, typed) end, names())
  end
  if not sub or not sub.complete or (argument:find('%s') and not sub.more) then return {} end
  return sub.complete(typed, argument)
end

---@param typed string  of the word at the cursor
---@param line string  the whole command line
---@param pos integer  bytes before the cursor
---@return (string|table)[]
function M.complete(typed, line, pos)
  line = line:sub(1, pos)
  return require('hum.menu').offer(words_for(line, typed), function(word) return M.explain(line, word) end)
end

return M
