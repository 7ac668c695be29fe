-- Keys in chat buffers, as configured.
local config = require('hum.config')
local turns = require('hum.chat.text.turns')

local M = {}

--- To the heading of a turn before or after the cursor.
---@param step -1|1
local function go_to_turn(step)
  local list = turns.of(vim.api.nvim_get_current_buf()).turns
  for _ = 1, vim.v.count1 do
    local here = vim.api.nvim_win_get_cursor(0)[1]
    local target
    for _, turn in ipairs(list) do
      if step > 0 and turn.row + 1 > here then
        target = turn.row + 1
        break
      elseif step < 0 and turn.row + 1 < here then
        target = turn.row + 1
      end
    end
    if target then vim.api.nvim_win_set_cursor(0, { target, 0 }) end
  end
end

---@class hum.MapActions
---@field send fun()
---@field stop fun(buf: integer): boolean  false: there was nothing to stop
---@field retry fun()
---@field model fun()

--- Stops the reply; without one the key does what it always does.
---@param key string
---@param actions hum.MapActions
---@return fun()
local function stop_or(key, actions)
  return function()
    if not actions.stop(vim.api.nvim_get_current_buf()) then vim.api.nvim_feedkeys(vim.keycode(key), 'n', false) end
  end
end

---@param name 'stop'|'stop_insert'
---@return boolean
local function is_ctrl_c(name)
  for _, key in ipairs(config.keys(name)) do
    if key:lower() == '<c-c>' then return true end
  end
  return false
end

local ns = vim.api.nvim_create_namespace('hum.maps')

--- A CTRL-C that comes while Neovim draws or runs something, which is often so while text
--- streams, interrupts that and is then consumed without its mapping. So it is looked for
--- among the keys that were consumed, as long as there is something to stop.
---@param actions hum.MapActions
function M.watch_ctrl_c(actions)
  vim.on_key(function(key)
    if key ~= '\3' then return end
    local mode = vim.api.nvim_get_mode().mode
    if mode == 'n' and is_ctrl_c('stop') or mode == 'i' and is_ctrl_c('stop_insert') then
      -- With its buffer: in one that is not a chat the key does only what Neovim does.
      local buf = vim.api.nvim_get_current_buf()
      vim.schedule(function() actions.stop(buf) end)
    end
  end, ns)
end

function M.unwatch_ctrl_c() vim.on_key(nil, ns) end

---@class hum.ChatMap
---@field mode string|string[]
---@field desc string
---@field rhs fun(key: string, actions: hum.MapActions): string|fun()
---@field remap? boolean

---@type table<string, hum.ChatMap>
local MAPS = {
  send = { mode = 'n', desc = 'send the message', rhs = function(_, actions) return actions.send end },
  -- Insert mode ends: the message is complete, and the window can follow the reply.
  send_insert = {
    mode = 'i',
    desc = 'send the message',
    rhs = function() return '<C-\\><C-n><Plug>(hum-send)' end,
    remap = true,
  },
  stop = { mode = 'n', desc = 'stop the reply', rhs = stop_or },
  stop_insert = { mode = 'i', desc = 'stop the reply', rhs = stop_or },
  retry = { mode = 'n', desc = 'regenerate the last reply', rhs = function(_, actions) return actions.retry end },
  model = { mode = 'n', desc = 'select the model', rhs = function(_, actions) return actions.model end },
  next_turn = {
    mode = { 'n', 'x', 'o' },
    desc = 'next turn',
    rhs = function()
      return function() go_to_turn(1) end
    end,
  },
  prev_turn = {
    mode = { 'n', 'x', 'o' },
    desc = 'previous turn',
    rhs = function()
      return function() go_to_turn(-1) end
    end,
  },
}

---@param buf integer
---@param actions hum.MapActions
function M.setup(buf, actions)
  for name, map in pairs(MAPS) do
    for _, key in ipairs(config.keys(name)) do
      vim.keymap.set(map.mode, key, map.rhs(key, actions), {
        buffer = buf,
        nowait = true,
        remap = map.remap,
        desc = 'hum: ' .. map.desc,
      })
    end
  end
end

return M
