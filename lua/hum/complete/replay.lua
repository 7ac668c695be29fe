-- What was accepted is the same text when Neovim repeats it.
--
-- "." , a count, `i_CTRL-A`, `i_CTRL-@` and `".p` put keys into the stuff buffer (getchar.c: start_redo(),
-- start_redo_ins(); edit.c: stuff_inserted()), from where they are handled as if they were typed: with
-- 'autoindent', comment leaders, 'textwidth' and so on. For the keys of the user that is right, for what was
-- accepted it is not. The keys are those of the register "." from the first one on, or, for the counts of an
-- insertion that has not ended, what getchar() finds; each is seen by vim.on_key() before it is handled. So
-- these pieces are found among them, and handled with 'paste'.
--
-- Costs nothing before something is accepted, and after that a comparison a key.
--
-- What cannot be kept away was settled when a line was opened by keys of the user, and acts on the first
-- character: 'smartindent' on "{", "}" and "#", the end of a comment on "/" (edit.c: can_si, end_comment_pending); and
-- blanks that were made then are taken away by a line break.
local literal = require('hum.complete.literal')

local M = {}

local api = vim.api

local ns = api.nvim_create_namespace('hum.complete.replay')

local ESC, CTRL_A, CTRL_V = '\27', '\1', '\22'
local REPEATS = { [ESC] = true, [CTRL_A] = true, [vim.keycode('<C-@>')] = true }

---@class hum.Repeated  an insertion
---@field pieces string[]  accepted in it, in order, as the register "." has them
---@field keys? string     all that the register has; nil: not known

local last = { pieces = {} } ---@type hum.Repeated  that in which something was accepted last
local own = { pieces = {} } ---@type hum.Repeated   that which is under way
local entered = false -- insert mode, with the key before this one
local aside = false -- this key was no typed one, and handled in another mode
local before = '' -- this key
local opens = false -- it was `o` or `O`

---@class hum.Replay
---@field keys string
---@field spans integer[][]  first and last byte of each piece
---@field at integer         bytes that were handled
---@field ends_open boolean  no <Esc> follows
---@field alone integer      an autocommand: with one for InsertCharPre, insertchar() does not take several
---    keys at once, the last of which may be others'

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

--- Cursor keys cut off the beginning, so the last pieces are looked for first.
---@param keys string
---@param pieces string[]
---@return integer[][] spans  the last one first
local function locate(keys, pieces)
  local spans, limit = {}, #keys
  for i = #pieces, 1, -1 do
    local first = last_before(keys, pieces[i], limit)
    if not first then break end
    spans[#spans + 1] = { first, first + #pieces[i] - 1 }
    limit = first - 1
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

---@return string
local function register()
  return literal.unescape(vim.fn.getreg('.') --[[@as string]])
end

---@param key string  the first one
---@return string[] pieces, string keys
local function to_come(key)
  if #own.pieces > 0 and before == ESC then
    if not own.keys or not vim.startswith(own.keys, key) then own.keys = read_ahead(key) end
    return own.pieces, own.keys
  end
  local keys = register()
  -- All but the first of `3o` begin with a line break.
  return last.keys == keys and last.pieces or {}, before == ESC and opens and '\n' .. keys or keys
end

local function stop()
  if replay then api.nvim_del_autocmd(replay.alone) end
  replay = nil
  literal.off()
end

--- The keys are over; called by a key.
M.stop = stop

---@param key string
---@return boolean  it is the one that was expected
local function step(key)
  local r = replay --[[@as hum.Replay]]
  local first = r.at + 1
  if r.keys:sub(first, r.at + #key) ~= key then return false end
  r.at = r.at + #key
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
  if r.at == #r.keys and r.ends_open then
    api.nvim_feedkeys(vim.keycode("<Cmd>lua require('hum.complete.replay').stop()<CR>"), 'in', false)
  end
  return true
end

---@param key string
local function begin(key)
  if api.nvim_get_mode().mode ~= 'i' then return end
  local pieces, keys = to_come(key)
  if not vim.startswith(keys, key) then return end
  local spans = locate(keys, pieces)
  if #spans == 0 then return end
  if before == CTRL_A then vim.list_extend(own.pieces, pieces) end
  local alone = api.nvim_create_autocmd('InsertCharPre', { callback = function() end })
  replay = { keys = keys, spans = spans, at = 0, ends_open = before == CTRL_A, alone = alone }
  step(key)
end

--- Insert mode may be entered without a word: plugins repeat at other cursors under ":noautocmd".
local function look()
  local inserting = api.nvim_get_mode().mode == 'i'
  entered = entered or aside and inserting
  aside = not inserting
end

--- Runs at every key.
---@param key string
---@param typed string
local function on_key(key, typed)
  if replay then
    if step(key) then return end
    stop()
  end
  if typed == '' then
    look()
  else
    aside = false
  end
  if entered then opens = before == 'o' or before == 'O' end
  if typed == '' and (entered or REPEATS[before]) then begin(key) end
  entered, before = false, key
end

local function on_leave()
  if replay then stop() end
  if #own.pieces > 0 then
    last, own = own, { pieces = {} }
    last.keys = register()
  end
end

local function watch()
  local group = api.nvim_create_augroup('hum.complete.replay', {})
  api.nvim_create_autocmd('InsertEnter', { group = group, callback = function() entered = true end })
  api.nvim_create_autocmd('ModeChanged', { group = group, pattern = 'i*:[^i]*', callback = on_leave })
end

local watching = false

--- Something is accepted. What is typed now are its keys: until M.go_on() they are not looked at.
---@param keys string  that type it
function M.add(keys)
  if not watching then watch() end
  watching = true
  vim.on_key(nil, ns)
  own.pieces[#own.pieces + 1], own.keys = literal.unescape(keys), nil
end

--- It has been typed.
function M.go_on()
  entered, before = false, ''
  if watching then vim.on_key(on_key, ns) end
end

return M
