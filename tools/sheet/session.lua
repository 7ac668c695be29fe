-- One Neovim in a real terminal, with the conversation of tools/looks in it.
local conversation = require('sheet.conversation')

local M = {}

---@class looks.Session
---@field socket string   of tmux
---@field channel integer  to Neovim
---@field fake vim.SystemObj
---@field number integer  of the screen that was shown last
local Session = {}
Session.__index = Session

-- The conversation has more rows the narrower it is.
local ROWS = { [40] = 250, [80] = 180, [120] = 160 }
local PATIENCE_MS = 60000

local TERMS = { all = 'tmux-256color', ['256'] = 'tmux-256color', ['16'] = 'hum-16color', linux = 'linux' }

---@param what string
---@param ready fun(): any
---@return any
local function wait(what, ready)
  local found = nil
  vim.wait(PATIENCE_MS, function()
    found = ready()
    return found
  end, 20)
  return found or error('looks: timed out: ' .. what, 0)
end

---@param argv string[]
---@param opts? vim.SystemOpts
---@return string out
local function run(argv, opts)
  local done = vim.system(argv, opts or { text = true }):wait()
  if done.code ~= 0 then error(('looks: %s: %s'):format(argv[1], done.stderr), 0) end
  return done.stdout
end

--- No terminal of 16 colours is described everywhere: one that is like tmux, with fewer.
---@param folder string
local function describe_terminal(folder)
  local described = run({ 'infocmp', '-x', 'tmux-256color' })
  local name = described:match('\n(tmux%-256color[^\n]*)') or error('looks: no description of tmux-256color', 0)
  described =
    described:gsub(vim.pesc(name), (name:gsub('tmux%-256color', 'hum-16color'))):gsub('colors#%w+', 'colors#16')
  run({ 'tic', '-x', '-o', folder, '-' }, { stdin = described, text = true })
end

---@param root string
---@return vim.SystemObj fake, string url
local function start_fake(root)
  local said = ''
  local argv = { root .. '/build/hum-fake', '--stdin-guard', '--script', vim.json.encode(conversation.SCRIPT) }
  local fake = vim.system(argv, {
    stdin = true,
    stdout = function(_, data) said = said .. (data or '') end,
  })
  return fake, wait('the fake server', function() return said:match('(http://%S+)') end)
end

function Session:tmux(...) return run({ 'tmux', '-u', '-S', self.socket, '-f', '/dev/null', ... }) end

---@param opts { root: string, nvim: string, out: string, colours: string, columns: integer }
---@return looks.Session
function M.start(opts)
  local self = setmetatable({ number = 0 }, Session)
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder, 'p')
  self.socket = folder .. '/tmux'
  local url
  self.fake, url = start_fake(opts.root)
  describe_terminal(folder .. '/terminfo')
  local env = {
    'TERM=' .. (TERMS[opts.colours] or error('looks: no such colours: ' .. opts.colours, 0)),
    'TERMINFO_DIRS=' .. folder .. '/terminfo:/etc/terminfo:/lib/terminfo:/usr/share/terminfo',
    'COLORTERM=',
    'HUM_LOOKS_ROOT=' .. opts.root,
    'HUM_LOOKS_URL=' .. url,
  }
  for _, kind in ipairs({ 'CONFIG', 'DATA', 'STATE', 'CACHE' }) do
    env[#env + 1] = ('XDG_%s_HOME=%s'):format(kind, folder)
  end
  local set = 'set ' .. (opts.colours == 'all' and '' or 'no') .. 'termguicolors'
  local argv = { 'new-session', '-d', '-x', opts.columns, '-y', ROWS[opts.columns] or 160, 'env', '-u', 'TMUX' }
  vim.list_extend(argv, env)
  local inside = opts.root .. '/tools/sheet/inside.lua'
  vim.list_extend(argv, { opts.nvim, '-n', '-i', 'NONE', '--listen', folder .. '/editor', '--cmd', set, '-u', inside })
  self:tmux(unpack(vim.tbl_map(tostring, argv)))
  -- Whatever happens, nothing is left behind.
  vim.api.nvim_create_autocmd('VimLeave', { callback = function() pcall(self.stop, self) end })
  self.channel = wait('Neovim', function()
    local ok, channel = pcall(vim.fn.sockconnect, 'pipe', folder .. '/editor', { rpc = true })
    return ok and channel > 0 and channel
  end)
  wait('the conversation', function() return self:eval('get(g:, "looks_state", "")') == 'ended' end)
  return self
end

---@param expression string
function Session:eval(expression) return vim.rpcrequest(self.channel, 'nvim_eval', expression) end

function Session:lua(code, ...) return vim.rpcrequest(self.channel, 'nvim_exec_lua', code, { ... }) end

---@class looks.Scheme
---@field name string
---@field background string

--- The schemes that this Neovim brings, each with the backgrounds that it keeps.
---@param names? string[]  no others
---@return looks.Scheme[]
function Session:schemes(names)
  local found = {}
  if not names then
    names = self:lua([[
      local names = {}
      for file in vim.fs.dir(vim.env.VIMRUNTIME .. '/colors') do
        names[#names + 1] = file:match('^(.*)%.vim$') or file:match('^(.*)%.lua$')
      end
      table.sort(names)
      return names
    ]])
  end
  for _, name in ipairs(names) do
    for _, background in ipairs({ 'dark', 'light' }) do
      local kept = self:lua('return looks_show(...)', name, background, 0).background
      if kept == background then found[#found + 1] = { name = name, background = background } end
    end
  end
  return found
end

-- Groups of which figures are made: the text's, those that colour code, and Neovim's own.
-- stylua: ignore
local GROUPS = {
  'Normal', 'Comment', 'Constant', 'String', 'Number', 'Boolean', 'Identifier', 'Function', 'Statement', 'Operator',
  'Keyword', 'PreProc', 'Type', 'Special', 'Delimiter', 'Todo', 'Title', 'StatusLine', 'WinBar', 'EndOfBuffer',
  'SpecialKey', 'NonText', 'HumAdded', 'HumRemoved', 'HumAddedWord', 'HumRemovedWord',
}

--- Shows the conversation in a scheme.
---@param scheme looks.Scheme
---@return string captured, table<string, looks.Style> groups
function Session:show(scheme)
  self.number = self.number + 1
  self:lua('looks_show(...)', scheme.name, scheme.background, self.number)
  local groups = self:lua('return looks_groups(...)', GROUPS)
  local last = nil
  return wait('the screen', function()
    local captured = self:tmux('capture-pane', '-e', '-p', '-N')
    local is_whole = captured == last
      and captured:gsub('\27%[[%d;:]*m', ''):find(('\n%d *\n[^\n]*\n?$'):format(self.number))
    last = captured
    return is_whole and captured
  end),
    groups
end

function Session:stop()
  if self.channel then vim.fn.chanclose(self.channel) end
  self.channel = nil
  self:tmux('kill-server')
  self.fake:kill('sigterm')
end

return M
