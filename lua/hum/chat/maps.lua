-- Keys in chat buffers, as configured; which there are, hum.config.keys says.
local config = require('hum.config')
local keys = require('hum.config.keys')
local object = require('hum.chat.code.object')

local M = {}

--- What the keys do, by their names.
---@class hum.MapActions
---@field send fun()
---@field stop fun(buf: integer): boolean  false: there was nothing to stop
---@field is_float fun(): boolean   the current window is one of a chat
---@field send_on fun(): boolean     it was sent from insert mode, which goes on
---@field is_answer fun(): boolean  it is one for an answer
---@field [string] fun()

--- Stops the reply; without one the key does what it always does.
---@param key string
---@param actions hum.MapActions
---@return fun()
local function stop_or(key, actions)
  return function()
    if not actions.stop(vim.api.nvim_get_current_buf()) then vim.api.nvim_feedkeys(vim.keycode(key), 'n', false) end
  end
end

--- A key for floats; elsewhere it does what it always does, also with a count or in a recording.
---@param name 'close_float'|'to_window'
---@param kind 'is_float'|'is_answer'
---@return fun(lhs: string, actions: hum.MapActions): fun(): string
local function in_float(name, kind)
  return function(lhs, actions)
    return function()
      if not actions[kind]() then return lhs end
      vim.schedule(actions[name])
      return ''
    end
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
---@field rhs fun(lhs: string, actions: hum.MapActions): string|fun()
---@field expr? boolean

---@param which 'inner'|'outer'
---@return fun(lhs: string): fun(): string
local function text_object(which)
  return function(lhs)
    return function() return object.keys(which, lhs) end
  end
end

--- Sends from insert mode. That ends, as the message is complete and the window can follow the reply, unless the user
--- wants to write on.
---@param _ string
---@param actions hum.MapActions
---@return fun()
local function send_insert(_, actions)
  local leave = vim.keycode('<C-\\><C-n><Plug>(hum-send)')
  return function()
    if not actions.send_on() then vim.api.nvim_feedkeys(leave, 'im', false) end
  end
end

--- Keys that do more than to call their action.
---@type table<string, hum.ChatMap>
local SPECIAL = {
  send_insert = { rhs = send_insert },
  stop = { rhs = stop_or },
  stop_insert = { rhs = stop_or },
  inner_block = { expr = true, rhs = text_object('inner') },
  outer_block = { expr = true, rhs = text_object('outer') },
  close_float = { rhs = in_float('close_float', 'is_float'), expr = true },
  to_window = { rhs = in_float('to_window', 'is_answer'), expr = true },
}

local DESC = 'hum: '

---@param buf integer
---@param actions hum.MapActions
function M.setup(buf, actions)
  for _, key in ipairs(keys.list) do
    local special = SPECIAL[key.name] or {}
    for _, lhs in ipairs(config.keys(key.name)) do
      local rhs = special.rhs and special.rhs(lhs, actions) or object.motions[key.name] or actions[key.name]
      vim.keymap.set(vim.split(key.modes, ''), lhs, rhs, {
        buffer = buf,
        nowait = true,
        expr = special.expr,
        desc = DESC .. key.desc,
      })
    end
  end
end

--- The modes in which a key is mapped here as hum has mapped it.
---@param key hum.Key
---@param lhs string
---@return string  a letter each
local function mapped_in(key, lhs)
  return (
    key.modes:gsub('.', function(mode)
      local map = vim.fn.maparg(lhs, mode, false, true)
      return map.buffer == 1 and map.desc == DESC .. key.desc and mode or ''
    end)
  )
end

--- Of Neovim's own those that the user has not mapped.
---@param found hum.ListedKey[]
local function add_native(found)
  for _, key in ipairs(keys.native) do
    if vim.fn.maparg(key[1], 'n') == '' then
      found[#found + 1] = { lhs = key[1], modes = 'n', desc = key[2], group = "Neovim's own" }
    end
  end
end

--- The keys of the chat in the current buffer as they are mapped, and some that are Neovim's own.
---@return hum.ListedKey[]
function M.mapped()
  local found = {}
  for _, key in ipairs(keys.list) do
    for _, lhs in ipairs(config.keys(key.name)) do
      local modes = mapped_in(key, lhs)
      if modes ~= '' then found[#found + 1] = { lhs = lhs, modes = modes, desc = key.desc, group = key.group } end
    end
  end
  add_native(found)
  return found
end

return M
