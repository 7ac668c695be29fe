-- What was accepted is the same text when Neovim repeats it.
--
-- "." , a count, `i_CTRL-A`, `i_CTRL-@` and `".p` put keys into the stuff buffer (getchar.c: start_redo(),
-- start_redo_ins(); edit.c: stuff_inserted()), from where they are handled as if they were typed: with
-- 'autoindent', comment leaders, 'textwidth' and so on. For the keys of the user that is right, for what was
-- accepted it is not. The keys are those of the register "." from the first one on, or, for the counts of an
-- insertion that has not ended, what getchar() finds; each is seen by vim.on_key() before it is handled. So
-- these pieces are found among them, and handled with 'paste'.
--
-- Costs nothing before something is accepted, and after that a comparison a key, until another insertion
-- is repeated.
local literal = require('hum.complete.literal')

local M = {}

local api = vim.api

local ns = api.nvim_create_namespace('hum.complete.replay')
local group ---@type integer|nil

local ESC, CTRL_A, CTRL_V = '\27', '\1', '\22'
local REPEATS = { [ESC] = true, [CTRL_A] = true, [vim.keycode('<C-@>')] = true }

local pieces = {} ---@type string[]  accepted in one insertion, in order, as the register "." has them
local is_own = false -- they are of the insertion under way
local drained = nil ---@type string|nil  its keys, once known
local entered = false -- insert mode, with the key before this one
local before = '' -- this key

---@class hum.Replay
---@field keys string
---@field spans integer[][]  first and last byte of each piece
---@field at integer         bytes that were handled
---@field ends_open boolean  no <Esc> follows

local replay ---@type hum.Replay|nil

---@param text string
---@param piece string
---@param limit integer
---@return integer|nil first  where `piece` is for the last time, up to that byte
local function last_before(text, piece, limit)
  local found
  local at = text:find(piece, 1, true)
  while at and at + #piece - 1 <= limit do
    found, at = at, text:find(piece, at + 1, true)
  end
  return found
end

--- Cursor keys cut off the beginning, so the last pieces are looked for first; `i_CTRL-A` has all of them
--- once more.
---@param keys string
---@return integer[][] spans  the last one first
local function locate(keys)
  local spans, limit, i = {}, #keys, #pieces
  while limit > 0 do
    local first = last_before(keys, pieces[i], limit)
    if not first then break end
    spans[#spans + 1] = { first, first + #pieces[i] - 1 }
    limit, i = first - 1, i > 1 and i - 1 or #pieces
  end
  return spans
end

--- Reads the keys that are to come up to <Esc>, and puts them back.
---@param key string  the first one
---@return string
local function read_ahead(key)
  local keys, fed, quoted = key, '', key == CTRL_V
  repeat
    local one = vim.fn.getcharstr(0)
    local ends = one == '' or one == ESC and not quoted
    quoted = one == CTRL_V and not quoted
    keys = ends and keys or keys .. one
    fed = fed .. (one:byte() == 128 and one or literal.escape(one))
  until ends
  api.nvim_feedkeys(fed, 'in', false)
  return keys
end

---@param key string
---@return string
local function keys_to_come(key)
  if is_own and before == ESC then
    local known = drained
    if not known or not vim.startswith(known, key) then known = read_ahead(key) end
    drained = known
    return known
  end
  local keys = literal.unescape(vim.fn.getreg('.') --[[@as string]])
  -- All but the first of `3o` begin with a line break.
  return before == ESC and key == '\n' and '\n' .. keys or keys
end

local function stop()
  replay = nil
  literal.off()
end

--- The keys are over; called by a key.
M.stop = stop

---@param key string
---@return boolean  it is the one that was expected
local function step(key)
  local r = replay --[[@as hum.Replay]]
  local first, last = r.at + 1, r.at + #key
  if r.keys:sub(first, last) ~= key then return false end
  r.at = last
  local span = r.spans[#r.spans]
  if span and first > span[2] then
    table.remove(r.spans)
    span = r.spans[#r.spans]
  end
  if span and first >= span[1] then
    literal.on()
  else
    literal.off()
  end
  if last == #r.keys and r.ends_open then
    api.nvim_feedkeys(vim.keycode("<Cmd>lua require('hum.complete.replay').stop()<CR>"), 'in', false)
  end
  return true
end

---@param key string
local function begin(key)
  if api.nvim_get_mode().mode ~= 'i' then return end
  local keys = keys_to_come(key)
  local spans = locate(keys)
  if #spans == 0 then return not is_own and M.forget() end
  replay = { keys = keys, spans = spans, at = 0, ends_open = before == CTRL_A }
  if not step(key) then stop() end
end

--- Runs at every key.
---@param key string
---@param typed string
local function on_key(key, typed)
  if replay then
    if step(key) then return end
    stop()
  end
  if typed == '' and (entered or REPEATS[before]) then begin(key) end
  entered, before = false, key
end

--- Other insertions are repeated from now on.
function M.forget()
  pieces, is_own, drained = {}, false, nil
  vim.on_key(nil, ns)
  if group then
    api.nvim_del_augroup_by_id(group)
    group = nil
  end
end

local function watch()
  group = api.nvim_create_augroup('hum.complete.replay', {})
  api.nvim_create_autocmd('InsertEnter', {
    group = group,
    callback = function()
      entered, is_own, drained = true, false, nil
    end,
  })
  api.nvim_create_autocmd(
    'ModeChanged',
    { group = group, pattern = 'i*:[^i]*', callback = function() return replay and stop() end }
  )
  entered, before, is_own = false, '', false
  vim.on_key(on_key, ns)
end

--- Something is accepted.
---@param keys string  that type it
function M.add(keys)
  if not group then watch() end
  if not is_own then pieces = {} end
  is_own, drained = true, nil
  pieces[#pieces + 1] = literal.unescape(keys)
end

return M
