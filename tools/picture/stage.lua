-- Plays a scene: Neovim in a terminal, the fake server with its lines, and somebody who types. What is seen is looked
-- at many times a second; a frame is kept when it differs from the one before.
local screen = require('screen')
local terminal = require('terminal')

local M = {}

local LOOKS_PER_SECOND = 20
local PATIENCE = 20 -- seconds, for what is waited for
local END_STAYS = 4 -- seconds for which the last frame stands before it all begins again

---@class picture.Frame
---@field at number  seconds
---@field rows string[]  with escape sequences
---@field cursor? {row: integer, col: integer}

---@class picture.Film
---@field frames picture.Frame[]
---@field length number  seconds
---@field columns integer
---@field rows integer
---@field still integer  the frame to show where nothing moves

---@class picture.Scene
---@field name string
---@field title string
---@field columns integer
---@field rows integer
---@field script table  what the fake server says
---@field options? table  of hum, besides the endpoint
---@field init? string  Lua, after hum was set up
---@field files? table<string, string>  in the working directory, by name
---@field opens? string  the one that Neovim starts with
---@field is_still? boolean  only the last frame
---@field play fun(player: picture.Player)

---@class picture.Player
---@field terminal picture.Terminal
---@field frames picture.Frame[]
---@field began number
local Player = {}
Player.__index = Player

local function now() return vim.uv.hrtime() / 1e9 end

--- Looks, and keeps what is new.
---@return string  what is seen, without colours
function Player:look()
  local rows, cursor = self.terminal:look()
  local last = self.frames[#self.frames]
  if not last or not vim.deep_equal(last.rows, rows) or not vim.deep_equal(last.cursor, cursor) then
    self.frames[#self.frames + 1] = { at = now() - self.began, rows = rows, cursor = cursor }
  end
  local plain = {}
  for i, row in ipairs(rows) do
    plain[i] = row:gsub('\27%[[%d;:]*m', '')
  end
  return table.concat(plain, '\n')
end

--- Lets time pass.
---@param seconds number
function Player:pause(seconds)
  local deadline = now() + seconds
  repeat
    local began = now()
    self:look()
    vim.uv.sleep(math.max(1, math.floor(1000 * (math.min(began + 1 / LOOKS_PER_SECOND, deadline) - now()))))
  until now() >= deadline
end

--- Until a text is seen.
---@param text string
function Player:wait(text)
  local deadline = now() + PATIENCE
  while not self:look():find(text, 1, true) do
    if now() > deadline then error(('not seen: %s\n%s'):format(text, self:look())) end
    self:pause(1 / LOOKS_PER_SECOND)
  end
end

--- Types as people do, the same way each time.
---@param text string
---@param pace? number  seconds for a key
function Player:type(text, pace)
  for i = 1, #text do
    self.terminal:type(text:sub(i, i))
    self:pause((pace or 0.06) * (0.7 + 0.6 * ((i * 7919) % 10) / 10))
  end
end

--- Presses keys, by tmux's names.
---@param ... string
function Player:press(...) self.terminal:press(...) end

--- Everything before is not part of the film.
function Player:begin()
  self.frames, self.began = {}, now()
end

--- This is what is shown where nothing moves.
function Player:still()
  self:look()
  self.still_frame = #self.frames
end

---@param root string
---@return vim.SystemObj server, string url
local function serve(root, script)
  local said = ''
  local server = vim.system({ root .. '/build/hum-fake', '--stdin-guard', '--script', vim.json.encode(script) }, {
    stdin = true,
    stdout = function(_, data) said = said .. (data or '') end,
  })
  vim.wait(5000, function() return said:find('http://%S+\n') ~= nil end, 10)
  return server, assert(said:match('(http://%S+)'), 'the fake server did not start')
end

local INIT = [[
vim.opt.runtimepath:prepend(%q)
vim.o.background = %q
vim.opt.shortmess:append('I')
vim.o.ruler, vim.o.showcmd, vim.o.swapfile, vim.o.laststatus = false, false, false, 0
vim.o.fillchars = 'eob: '
vim.o.expandtab, vim.o.shiftwidth = true, 4
require('hum').setup(%s)
]]

---@param root string
---@param scene picture.Scene
---@param background 'dark'|'light'
---@return picture.Film
function M.record(root, scene, background)
  -- Not in this repository: the chat would be one of its project.
  local home = vim.fn.tempname()
  vim.fn.mkdir(home .. '/project', 'p')
  local server, url = serve(root, scene.script)
  local options = vim.tbl_deep_extend('force', { endpoints = { ollama = { url = url } } }, scene.options or {})
  local init = INIT:format(root, background, vim.inspect(options)) .. (scene.init or '')
  vim.fn.writefile(vim.split(init, '\n'), home .. '/init.lua')
  for name, text in pairs(scene.files or {}) do
    vim.fn.mkdir(vim.fs.dirname(home .. '/project/' .. name), 'p')
    vim.fn.writefile(vim.split(text, '\n'), home .. '/project/' .. name)
  end
  local env = { COLORTERM = 'truecolor', TZ = 'UTC', LANG = 'C.UTF-8', HOME = home }
  for _, name in ipairs({ 'CONFIG', 'DATA', 'STATE', 'CACHE' }) do
    env['XDG_' .. name .. '_HOME'] = home
  end
  local argv = { root .. '/.deps/bin/nvim-new', '-i', 'NONE', '-u', home .. '/init.lua', scene.opens }
  local player = setmetatable({
    terminal = terminal.start({
      argv = argv,
      env = env,
      cwd = home .. '/project',
      columns = scene.columns,
      rows = scene.rows,
    }),
    frames = {},
    began = now(),
  }, Player)
  local ok, err = xpcall(scene.play, debug.traceback, player)
  local length = now() - player.began + END_STAYS
  player.terminal:stop()
  server:kill('sigterm')
  vim.fn.delete(home, 'rf')
  if not ok then error(('%s: %s'):format(scene.name, err), 0) end
  local frames = scene.is_still and { player.frames[#player.frames] } or player.frames
  for _, frame in ipairs(frames) do
    frame.rows = screen.rows(frame.rows)
  end
  return {
    frames = frames,
    length = length,
    columns = scene.columns,
    rows = scene.rows,
    still = scene.is_still and 1 or player.still_frame or #frames,
  }
end

return M
