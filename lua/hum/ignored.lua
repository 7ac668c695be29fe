-- Files that git ignores. Git is asked in the background, once for each file.
local config = require('hum.config')

local M = {}

--- A repository far away; no answer says that it does not ignore the file. In ms.
local PATIENCE = 10000

--- Why a file is not read yet.
M.ASKED = 'git is asked whether it ignores the file'
local IGNORED = 'git ignores the file (see complete.ignored)'

local known = {} ---@type table<string, string|false>  by the name of the file: why it is not read
local waiting = {} ---@type table<string, fun(why: string?)[]>
local on_answer = function() end ---@type fun()

--- Sets what runs, scheduled, when git has answered.
---@param fn fun()
function M.on_answer(fn) on_answer = fn end

---@param name string
local function ask(name)
  known[name] = M.ASKED
  local function answer(result)
    known[name] = result.code == 0 and IGNORED or false
    vim.schedule(function()
      local fns = waiting[name] or {}
      waiting[name] = nil
      on_answer()
      for _, fn in ipairs(fns) do
        fn(known[name] or nil)
      end
    end)
  end
  local command = { 'git', '-C', vim.fs.dirname(name), 'check-ignore', '--quiet', '--', name }
  local started = pcall(vim.system, command, { timeout = PATIENCE, stdout = false, stderr = false }, answer)
  if not started then answer({ code = 128 }) end -- there is no git
end

--- Forgets what was said of files: another .gitignore was written.
function M.forget() known = {} end

---@param name string  of a file
---@return string? why  it must not be read
function M.refusal(name)
  if known[name] == nil then ask(name) end
  return known[name] or nil
end

--- The same, once it is known.
---@param name string
---@param cb fun(why: string?)
function M.check(name, cb)
  local why = M.refusal(name)
  if why ~= M.ASKED then return cb(why) end
  waiting[name] = waiting[name] or {}
  table.insert(waiting[name], cb)
end

config.on_change(M.forget)

--- Where a file is for git, which follows no links: itself, and what it leads to.
---@param path string  absolute
---@return string[]
function M.places(path)
  local folder, real = vim.uv.fs_realpath(vim.fs.dirname(path)), vim.uv.fs_realpath(path)
  local own = folder and vim.fs.joinpath(folder, vim.fs.basename(path)) or path
  return real and real ~= own and { own, real } or { own }
end

return M
