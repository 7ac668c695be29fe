-- Secrets in the text of a buffer, whatever it is called. Its first lines are read once, before it is attached; from
-- then on what comes in in one piece, and lines that are finished.
local sensitive = require('hum.sensitive')

local M = {}

--- Lines that are read, at the beginning of a buffer and of what comes in; and so many bytes of each.
local LINES, BYTES = 20000, 4096

--- A terminal may paste keys one by one: with a line break so many lines above it are read.
local BACK = 7

--- Lines around a secret that show that it is still one.
local NEAR = 40

--- Bytes of a change that may be a secret; keys are shorter.
local LEAST = 16

--- Changes that are read at once; those that come with them, as of `:substitute`, are read together afterwards.
local BURST = 20

local space = vim.api.nvim_create_namespace('hum.complete.contents')

---@class hum.Contents  of a buffer that has been read
---@field seen boolean   what comes in is read, too
---@field why? string    what it holds, in the line with this mark
---@field mark? integer
---@field burst integer  changes since Neovim last waited for something
---@field first? integer lines of those that have not been read yet
---@field last? integer
---@field on_secret? fun()

local known = {} ---@type table<integer, hum.Contents>

---@param buf integer
---@param first integer  from 0
---@param last integer   not included
---@return string? why
---@return integer? row  from 0
local function read(buf, first, last)
  local lines = vim.api.nvim_buf_get_lines(buf, first, math.min(last, first + LINES), false)
  for i, line in ipairs(lines) do
    if #line > BYTES then lines[i] = line:sub(1, BYTES) end
  end
  local why, row = sensitive.of_lines(lines, vim.api.nvim_buf_get_name(buf))
  return why, row and first + row - 1
end

--- The change is not over yet, and marks may not be set in it.
---@param buf integer
---@param one hum.Contents
---@param why string
---@param row integer
local function note(buf, one, why, row)
  one.why = why
  vim.schedule(function()
    if not vim.api.nvim_buf_is_loaded(buf) or row >= vim.api.nvim_buf_line_count(buf) then return end
    one.mark = vim.api.nvim_buf_set_extmark(buf, space, row, 0, { id = one.mark })
  end)
end

---@param buf integer
---@param one hum.Contents
---@param first integer
---@param last integer  not included
local function look(buf, one, first, last)
  local why, row = read(buf, first, last)
  if not why or not row then return end
  note(buf, one, why, row)
  if one.on_secret then one.on_secret() end
end

--- What a burst of changes has left.
---@param buf integer
---@param one hum.Contents
local function finish(buf, one)
  local first, last = one.first, one.last
  one.burst, one.first, one.last = 0, nil, nil
  if first and last and known[buf] == one and not one.why then look(buf, one, first, last) end
end

---@param buf integer
---@param one hum.Contents
---@param first integer
---@param last integer  not included
local function on_change(buf, one, first, last)
  one.burst = one.burst + 1
  if one.burst == 1 then vim.schedule(function() finish(buf, one) end) end
  if one.burst <= BURST then return look(buf, one, first, last) end
  one.first, one.last = math.min(one.first or first, first), math.max(one.last or last, last)
end

---@param buf integer
---@param one hum.Contents
local function see(buf, one)
  one.seen = vim.api.nvim_buf_attach(buf, false, {
    on_bytes = function(_, _, _, row, _, _, _, _, _, rows, _, bytes)
      if known[buf] ~= one then return true end
      if one.why then return end
      if bytes >= LEAST then
        on_change(buf, one, row, row + rows + 1)
      elseif rows > 0 then
        on_change(buf, one, math.max(row - BACK, 0), row + rows)
      end
    end,
    on_reload = function() -- the text is another one
      known[buf] = nil
      vim.schedule(function() M.read_again(buf, one.on_secret) end)
    end,
    on_detach = function() known[buf] = nil end,
  })
end

---@param buf integer
---@param one hum.Contents
---@return integer? row  of the line that was found, if it is still one
local function found_row(buf, one)
  if not one.why or not one.mark then return nil end
  local row = vim.api.nvim_buf_get_extmark_by_id(buf, space, one.mark, {})[1] or 0
  local _, now = read(buf, math.max(row - NEAR, 0), row + NEAR)
  return now
end

---@param buf integer
---@param one hum.Contents
---@return integer? row
local function read_all(buf, one)
  local why, row = read(buf, 0, LINES)
  one.why = nil
  if why and row then note(buf, one, why, row) end
  return row
end

--- Why a buffer must not be attached, by what is in it.
---@param buf integer
---@return string? why
function M.refusal(buf)
  local one = known[buf]
  local row = one and found_row(buf, one)
  if not one then
    one = { seen = false, burst = 0 }
    known[buf] = one
    row = read_all(buf, one)
    see(buf, one)
  elseif one.why and one.mark and not row then
    row = read_all(buf, one)
  end
  return one.why and row and ('%s in line %d'):format(one.why, row + 1) or one.why
end

--- What is in the buffer was read from the disk again.
---@param buf integer
---@param on_secret? fun()
function M.read_again(buf, on_secret)
  if not on_secret or not vim.api.nvim_buf_is_loaded(buf) then return end
  if M.refusal(buf) then return on_secret() end
  M.on_secret(buf, on_secret)
end

--- Calls back, in the middle of the change, when a secret comes into a buffer that had none.
---@param buf integer
---@param fn fun()
function M.on_secret(buf, fn)
  if known[buf] then known[buf].on_secret = fn end
end

return M
