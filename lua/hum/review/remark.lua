-- Remarks on lines of files, which are sent back together in one message. Each is drawn below its lines and goes with
-- them; nothing of it is in the file.
local glyphs = require('hum.look.glyphs')
local scheme = require('hum.look.scheme')
local wrap = require('hum.wrap')

local M = {}

--- The least width to which a remark is wrapped, in cells.
local LEAST = 8

local ns = vim.api.nvim_create_namespace('hum.remark')
scheme.start('edit')

---@class hum.Remark
---@field buf integer
---@field id integer     of the extmark over its lines; the next one draws it
---@field first integer  where its lines were last, from 1
---@field last integer
---@field text string
---@field path string     of its file, '' if it has no name

local remarks = {} ---@type hum.Remark[]
local last_id = 0

--- Where its lines are now. In a buffer that is not loaded, and if they were deleted, where they were.
---@param remark hum.Remark
---@return integer first, integer last
local function lines_of(remark)
  local buf = remark.buf
  local loaded = vim.api.nvim_buf_is_loaded(buf)
  local at = loaded and vim.api.nvim_buf_get_extmark_by_id(buf, ns, remark.id, { details = true }) or {}
  if at[1] and not at[3].invalid then
    remark.first = at[1] + 1
    remark.last = math.max(remark.first, at[3].end_row or remark.first)
  end
  if not loaded then return remark.first, remark.last end
  local count = vim.api.nvim_buf_line_count(buf)
  return math.min(remark.first, count), math.min(remark.last, count)
end

---@param buf integer
---@return integer  cells of the narrowest window that shows it
local function width_of(buf)
  local width = vim.o.columns
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local info = vim.fn.getwininfo(win)[1]
    width = math.min(width, info.width - info.textoff)
  end
  return math.max(LEAST, width - 4)
end

---@param buf integer
---@param text string
---@return table[]  virtual lines
local function drawn(buf, text)
  local bar = glyphs.get().bar or '|'
  return vim.tbl_map(
    function(line) return { { bar .. ' ', 'HumRemark' }, { line, 'HumRemark' } } end,
    wrap.lines(text, width_of(buf))
  )
end

---@param remark hum.Remark
local function draw(remark)
  local buf, first, last = remark.buf, remark.first, remark.last
  vim.api.nvim_buf_set_extmark(buf, ns, first - 1, 0, {
    id = remark.id,
    end_row = last,
    end_col = 0,
    strict = false,
    invalidate = true,
  })
  vim.api.nvim_buf_set_extmark(buf, ns, last - 1, 0, { id = remark.id + 1, virt_lines = drawn(buf, remark.text) })
end

---@param buf integer
---@param line integer
---@return hum.Remark|nil
function M.at(buf, line)
  for _, remark in ipairs(remarks) do
    local first, last = lines_of(remark)
    if remark.buf == buf and line >= first and line <= last then return remark end
  end
end

--- Adds a remark on lines. One on the very same lines takes the place of the one before.
---@param at { buf: integer, first: integer, last: integer }  from 1
---@param text string
function M.add(at, text)
  for _, remark in ipairs(remarks) do
    local first, last = lines_of(remark)
    if remark.buf == at.buf and first == at.first and last == at.last then
      remark.text = text
      return draw(remark)
    end
  end
  last_id = last_id + 2
  local path = vim.api.nvim_buf_get_name(at.buf)
  local remark = { buf = at.buf, id = last_id, first = at.first, last = at.last, text = text, path = path }
  draw(remark)
  remarks[#remarks + 1] = remark
end

---@param remark hum.Remark
local function erase(remark)
  if not vim.api.nvim_buf_is_loaded(remark.buf) then return end
  vim.api.nvim_buf_del_extmark(remark.buf, ns, remark.id)
  vim.api.nvim_buf_del_extmark(remark.buf, ns, remark.id + 1)
end

--- Takes a remark away, or all of them.
---@param remark? hum.Remark
function M.remove(remark)
  for _, one in ipairs(remark and { remark } or remarks) do
    erase(one)
  end
  remarks = vim.tbl_filter(function(one) return remark ~= nil and one ~= remark end, remarks)
end

---@class hum.RemarkPlace
---@field buf integer
---@field first integer  from 1
---@field last integer
---@field text string

--- A buffer that was wiped out leaves its remarks to the next one of the file.
---@param remark hum.Remark
local function adopt(remark)
  if vim.api.nvim_buf_is_valid(remark.buf) or remark.path == '' then return end
  remark.buf = vim.fn.bufadd(remark.path)
  if vim.api.nvim_buf_is_loaded(remark.buf) then draw(remark) end
end

--- All remarks, by file and line.
---@return hum.RemarkPlace[]
function M.list()
  local found = {}
  for _, remark in ipairs(remarks) do
    adopt(remark)
    if vim.api.nvim_buf_is_valid(remark.buf) then
      local first, last = lines_of(remark)
      found[#found + 1] = { buf = remark.buf, first = first, last = last, text = remark.text }
    end
  end
  table.sort(found, function(a, b)
    local here, there = vim.api.nvim_buf_get_name(a.buf), vim.api.nvim_buf_get_name(b.buf)
    if here ~= there then return here < there end
    return a.first < b.first
  end)
  return found
end

--- `:edit!` takes the marks of a buffer away.
---@param buf integer
---@param act fun(remark: hum.Remark)
local function each_of(buf, act)
  for _, remark in ipairs(remarks) do
    if remark.buf == buf then act(remark) end
  end
end

local group = vim.api.nvim_create_augroup('hum.remark', {})
vim.api.nvim_create_autocmd('BufUnload', {
  group = group,
  callback = function(args) each_of(args.buf, lines_of) end,
})
vim.api.nvim_create_autocmd('BufReadPost', {
  group = group,
  callback = function(args)
    vim.tbl_map(adopt, remarks)
    each_of(args.buf, function(remark)
      remark.first, remark.last = lines_of(remark)
      draw(remark)
    end)
  end,
})

return M
