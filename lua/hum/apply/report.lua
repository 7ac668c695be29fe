-- What has come of applying an answer: as data, in words, and as notes of the quickfix list.
local count = require('hum.count')
local notify = require('hum.notify')

local M = {}

local NOTHING = 'nothing to apply: the reply has no block that names a file'

---@param file hum.AppliedFile
---@param one { message: string }
---@return string
local function of_file(file, one)
  local name = file.path and vim.fn.fnamemodify(file.path, ':~:.') or file.name
  if name == '' or one.message:find(file.name, 1, true) then return one.message end
  return ('%s: %s'):format(name, one.message)
end

---@param run hum.ApplyRun
---@return { text: string, hint?: string, file?: hum.AppliedFile }[]
local function faults_of(run)
  local found = {}
  for _, one in ipairs(run.faults) do
    found[#found + 1] = { text = one.message, hint = one.hint }
  end
  for _, file in ipairs(run.files) do
    for _, one in ipairs(file.faults) do
      found[#found + 1] = { text = of_file(file, one), hint = one.hint, file = file }
    end
  end
  return found
end

--- What is told: all faults, each with what to do about it, the same of which is said once.
---@param found { text: string, hint?: string }[]
---@return string|nil message, string|nil hint
local function words(found)
  if #found == 0 then return nil end
  local texts, hints = {}, {}
  for _, one in ipairs(found) do
    texts[#texts + 1] = one.text
    if one.hint and one.hint ~= '' and not vim.list_contains(hints, one.hint) then hints[#hints + 1] = one.hint end
  end
  return table.concat(texts, '; '), #hints > 0 and table.concat(hints, ' ') or nil
end

---@param run hum.ApplyRun
---@return integer hunks, integer done  files that were deleted or moved
local function totals(run)
  local hunks, done = 0, 0
  for _, file in ipairs(run.files) do
    hunks = hunks + file.hunks
    if file.hunks == 0 and #file.faults == 0 then done = done + 1 end
  end
  return hunks, done
end

---@param run hum.ApplyRun
---@return hum.Applied
function M.result(run)
  local hunks, done = totals(run)
  local found = faults_of(run)
  if hunks == 0 and done == 0 and #found == 0 then found = { { text = NOTHING } } end
  local message, hint = words(found)
  return {
    buf = run.opts.chat,
    status = hunks == 0 and done == 0 and 'error' or 'done',
    hunks = hunks,
    files = run.files,
    message = message,
    hint = hint,
  }
end

---@param result hum.Applied
---@return string
local function counted(result)
  local n = 0
  for _, file in ipairs(result.files) do
    if file.hunks > 0 then n = n + 1 end
  end
  return ('%s in %s'):format(count.of(result.hunks, 'hunk'), count.of(n, 'file'))
end

---@param result hum.Applied
---@param is_listed boolean  the quickfix list is shown
function M.tell(result, is_listed)
  local hint = result.hint and '\n' .. result.hint or ''
  if result.status == 'error' then return notify.warn('hum: ' .. result.message .. hint) end
  local shown = result.hunks > 0 and counted(result) or 'done'
  if result.message then return notify.warn(('hum: %s; %s%s'):format(shown, result.message, hint)) end
  if result.hunks > 0 then shown = shown .. ' to accept or reject' end
  notify.info(('hum: %s%s'):format(shown, is_listed and '' or ' (:copen lists them)'))
end

---@param run hum.ApplyRun
---@return hum.ApplyNote[]
function M.notes(run)
  local notes = {}
  for _, one in ipairs(faults_of(run)) do
    local path = one.file and one.file.path
    notes[#notes + 1] = { text = one.text, path = path, is_fault = true }
  end
  for _, file in ipairs(run.files) do
    local text = file.moved and ('moved from %s'):format(file.name)
    if file.hunks == 0 and #file.faults == 0 and not text then text = ('%s was deleted'):format(file.name) end
    if text then notes[#notes + 1] = { text = text, path = file.moved and file.path or nil, is_fault = false } end
  end
  return notes
end

---@param run hum.ApplyRun
---@return boolean
function M.has_notes(run) return totals(run) > 0 or select(2, totals(run)) > 0 end

return M
