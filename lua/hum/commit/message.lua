-- The text of a commit message's buffer: what of it is the message, and where a new one goes. Pure.

local patterns = require('hum.patterns')

local M = {}

--- What git takes for comments if nothing is configured, and what it may choose from by itself: builtin/commit.c.
local DEFAULT, CHOICE = '#', '#;@!$%^&|:'

--- Of the line from which on git cuts everything: wt-status.c.
local SCISSORS = ' ------------------------ >8 ------------------------'

--- What comments begin with in these lines.
---@param lines string[]
---@param configured string|nil  core.commentString, or core.commentChar, which may be "auto"
---@return string
function M.comment(lines, configured)
  for _, line in ipairs(lines) do
    if #line > #SCISSORS and vim.endswith(line, SCISSORS) then return line:sub(1, -#SCISSORS - 1) end
  end
  if configured and configured ~= '' and configured ~= 'auto' then return configured end
  for i = #lines, 1, -1 do
    local char = lines[i]:match('^(%p)[ \t]') or lines[i]:match('^(%p)$')
    if char and CHOICE:find(char, 1, true) and configured == 'auto' then return char end
  end
  return DEFAULT
end

---@class hum.CommitPlace
---@field row integer     of the message, from 0
---@field text string[]   that stands above the first comment already
---@field blank boolean   the row is there, and empty

---@param lines string[]
---@return boolean
local function is_blank(lines) return not table.concat(lines):find('%S') end

--- By what `git rebase --autosquash` knows the commit that is meant: it has to stay the first line.
local SQUASHES = { '^squash! ', '^fixup! ', '^amend! ' }

--- Where a message goes: above the first comment, and above what stands there already.
---@param lines string[]
---@param comment string
---@return hum.CommitPlace
function M.place(lines, comment)
  local count = #lines
  for i, line in ipairs(lines) do
    if vim.startswith(line, comment) then
      count = i - 1
      break
    end
  end
  local text = vim.list_slice(lines, 1, count)
  if is_blank(text) then return { row = 0, text = {}, blank = count > 0 } end
  local row = 0
  if patterns.any(text[1], SQUASHES) then row = text[2] == '' and 2 or 1 end
  return { row = row, text = text, blank = false }
end

return M
