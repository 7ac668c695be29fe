-- The full answer of a model in a buffer of its own, as it came: also what is refused, or cut.
local M = {}

local api = vim.api

local held = {} ---@type table<integer, integer>  buffer, by preview

---@param p hum.edit.Preview
---@return string|nil
local function text_of(p)
  if p.answer and p.answer ~= '' then return p.answer end
  return nil
end

---@param p hum.edit.Preview
---@param text string
---@return integer
local function buffer_for(p, text)
  local buf = held[p.id]
  if not buf or not api.nvim_buf_is_valid(buf) then
    buf = api.nvim_create_buf(false, true)
    held[p.id] = buf
    api.nvim_buf_set_name(buf, ('hum://answer/%d'):format(p.id))
    vim.bo[buf].bufhidden = 'wipe'
    vim.bo[buf].syntax = 'markdown' -- no plugins of the file type: it is no file
  end
  vim.bo[buf].modifiable = true
  local lines = vim.split(text, '\n', { plain = true })
  api.nvim_buf_set_lines(buf, 0, -1, false, vim.tbl_map(function(line) return (line:gsub('\r$', '')) end, lines))
  vim.bo[buf].modified = false
  return buf
end

--- Opens it in a window below the current one.
---@param p hum.edit.Preview
---@return string|nil err  why there is nothing to open
function M.open(p)
  local text = text_of(p)
  if not text then
    return p.over and 'the model has answered nothing' or 'the answer can be opened once it has ended (or :Hum stop)'
  end
  local buf = buffer_for(p, text)
  local shown = vim.fn.bufwinid(buf)
  if shown ~= -1 then
    api.nvim_set_current_win(shown)
    return nil
  end
  local ok, err = pcall(api.nvim_open_win, buf, true, { split = 'below', win = 0 })
  if not ok then return (tostring(err):gsub('^.-E(%d+): ', 'E%1: ')) end
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buf, nowait = true, desc = 'close' })
end

return M
