-- What is never done without being asked for: files outside of the project, deleting, moving, and choosing one of
-- several files that a name may mean. The user is asked by vim.ui.select(); a script says beforehand what it allows.
local questions = require('hum.question')
local task = require('hum.apply.task')

local M = {}

---@class hum.ApplyConsent
---@field ask boolean                    the user is asked
---@field allow table<string, boolean>   "outside", "delete", "move"

---@param path string
---@return string
local function short(path) return vim.fn.fnamemodify(path, ':~') end

---@param prompt string
---@param items string[]
---@return integer|nil
local function choose(prompt, items)
  return task.await(function(answer) questions.ask(items, { prompt = prompt, kind = 'hum.apply' }, answer) end)
end

---@param consent hum.ApplyConsent
---@param what 'outside'|'delete'|'move'
---@param prompt string
---@param yes string
---@return boolean
local function may(consent, what, prompt, yes)
  if consent.allow[what] then return true end
  return consent.ask and choose(prompt, { yes, 'No' }) == 1
end

---@param consent hum.ApplyConsent
---@param path string
---@param root string
---@return boolean
function M.outside(consent, path, root)
  local prompt = ('%s is outside the project %s. Change it?'):format(short(path), short(root))
  return may(consent, 'outside', prompt, 'Yes, show the change')
end

---@param consent hum.ApplyConsent
---@param path string
---@return boolean
function M.delete(consent, path)
  return may(consent, 'delete', ('Delete %s?'):format(short(path)), 'Yes, delete it (:Hum undo brings it back)')
end

---@param consent hum.ApplyConsent
---@param path string
---@param to string
---@return boolean
function M.move(consent, path, to)
  local prompt = ('Move %s to %s?'):format(short(path), short(to))
  return may(consent, 'move', prompt, 'Yes, move it (:Hum undo moves it back)')
end

--- One of several files.
---@param consent hum.ApplyConsent
---@param name string
---@param files string[]
---@return string|nil
function M.one_of(consent, name, files)
  if not consent.ask then return nil end
  local prompt = name == '' and 'Which file are the changes for?' or ('Which file is "%s"?'):format(name)
  return files[choose(prompt, files) or 0]
end

return M
