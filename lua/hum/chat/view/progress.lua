-- Text that is being written and is not there yet: its last words stand below a line that says what it will be.
local glyphs = require('hum.look.glyphs')
local lines = require('hum.chat.view.lines')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.progress')

--- Lines of it that are shown.
local SHOWN = 4

---@param buf integer
function M.stop(buf)
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
end

--- The last lines of a text, broken to fit.
---@param text string
---@param width integer
---@return string[]
local function tail(text, width)
  local out = {} ---@type string[]
  for line in vim.gsplit(text, '\n', { plain = true }) do
    local rest = vim.fn.strtrans(line)
    repeat
      local part = vim.fn.strcharpart(rest, 0, width)
      out[#out + 1] = part
      rest = rest:sub(#part + 1)
    until rest == ''
  end
  return vim.list_slice(out, math.max(1, #out - SHOWN + 1), #out)
end

--- Begins to show one.
---@param buf integer
---@param row integer  that it goes above
---@param title string
---@return fun(piece: string) add
function M.begin(buf, row, title)
  M.stop(buf)
  local text, id = '', nil ---@type string, integer|nil
  local function show()
    if not vim.api.nvim_buf_is_loaded(buf) then return end
    local at = id and vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, {})[1] or row
    local virt = { { { glyphs.get().closed .. ' ' .. title, 'HumWaiting' } } }
    for _, line in ipairs(text ~= '' and tail(text, math.max(20, lines.room(buf) - 2)) or {}) do
      virt[#virt + 1] = { { '  ' .. line, 'HumThought' } }
    end
    local opts = { id = id, virt_lines = virt, virt_lines_above = true }
    id = vim.api.nvim_buf_set_extmark(buf, ns, math.min(at, vim.api.nvim_buf_line_count(buf) - 1), 0, opts)
  end
  show()
  return function(piece)
    -- No more than can be seen.
    text = (text .. piece):sub(-2000)
    show()
  end
end

return M
