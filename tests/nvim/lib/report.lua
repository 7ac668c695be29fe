-- Counts results, prints them, keeps the dumps of failed cases.
local slow = require('lib.slow')

local M = {}

local Report = {}
Report.__index = Report

---@param version string of the Neovim under test
---@param dir string where logs of failed cases are kept
function M.new(version, dir)
  return setmetatable({
    version = version,
    dir = dir .. '/' .. version,
    passed = 0,
    failed = {},
    skipped = 0,
  }, Report)
end

local function say(...)
  io.stdout:write(string.format(...), '\n')
  io.stdout:flush()
end

local function keep(self, case, text)
  vim.fn.mkdir(self.dir, 'p')
  local name = (case.file .. '-' .. case.name):gsub('[^%w]+', '-'):sub(1, 80)
  local path = ('%s/%s.txt'):format(self.dir, name)
  local f = assert(io.open(path, 'w'))
  f:write(text)
  f:close()
  return path
end

---@param case table
---@param result {ok: boolean, skip: string?, err: string?, dump: string?}
---@param seconds number
function Report:add(case, result, seconds)
  local name = case.file .. ': ' .. case.name
  if result.skip then
    self.skipped = self.skipped + 1
    say('skip  %s (%s)', name, result.skip)
  elseif result.ok then
    self.passed = self.passed + 1
    say('ok    %s (%.1f s)', name, seconds)
  else
    local text = tostring(result.err) .. '\n' .. (result.dump or '')
    local path = keep(self, case, text)
    table.insert(self.failed, name)
    say('FAIL  %s (%.1f s)\n%s\n      kept in %s', name, seconds, text:gsub('\n', '\n      '), path)
  end
end

---@return integer exit code
function Report:summary()
  for _, name in ipairs(self.failed) do
    say('failed: %s', name)
  end
  say('the machine was up to %.1f times slower than a quiet one', slow.worst())
  say('nvim %s: %d passed, %d failed, %d skipped', self.version, self.passed, #self.failed, self.skipped)
  local ran = self.passed + #self.failed + self.skipped
  return (#self.failed == 0 and ran > 0) and 0 or 1
end

return M
