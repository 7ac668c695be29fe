-- The operators: an instruction for a motion, a text object or a selection, repeated by "." with the same instruction
-- at a new place.
--
-- Neovim repeats keys: "." runs `g@` with the keys of its motion again. But the instruction is written in a float, in
-- insert mode, and from then on "." would repeat that. So the keys of the motion are seen on their way
-- (vim.on_key()), and once there is an instruction the operator is run with them for a second time: that is the run
-- which "." repeats. What it edits is always the range of the first one.
--
-- The keys are those that maps have left. Where these are too few (the command of <Cmd>) or too many (keys of `:normal`
-- in a command), they are those that were typed. A macro has none of these: there "." repeats the edit for as much
-- text. The second run ends when the operator is called: a key behind that is never run.
local command = require('hum.edit.command')
local dot = require('hum.edit.dot')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.operator')

---@alias hum.OperatorKind 'edit'|'fix'|'insert'

---@class hum.Operator
---@field kind hum.OperatorKind
---@field text? string       the instruction, once it is known
---@field view table         of the window before
---@field visual boolean
---@field count integer
---@field motion? string     of the map itself
---@field keys string         of the motion, as maps have left them
---@field typed string        the same as they were typed
---@field range? hum.EditRange  of the first run, during the second one

local current ---@type hum.Operator|nil

local function unwatch() vim.on_key(nil, ns) end

--- Gathers the keys of a motion, behind those that the map stands for.
---@param op hum.Operator
local function watch(op)
  local skip = #'g@'
  vim.on_key(function(key, typed)
    if current ~= op then return end
    skip = skip - 1
    if skip < 0 then
      op.keys = op.keys .. key
      op.typed = op.typed .. (typed or '')
    end
  end, ns)
  vim.api.nvim_create_autocmd('ModeChanged', {
    pattern = '*:*',
    callback = function()
      -- The motion may ask for a pattern, or be a command.
      local mode = vim.api.nvim_get_mode().mode
      if current == op and (mode:find('^[crvV\22]') or mode:find('^no')) then return end
      if current == op then unwatch() end
      return true
    end,
  })
end

--- What a map expands to.
---@param kind hum.OperatorKind
---@param motion? string
---@return string keys
function M.keys(kind, motion)
  local mode = vim.api.nvim_get_mode().mode
  local op = {
    kind = kind,
    view = vim.fn.winsaveview(),
    visual = mode:find('^[vV\22]') ~= nil,
    count = vim.v.count,
    motion = motion,
    keys = '',
    typed = '',
  }
  current = op
  vim.go.operatorfunc = "v:lua.require'hum.edit.operator'.run"
  if not op.visual and not motion then watch(op) end
  return 'g@' .. (motion or '')
end

--- Bytes of a character and what composes with it.
---@param line string
---@param col integer
---@return integer
local function char_length(line, col) return #vim.fn.matchstr(line:sub(col + 1), '.') end

--- What the operator is for. A blockwise selection stands for its lines.
---@param type 'line'|'char'|'block'
---@return hum.EditRange
local function range_of(type)
  local buf = vim.api.nvim_get_current_buf()
  local from, to = vim.api.nvim_buf_get_mark(buf, '['), vim.api.nvim_buf_get_mark(buf, ']')
  local range = { buf = buf, first = from[1] - 1, last = to[1] - 1 }
  if type ~= 'char' then return range end
  local line = vim.api.nvim_buf_get_lines(buf, range.last, range.last + 1, false)[1] or ''
  local stop = math.min(#line, to[2] + char_length(line, to[2]))
  range.chars = { range.first, from[2], range.last, stop }
  return range
end

---@param op hum.Operator
---@param range hum.EditRange
local function start(op, range)
  if op.kind == 'edit' then return command.edit_range(range, op.text or '') end
  if op.kind == 'fix' then return command.fix_range(range, '') end
  command.insert_here(op.text or '')
end

--- Keys that say nothing without what Neovim has read behind them, or that others follow.
local UNCLEAR = { '\128\253', ':' }

--- Selects what the first run was for and runs the operator for that: "." takes as much text.
---@param range hum.EditRange
local function by_selection(range)
  local c = range.chars
  local from = c and { c[1] + 1, c[2] } or { range.first + 1, 0 }
  local to = c and { c[3] + 1, math.max(0, c[4] - 1) } or { range.last + 1, 0 }
  vim.api.nvim_win_set_cursor(0, from)
  vim.cmd.normal({ args = { c and 'v' or 'V' }, bang = true })
  vim.api.nvim_win_set_cursor(0, to)
  vim.cmd.normal({ args = { 'g@' }, bang = true })
end

--- Runs the operator once more.
---@param op hum.Operator
---@param range hum.EditRange
local function again(op, range)
  local count = op.count > 0 and tostring(op.count) or ''
  local function normal(keys, remap) vim.cmd.normal({ args = { keys }, bang = not remap }) end
  if op.visual then
    normal('gvg@')
  elseif op.motion then
    normal(count .. 'g@' .. op.motion)
  elseif not op.keys:find(UNCLEAR[1], 1, true) and not op.keys:find(UNCLEAR[2], 1, true) then
    normal(count .. 'g@' .. op.keys)
  elseif op.typed ~= '' then
    normal(count .. 'g@' .. op.typed, true)
  else
    by_selection(range)
  end
end

--- Edits the range of the first run, and has "." do the same.
---@param op hum.Operator
---@param range hum.EditRange
local function repeatable(op, range)
  if not vim.api.nvim_buf_is_loaded(range.buf) then return end
  if vim.api.nvim_get_current_buf() == range.buf then
    op.range = range
    vim.fn.winrestview(op.view)
    vim.go.operatorfunc = "v:lua.require'hum.edit.operator'.run"
    pcall(again, op, range)
    op.range = nil
  end
  start(op, range)
end

--- Nothing is to be done: what was written is not repeated, which was no text for this buffer.
---@param op hum.Operator
---@param typed boolean
local function cancelled(op, typed)
  vim.fn.winrestview(op.view)
  if typed then dot.forget() end
end

---@param op hum.Operator
---@param range hum.EditRange
local function ask_for(op, range)
  command.ask(op.kind, range, function(text)
    op.text = text
    repeatable(op, range)
  end, function(typed) cancelled(op, typed) end)
end

--- Takes the keys that are left of the second run. When there are none `:normal` gives <Esc>, without end.
---@param op hum.Operator
local function drop_keys(op)
  for _ = 1, #op.typed + #op.keys do
    if vim.fn.getchar(1) == 0 then return end
    vim.fn.getchar(0)
  end
end

--- 'operatorfunc'.
---@param type 'line'|'char'|'block'
function M.run(type)
  unwatch()
  local op = current
  if not op then return end
  if op.range then return drop_keys(op) end -- the second run
  local range = range_of(type)
  if op.text or op.kind == 'fix' then return start(op, range) end
  ask_for(op, range)
end

return M
