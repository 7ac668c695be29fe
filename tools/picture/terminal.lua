-- A terminal in which a program runs: tmux, with a server of its own that ends with it.
local M = {}

---@class picture.Terminal
---@field socket string  name of tmux's server
---@field columns integer
---@field rows integer
local Terminal = {}
Terminal.__index = Terminal

---@param ... string
---@return string
function Terminal:tmux(...)
  local done = vim.system({ 'tmux', '-L', self.socket, '-f', '/dev/null', ... }, { text = true }):wait()
  if done.code ~= 0 then error(('tmux %s: %s'):format(table.concat({ ... }, ' '), done.stderr), 2) end
  return done.stdout
end

---@param opts {argv: string[], env: table<string, string>, cwd: string, columns: integer, rows: integer}
---@return picture.Terminal
function M.start(opts)
  local self = setmetatable({
    socket = ('hum-picture-%d'):format(vim.uv.os_getpid()),
    columns = opts.columns,
    rows = opts.rows,
  }, Terminal)
  local command = { 'new-session', '-d', '-x', tostring(opts.columns), '-y', tostring(opts.rows), '-c', opts.cwd }
  for name, value in pairs(opts.env) do
    vim.list_extend(command, { '-e', name .. '=' .. value })
  end
  local set = { 'set-option', '-g', 'default-terminal', 'tmux-256color', ';', 'set-option', '-g', 'status', 'off', ';' }
  set = vim.list_extend(set, { 'set-option', '-s', 'escape-time', '0', ';' })
  self:tmux(unpack(vim.list_extend(vim.list_extend(set, command), opts.argv)))
  return self
end

--- What is seen: the rows, with the escape sequences of their colours, and where the cursor is.
---@return string[] rows, {row: integer, col: integer}|nil cursor
function Terminal:look()
  local out =
    self:tmux('capture-pane', '-e', '-p', '-N', ';', 'display-message', '-p', '#{cursor_flag} #{cursor_y} #{cursor_x}')
  local rows = vim.split(vim.trim(out), '\n')
  local flag, row, col = table.remove(rows):match('^(%d) (%d+) (%d+)$')
  return rows, flag == '1' and { row = tonumber(row), col = tonumber(col) } or nil
end

--- Types text as it stands.
---@param text string
function Terminal:type(text) self:tmux('send-keys', '-l', '--', text) end

--- Presses keys by tmux's names: 'Enter', 'Escape', 'C-s', 'Tab'.
---@param ... string
function Terminal:press(...) self:tmux('send-keys', '--', ...) end

function Terminal:stop() pcall(self.tmux, self, 'kill-server') end

return M
