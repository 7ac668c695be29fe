-- Plays the helper towards completion: what Neovim would send to the helper comes here, and a
-- case sends the suggestions itself.
local M = {}

--- Lua for the `init` of a case: the helper's channel is that of the driver.
M.init = [[
local open = { starts = 0, on_lost = {} }
stub = open
package.preload['hum.server.helper'] = function()
  return {
    start = function()
      open.starts = open.starts + 1
      if open.why then return nil, open.why end
      return vim.api.nvim_list_uis()[1].chan
    end,
    missed = function() end,
    on_lost = function(fn) table.insert(open.on_lost, fn) end,
    state = function() return { status = 'ready' } end,
  }
end
package.preload['hum.complete.backend'] = function()
  return {
    resolve = function(cb) cb(nil, {}) end,
    on_change = function() end,
    renew = function() end,
    on_error = function() end,
    is_searching = function() return false end,
    text = function() return 'the backend is here' end,
  }
end
vim.g.hum = { complete = { mode = 'on' } }
vim.o.shortmess = vim.o.shortmess .. 'I'
vim.o.swapfile = true
]]

M.OPTS = { init = M.init, ui = { 60, 12 } }

--- Waits until everything that was sent before is done and drawn.
function M.settle(t)
  for _ = 1, 2 do
    t:lua('return 0')
  end
end

--- Types keys one by one; each is done and drawn before the next one comes.
---@param keys string  in the notation of mappings
function M.type(t, keys)
  for key in keys:gsub('<%-?%w[^<> ]*>', '\0%0\0'):gmatch('%Z+') do
    local one = key:find('^<.+>$') and { key } or vim.fn.split(key, '\\zs')
    for _, k in ipairs(one) do
      t:keys(k == '<' and '<lt>' or k)
      M.settle(t)
    end
  end
end

--- Types keys so that Neovim finds all of them at once.
function M.type_at_once(t, keys)
  t:keys(keys)
  M.settle(t)
end

--- Notes what the helper is sent from now on.
local function listen(t)
  if t.sent then return end
  t.sent = {}
  local rpc = t.child.rpc
  local former = rpc.on_notify
  rpc.on_notify = function(method, args)
    former(method, args)
    if method ~= 'redraw' then table.insert(t.sent, { method, unpack(args) }) end
  end
end

--- A buffer with these lines; the cursor on the last one, in normal mode.
---@param lines string[]
---@return integer buf
function M.open(t, lines, name)
  listen(t)
  t:cmd('edit ' .. (name or 'text.txt'))
  t:lua(
    [[
    vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)
    vim.cmd('normal! G$')
    vim.cmd('let &l:undolevels = &l:undolevels')
  ]],
    lines
  )
  return t:lua('return vim.api.nvim_get_current_buf()')
end

--- What the helper was sent, all of it or one method's; then forgotten.
---@return any[][]
function M.sent(t, method)
  M.settle(t)
  local sent = vim.tbl_filter(function(one) return not method or one[1] == method end, t.sent)
  t.sent = vim.tbl_filter(function(one) return method and one[1] ~= method end, t.sent)
  return sent
end

---@return { tick: integer, row: integer, col: integer }
function M.position(t)
  return t:lua([[
    local cursor = vim.api.nvim_win_get_cursor(0)
    return { tick = vim.b.changedtick, row = cursor[1] - 1, col = cursor[2] }]])
end

--- An event of the helper for the current buffer.
function M.event(t, name, data)
  t:lua(
    [[
    local name, data = ...
    require('hum.complete'); require('hum.server.client').on_event(name, vim.api.nvim_get_current_buf(), data)]],
    name,
    data
  )
  M.settle(t)
end

--- A suggestion for the state that there is now, unless `fields` say otherwise.
---@param text string
---@param fields table?
function M.suggest(t, text, fields)
  local data = { serial = 7, from = 0, text = text, final = true, n = 1, of = 1 }
  M.event(t, 'suggest', vim.tbl_extend('force', data, M.position(t), fields or {}))
end

--- Calls a function of the API and gives what it returns.
function M.call(t, name)
  local result = t:lua("return require('hum.complete')[...]()", name)
  M.settle(t)
  return result
end

---@return string[]  the text of the window, ghost text and all, without the lines below it
function M.seen(t)
  local lines = t.child.screen:lines()
  local seen = {}
  for i = 1, #lines - 2 do
    if lines[i]:find('^~') then break end
    seen[i] = lines[i]
  end
  return seen
end

--- Keeps what each frame shows from now on.
---@return string[][] frames
function M.frames(t)
  local frames = {}
  local screen = t.child.screen
  local redraw = screen.redraw
  screen.redraw = function(self, events)
    redraw(self, events)
    if #events > 0 and events[#events][1] == 'flush' then table.insert(frames, M.seen(t)) end
  end
  return frames
end

return M
