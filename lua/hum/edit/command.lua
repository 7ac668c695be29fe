-- What `:Hum edit`, `:Hum insert` and `:Hum fix`, the operators and the functions of the same names do: which lines are
-- meant, what is asked, what is known of them. The edit itself is for hum.edit.
local ask = require('hum.edit.ask')
local dot = require('hum.edit.dot')
local edits = require('hum.edit')
local history = require('hum.edit.history')
local notify = require('hum.notify')
local places = require('hum.edit.place')
local placeholders = require('hum.prompt.placeholders')
local prompts = require('hum.prompt')
local thread = require('hum.edit.thread')
local values_of = require('hum.prompt.values')
local where = require('hum.edit.where')

local M = {}

---@class hum.EditOpts
---@field buf? integer          default: the current buffer
---@field first? integer        line; default: the function around the cursor, else the paragraph
---@field last? integer
---@field range? integer[]      instead of lines: row, column, row and column from 0, without what is at the last
---@field instruction string
---@field endpoint? string      default: the option `edit.endpoint`
---@field model? string         default: the option `edit.model`
---@field options? table<string, any>
---@field think? hum.Think
---@field on_done? fun(result: table)  once, when the answer has ended

--- The edit that is shown at the cursor.
---@return hum.edit.Preview|nil
local function preview_here()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local preview = edits.at(vim.api.nvim_get_current_buf(), row)
  return preview and thread.goes_on(preview) and preview or nil
end

-- ---- what is asked ---------------------------------------------------------------------------

---@param range hum.EditRange
---@param more table
---@return hum.edit.Handle|nil, string|nil err
local function start(range, more)
  if not vim.api.nvim_buf_is_loaded(range.buf) then return nil, 'the buffer is gone' end
  if vim.trim(more.instruction) == '' then return nil, 'say what is to be done: the instruction is empty' end
  return thread.start(vim.tbl_extend('force', where.place(range), more))
end

---@param handle hum.edit.Handle|nil
---@param err string|nil
---@return hum.edit.Handle|nil
local function told(handle, err)
  if not handle then notify.complain(err) end
  return handle
end

--- Edits lines, or a part of them.
---@param range hum.EditRange
---@param text string
---@param more? table
---@return hum.edit.Handle|nil, string|nil err
local function edit(range, text, more)
  return start(range, vim.tbl_extend('force', { instruction = text, label = text }, more or {}))
end

--- Has the problems of some lines fixed, by the prompt of that name.
---@param range hum.EditRange
---@param text string
---@param more? table
---@return hum.edit.Handle|nil, string|nil err
local function fix(range, text, more)
  local prompt, why = prompts.get('fix')
  if not prompt then return nil, why end
  local values = values_of.range(range, text)
  values.diagnostics = values.diagnostics()
  if values.diagnostics == '' and text == '' then
    local cure = 'say what is wrong: ":Hum fix {what}", or ":Hum edit {instruction}"'
    return nil, ('nothing to fix is known in %s\n%s'):format(where.words(range), cure)
  end
  return start(
    range,
    vim.tbl_extend('force', {
      instruction = placeholders.fill(prompt.text, values),
      label = text ~= '' and 'fix: ' .. text or 'fix',
      prompt = prompt.system and { system = placeholders.fill(prompt.system, values) },
      endpoint = prompt.endpoint,
      model = prompt.model,
      think = prompt.think,
      options = prompt.options,
    }, more or {})
  )
end

---@param range hum.EditRange  of no width
---@param text string
---@param more? table
---@return hum.edit.Handle|nil, string|nil err
local function insert(range, text, more)
  return start(range, vim.tbl_extend('force', { instruction = text, label = text, insert = true }, more or {}))
end

-- ---- operators -------------------------------------------------------------------------------

---@param range hum.EditRange
---@param text string
function M.edit_range(range, text) return told(edit(range, text)) end

---@param range hum.EditRange
---@param text string
function M.fix_range(range, text) return told(fix(range, text)) end

---@param text string
function M.insert_here(text) return told(insert(where.here(), text)) end

-- ---- commands --------------------------------------------------------------------------------

--- Asks for an instruction beside some lines. If they cannot be edited, that is said before anything is written.
---@param kind hum.OperatorKind
---@param range hum.EditRange
---@param on_text fun(text: string)
---@param on_cancel fun(typed: boolean)
function M.ask(kind, range, on_text, on_cancel)
  local place, why = places.find(where.place(range))
  if not place then
    notify.complain(why)
    return on_cancel(false)
  end
  local release = where.hold(range)
  ask.open({
    title = where.title(kind, range),
    buf = range.buf,
    first = range.first,
    last = range.last,
    chars = range.chars,
    mark = kind ~= 'insert',
    on_text = function(text)
      release()
      on_text(text)
    end,
    on_cancel = function(typed)
      release()
      on_cancel(typed)
    end,
  })
end

---@param typed boolean
local function cancelled(typed)
  if typed then dot.forget() end
end

--- The same, unless there is an instruction.
---@param kind hum.OperatorKind
---@param range hum.EditRange
---@param text string
---@param on_text fun(text: string)
local function with_text(kind, range, text, on_text)
  if text == '' then return M.ask(kind, range, on_text, cancelled) end
  history.add(text)
  on_text(text)
end

---@param preview hum.edit.Preview
---@param text string
local function remark(preview, text)
  if text ~= '' then
    history.add(text)
    return thread.remark(preview, text)
  end
  local first, last = preview:range()
  ask.open({
    title = 'Remark on the edit',
    buf = preview.buf,
    first = first - 1,
    last = math.max(first, last) - 1,
    mark = false,
    on_text = function(given) thread.remark(preview, given) end,
    on_cancel = cancelled,
  })
end

--- `:[range]Hum edit [instruction]`
---@param given hum.Invocation
function M.edit(given)
  local quote = given.quote or where.selected()
  local preview = not quote and preview_here()
  if preview then return remark(preview, given.text) end
  local range = where.of_lines(quote)
  with_text('edit', range, given.text, function(text) M.edit_range(range, text) end)
end

--- `:Hum insert [instruction]`
---@param given hum.Invocation
function M.insert(given)
  local range = where.here()
  with_text('insert', range, given.text, function(text) told(insert(range, text)) end)
end

--- `:[range]Hum fix [what]`
---@param given hum.Invocation
function M.fix(given) M.fix_range(where.of_lines(given.quote or where.selected()), given.text) end

--- `:Hum accept [all]`, `:Hum reject [all]`
---@param which 'accept'|'reject'
---@param given hum.Invocation
function M.decide(which, given)
  local id = given.text == 'all' and 'all' or nil
  local count, err = edits[which]({ id = id, force = given.bang or nil })
  if not count then notify.complain(err) end
end

--- Shows an earlier attempt at the cursor, or a later one.
---@param step -1|1
function M.attempt(step) thread.show(preview_here(), step) end

-- ---- functions -------------------------------------------------------------------------------

---@param opts table
---@param names string[]
---@return table
local function some(opts, names)
  local out = {}
  for _, name in ipairs(names) do
    out[name] = opts[name]
  end
  return out
end

local COMMON = { 'endpoint', 'model', 'think', 'options', 'on_done' }

---@param opts table
---@return hum.EditRange
local function named(opts)
  local buf = (opts.buf or 0) == 0 and vim.api.nvim_get_current_buf() or opts.buf
  local c = opts.range
  if c then return { buf = buf, first = c[1], last = c[3], chars = c } end
  if opts.first then return where.of_lines({ buf = buf, first = opts.first, last = opts.last or opts.first }) end
  return where.around()
end

--- hum.edit()
---@param opts table
---@return hum.edit.Handle|nil, string|nil err
function M.api_edit(opts) return edit(named(opts), opts.instruction, some(opts, COMMON)) end

--- hum.fix()
---@param opts table
---@return hum.edit.Handle|nil, string|nil err
function M.api_fix(opts) return fix(named(opts), opts.instruction or '', some(opts, COMMON)) end

--- hum.insert()
---@param opts table
---@return hum.edit.Handle|nil, string|nil err
function M.api_insert(opts)
  local at = opts.at
  local buf = (opts.buf or 0) == 0 and vim.api.nvim_get_current_buf() or opts.buf
  local range = at and { buf = buf, first = at[1], last = at[1], chars = { at[1], at[2], at[1], at[2] } }
    or where.here()
  return insert(range, opts.instruction, some(opts, COMMON))
end

return M
