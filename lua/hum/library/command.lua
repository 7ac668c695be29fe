-- `:Hum prompt` and the names of prompts as subcommands.
local about = require('hum.library.about')
local library = require('hum.library')
local page = require('hum.prompt.page')
local prompts = require('hum.prompt')

local M = {}

--- The names of all prompts that can be run, of this project's, too.
---@return string[]
function M.names()
  local names = {}
  for _, entry in ipairs(prompts.list(about.root())) do
    if entry.prompt then names[#names + 1] = entry.name end
  end
  return names
end

--- What a prompt is, in one line.
---@param name string
---@return string|nil
function M.explain(name)
  local entry = prompts.find(name, about.root())
  return entry and page.describe(entry)
end

---@param given hum.Invocation
---@param input string
---@return hum.PromptOpts
local function opts_of(given, input)
  local quote = given.quote or require('hum.edit.where').selected()
  return {
    input = input,
    buf = quote and quote.buf,
    first = quote and quote.first,
    last = quote and quote.last,
    new = not given.bang,
    mods = given.mods,
  }
end

--- Whether what follows a prompt's name makes it a sentence: "explain to me how …" is said to somebody, and is no more
--- about lines of a file than any other question.
---@param text string
---@return boolean
local function is_said(text)
  local word, rest = text:match('^(%a+)%s+(.*)$')
  if rest and word == 'to' then
    word, rest = rest:match('^(%a+)%s+(.*)$')
  end
  return (word == 'me' or word == 'us') and rest ~= ''
end

--- The name that a text begins with: a word, unless a file is meant that has blanks in its name. That one has a fault,
--- which is told.
---@param text string
---@return string|nil name, string|nil input
local function begun(text)
  local name, input = text:match('^(%S+)%s*(.-)%s*$')
  local _, names = prompts.find('', about.root())
  for _, other in ipairs(names) do
    local rest = vim.startswith(text, other) and text:sub(#other + 1) or nil
    if name and rest and #other > #name and (rest == '' or rest:find('^%s')) then
      name, input = other, vim.trim(rest)
    end
  end
  return name, input
end

--- `:[range]Hum prompt [name] [input]`
---@param given hum.Invocation
function M.run(given)
  local name, input = begun(given.text)
  if name then return library.run(name, opts_of(given, input or '')) end
  require('hum.library.picker').open(opts_of(given, ''))
end

--- A prompt as a subcommand.
---@param name string
---@param has_range boolean
---@return hum.Subcommand|nil
function M.subcommand(name, has_range)
  if not name:find('^[%w][%w_.-]*$') then return nil end
  local entry = prompts.find(name, about.root())
  if not entry then return nil end
  return {
    desc = page.describe(entry),
    range = true,
    bang = true,
    words = function(text) return has_range or not is_said(text) end,
    run = function(given) library.run_entry(entry, opts_of(given, given.text)) end,
  }
end

return M
