-- Buffer-local keys that are lent for a while: the maps that the user had there are given back as they were, with all
-- their attributes and in all their modes.
local M = {}

local api, fn = vim.api, vim.fn

---@class hum.LentKey
---@field lhs string
---@field modes string[]
---@field rhs function
---@field formers table[]  maps of the buffer, as maparg() has them

---@param lhs string
---@param mode string
---@return table|nil  the buffer's own map of the current buffer
local function own(lhs, mode)
  local map = fn.maparg(lhs, mode, false, true)
  return map.buffer == 1 and map or nil
end

--- All modes in which a map holds, as letters for maparg().
local MODES = { 'n', 'x', 's', 'o', 'i', 'c', 't', 'l' }

---@param a table
---@param b table|nil
---@return boolean
local function is_same(a, b)
  return b ~= nil and a.rhs == b.rhs and a.callback == b.callback and a.sid == b.sid and a.lnum == b.lnum
end

---@param lent hum.LentKey
---@param mode string
---@return table|nil
local function former_in(lent, mode)
  for _, former in ipairs(lent.formers) do
    if former.held[mode] then return former end
  end
end

--- Maps a key in a buffer.
---@param buf integer
---@param key { lhs: string, modes: string[], rhs: function, expr?: boolean, desc: string }
---@return hum.LentKey
function M.lend(buf, key)
  local lent = { lhs = key.lhs, modes = key.modes, rhs = key.rhs, formers = {} } ---@type hum.LentKey
  api.nvim_buf_call(buf, function()
    for _, mode in ipairs(MODES) do
      local map = own(key.lhs, mode)
      local known = nil
      for _, former in ipairs(lent.formers) do
        if map and is_same(former.map, map) then known = former end
      end
      if map and not known then
        known = { map = map, held = {} }
        lent.formers[#lent.formers + 1] = known
      end
      if known then known.held[mode] = true end
    end
  end)
  vim.keymap.set(key.modes, key.lhs, key.rhs, { buffer = buf, nowait = true, expr = key.expr, desc = key.desc })
  return lent
end

--- Whether a former map holds still where it was not taken.
---@param lent hum.LentKey
---@param former table
---@return boolean
local function is_whole(lent, former)
  for mode in pairs(former.held) do
    local map = own(lent.lhs, mode)
    local is_ours = map ~= nil and map.callback == lent.rhs
    if not is_ours and not is_same(former.map, map) then return false end
  end
  return true
end

--- Takes a key away; what was there is there again. What others have mapped meanwhile stays.
---@param buf integer
---@param lent hum.LentKey
function M.give_back(buf, lent)
  if not api.nvim_buf_is_valid(buf) then return end
  api.nvim_buf_call(buf, function()
    for _, mode in ipairs(lent.modes) do
      local map = own(lent.lhs, mode)
      if map and map.callback == lent.rhs then
        local former = former_in(lent, mode)
        if not former then
          vim.keymap.del(mode, lent.lhs, { buffer = buf })
        elseif is_whole(lent, former) then
          fn.mapset(former.map) -- in all its modes at once
        else
          fn.mapset(mode, false, former.map)
        end
      end
    end
  end)
end

return M
