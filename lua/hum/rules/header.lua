-- The front matter of a rule: to which files it applies. Pure. Each tool has words of its own: Cursor `alwaysApply`
-- and `globs`, Copilot `applyTo`, Claude `paths`, Windsurf `trigger`. It is read as far as they use it: keys with a
-- text, or with a list, and never as a whole YAML.
local M = {}

---@class hum.RulesHeader
---@field applies 'always'|'files'|'named'
---@field globs string[]

--- Keys that have patterns of files.
local GLOBS = { globs = true, applyto = true, paths = true, glob = true }

---@param text string
---@return string
local function unquoted(text)
  text = vim.trim(text)
  return text:match('^"(.*)"$') or text:match("^'(.*)'$") or text
end

--- Patterns of one text: commas part them, but not within braces.
---@param text string
---@param out string[]
local function add_globs(text, out)
  text = vim.trim(text):gsub('^%[(.*)%]$', '%1')
  text = text:match('^"([^"]*)"$') or text:match("^'([^']*)'$") or text
  local depth, from = 0, 1
  for at = 1, #text + 1 do
    local char = text:sub(at, at)
    depth = depth + (char == '{' and 1 or char == '}' and -1 or 0)
    if char == '' or (char == ',' and depth <= 0) then
      local glob = unquoted(text:sub(from, at - 1))
      if glob ~= '' then out[#out + 1] = glob end
      from = at + 1
    end
  end
end

---@param lines string[]
---@return integer|nil  the line of the second "---"
local function end_of(lines)
  if not (lines[1] or ''):find('^%-%-%-%s*$') then return nil end
  for i = 2, #lines do
    if lines[i]:find('^%-%-%-%s*$') then return i end
  end
end

---@param lines string[]
---@param last integer
---@return table<string, string> values, string[] globs
local function fields_of(lines, last)
  local values, globs, list = {}, {}, nil ---@type table<string, string>, string[], string|nil
  for i = 2, last - 1 do
    local key, value = lines[i]:match('^([%w_-]+):%s*(.-)%s*$') ---@type string|nil, string|nil
    local item = lines[i]:match('^%s*%-%s+(.*)$')
    if key and value then
      key, value = key:lower(), (value:gsub('^#.*$', ''):gsub('%s+#.*$', ''))
      values[key], list = value, value == '' and key or nil
      if GLOBS[key] then add_globs(value, globs) end
    elseif item and list and GLOBS[list] then
      add_globs(item, globs)
    end
  end
  return values, globs
end

--- Reads the front matter of a rule.
---@param text string
---@param default 'always'|'named'  if it says nothing
---@return hum.RulesHeader header
---@return string body  what stands below
function M.parse(text, default)
  local lines = vim.split(text, '\n', { plain = true })
  local last = end_of(lines)
  if not last then return { applies = default, globs = {} }, text end
  local values, globs = fields_of(lines, last)
  local body = table.concat(lines, '\n', last + 1):gsub('^\n+', '')
  local trigger = values.trigger and unquoted(values.trigger)
  local applies = default ---@type 'always'|'files'|'named'
  if unquoted(values.alwaysapply or ''):lower() == 'true' or trigger == 'always_on' then
    applies = 'always'
  elseif #globs > 0 then
    applies = 'files'
  elseif trigger or unquoted(values.alwaysapply or ''):lower() == 'false' then
    applies = 'named'
  end
  return { applies = applies, globs = globs }, body
end

---@param glob string
---@param path string
---@return boolean
local function matches(glob, path)
  local pattern = glob:gsub('^%./', ''):gsub('^/', '')
  if pattern == '**' or pattern == '*' then return true end
  local subject = pattern:find('/', 1, true) and path or vim.fs.basename(path)
  if vim.endswith(pattern, '/') then pattern = pattern .. '**' end
  local ok, peg = pcall(vim.glob.to_lpeg, pattern)
  return ok and peg:match(subject) ~= nil
end

--- Whether a rule applies to a file.
---@param header hum.RulesHeader
---@param paths string[]  of the file, from the project's root and from the folder of the rules; none: there is none
---@return boolean
function M.applies(header, paths)
  if header.applies == 'always' then return true end
  if header.applies == 'named' then return false end
  for _, glob in ipairs(header.globs) do
    if glob == '**' or glob == '*' or glob == '**/*' then return true end
    for _, path in ipairs(paths) do
      if matches(glob, path) then return true end
    end
  end
  return false
end

return M
