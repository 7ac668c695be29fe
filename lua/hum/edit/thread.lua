-- An edit that goes on: a remark on a preview asks anew, with what was asked, answered, accepted and rejected before.
-- Each attempt is kept as text as long as its preview or a later one is there, and can be shown again: as the
-- difference between its lines and those that stand there by then.
local definitions = require('hum.edit.collect.definitions')
local edits = require('hum.edit')
local linediff = require('hum.linediff')
local notify = require('hum.notify')

local M = {}

--- The newest attempts that a thread has.
local MOST = 20

---@class hum.edit.Attempt
---@field instruction string
---@field lines? string[]    what the range was to be; nil: it has not ended
---@field answer? string[]   what the model said, if that was no code
---@field accepted { old: string[], new: string[] }[]
---@field rejected { old: string[], new: string[] }[]

--- What was asked for, by preview: later attempts ask the same.
local asked = setmetatable({}, { __mode = 'k' }) ---@type table<hum.edit.Preview, table>

--- Starts an edit, with the definitions of what its lines name. What it needs for remarks is remembered.
---@param opts table  as hum.edit.start() takes them
---@return hum.edit.Handle|nil, string|nil err
function M.start(opts)
  local range = opts.range
  local first, last = range and range[1] or opts.first - 1, range and range[3] or opts.last - 1
  opts.definitions = function(cb) definitions.collect(opts.buf, first, last, cb) end
  local handle, err = edits.start(opts)
  if handle and handle.preview then asked[handle.preview] = opts end
  return handle, err
end

--- The lines that the range would have with all hunks.
---@param preview hum.edit.Preview
---@return string[]
local function new_lines(preview)
  local out, at = {}, 1
  for _, hunk in ipairs(preview.hunks) do
    vim.list_extend(out, preview.old, at, hunk.from - 1)
    vim.list_extend(out, hunk.new)
    at = hunk.from + #hunk.old
  end
  return vim.list_extend(out, preview.old, at)
end

---@param preview hum.edit.Preview
---@param state string
---@return { old: string[], new: string[] }[]
local function of_state(preview, state)
  local list = {}
  for _, hunk in ipairs(preview.hunks) do
    if hunk.state == state then list[#list + 1] = { old = vim.list_slice(hunk.old), new = vim.list_slice(hunk.new) } end
  end
  return list
end

--- The attempts of a preview, its own the way it is now.
---@param preview hum.edit.Preview
---@return hum.edit.Attempt[] attempts, integer at  which of them it shows
local function attempts_of(preview)
  preview:settle()
  local list = preview.attempts and vim.list_slice(preview.attempts) or {}
  local at = preview.attempt or #list + 1
  local own = list[at] or {}
  local said = #preview.hunks == 0 and preview.answer or nil
  list[at] = {
    instruction = own.instruction or preview.instruction or preview.label,
    lines = new_lines(preview),
    answer = said and vim.split(said, '\n', { plain = true }) or own.answer,
    accepted = vim.list_extend(vim.list_slice(own.accepted or {}), of_state(preview, 'accepted')),
    rejected = vim.list_extend(vim.list_slice(own.rejected or {}), of_state(preview, 'rejected')),
  }
  return list, at
end

--- The history as the request wants it: oldest first.
---@param attempts hum.edit.Attempt[]
---@return table[]
local function thread_of(attempts)
  return vim.tbl_map(
    function(one)
      return {
        instruction = one.instruction,
        answer = one.answer or one.lines,
        accepted = one.accepted,
        rejected = one.rejected,
      }
    end,
    attempts
  )
end

local ticks = setmetatable({}, { __mode = 'k' }) ---@type table<hum.edit.Preview, integer>

---@param preview hum.edit.Preview
local function note_tick(preview)
  if vim.api.nvim_buf_is_valid(preview.buf) then ticks[preview] = vim.api.nvim_buf_get_changedtick(preview.buf) end
end

-- The tick of the text when something was last decided about a preview, and once that has been written.
edits.on(function(preview, what)
  if what ~= 'hunks' and what ~= 'over' then return end
  note_tick(preview)
  vim.schedule(function() note_tick(preview) end)
end)

--- Whether a remark goes on with a preview: it was asked for (what a chat's answer is to change was not), and is shown,
--- or something was rejected, or nothing came of it, and the text is as it was then. One that was accepted is done.
---@param preview hum.edit.Preview
---@return boolean
function M.goes_on(preview)
  if not asked[preview] then return false end
  if preview:is_live() then return true end
  local is_same = ticks[preview] == vim.api.nvim_buf_get_changedtick(preview.buf)
  return is_same and (#preview.hunks == 0 or #of_state(preview, 'rejected') > 0)
end

--- Asks once more, about the lines of a preview as they are now. It gives way to a new one.
---@param preview hum.edit.Preview
---@param text string
---@return hum.edit.Handle|nil
function M.remark(preview, text)
  if preview.gone then return notify.info('hum: the edit that this is about is gone') end
  local attempts = attempts_of(preview)
  if #attempts >= MOST then attempts = vim.list_slice(attempts, #attempts - MOST + 2) end
  local before = asked[preview] or {}
  local first, last = preview:range()
  local buf, set = preview.buf, preview.set
  attempts[#attempts + 1] = { instruction = text, accepted = {}, rejected = {} }
  preview:drop()
  local handle, err = M.start({
    buf = buf,
    first = first,
    last = last,
    insert = last < first or nil,
    instruction = text,
    label = before.label,
    prompt = before.prompt and { system = before.prompt.system, text = text },
    endpoint = before.endpoint,
    model = before.model,
    think = before.think,
    options = before.options,
    thread = thread_of(vim.list_slice(attempts, 1, #attempts - 1)),
    attempts = attempts,
    attempt = #attempts,
    set = set,
    on_done = before.on_done,
  })
  if not handle then notify.complain(err) end
  return handle
end

--- Shows an earlier attempt in place of the one at a row, or a later one.
---@param preview hum.edit.Preview|nil
---@param step integer  -1: the one before, 1: the one behind
function M.show(preview, step)
  if not preview or not preview.attempts then return notify.info('hum: there is one attempt only') end
  local attempts, at = attempts_of(preview)
  local goal_at = at + step --[[@as integer]]
  local goal = attempts[goal_at]
  if not goal or not goal.lines then
    local word = step < 0 and 'first' or 'last'
    return notify.info(('hum: this is the %s attempt'):format(word))
  end
  local first, last = preview:range()
  local buf, before = preview.buf, asked[preview]
  local now = vim.api.nvim_buf_get_lines(buf, first - 1, last, false)
  local set = preview.set
  preview:drop()
  local shown, err = edits.given({
    buf = buf,
    first = first,
    last = last,
    hunks = linediff.hunks(now, goal.lines),
    label = goal.instruction,
    instruction = goal.instruction,
    attempts = attempts,
    attempt = goal_at,
    set = set,
  })
  if not shown then return notify.complain(err) end
  asked[shown] = before
end

return M
