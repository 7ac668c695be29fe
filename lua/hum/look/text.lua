-- Text as it can be drawn: in cells, without tabs and control characters. Knows no window.
-- Compiling this would cost more than it saves: see bench/README.md.
if jit then jit.off(true, true) end

local M = {}

local api = vim.api

--- Where tabs end, in cells: the distances of 'vartabstop', or 'tabstop' alone. The last one goes on.
---@alias hum.TabStops integer[]

---@param buf integer
---@return hum.TabStops
function M.stops(buf)
  local list = vim.bo[buf].vartabstop
  if list == '' then return { vim.bo[buf].tabstop } end
  return vim.tbl_map(tonumber, vim.split(list, ',', { plain = true }))
end

---@param stops hum.TabStops
---@param cell integer  from 0
---@return integer cells  that a tab takes there
function M.tab(stops, cell)
  local at = 0
  for i = 1, #stops do
    at = at + stops[i]
    if cell < at then return at - cell end
  end
  local last = stops[#stops]
  return last - (cell - at) % last
end

---@param text string
---@return string[]
function M.lines(text)
  local out, at = {}, 1
  while true do
    local stop = text:find('\n', at, true)
    if not stop then break end
    out[#out + 1] = text:sub(at, stop - 1)
    at = stop + 1
  end
  out[#out + 1] = text:sub(at)
  return out
end

---@param text string
---@param cell integer  where it begins
---@param stops hum.TabStops
---@return string drawable, integer cell  where it ends
local function expand(text, cell, stops)
  local out = {}
  for part, tab in text:gmatch('([^\t]*)(\t?)') do
    part = vim.fn.strtrans(part)
    cell = cell + api.nvim_strwidth(part)
    local blanks = tab == '' and 0 or M.tab(stops, cell)
    cell = cell + blanks
    out[#out + 1] = part .. (' '):rep(blanks)
  end
  return table.concat(out), cell
end

---@param text string
---@param left string  what stands left of it
---@param stops hum.TabStops
---@return string  as it can be drawn
function M.drawable(text, left, stops)
  if not text:find('%c') then return text end
  -- Not virtcol(), which counts the drawing that is there.
  local _, cell = expand(left, 0, stops)
  return (expand(text, cell, stops))
end

---@param text string  drawable
---@param cells integer
---@return string  as much of it as fits
function M.cut(text, cells)
  local part = vim.fn.strcharpart(text, 0, math.max(0, cells))
  while part ~= '' and api.nvim_strwidth(part) > cells do
    part = vim.fn.strcharpart(part, 0, vim.fn.strchars(part) - 1)
  end
  return part
end

---@param text string  drawable
---@param cells integer
---@return string  the same, or the beginning of it with a sign that it goes on
function M.within(text, cells)
  -- No text has more cells than bytes.
  if #text <= cells or api.nvim_strwidth(text) <= cells then return text end
  return M.cut(text, cells - 1) .. '…'
end

return M
