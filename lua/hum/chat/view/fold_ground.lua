-- What is behind the line of a closed fold: the background of the text around it, not that of the user's folds.
--
-- Cells are put there in that colour, as wide as the window. By 'winhighlight' it would be simpler, but for a window
-- that has it Neovim makes all highlight groups anew, twice for each redraw: a quarter of what a token costs. So only a
-- window has it whose background is not known: that of the terminal, of `NormalNC`, or of the user's 'winhighlight'.

local M = {}

local GROUP, INSTEAD = 'HumFold', 'Folded:HumThought'

--- Whether the group has what is behind the text of all windows, among the colours that a screen shows.
---@param key 'bg'|'ctermbg'
---@return boolean
local function is_known_of(key)
  local function background(group) return vim.api.nvim_get_hl(0, { name = group, link = false })[key] end
  local other = background('NormalNC')
  return background(GROUP) ~= nil and (other == nil or other == background('Normal'))
end

---@return boolean
local function is_known()
  for _, ui in ipairs(vim.api.nvim_list_uis()) do
    -- A terminal takes a little until it has heard of the option.
    local is_rgb = vim.o.termguicolors or (ui.rgb and not ui.stdout_tty)
    if not is_known_of(is_rgb and 'bg' or 'ctermbg') then return false end
  end
  return true
end

--- Makes a window ready for it: when it is set up, and anew when colours have changed.
---@param win integer
function M.set(win)
  local wo = vim.wo[win][0]
  local now = wo.winhighlight ---@type string
  local parts = vim.split(now, ',', { trimempty = true })
  parts = vim.tbl_filter(function(part) return part ~= INSTEAD end, parts)
  if table.concat(parts, ','):find('Folded:', 1, true) then return end
  if #parts > 0 or not is_known() then parts[#parts + 1] = INSTEAD end
  local wanted = table.concat(parts, ',')
  if wanted ~= now then wo.winhighlight = wanted end
end

--- The line of a closed fold in the current window, with what is behind it.
---@param chunks [string, string][]
---@param width integer  of the window
---@return [string, string|string[]][]
function M.under(chunks, width)
  if vim.wo.winhighlight:find('Folded:', 1, true) then return chunks end
  local under = {} ---@type [string, string|string[]][]
  for i, chunk in ipairs(chunks) do
    under[i] = { chunk[1], { GROUP, chunk[2] } }
    width = width - vim.api.nvim_strwidth(chunk[1])
  end
  if width > 0 then under[#under + 1] = { (' '):rep(width), GROUP } end
  return under
end

return M
