-- A chat's answer is brought into files: each file that it names gets a preview in its buffer, which is shown nowhere
-- until the user goes there; all hunks stand in the quickfix list. Nothing is changed before he accepts it.
local answers = require('hum.apply.answer')
local client = require('hum.server.client')
local edit = require('hum.edit')
local events = require('hum.events')
local fault = require('hum.fault')
local files = require('hum.apply.file')
local list = require('hum.apply.list')
local report = require('hum.apply.report')
local sets = require('hum.sets')
local targets = require('hum.apply.targets')
local task = require('hum.apply.task')
local whole = require('hum.apply.whole')

local M = {}

--- So often the helper is asked again because a buffer was changed meanwhile.
local AGAIN = 3

---@class hum.ApplyOpts
---@field chat integer
---@field row? integer              of the reply that is meant
---@field block? integer|hum.Block  that one alone
---@field closed? fun(row: integer): boolean  whether hum has closed what the reply there left open
---@field allow? table<string, boolean>  "outside", "delete", "move": what is done without asking
---@field ask? boolean   the user is asked about those
---@field show? boolean  the quickfix list is shown
---@field on_done? fun(result: hum.Applied)

---@class hum.AppliedFile
---@field name string    as the answer has it
---@field path? string
---@field buf? integer
---@field hunks integer  that are shown
---@field action 'add'|'update'|'delete'|'move'
---@field moved? boolean
---@field faults { message: string, hint?: string }[]

---@class hum.Applied
---@field buf integer      of the chat
---@field status 'done'|'error'
---@field hunks integer
---@field files hum.AppliedFile[]
---@field message? string  what went wrong
---@field hint? string

---@class hum.ApplyRun
---@field opts hum.ApplyOpts
---@field answer hum.ApplyAnswer
---@field scope hum.ApplyScope
---@field set hum.Set
---@field previews hum.edit.Preview[]
---@field files hum.AppliedFile[]
---@field faults { message: string, hint?: string }[]  that belong to no file

---@param method 'blocks'|'apply'
---@param spec table
---@return table|nil result, { message: string, hint?: string }|nil err
local function ask_helper(method, spec)
  local err, result = task.await(function(answer)
    local id, why = client[method](spec, answer)
    if not id then answer({ message = why }, nil) end
  end)
  return result, err
end

-- ---- the texts of the files ----------------------------------------------------------------------------------

---@param plans hum.ApplyPlan[]
---@return table[] specs  as the protocol has them
---@return table<integer, integer> ticks  by buffer
local function specs_of(plans)
  local specs, ticks, index = {}, {}, {}
  for i, plan in ipairs(plans) do
    if plan.file or plan.same and index[plan.same] then
      local spec = { name = plan.entry.name, there = false }
      if plan.file then
        local buf = plan.file.buf
        local lines = files.lines(buf)
        spec.there = not plan.file.is_new or #lines > 1 or lines[1] ~= ''
        spec.lines, spec.filetype = spec.there and lines or {}, vim.bo[buf].filetype
        ticks[buf] = vim.api.nvim_buf_get_changedtick(buf)
      else
        spec.same = index[plan.same]
      end
      specs[#specs + 1] = spec
      index[i] = #specs
    end
  end
  return specs, ticks
end

---@param ticks table<integer, integer>
---@return boolean  the texts are those that the helper was given
local function are_current(ticks)
  for buf, tick in pairs(ticks) do
    if not vim.api.nvim_buf_is_loaded(buf) or vim.api.nvim_buf_get_changedtick(buf) ~= tick then return false end
  end
  return true
end

--- What the answer makes of the files.
---@param run hum.ApplyRun
---@param plans hum.ApplyPlan[]
---@return table|nil result, { message: string, hint?: string }|nil err
local function changes(run, plans)
  for _ = 1, AGAIN do
    local specs, ticks = specs_of(plans)
    if #specs == 0 then return { files = {} } end
    local answer = run.answer
    local spec = { text = answer.text, block = answer.block, cut = answer.cut or nil, files = specs }
    local result, err = ask_helper('apply', spec)
    if not result then return nil, err end
    if are_current(ticks) then return result end
  end
  return nil, { message = 'the files keep changing', hint = 'Try again in a moment.' }
end

-- ---- one file ------------------------------------------------------------------------------------------------

--- The lines from the first hunk to the last: others may be edited meanwhile. An empty buffer has a line, which is none
--- of the text that comes into it.
---@param buf integer
---@param hunks table[]  with lines of the buffer, from 1
---@return integer first, integer last
---@return table[]  with lines from the first on
local function placed(buf, hunks)
  local lines = files.lines(buf)
  if #lines == 1 and lines[1] == '' and #hunks == 1 then
    return 1, 1, { { first = 1, last = 1, new = hunks[1].new } }
  end
  local first, last = #lines, 1
  for _, hunk in ipairs(hunks) do
    first, last = math.min(first, hunk.first), math.max(last, hunk.last)
  end
  last = math.max(first, last)
  local moved = vim.tbl_map(
    function(hunk) return { first = hunk.first - first + 1, last = hunk.last - first + 1, new = hunk.new } end,
    hunks
  )
  return first, last, moved
end

--- When nothing of a file was accepted, its buffer leaves no trace.
---@param run hum.ApplyRun
---@param preview hum.edit.Preview
---@param file hum.ApplyFile
local function release_when_gone(run, preview, file)
  preview:subscribe(function(_, what)
    if what ~= 'gone' and what ~= 'hunks' then return end
    local is_over = preview.gone or not preview:is_live()
    for _, hunk in ipairs(preview.hunks) do
      if hunk.state == 'accepted' then return end
    end
    if is_over then vim.schedule(function() files.release(file) end) end
  end)
  run.previews[#run.previews + 1] = preview
end

---@param message string|nil  its second line is what to do
---@return { message: string, hint?: string }
local function fault_of(message)
  local first, hint = (message or ''):match('^([^\n]*)\n(.*)$')
  return { message = first or message or '', hint = hint }
end

---@param run hum.ApplyRun
---@param file hum.ApplyFile
---@param hunks table[]
---@param done hum.AppliedFile
local function show(run, file, hunks, done)
  if #hunks == 0 then return end
  local first, last, moved = placed(file.buf, hunks)
  local preview, err =
    edit.given({ buf = file.buf, first = first, last = last, hunks = moved, set = run.set, label = 'apply' })
  if not preview then
    table.insert(done.faults, fault_of(err))
    return
  end
  done.hunks = #preview.hunks
  release_when_gone(run, preview, file)
end

---@param run hum.ApplyRun
---@param plan hum.ApplyPlan
---@param result table  of the helper
---@param done hum.AppliedFile
local function carry_out(run, plan, result, done)
  local file = plan.file --[[@as hum.ApplyFile]]
  vim.list_extend(done.faults, result.faults or {})
  if result.action == 'delete' and #done.faults == 0 then
    done.faults[1] = whole.delete(run.scope.consent, file, run.set)
    return
  end
  if plan.to and #done.faults == 0 then
    local why = whole.move(run.scope.consent, file, plan.to, run.set)
    done.moved, done.faults[1] = why == nil, why
  end
  done.path = file.path
  show(run, file, result.hunks or {}, done)
  if done.hunks == 0 then
    if #done.faults == 0 and not done.moved then table.insert(done.faults, { message = 'nothing to change' }) end
    files.release(file)
  end
end

---@param run hum.ApplyRun
---@param plan hum.ApplyPlan
---@param result table|nil
local function apply_to(run, plan, result)
  if plan.same then return end
  local done = { name = plan.name, action = plan.entry.action, hunks = 0, faults = {} } ---@type hum.AppliedFile
  run.files[#run.files + 1] = done
  if plan.fault then
    done.faults[1] = { message = plan.fault.message, hint = plan.fault.hint }
  elseif plan.file then
    done.path, done.buf = plan.file.path, plan.file.buf
    carry_out(run, plan, result or {}, done)
  end
end

-- ---- all of it -----------------------------------------------------------------------------------------------

---@param run hum.ApplyRun
local function finish(run)
  local result, is_listed = report.result(run), false
  if #run.previews > 0 or report.has_notes(run) then
    local made = list.set(run.previews, report.notes(run))
    is_listed = run.opts.show == true and #run.previews > 0 and list.show(made)
  end
  report.tell(result, is_listed)
  events.emit('HumEditFinished', vim.deepcopy(result))
  if run.opts.on_done then fault.guard('on_done of hum.apply()', run.opts.on_done, result) end
end

---@param run hum.ApplyRun
local function go(run)
  local answer = run.answer
  local found, err = ask_helper('blocks', { text = answer.text, block = answer.block, cut = answer.cut or nil })
  if not found then
    run.faults[1] = err
    return
  end
  local plans = targets.find(run.scope, found.files or {})
  local result, why = changes(run, plans)
  if not result then
    run.faults[#run.faults + 1] = why
    return
  end
  vim.list_extend(run.faults, result.faults or found.faults or {}) -- with the texts the helper says all of them again
  local by_name = {}
  for _, one in ipairs(result.files) do
    by_name[one.name] = one
  end
  for _, plan in ipairs(plans) do
    apply_to(run, plan, by_name[plan.entry.name])
  end
end

--- Applies an answer. What comes of it is told, by an event and to `on_done`.
---@param opts hum.ApplyOpts
---@return true|nil ok, string|nil err  its second line is what to do
function M.start(opts)
  local answer, err = answers.find(opts.chat, opts)
  if not answer then return nil, err end
  local scope = targets.scope(opts.chat, answer.row, { ask = opts.ask == true, allow = opts.allow or {} })
  local run = {
    opts = opts,
    answer = answer,
    scope = scope,
    set = sets.begin({ kind = 'apply', label = 'apply', chat = opts.chat, root = scope.project.root }),
    previews = {},
    files = {},
    faults = {},
  } ---@type hum.ApplyRun
  task.run('applying an answer', function() go(run) end, function(ok)
    if not ok then run.faults[#run.faults + 1] = { message = 'internal error', hint = 'See :Hum log.' } end
    finish(run)
  end)
  return true
end

return M
