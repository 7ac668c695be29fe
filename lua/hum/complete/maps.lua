-- Keys for suggestions, as configured (`complete.maps`). Without a suggestion a key does what it did before.
--
-- What it did before is a list for each key: maps over which hum's was laid, the last one first, those of the
-- buffer before those of all buffers, and at its end the key itself. One of them is done by giving its map
-- another name and pressing that: so Neovim does with `expr`, `<script>`, `remap`, callbacks and the rest
-- what it would have done. If that comes back to hum's map, as the fallbacks of other plugins do (at once, or
-- by keys), it is the turn of the next in the list: so there is no circle.
--
-- Maps that others make later are laid below hum's when insert mode is entered; maps of a buffer
-- only where there is completion.
local config = require('hum.config')

local M = {}

local api, fn = vim.api, vim.fn

---@alias hum.MapAction 'accept'|'accept_word'|'accept_line'|'next'|'prev'|'dismiss'|'suggest'

---@class hum.SuggestionKey
---@field desc string
---@field run fun(): boolean  false: there was nothing to do
---@field in_snippet? boolean  mapped in select mode too, where it goes to the next place of a snippet

---@param what 'all'|'line'|'word'
---@return fun(): boolean
local function accepting(what)
  return function() return require('hum.complete.accept').accept(what) end
end

---@param step 1|-1
---@return fun(): boolean
local function cycling(step)
  return function()
    local keys = require('hum.complete.keys')
    if not keys.is_here(api.nvim_get_current_buf()) then return false end
    keys.cycle(step)
    return true
  end
end

---@type table<hum.MapAction, hum.SuggestionKey>
local ACTIONS = {
  accept = { desc = 'accept the suggestion', run = accepting('all'), in_snippet = true },
  accept_word = { desc = 'accept a word of the suggestion', run = accepting('word') },
  accept_line = { desc = 'accept a line of the suggestion', run = accepting('line') },
  next = { desc = 'next suggestion', run = cycling(1) },
  prev = { desc = 'previous suggestion', run = cycling(-1) },
  dismiss = { desc = 'dismiss the suggestion', run = function() return require('hum.complete.keys').dismiss() end },
  suggest = {
    desc = 'request a suggestion',
    run = function()
      api.nvim_feedkeys(vim.keycode('<Plug>(hum-suggest)'), 'im', false)
      return true
    end,
  },
}

---@class hum.Laid  a key in a mode, mapped by hum
---@field key string
---@field mode 'i'|'s'
---@field action hum.SuggestionKey
---@field press fun()
---@field formers table[]                   maps of all buffers that were there, the last one first
---@field local_press table<integer, fun()> by buffer
---@field local_formers table<integer, table[]>
---@field place? string  text and cursor at the last fallback
---@field within boolean  a former one is running
---@field depth integer  how far in the list it went then
---@field gone? boolean   it is no longer wanted, but others may fall back to it

local laid = {} ---@type hum.Laid[]

-- ---- pressing -------------------------------------------------------------------------------------

local FORMER = '<Plug>(hum-former)'

--- Presses a map under another name.
---@param one hum.Laid
---@param former table  of maparg()
local function press_former(one, former)
  local dict = vim.tbl_extend('force', former, { lhs = FORMER, lhsraw = vim.keycode(FORMER), buffer = 0 })
  dict.lhsrawalt = nil
  if former.callback then
    dict.callback = function()
      one.within = true
      local ok, result = xpcall(former.callback, debug.traceback)
      one.within = false
      if not ok then error(result, 0) end
      return result
    end
  end
  fn.mapset(one.mode, false, dict)
  api.nvim_feedkeys(vim.keycode(FORMER), 'im', false)
end

---@return boolean
local function has_abbreviations() return #api.nvim_get_keymap('ia') > 0 or #api.nvim_buf_get_keymap(0, 'ia') > 0 end

--- The key itself. With Alt, which nothing has been mapped to, it would end insert mode; that is not what is
--- meant by who missed a suggestion by a moment.
---@param mode 'i'|'s'
---@param key string
local function press_key(mode, key)
  if key:find('^<[MmAa]%-') then return end
  -- Neovim looks for abbreviations only before keys that may be mapped.
  local before = mode == 'i' and has_abbreviations() and '<C-]>' or ''
  api.nvim_feedkeys(vim.keycode(before .. key), 'in', false)
end

---@return string
local function place()
  local cursor = api.nvim_win_get_cursor(0)
  return ('%d %d %d %d'):format(api.nvim_get_current_buf(), api.nvim_buf_get_changedtick(0), cursor[1], cursor[2])
end

---@param one hum.Laid
---@return boolean  it was pressed by the map that it fell back to
local function is_back(one) return one.within or one.place == place() end

---@param one hum.Laid
---@param formers table[]
local function fall_back(one, formers)
  one.depth = is_back(one) and one.depth + 1 or 1
  one.place = place()
  vim.schedule(function() one.place = nil end) -- what it comes back by are keys, which are handled before
  local former = formers[one.depth]
  if former then
    press_former(one, former)
  else
    press_key(one.mode, one.key)
  end
end

--- Whether a key goes to the next place of a snippet: <Tab> does, as Neovim's own map of it that hum's replaces.
---@param key string
---@return boolean
function M.jumps(key)
  local snippet = rawget(vim, 'snippet') -- loaded once there is one
  return vim.keycode(key) == '\t' and snippet ~= nil and snippet.active({ direction = 1 })
end

---@param one hum.Laid
---@param formers fun(): table[]
---@return fun()
local function presser(one, formers)
  return function()
    if M.jumps(one.key) then
      vim.snippet.jump(1)
    elseif one.gone or is_back(one) or one.mode ~= 'i' or not one.action.run() then
      fall_back(one, formers())
    end
  end
end

-- ---- laying ---------------------------------------------------------------------------------------

--- Puts a map in front of others. One that its plugin makes anew takes the place of the former one.
---@param formers table[]
---@param map table
local function remember(formers, map)
  local function is_same(other)
    if map.desc and map.desc == other.desc then return true end
    return map.callback == other.callback and map.rhs == other.rhs and map.sid == other.sid
  end
  for i = #formers, 1, -1 do
    if is_same(formers[i]) then table.remove(formers, i) end
  end
  table.insert(formers, 1, map)
end

---@param one hum.Laid
---@param press fun()
---@param buf? integer
local function set(one, press, buf)
  vim.keymap.set(one.mode, one.key, press, { buffer = buf, desc = 'hum: ' .. one.action.desc, silent = true })
end

--- Lays hum's map over that of the current buffer.
---@param one hum.Laid
---@param map table
local function lay_here(one, map)
  local buf = api.nvim_get_current_buf()
  if map.callback and map.callback == one.local_press[buf] then return end
  local own = one.local_formers[buf] or {}
  one.local_formers[buf] = own
  remember(own, map)
  one.local_press[buf] = one.local_press[buf]
    or presser(one, function() return vim.list_extend(vim.list_slice(own), one.formers) end)
  set(one, one.local_press[buf], buf)
end

--- Lays hum's map over the one that is there now.
---@param one hum.Laid
---@param first? boolean  it is not there yet
local function lay(one, first)
  local map = fn.maparg(one.key, one.mode, false, true)
  if map.buffer == 1 then
    if require('hum.complete.attach').is_attached(api.nvim_get_current_buf()) then lay_here(one, map) end
    map = {}
    for _, other in ipairs(first and api.nvim_get_keymap(one.mode) or {}) do
      if other.lhsraw == vim.keycode(one.key) then map = other end
    end
  end
  if map.callback and map.callback == one.press then return end
  if next(map) then remember(one.formers, map) end
  if first or next(map) then set(one, one.press) end
end

---@param key string
---@param mode 'i'|'s'
---@param action hum.SuggestionKey
---@return hum.Laid
local function new(key, mode, action)
  ---@type hum.Laid
  local one = {
    key = key,
    mode = mode,
    action = action,
    press = function() end,
    formers = {},
    local_press = {},
    local_formers = {},
    within = false,
    depth = 0,
  }
  one.press = presser(one, function() return one.formers end)
  return one
end

---@param one hum.Laid
---@param press fun()
---@param former table|nil
---@param buf? integer
local function take_one(one, press, former, buf)
  local map = fn.maparg(one.key, one.mode, false, true)
  if map.callback ~= press then return end -- others have laid theirs over it
  if former then
    fn.mapset(one.mode, false, former)
  else
    vim.keymap.del(one.mode, one.key, { buffer = buf })
  end
end

--- Takes hum's map away; what was below it is there again.
---@param one hum.Laid
local function take(one)
  one.gone = true
  for buf, press in pairs(one.local_press) do
    if api.nvim_buf_is_valid(buf) then
      api.nvim_buf_call(buf, function() take_one(one, press, one.local_formers[buf][1], buf) end)
    end
  end
  take_one(one, one.press, one.formers[1])
end

---@return { key: string, action: hum.SuggestionKey }[]
local function wanted()
  local maps, list = config.get().complete.maps, {}
  for name, keys in vim.spairs(maps or {}) do
    for _, key in ipairs(type(keys) == 'table' and keys or { keys or nil }) do
      list[#list + 1] = { key = key, action = ACTIONS[name] }
    end
  end
  return list
end

--- Maps what is configured, and nothing else.
function M.apply()
  for i = #laid, 1, -1 do
    take(laid[i])
  end
  laid = {}
  for _, want in ipairs(wanted()) do
    for _, mode in ipairs(want.action.in_snippet and { 'i', 's' } or { 'i' }) do
      local one = new(want.key, mode, want.action)
      laid[#laid + 1] = one
      lay(one, true)
    end
  end
end

local function lay_all()
  for _, one in ipairs(laid) do
    lay(one)
  end
end

local coming = false

local function lay_later()
  if coming or #laid == 0 then return end
  coming = true
  -- After what others do when insert mode is entered, and after the buffer is attached.
  vim.schedule(function()
    vim.schedule(function()
      coming = false
      if package.loaded['hum.complete.maps'] == M then lay_all() end
    end)
  end)
end

local function on_enter()
  config.follow()
  lay_later()
end

local started = false

--- Maps what is configured, and sees to it that it stays so.
function M.start()
  if started then return end
  started = true
  M.apply()
  config.on_change(M.apply)
  api.nvim_create_autocmd('InsertEnter', {
    group = api.nvim_create_augroup('hum.complete.maps', {}),
    callback = on_enter,
  })
  lay_later()
end

---@class hum.MapState
---@field key string
---@field desc string
---@field others string[]  maps that it falls back to
---@field over? string     the map by which another plugin has replaced it

---@param map table
---@return string
local function title(map)
  return map.desc and map.desc ~= '' and map.desc or map.rhs and map.rhs ~= '' and map.rhs or 'a function'
end

--- What became of the keys, for the health check.
---@return hum.MapState[]
function M.state()
  local list = {}
  for _, one in ipairs(laid) do
    local map = fn.maparg(one.key, one.mode, false, true)
    local here = one.local_press[api.nvim_get_current_buf()]
    local is_own = map.callback == one.press or here ~= nil and map.callback == here
    if one.mode == 'i' then
      list[#list + 1] = {
        key = one.key,
        desc = one.action.desc,
        others = vim.tbl_map(title, one.formers),
        over = not is_own and (next(map) and title(map) or 'nothing') or nil,
      }
    end
  end
  return list
end

return M
