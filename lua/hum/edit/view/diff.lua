-- An edit as a diff of Neovim's own: left the file, right the text that is proposed, where `do` and `dp` work and
-- anything may be written. `:w` there accepts what stands there then, closing it rejects what is left.
local changes = require('hum.linediff').changes
local notify = require('hum.notify')
local sides = require('hum.look.sides')

local M = {}

local api = vim.api

---@param buf integer
---@return string[]
local function lines_of(buf) return api.nvim_buf_get_lines(buf, 0, -1, false) end

--- The hunks that can be accepted, the last one first.
---@param p hum.edit.Preview
---@return hum.edit.Hunk[]
local function from_below(p)
  local hunks = p:open_hunks()
  table.sort(hunks, function(a, b) return a.row > b.row end)
  return hunks
end

--- The text of the buffer with all hunks that can be accepted.
---@param p hum.edit.Preview
---@return string[]
local function proposed(p)
  local lines = lines_of(p.buf)
  for _, hunk in ipairs(from_below(p)) do
    local after = vim.list_slice(lines, hunk.row + hunk.rows + 1)
    lines = vim.list_extend(vim.list_extend(vim.list_slice(lines, 1, hunk.row), hunk.new), after)
  end
  return lines
end

--- Whether the text that stands right differs from the file where a hunk is.
---@param list hum.LineDiff[]
---@param hunk hum.edit.Hunk
---@return boolean
local function is_kept(list, hunk)
  for _, one in ipairs(list) do
    local touches = one.row < hunk.row + hunk.rows and hunk.row < one.row + one.count
    if touches or one.row == hunk.row or one.row + one.count == hunk.row + hunk.rows then return true end
  end
  return false
end

--- Makes the file what stands right, where the user has written something else than was proposed.
---@param buf integer
---@param lines string[]
---@return boolean  something was changed
local function write_rest(buf, lines)
  local list = changes(lines_of(buf), lines)
  for i = #list, 1, -1 do
    local one = list[i]
    local new = vim.list_slice(lines, one.to_row + 1, one.to_row + one.to_count)
    api.nvim_buf_set_lines(buf, one.row, one.row + one.count, false, new)
  end
  return #list > 0
end

---@class hum.EditDiff
---@field preview hum.edit.Preview
---@field actions hum.EditActions
---@field right integer  buffer
---@field is_alone fun(preview: hum.edit.Preview): boolean  its buffer has no other edit to decide on

--- Accepts hunks, in one step if that can be had.
---@param d hum.EditDiff
---@param ids integer[]
---@return string|nil err
local function accept(d, ids)
  local buf = d.preview.buf
  if #ids > 0 and d.is_alone(d.preview) then
    local ok, err = d.actions.accept({ buf = buf, id = 'all', force = true })
    return not ok and err or nil
  end
  for _, id in ipairs(ids) do
    local ok, err = d.actions.accept({ buf = buf, id = id })
    if not ok then return err end
  end
end

--- Makes the file what stands right: by its hunks, and by what else was written there.
---@param d hum.EditDiff
---@return string|nil err
local function take_over(d)
  local p = d.preview
  local lines = lines_of(d.right)
  local list = changes(lines_of(p.buf), lines)
  local kept = {}
  for _, hunk in ipairs(p:open_hunks()) do
    if is_kept(list, hunk) then
      table.insert(kept, hunk.id)
    else
      d.actions.reject({ buf = p.buf, id = hunk.id })
    end
  end
  local err = accept(d, kept)
  if err then return err end
  api.nvim_buf_call(p.buf, function()
    if #kept > 0 then pcall(vim.cmd.undojoin) end
    write_rest(p.buf, lines)
  end)
end

---@param d hum.EditDiff
local function on_write(d)
  if not api.nvim_buf_is_loaded(d.preview.buf) then
    return notify.error('hum: the file of this edit is not open any more')
  end
  local done, err = pcall(take_over, d)
  if not done or err then return notify.error('hum: ' .. tostring(err)) end
  vim.bo[d.right].modified = false
  vim.cmd('diffupdate')
end

--- What was not accepted is not wanted.
---@param d hum.EditDiff
local function on_closed(d)
  local p = d.preview
  if p.gone or not api.nvim_buf_is_loaded(p.buf) then return end
  for _, hunk in ipairs(p:open_hunks()) do
    d.actions.reject({ buf = p.buf, id = hunk.id })
  end
end

--- Opens the diff.
---@param p hum.edit.Preview
---@param actions hum.EditActions
---@param hide fun(buf: integer, hidden: boolean)  what is drawn over the file meanwhile
---@param is_alone fun(preview: hum.edit.Preview): boolean  its buffer has no other edit to decide on
---@return string|nil err
function M.show(p, actions, hide, is_alone)
  if not p.over then return 'the edit is still being written: try again when it has ended (or :Hum stop)' end
  if #p:open_hunks() == 0 then return 'no hunk of this edit is left to compare' end
  local right = sides.scratch(p.buf, 'hum://edit/', proposed(p))
  local d = { preview = p, actions = actions, right = right, is_alone = is_alone } ---@type hum.EditDiff
  vim.bo[right].buftype, vim.bo[right].modified = 'acwrite', false
  api.nvim_create_autocmd('BufWriteCmd', { buffer = right, callback = function() on_write(d) end })
  hide(p.buf, true)
  sides.show(p.buf, right, function()
    on_closed(d)
    hide(p.buf, false)
  end)
end

return M
