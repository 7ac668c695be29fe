-- Keys of a buffer while it shows an edit, as configured; which there are, hum.config.edit_keys says.
local answer = require('hum.edit.view.answer')
local config = require('hum.config')
local diff = require('hum.edit.view.diff')
local go = require('hum.edit.view.go')
local hints = require('hum.edit.view.hints')
local keys = require('hum.config.edit_keys')
local lent = require('hum.edit.view.lent')
local notify = require('hum.notify')
local question = require('hum.question')

local M = {}

local api, fn = vim.api, vim.fn

local DESC = 'hum: '

local NO_EDIT = 'no edit is shown here\n:Hum edit begins one'

local views_of = function(_) return {} end ---@type fun(buf: integer): hum.EditView[]
local hide_views = function(_, _) end ---@type fun(buf: integer, hidden: boolean)
local actions ---@type hum.EditActions  once there is an edit

---@param err string|nil
local function tell(err)
  if err then notify.warn('hum: ' .. err) end
end

---@return string|nil
local function next_key() return config.edit_keys('next_hunk')[1] end

--- The hunks from that at the cursor on, as many as the count says.
---@return integer buf, integer[] ids
local function here()
  local buf = api.nvim_get_current_buf()
  local stops = go.stops(views_of(buf))
  local first = go.at(stops, buf, api.nvim_win_get_cursor(0)[1] - 1)
  local ids = {}
  for i = first or 1, first and math.min(first + vim.v.count1 - 1, #stops) or 0 do
    ids[#ids + 1] = stops[i].hunk.id
  end
  if first then return buf, ids end
  local key = next_key()
  if #views_of(buf) == 0 then
    tell(NO_EDIT)
  elseif #stops == 0 then
    tell('no hunk is left to decide on')
  else
    tell((key and key .. ' jumps to the next hunk: ' or '') .. 'none is at the cursor')
  end
  return buf, ids
end

---@param name 'accept'|'reject'
---@return fun()
local function decide(name)
  return function()
    local buf, ids = here()
    for _, id in ipairs(ids) do
      local done, err = actions[name]({ buf = buf, id = id })
      if not done then return tell(err) end
    end
  end
end

local refused = {} ---@type table<integer, string>  by buffer: what was said when all were to be accepted

--- What is refused the first time is done when the key is pressed once more.
local function accept_all()
  local buf = api.nvim_get_current_buf()
  if #views_of(buf) == 0 then return tell(NO_EDIT) end
  local done, err = actions.accept({ buf = buf, id = 'all', force = refused[buf] ~= nil })
  refused[buf] = not done and err or nil
  if not done then tell(err) end
end

local function reject_all()
  local buf = api.nvim_get_current_buf()
  if #views_of(buf) == 0 then return tell(NO_EDIT) end
  local done, err = actions.reject({ buf = buf, id = 'all' })
  if not done then tell(err) end
end

---@param sign 1|-1
function M.tell_end(sign) tell(sign == 1 and 'no hunk below' or 'no hunk above') end

--- Moves by so many hunks. In operator-pending mode whole lines are taken.
---@param sign 1|-1
---@return fun(lhs: string): fun(): string
local function mover(sign)
  local native = sign == 1 and ']c' or '[c'
  return function(lhs)
    return function()
      if vim.wo.diff and lhs == native then return native end
      local views = views_of(api.nvim_get_current_buf())
      if not go.can_move(views, sign) then
        vim.schedule(function() M.tell_end(sign) end)
        return '<Esc>'
      end
      local force = api.nvim_get_mode().mode:sub(1, 2) == 'no' and 'V' or ''
      return ('%s<Cmd>lua require("hum.edit.view.keys").move(%d)<CR>'):format(force, sign)
    end
  end
end

---@param sign 1|-1
---@return boolean  false: there is none
function M.move(sign) return go.move(views_of(api.nvim_get_current_buf()), sign * vim.v.count1) end

--- The preview at the cursor, else the nearest.
---@return hum.edit.Preview|nil
local function preview_here()
  local row, best, least = api.nvim_win_get_cursor(0)[1], nil, math.huge
  for _, view in ipairs(views_of(api.nvim_get_current_buf())) do
    local first, last = view.preview:range()
    local far = row < first and first - row or row > last and row - last or 0
    if far < least then
      best, least = view.preview, far
    end
  end
  return best
end

---@param what fun(preview: hum.edit.Preview): string|nil
---@return fun()
local function with_preview(what)
  return function()
    local preview = preview_here()
    if not preview then return tell(NO_EDIT) end
    tell(what(preview))
  end
end

--- Goes on with an edit by what the user has to say.
---@param preview hum.edit.Preview
---@param text string
local function reply(preview, text)
  if actions.answer then return actions.answer(preview, text) end
  local first, last = preview:range()
  local row = api.nvim_win_get_cursor(0)[1]
  if row < first or row > last then
    vim.cmd("mark '")
    api.nvim_win_set_cursor(0, { math.max(1, math.min(first, api.nvim_buf_line_count(0))), 0 })
  end
  vim.cmd({ cmd = 'Hum', args = { 'edit', text } })
end

--- Whether no other edit of its buffer has hunks to decide on.
---@param preview hum.edit.Preview
---@return boolean
local function is_alone(preview)
  for _, view in ipairs(views_of(preview.buf)) do
    if view.preview ~= preview and view.preview:is_live() then return false end
  end
  return true
end

---@param plug string
---@return fun()
local function pressing(plug)
  return function() api.nvim_feedkeys(vim.keycode(plug), 'm', false) end
end

--- What the keys do, by their names.
M.actions = {
  accept = decide('accept'),
  reject = decide('reject'),
  accept_all = accept_all,
  reject_all = reject_all,
  diff = with_preview(function(preview) return diff.show(preview, actions, hide_views, is_alone) end),
  answer = with_preview(answer.open),
  reply = with_preview(function(preview)
    question.input({ prompt = 'Your answer: ' }, function(text)
      if api.nvim_get_current_buf() ~= preview.buf then return end
      if text and text:find('%S') then reply(preview, text) end
    end)
  end),
  prev_attempt = pressing('<Plug>(hum-attempt-prev)'),
  next_attempt = pressing('<Plug>(hum-attempt-next)'),
  keys = function() require('hum.look.keys').show('Keys of an edit', M.mapped(), 'hum-edit-keys') end,
}

local MOVES = { next_hunk = mover(1), prev_hunk = mover(-1) }

local lents = {} ---@type table<integer, table<string, hum.LentKey[]>>  by buffer and name

--- What there has to be for keys that are not always there.
---@type table<string, fun(view: hum.EditView): boolean>
local WHERE = {
  prev_attempt = function(view) return type(view.preview.attempts) == 'table' and #view.preview.attempts > 1 end,
  reply = function(view) return view.said ~= nil end,
}
WHERE.next_attempt, WHERE.close = WHERE.prev_attempt, WHERE.reply

---@param name string
---@param views hum.EditView[]  those that are shown
---@return boolean
local function is_wanted(name, views)
  for _, view in ipairs(views) do
    if not WHERE[name] or WHERE[name](view) then return true end
  end
  return false
end

---@param buf integer
---@param key hum.Key
local function lay(buf, key)
  local list = {}
  for _, lhs in ipairs(config.edit_keys(key.name)) do
    local move = MOVES[key.name]
    list[#list + 1] = lent.lend(buf, {
      lhs = lhs,
      modes = vim.split(key.modes, ''),
      rhs = move and move(lhs) or M.actions[key.name] --[[@as function]],
      expr = move ~= nil or nil,
      desc = DESC .. key.desc,
    })
  end
  lents[buf] = lents[buf] or {}
  lents[buf][key.name] = list
end

---@param buf integer
---@param name string
local function take(buf, name)
  local list = lents[buf] and lents[buf][name] or {}
  for i = #list, 1, -1 do
    lent.give_back(buf, list[i])
  end
  if lents[buf] then lents[buf][name] = nil end
end

--- The keys of the current buffer as they are mapped.
---@return hum.ListedKey[]
function M.mapped()
  local found = {}
  for _, key in ipairs(keys.list) do
    for _, lhs in ipairs(config.edit_keys(key.name)) do
      local modes = key.modes:gsub('.', function(mode)
        local map = fn.maparg(lhs, mode, false, true)
        return map.buffer == 1 and map.desc == DESC .. key.desc and mode or ''
      end)
      if modes ~= '' then found[#found + 1] = { lhs = lhs, modes = modes, desc = key.desc, group = key.group } end
    end
  end
  return found
end

--- Maps in a buffer what is of use there now, and takes all else away.
---@param buf integer
---@param views hum.EditView[]  those that are shown
function M.lay(buf, views)
  for _, key in ipairs(keys.list) do
    local is_laid = lents[buf] ~= nil and lents[buf][key.name] ~= nil
    local wants = is_wanted(key.name, views)
    if wants and not is_laid then lay(buf, key) end
    if is_laid and not wants then take(buf, key.name) end
  end
  if #views == 0 then
    lents[buf], refused[buf] = nil, nil
  end
end

--- Takes all keys of a buffer away.
---@param buf integer
function M.take(buf)
  -- The last one first, as one key may have been laid over the other.
  for i = #keys.list, 1, -1 do
    take(buf, keys.list[i].name)
  end
  lents[buf], refused[buf] = nil, nil
end

--- Sets who knows the views of a buffer, who closes the float with words, and who hides what is drawn.
---@param of fun(buf: integer): hum.EditView[]
---@param close fun(buf: integer)
---@param hide fun(buf: integer, hidden: boolean)  while a diff shows it
function M.start(of, close, hide)
  views_of, hide_views = of, hide
  M.actions.close = function() close(api.nvim_get_current_buf()) end
  go.hint_with(hints.at_hunk, hints.onward)
end

--- Sets what accepts, rejects and stops.
---@param given hum.EditActions
function M.with(given) actions = given end

return M
