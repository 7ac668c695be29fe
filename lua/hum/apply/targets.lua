-- The files that an answer names, found and loaded.
local consent = require('hum.apply.consent')
local files = require('hum.apply.file')
local names = require('hum.apply.names')
local project = require('hum.apply.project')
local real = require('hum.apply.real')
local snippets = require('hum.chat.text.snippets')

local M = {}

---@class hum.ApplyEntry  what the helper has found in the answer for one name
---@field name string  '' if the answer has none
---@field action 'add'|'update'|'delete'|'move'
---@field to? string
---@field creates? boolean

---@class hum.ApplyPlan
---@field entry hum.ApplyEntry
---@field name string            as messages have it
---@field file? hum.ApplyFile
---@field to? string             where it is to be moved to
---@field same? integer          of an earlier plan, which is about the same file
---@field fault? hum.ApplyFault  why nothing is done

---@class hum.ApplyScope
---@field chat integer
---@field row integer   of the reply
---@field project hum.ApplyProject
---@field consent hum.ApplyConsent

---@param chat integer
---@param row integer
---@param given hum.ApplyConsent
---@return hum.ApplyScope
function M.scope(chat, row, given)
  local root, list = project.root(chat), nil ---@type string, string[]|nil
  local function all()
    list = list or project.files(root)
    return list
  end
  local cwd = real.path(vim.fn.getcwd())
  if not cwd or not real.is_below(cwd, root) then cwd = nil end
  return { chat = chat, row = row, project = { root = root, cwd = cwd, files = all }, consent = given }
end

--- The file of blocks that name none: the one that the question quotes.
---@param scope hum.ApplyScope
---@return string|nil name, hum.ApplyFault|nil fault
local function unnamed(scope)
  local found = {}
  for _, quote in ipairs(snippets.quotes(scope.chat, scope.row)) do
    if quote.file and not vim.list_contains(found, quote.file) then found[#found + 1] = quote.file end
  end
  local name = #found == 1 and found[1] or #found > 1 and consent.one_of(scope.consent, '', found) or nil
  if name then return name end
  return nil, { message = 'a block names no file', hint = 'Ask for the path above each block.' }
end

---@param scope hum.ApplyScope
---@param wanted hum.ApplyName
---@return hum.ApplyTarget|nil target, hum.ApplyFault|nil fault
local function find(scope, wanted)
  local found, fault = names.find(scope.project, wanted)
  if fault and fault.several then
    local one = consent.one_of(scope.consent, wanted.name, fault.several)
    if one then
      found, fault = names.find(scope.project, { name = one, creates = false, is_new = false })
    end
  end
  if not found then return nil, fault end
  if found.outside and not consent.outside(scope.consent, found.path, scope.project.root) then
    local why = ('"%s" is outside the project, and was not changed'):format(wanted.name)
    local hint = not scope.consent.ask and 'Pass allow = { outside = true } to change it.' or nil
    return nil, { message = why, hint = hint }
  end
  return found
end

---@param scope hum.ApplyScope
---@param plan hum.ApplyPlan
---@return hum.ApplyTarget|nil target, hum.ApplyFault|nil fault
local function target_of(scope, plan)
  local entry = plan.entry
  if entry.name == '' then
    local name, fault = unnamed(scope)
    if not name then return nil, fault end
    plan.name = name
  end
  return find(scope, { name = plan.name, creates = entry.creates == true, is_new = entry.action == 'add' })
end

--- Where a file is to be moved to.
---@param scope hum.ApplyScope
---@param plan hum.ApplyPlan
---@return hum.ApplyFault|nil
local function find_place(scope, plan)
  local to = plan.entry.to
  if not to or to == '' then return nil end
  local place, fault = find(scope, { name = to, creates = true, is_new = true })
  if not place then return fault end
  if place.is_there then return { message = ('it cannot be moved: %s is there already'):format(to) } end
  plan.to = place.path
end

---@param plans hum.ApplyPlan[]
---@param path string
---@return integer|nil
local function earlier(plans, path)
  for i, plan in ipairs(plans) do
    if plan.file and plan.file.path == path then return i end
  end
end

---@param scope hum.ApplyScope
---@param plans hum.ApplyPlan[]
---@param entry hum.ApplyEntry
---@return hum.ApplyPlan
local function plan_of(scope, plans, entry)
  local plan = { entry = entry, name = entry.name } ---@type hum.ApplyPlan
  local target, fault = target_of(scope, plan)
  plan.fault = fault or find_place(scope, plan)
  if not target or plan.fault then return plan end
  plan.same = earlier(plans, target.path)
  if plan.same then return plan end
  local file, err = files.open(target.path)
  plan.file = file
  if not file then plan.fault = { message = err or '' } end
  return plan
end

--- Finds and loads the files of an answer. Waits where the user is asked.
---@param scope hum.ApplyScope
---@param entries hum.ApplyEntry[]
---@return hum.ApplyPlan[]
function M.find(scope, entries)
  local plans = {}
  for _, entry in ipairs(entries) do
    plans[#plans + 1] = plan_of(scope, plans, entry)
  end
  return plans
end

return M
