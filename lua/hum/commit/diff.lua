-- A diff for a model, made to fit: what tells least is left out first, and what was left out is said. Pure.
local patterns = require('hum.patterns')

local M = {}

--- A byte more of a line tells nothing: minified files, data.
local LINE = 256

--- Bytes of a token, of diffs: few, so that the figure is rather too high.
local TOKEN = 3

--- Files that tools write: their names alone say what has changed. By what package managers call them.
local WRITTEN = {
  '^package%-lock%.json$',
  '^npm%-shrinkwrap%.json$',
  '^yarn%.lock$',
  '^pnpm%-lock%.yaml$',
  '^bun%.lockb?$',
  '^Cargo%.lock$',
  '^go%.sum$',
  '^poetry%.lock$',
  '^uv%.lock$',
  '^pdm%.lock$',
  '^Pipfile%.lock$',
  '^composer%.lock$',
  '^Gemfile%.lock$',
  '^flake%.lock$',
  '^mix%.lock$',
  '^pubspec%.lock$',
  '^lazy%-lock%.json$',
  '%.min%.%a+$',
  '%.map$',
  '%.snap$',
}

---@class hum.DiffFile
---@field path string
---@field head string[]    lines up to the first hunk
---@field hunks string[]   with their `@@` lines
---@field dropped integer  hunks that were left out
---@field why? string      none of its hunks is shown

---@class hum.BoundedDiff
---@field text string
---@field files integer
---@field left_out string[]  what is not in it, for people: "3 of 9 hunks of src/a.c"; none: it is whole

---@param line string
---@return string
local function shortened(line)
  if #line <= LINE then return line end
  local last = vim.str_utf_start(line, LINE + 1)
  return line:sub(1, LINE + last) .. '…'
end

--- The name of a file in a line of a diff, in which git quotes what is no plain text.
---@param name string
---@return string
local function plain_name(name)
  name = name:gsub('\t$', '')
  local quoted = name:match('^"(.*)"$')
  return (quoted and quoted:gsub('\\(.)', { t = '\t', n = '\n', ['"'] = '"', ['\\'] = '\\' }) or name)
end

---@param head string[]
---@return string
local function path_of(head)
  local from
  for _, line in ipairs(head) do
    local path = line:match('^%+%+%+ (.*)$') or line:match('^rename to (.*)$')
    if path and plain_name(path) ~= '/dev/null' then return (plain_name(path):gsub('^b/', '')) end
    from = from or line:match('^%-%-%- (.*)$')
  end
  if from then return (plain_name(from):gsub('^a/', '')) end
  return (head[1] or ''):match(' "?b/(.-)"?$') or ''
end

--- Reads what `git diff` writes.
---@param text string
---@return hum.DiffFile[]
function M.read(text)
  local files = {} ---@type hum.DiffFile[]
  local file, hunk ---@type hum.DiffFile|nil, string[]|nil
  local function close()
    if file and hunk then file.hunks[#file.hunks + 1] = table.concat(hunk, '\n') end
    hunk = nil
  end
  for line in vim.gsplit(text, '\n', { plain = true, trimempty = true }) do
    if line:find('^diff %-%-') then
      close()
      file = { path = '', head = { shortened(line) }, hunks = {}, dropped = 0 }
      files[#files + 1] = file
    elseif file and line:find('^@@') then
      close()
      hunk = { shortened(line) }
    elseif hunk then
      hunk[#hunk + 1] = shortened(line)
    elseif file and not line:find('^index ') then
      file.head[#file.head + 1] = shortened(line)
    end
  end
  close()
  for _, each in ipairs(files) do
    each.path = path_of(each.head)
  end
  return files
end

---@param file hum.DiffFile
---@param why string
local function empty(file, why)
  if #file.hunks == 0 then return end
  file.dropped, file.hunks, file.why = file.dropped + #file.hunks, {}, why
end

---@param path string
---@return boolean
local function is_written(path) return patterns.any(vim.fs.basename(path), WRITTEN) end

---@param files hum.DiffFile[]
---@return boolean
local function are_written(files)
  for _, file in ipairs(files) do
    if not is_written(file.path) then return false end
  end
  return true
end

---@param file hum.DiffFile
---@return integer
local function size(file)
  local bytes = 0
  for _, piece in ipairs(file.head) do
    bytes = bytes + #piece + 1
  end
  for _, piece in ipairs(file.hunks) do
    bytes = bytes + #piece + 1
  end
  return bytes
end

---@param sizes table<hum.DiffFile, integer>
---@param files hum.DiffFile[]
---@param least integer  hunks that it has at least
---@return hum.DiffFile|nil
local function largest(sizes, files, least)
  local found ---@type hum.DiffFile|nil
  for _, file in ipairs(files) do
    if #file.hunks >= least and (not found or sizes[file] > sizes[found]) then found = file end
  end
  return found
end

--- Leaves out hunks of the largest files until all fit, at first all but one of each.
---@param files hum.DiffFile[]
---@param most integer  bytes
local function fit(files, most)
  local sizes, all = {}, 0
  for _, file in ipairs(files) do
    sizes[file] = size(file)
    all = all + sizes[file]
  end
  for _, least in ipairs({ 2, 1 }) do
    local file = largest(sizes, files, least)
    while all > most and file do
      local bytes = #table.remove(file.hunks) + 1
      file.dropped, sizes[file], all = file.dropped + 1, sizes[file] - bytes, all - bytes
      file = largest(sizes, files, least)
    end
  end
end

---@param file hum.DiffFile
---@return string|nil  for people
local function lack(file)
  if file.dropped == 0 then return nil end
  if file.why then return ('%s (%s)'):format(file.path, file.why) end
  local all = file.dropped + #file.hunks
  if #file.hunks == 0 then return file.path end
  return ('%d of %d hunks of %s'):format(file.dropped, all, file.path)
end

---@param file hum.DiffFile
---@return string[]
local function rendered(file)
  local lines = vim.list_extend(vim.list_slice(file.head), file.hunks)
  local missing = lack(file)
  if missing then lines[#lines + 1] = '(left out here: ' .. missing .. ')' end
  return lines
end

--- The diff in at most so many tokens.
---@param files hum.DiffFile[]  of read(); they are changed
---@param tokens integer
---@param secret fun(path: string): string|nil  why the contents of a file are not shown
---@return hum.BoundedDiff
function M.bound(files, tokens, secret)
  local others = not are_written(files)
  for _, file in ipairs(files) do
    local why = secret(file.path)
    if why then
      empty(file, why)
    elseif others and is_written(file.path) then
      empty(file, 'written by a tool')
    end
  end
  fit(files, tokens * TOKEN)
  local lines, left_out, bytes = {}, {}, 0
  for i, file in ipairs(files) do
    local piece = rendered(file)
    for _, line in ipairs(piece) do
      bytes = bytes + #line + 1
    end
    -- Even the names do not fit.
    if bytes > tokens * TOKEN and #lines > 0 and #file.hunks == 0 then
      lines[#lines + 1] = ('(and %d more files)'):format(#files - i + 1)
      left_out[#left_out + 1] = ('%d more files'):format(#files - i + 1)
      break
    end
    vim.list_extend(lines, piece)
    left_out[#left_out + 1] = lack(file)
  end
  return { text = table.concat(lines, '\n'), files = #files, left_out = left_out }
end

return M
