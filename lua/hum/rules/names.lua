-- The files in which projects keep rules for models, as the tools that they are for document it. Pure. Within a folder
-- those that stand lower come later, and win: what few tools read first, what is for hum alone last.
local M = {}

---@class hum.RulesName
---@field name string       of a file or folder, from the folder that is looked at
---@field root? boolean     only in the project's root
---@field imports? boolean  "@path" in its text stands for a file
---@field ending? string    it is a folder: of the names in it and below that are read
---@field applies? 'always'|'named'  of a folder, files whose front matter does not say when they apply; default:
---  'named', only if somebody names them, so never here
---@field instead? string   of it, in the same folder: this one is not read then

---@type hum.RulesName[]
M.ALL = {
  { name = '.goosehints', root = true },
  { name = '.rules', root = true },
  { name = '.clinerules', root = true },
  { name = '.clinerules', root = true, ending = '.md', applies = 'always' },
  { name = '.windsurfrules', root = true },
  { name = '.windsurf/rules', ending = '.md' },
  { name = '.cursorrules', root = true },
  { name = '.cursor/rules', ending = '.mdc' },
  { name = '.github/copilot-instructions.md', root = true },
  { name = '.github/instructions', root = true, ending = '.instructions.md' },
  { name = 'GEMINI.md', imports = true },
  { name = 'CLAUDE.md', imports = true },
  { name = '.claude/CLAUDE.md', imports = true },
  { name = '.claude/rules', ending = '.md', applies = 'always' },
  { name = 'CLAUDE.local.md', imports = true },
  { name = 'AGENT.md', instead = 'AGENTS.md' },
  { name = 'AGENTS.md', instead = 'AGENTS.override.md' },
  { name = 'AGENTS.override.md' },
  { name = '.hum.md', imports = true },
}

--- The names that `rules.files` has by default.
M.DEFAULT = {} ---@type string[]
for _, one in ipairs(M.ALL) do
  if not vim.list_contains(M.DEFAULT, one.name) then M.DEFAULT[#M.DEFAULT + 1] = one.name end
end

--- What is looked for. A name that is none of the above is a file that may stand in any folder.
---@param files string[]  of the option `rules.files`
---@return hum.RulesName[]
function M.wanted(files)
  local out, known = {}, {} ---@type hum.RulesName[], table<string, true>
  for _, one in ipairs(M.ALL) do
    known[one.name] = true
  end
  for _, name in ipairs(files) do
    if not known[name] then out[#out + 1] = { name = name, imports = true } end
  end
  for _, one in ipairs(M.ALL) do
    if vim.list_contains(files, one.name) then out[#out + 1] = one end
  end
  return out
end

return M
