-- The prompts that are there: those in the user's folder, and those that hum brings along. One of the user's with the
-- name of hum's takes its place. Files are read when they are asked for, so a change holds at once.
local file = require('hum.prompt.file')
local spelling = require('hum.spelling')
local updated = require('hum.updated')

local M = {}

--- Bytes of a prompt: a file that is larger is something else.
local LARGEST = 256 * 1024

---@class hum.PromptEntry
---@field name string
---@field path string
---@field prompt? hum.Prompt
---@field why? string  there is none: where the fault is, what to do, what is wrong

--- Where the user's prompts are.
---@return string
function M.folder()
  return vim.fs.joinpath(vim.fn.stdpath('config') --[[@as string]], 'hum', 'prompts')
end

---@return string
local function shipped() return vim.fs.joinpath(updated.root(), 'prompts') end

---@param path string
---@return string  as users know it
local function shown(path) return vim.fn.fnamemodify(path, ':~') end

---@param path string
---@return string[]|nil lines, string|nil why
local function lines_of(path)
  local stat, err = vim.uv.fs_stat(path)
  if not stat then return nil, ('cannot be read: %s'):format(err) end
  if stat.type ~= 'file' then return nil, 'cannot be read: it is no file' end
  if stat.size > LARGEST then return nil, ('is larger than %d kB'):format(LARGEST / 1024) end
  local fd, why = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil, ('cannot be read: %s'):format(why) end
  local text = vim.uv.fs_read(fd, stat.size, 0) or ''
  vim.uv.fs_close(fd)
  if text:find('%z') then return nil, 'is no text' end
  return vim.split((text:gsub('\n$', '')), '\n', { plain = true })
end

--- Lines of a file with a fault that are looked at for its name.
local HEAD = 40

--- What a file with a fault calls itself: it is still the user's word on that prompt, and hum's own is not taken.
---@param lines string[]
---@return string|nil
local function said_name(lines)
  for i = 2, math.min(#lines, HEAD) do
    local name = lines[i]:match('^name:%s*["\']?([%w_.-]+)')
    if name then return name end
  end
end

---@param path string
---@return hum.PromptEntry
local function entry_of(path)
  local stem = vim.fs.basename(path):gsub('%.md$', '')
  local lines, why = lines_of(path)
  if not lines then return { name = stem, path = path, why = ('%s %s'):format(shown(path), why) } end
  local prompt, fault = file.parse(lines, stem)
  if prompt then
    prompt.path = path
    return { name = prompt.name, path = path, prompt = prompt }
  end
  local where = fault --[[@as hum.PromptFault]]
  local why_not = ('%s:%d: %s'):format(shown(path), where.line, where.why)
  return { name = said_name(lines) or stem, path = path, why = why_not }
end

---@param folder string
---@return hum.PromptEntry[]  by the names of their files
local function entries_in(folder)
  local paths = {}
  for name, kind in vim.fs.dir(folder) do
    if name:find('^[^.].*%.md$') and kind ~= 'directory' then paths[#paths + 1] = vim.fs.joinpath(folder, name) end
  end
  table.sort(paths)
  return vim.tbl_map(entry_of, paths)
end

--- All prompts, by name. Of two files of the user's with the same name the first holds, and the other has a fault.
---@return hum.PromptEntry[] entries
function M.list()
  local list, by_name = {}, {} ---@type hum.PromptEntry[], table<string, hum.PromptEntry>
  local function add(entry, own)
    local first = by_name[entry.name]
    if first and not own then return end
    if first and not entry.why then
      entry.prompt = nil
      entry.why = ('%s: write another "name:": %s has this one'):format(shown(entry.path), shown(first.path))
    end
    if not first then by_name[entry.name] = entry end
    list[#list + 1] = entry
  end
  for _, entry in ipairs(entries_in(M.folder())) do
    add(entry, true)
  end
  for _, entry in ipairs(entries_in(shipped())) do
    add(entry, false)
  end
  table.sort(list, function(a, b) return a.name == b.name and a.path < b.path or a.name < b.name end)
  return list
end

--- A prompt by its name.
---@param name string
---@return hum.Prompt|nil prompt, string|nil err
function M.get(name)
  local names, why = {}, nil ---@type string[], string|nil
  for _, entry in ipairs(M.list()) do
    if entry.name == name and entry.prompt then return entry.prompt end
    if entry.name == name then why = why or entry.why end
    names[#names + 1] = entry.name
  end
  if why then return nil, why end
  local path = shown(vim.fs.joinpath(M.folder(), name .. '.md'))
  return nil, ('write %s: there is no prompt "%s"%s'):format(path, name, spelling.hint(name, names))
end

return M
