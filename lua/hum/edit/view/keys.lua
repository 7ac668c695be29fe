-- Keys of a buffer while it shows an edit, as configured; which there are, hum.config.edit_keys says.
local answer = require('hum.edit.view.answer')
local config = require('hum.config')
local diff = require('hum.edit.view.diff')
local go = require('hum.edit.view.go')
local keys = require('hum.config.edit_keys')
local lent = require('hum.edit.view.lent')
local notify = require('hum.notify')

local M = {}

local api, fn = vim.api, vim.fn

local DESC = 'hum: '

local views_of = function(_) return {} end ---@type fun(buf: integer): hum.EditView[]
local actions = {} ---@type hum.EditActions

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
  tell(#stops == 0 and 'no hunk has finished yet' or key and key .. ' jumps to the next hunk: none is at the cursor')
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
  local done, err = actions.accept({ buf = buf, id = 'all', force = refused[buf] ~= nil })
  refused[buf] = not done and err or nil
  if not done then tell(err) end
end

local function reject_all()
  local done, err = actions.reject({ buf = api.nvim_get_current_buf(), id = 'all' })
  if not done then tell(err) end
end

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
        vim.schedule(function() tell(sign == 1 and 'no hunk below' or 'no hunk above') end)
        return '<Esc>'
      end
      local force = api.nvim_get_mode().mode:sub(1, 2) == 'no' and 'V' or ''
      return ('%s<Cmd>lua require("hum.edit.view.keys").move(%d)<CR>'):format(force, sign)
    end
  end
end

---@param sign 1|-1
function M.move(sign) go.move(views_of(api.nvim_get_current_buf()), sign * vim.v.count1) end

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

---@param name string
---@param what fun(preview: hum.edit.Preview): string|nil
---@return fun()
local function with_preview(name, what)
  return function()
    local preview = preview_here()
    if not preview then return tell(('no edit is shown here: nothing to %s'):format(name)) end
    tell(what(preview))
  end
end

--- What the keys do, by their names.
M.actions = {
  accept = decide('accept'),
  reject = decide('reject'),
  accept_all = accept_all,
  reject_all = reject_all,
  diff = with_preview('compare', function(preview) return diff.show(preview, actions) end),
  answer = with_preview('open', answer.open),
  keys = function() require('hum.look.keys').show('Keys of an edit', M.mapped(), 'hum-edit-keys') end,
}

local MOVES = { next_hunk = mover(1), prev_hunk = mover(-1) }

local lents = {} ---@type table<integer, hum.LentKey[]>  by buffer

---@param buf integer
local function lay(buf)
  lents[buf] = {}
  for _, key in ipairs(keys.list) do
    for _, lhs in ipairs(config.edit_keys(key.name)) do
      local move = MOVES[key.name]
      table.insert(
        lents[buf],
        lent.lend(buf, {
          lhs = lhs,
          modes = vim.split(key.modes, ''),
          rhs = move and move(lhs) or M.actions[key.name],
          expr = move ~= nil or nil,
          desc = DESC .. key.desc,
        })
      )
    end
  end
end

---@param buf integer
local function take(buf)
  for _, one in ipairs(lents[buf] or {}) do
    lent.give_back(buf, one)
  end
  lents[buf], refused[buf] = nil, nil
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

---@return string|nil
local function hint()
  local accept, reject = config.edit_keys('accept')[1], config.edit_keys('reject')[1]
  if not accept or not reject then return nil end
  return ('%s accepts, %s rejects'):format(accept, reject)
end

--- What one may press is said at the hunk, and mapped as long as there is a preview.
---@param of fun(buf: integer): hum.EditView[]
function M.start(of)
  views_of = of
  go.hint_with(hint)
  config.on_change(function()
    for buf in pairs(vim.tbl_extend('error', {}, lents)) do
      take(buf)
      lay(buf)
    end
  end)
end

--- A buffer has got its first preview, or lost its last one.
---@param buf integer
---@param is_shown boolean
function M.changed(buf, is_shown)
  take(buf)
  if is_shown then lay(buf) end
end

--- Sets what accepts, rejects and stops.
---@param given hum.EditActions
function M.with(given) actions = given end

return M
