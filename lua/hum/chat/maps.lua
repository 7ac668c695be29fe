-- Keys in chat buffers, as configured.
local config = require('hum.config')

local M = {}

--- To the heading of a turn before or after the cursor.
---@param step -1|1
local function go_to_turn(step)
  local format = require('hum.chat.text.format')
  local turns = format.parse(vim.api.nvim_buf_get_lines(0, 0, -1, false)).turns
  for _ = 1, vim.v.count1 do
    local here = vim.api.nvim_win_get_cursor(0)[1]
    local target
    for _, turn in ipairs(turns) do
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

--- Stops the reply; without one the key does what it always does.
---@param key string
local function stop_or(key)
  return function()
    if not require('hum.chat').stop({ quiet = true }) then vim.api.nvim_feedkeys(vim.keycode(key), 'n', false) end
  end
end

---@param name 'stop'|'stop_insert'
---@return boolean
local function is_ctrl_c(name)
  local keys = config.get().chat.maps[name]
  for _, key in ipairs(type(keys) == 'table' and keys or { keys or nil }) do
    if key:lower() == '<c-c>' then return true end
  end
  return false
end

local ns = vim.api.nvim_create_namespace('hum.maps')

--- A CTRL-C that comes while Neovim draws or runs something, which is often so while text
--- streams, interrupts that and is then taken without its mapping. So it is looked for
--- among the keys that were taken, as long as there is something to stop.
function M.watch_ctrl_c()
  vim.on_key(function(key)
    if key ~= '\3' then return end
    local mode = vim.api.nvim_get_mode().mode
    if mode == 'n' and is_ctrl_c('stop') or mode == 'i' and is_ctrl_c('stop_insert') then
      -- Named, so that in a buffer that is no chat the key stays Neovim's alone.
      local buf = vim.api.nvim_get_current_buf()
      vim.schedule(function() require('hum.chat').stop({ buf = buf, quiet = true }) end)
    end
  end, ns)
end

function M.unwatch_ctrl_c() vim.on_key(nil, ns) end

---@type table<string, { mode: string|string[], desc: string, action: fun(key: string): string|function }>
local ACTIONS = {
  send = {
    mode = 'n',
    desc = 'send the message',
    action = function()
      return function() require('hum').send() end
    end,
  },
  -- Insert mode ends: the message is complete, and the window can follow the reply.
  send_insert = {
    mode = 'i',
    desc = 'send the message',
    action = function() return "<Esc><Cmd>lua require('hum').send()<CR>" end,
  },
  stop = { mode = 'n', desc = 'stop the reply', action = stop_or },
  stop_insert = { mode = 'i', desc = 'stop the reply', action = stop_or },
  retry = {
    mode = 'n',
    desc = 'regenerate the last reply',
    action = function()
      return function() require('hum').retry() end
    end,
  },
  model = {
    mode = 'n',
    desc = 'select the model',
    action = function()
      return function() require('hum').model() end
    end,
  },
  next_turn = {
    mode = { 'n', 'x', 'o' },
    desc = 'next turn',
    action = function()
      return function() go_to_turn(1) end
    end,
  },
  prev_turn = {
    mode = { 'n', 'x', 'o' },
    desc = 'previous turn',
    action = function()
      return function() go_to_turn(-1) end
    end,
  },
}

---@param buf integer
function M.setup(buf)
  for name, action in pairs(ACTIONS) do
    local keys = config.get().chat.maps[name]
    keys = type(keys) == 'string' and { keys } or keys
    for _, key in ipairs(keys or {}) do
      vim.keymap.set(action.mode, key, action.action(key), {
        buffer = buf,
        nowait = true,
        desc = 'hum: ' .. action.desc,
      })
    end
  end
end

return M
