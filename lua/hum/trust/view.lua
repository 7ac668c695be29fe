-- A window with exactly what would be trusted: the texts as they are, and what cannot be seen in them in words.
local invisible = require('hum.invisible')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.trust')
local NAME = 'hum://trust/%d'

--- Keys of the window while a question is open, and what they answer.
---@type table<string, 'yes'|'no'|'never'>
local KEYS = { y = 'yes', n = 'no', N = 'never', q = 'no' }
local HINT = ' y: use them   n: not now   N: never '

---@param buf integer
---@param lines string[]
---@param item hum.TrustItem
local function add(buf, lines, item)
  local text = item.text:gsub('\n$', '')
  local title = ('%s (%s, %d bytes)'):format(item.path, item.what, #item.text)
  local first = #lines
  vim.list_extend(lines, { title, ('-'):rep(math.min(vim.fn.strdisplaywidth(title), 78)), '' })
  vim.list_extend(lines, vim.split(text, '\n', { plain = true }))
  lines[#lines + 1] = ''
  vim.api.nvim_buf_set_lines(buf, first, -1, false, vim.list_slice(lines, first + 1))
  vim.api.nvim_buf_set_extmark(buf, ns, first, 0, { end_row = first + 2, hl_group = 'Title' })
  for _, one in ipairs(invisible.find(text)) do
    vim.api.nvim_buf_set_extmark(buf, ns, first + 3 + one.row, one.col, {
      end_col = one.col + one.bytes,
      hl_group = 'ErrorMsg',
      virt_text = { { ('<U+%04X %s>'):format(one.code, one.name), 'ErrorMsg' } },
      virt_text_pos = 'inline',
    })
  end
end

---@param items hum.TrustItem[]
---@return integer
local function buffer_of(items)
  local buf, lines = vim.api.nvim_create_buf(false, true), {} ---@type integer, string[]
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].modeline = false
  for _, item in ipairs(items) do
    add(buf, lines, item)
  end
  vim.bo[buf].modifiable = false
  pcall(vim.api.nvim_buf_set_name, buf, NAME:format(buf))
  return buf
end

---@param buf integer
---@return integer|nil win
local function open(buf)
  local ok = pcall(vim.cmd.split, { mods = { split = 'botright', noswapfile = true } })
  if not ok then return nil end
  local win = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(win, buf)
  local wo = vim.wo[win][0]
  wo.wrap, wo.linebreak, wo.number, wo.relativenumber = true, true, false, false
  wo.conceallevel, wo.spell, wo.foldenable, wo.list = 0, false, false, false
  return win
end

--- Shows texts.
---@param items hum.TrustItem[]
---@param answer? fun(word: 'yes'|'no'|'never')  once, by a key or as it is closed; nil: nothing is asked
---@return boolean shown
function M.show(items, answer)
  local buf, from = buffer_of(items), vim.api.nvim_get_current_win()
  local win = open(buf)
  if not win then
    vim.api.nvim_buf_delete(buf, { force = true })
    return false
  end
  local word = 'no' ---@type 'yes'|'no'|'never'
  ---@param key string
  ---@param result 'yes'|'no'|'never'
  local function map(key, result)
    vim.keymap.set('n', key, function()
      word = result
      pcall(vim.api.nvim_win_close, win, true)
      pcall(vim.api.nvim_set_current_win, from)
    end, { buffer = buf, nowait = true, desc = 'hum: trust: ' .. result })
  end
  for key, result in pairs(answer and KEYS or { q = 'no' }) do
    map(key, result)
  end
  if not answer then return true end
  vim.wo[win][0].winbar = HINT
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = buf,
    once = true,
    callback = function()
      vim.schedule(function() answer(word) end)
    end,
  })
  return true
end

return M
