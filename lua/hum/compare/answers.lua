-- The windows of a comparison: a tab page with a chat in each.
local context = require('hum.chat.context')
local edit = require('hum.chat.text.edit')
local front = require('hum.chat.front')
local turns = require('hum.chat.text.turns')
local window = require('hum.chat.view.window')

local M = {}

--- Cells that a window needs to be read.
local NARROWEST = 36

--- Shows chats side by side, or one below the other where the screen is narrow.
---@param bufs integer[]
---@return integer tab
function M.open(bufs)
  vim.cmd.tabnew()
  local empty = vim.api.nvim_get_current_buf()
  local vertical = math.floor(vim.o.columns / #bufs) >= NARROWEST
  for i, buf in ipairs(bufs) do
    if i > 1 then vim.cmd.split({ mods = { vertical = vertical, split = 'belowright', noswapfile = true } }) end
    vim.api.nvim_win_set_buf(0, buf)
    window.to_end(buf)
  end
  pcall(vim.api.nvim_buf_delete, empty, {})
  vim.cmd('wincmd =')
  vim.cmd('1wincmd w')
  return vim.api.nvim_get_current_tabpage()
end

--- Closes the tab page, and goes to a chat.
---@param tab integer
---@param buf integer
function M.close(tab, buf)
  if vim.api.nvim_tabpage_is_valid(tab) and #vim.api.nvim_list_tabpages() > 1 then
    vim.cmd.tabclose(vim.api.nvim_tabpage_get_number(tab))
  end
  window.show(buf, {})
  window.to_end(buf)
end

--- Whether a chat begins as another one, with the same question.
---@param list hum.Turn[]
---@param there hum.Turn[]
---@return boolean
local function begins_so(list, there)
  for i, turn in ipairs(there) do
    if not list[i] or list[i].role ~= turn.role or list[i].text ~= turn.text then return false end
  end
  return true
end

--- Copies what stands behind the question of a chat to another one, which has the same question at its end: the answer,
--- and what followed it. In one undo step.
---@param from integer
---@param to integer
---@return boolean|nil ok, string|nil err
function M.take_over(from, to)
  local list, there = turns.of(from).turns, turns.of(to).turns
  local draft, reply = there[#there], list[#there + 1]
  if not begins_so(list, there) then return nil, 'what stands before the answer was changed' end
  if not reply or reply.role ~= 'assistant' then return nil, 'there is no answer yet' end
  local lines = vim.api.nvim_buf_get_lines(from, reply.row, -1, false)
  local ok, err = pcall(function()
    edit.replace(to, draft.last + 1, -1, {})
    local count = vim.api.nvim_buf_line_count(to)
    local last = vim.api.nvim_buf_get_lines(to, count - 1, count, false)[1]
    edit.replace(to, count, -1, vim.list_extend(last == '' and {} or { '' }, lines))
  end)
  if not ok then return nil, tostring(err) end
  require('hum.chat').reread(to)
  context.share(from, to)
  front.set_model(to, front.endpoint(from), front.model(from) or '')
  return true
end

return M
