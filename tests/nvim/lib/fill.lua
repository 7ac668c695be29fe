-- Completion cases as data: a buffer, what the server answers, what is shown, and what stands in the
-- buffer once that is accepted.
--
--   fill.case('what holds', {
--     filetype = 'python', set = 'et sw=4',  -- :setlocal, after the filetype
--     text = 'def f():\n    return ▏',       -- the buffer; ▏ is the cursor, at the end if there is none
--     keys = 'o',                            -- from normal mode at the cursor; else insert mode at ▏
--     answer = 'x + 1',                      -- or a list of pieces, each a record
--     done = 'length',                       -- the reason at its end, "stop" if absent
--     shown = 'x + 1',                       -- what is suggested; false: nothing is
--     after = 'def f():\n    return x + 1',  -- the buffer after accepting; if absent, that is not tried
--   })
--
-- Further: `init` (Lua that runs first), `api` (of lib/complete.lua, "generate" if absent), `complete` (options),
-- `name` (of the file), `more` (fields of the fake server's rule), `check` (a function of the test, before
-- accepting). Every case is played twice: the answer as it stands, and character by character; the result is the same.
local T = require('harness')
local complete = require('lib.complete')

local M = {}

local CURSOR = '▏'

--- Lua for what is suggested.
M.SHOWN = [[
  local shown = require('hum.complete.ghost').shown()
  return shown and shown.left_over]]

--- Whole characters, each one a record.
local function characters(text) return vim.fn.split(text, '\\zs') end

local function rule_of(case, split)
  local pieces = type(case.answer) == 'table' and case.answer or { case.answer }
  local tokens = split and characters(table.concat(pieces)) or pieces
  local rule = { tokens = tokens, done_reason = case.done }
  return vim.tbl_extend('force', rule, case.more or {})
end

--- The lines, and where the cursor is: row and column, from 1 and 0.
local function place_of(text)
  local at = text:find(CURSOR, 1, true) or #text + 1
  local before, after = text:sub(1, at - 1), text:sub(at + #CURSOR)
  local _, row = before:gsub('\n', '')
  return vim.split(before .. after, '\n', { plain = true }), row + 1, #before:match('[^\n]*$')
end

--- Opens the buffer and goes into insert mode at the place.
local function open(t, case)
  local lines, row, col = place_of(case.text)
  complete.open(t, lines, { name = case.name, row = row, col = col })
  if case.filetype then t:cmd('noautocmd setlocal filetype=' .. case.filetype) end
  if case.set then t:cmd('setlocal ' .. case.set) end
  local keys = case.keys or (col >= #lines[row] and 'a' or 'i')
  complete.type(t, keys)
end

local function wait_shown(t, case)
  if case.shown == false then
    complete.wait_count(t, 'requests', 1)
    complete.wait_idle(t)
    return T.eq(vim.NIL, t:lua(M.SHOWN) or vim.NIL, 'shown')
  end
  local seen
  local ok = pcall(t.wait, t, function()
    seen = t:lua(M.SHOWN)
    return seen ~= nil and (case.shown == nil or seen == case.shown)
  end, 'the suggestion')
  if not ok then T.eq(case.shown or 'a suggestion', seen or vim.NIL, 'shown') end
  complete.wait_idle(t)
  T.eq(case.shown or seen, t:lua(M.SHOWN), 'shown once all has come')
end

local function play(t, case, split)
  if case.init then t:lua(case.init) end
  local options = { api = case.api or 'generate', complete = case.complete }
  complete.start(t, rule_of(case, split), options)
  open(t, case)
  wait_shown(t, case)
  if case.check then case.check(t) end
  if case.after then
    T.eq(true, complete.call(t, 'accept'), 'there is something to accept')
    T.eq(case.after, t:text(), 'the buffer')
  end
end

--- Defines the tests of a case.
---@param name string
---@param case table
function M.case(name, case)
  T.test(name .. ' (at once)', complete.OPTS, function(t) play(t, case, false) end)
  T.test(name .. ' (character by character)', complete.OPTS, function(t) play(t, case, true) end)
end

--- Defines the tests of a list of cases, `{ name, text, answer, shown, … }`, with `defaults` for all.
---@param defaults table
---@param cases table[]
function M.cases(defaults, cases)
  for _, case in ipairs(cases) do
    local fields = { text = case[2], answer = case[3], shown = case[4] }
    for name, value in pairs(case) do
      if type(name) == 'string' then fields[name] = value end
    end
    M.case(case[1], vim.tbl_extend('force', defaults, fields))
  end
end

return M
