-- A diff of git, file by file: what of it may be sent.
local config = require('hum.config')
local sensitive = require('hum.sensitive')

local M = {}

--- How git writes a diff, whatever the user's configuration says.
M.FORM = {
  '-c',
  'diff.noprefix=false',
  '-c',
  'diff.mnemonicPrefix=false',
  'diff',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
}

--- More of a diff is not sent, in bytes; whole files are left out. Work on it lets Neovim go on every so many ns.
local MOST, SLICE = 1024 * 1024, 4e6

--- The parts of a diff, one for each file.
---@param diff string
---@return string[]
function M.split(diff)
  local parts, at = {}, 1
  while at <= #diff do
    local behind = diff:find('\ndiff --git ', at, true)
    parts[#parts + 1] = diff:sub(at, behind or #diff)
    at = behind and behind + 1 or #diff + 1
  end
  return parts
end

---@param part string
---@return string  of the file, as far as git says it
local function name_of(part)
  return part:match('\n%+%+%+ b/([^\n\t]+)')
    or part:match('\n%-%-%- a/([^\n\t]+)')
    or part:match('^diff %-%-git a/(.-) b/')
    or ''
end

--- Why a part is left out, by the lines in it.
---@param part string
---@param top string
---@return string|nil
local function refusal(part, top)
  local name = name_of(part)
  if sensitive.of_file(vim.fs.joinpath(top, name), config.get().complete.exclude).allowed then return nil end
  local lines = {}
  for line in part:gmatch('[^\n]*') do
    lines[#lines + 1] = line:sub(2)
  end
  return (sensitive.of_lines(lines, name))
end

--- Takes the parts that may be sent, and fit.
---@param parts string[]
---@param top string      of the working tree
---@param force boolean   whatever they hold
---@param cb fun(text: string, left_out: table<string, string>)  why, by the name of the file
---@return fun() cancel
function M.take(parts, top, force, cb)
  local kept, bytes, left_out, over = {}, 0, {}, false
  local i = 0
  local function step()
    local till = vim.uv.hrtime() + SLICE
    while not over and parts[i + 1] and vim.uv.hrtime() < till do
      i = i + 1
      local fits = bytes + #parts[i] <= MOST
      local why = not fits and ('the diff is larger than %d kB'):format(MOST / 1024)
        or not force and refusal(parts[i], top)
        or nil
      if why then
        left_out[name_of(parts[i])] = why
      else
        kept[#kept + 1], bytes = parts[i], bytes + #parts[i]
      end
    end
    if over then return end
    if parts[i + 1] then return vim.schedule(step) end
    cb(table.concat(kept), left_out)
  end
  vim.schedule(step)
  return function() over = true end
end

return M
