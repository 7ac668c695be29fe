-- #clipboard: the clipboard's text; #clipboard:a that of a register. Programs that have the clipboard are asked in the
-- background: one whose window hangs answers never.

--- No program takes longer, in ms; more is not read, in bytes.
local TIMEOUT, MOST = 5000, 1024 * 1024

--- What Neovim's own provider runs (runtime/autoload/provider/clipboard.vim), by the name that it says it has.
local PROGRAMS = {
  ['pbcopy'] = { 'pbpaste' },
  ['wl-copy'] = { 'wl-paste', '--no-newline' },
  ['wayclip'] = { 'waypaste', '-t', 'text/plain;charset=utf-8' },
  ['xsel'] = { 'xsel', '-o', '-b' },
  ['xclip'] = { 'xclip', '-o', '-selection', 'clipboard' },
  ['lemonade'] = { 'lemonade', 'paste' },
  ['doitclient'] = { 'doitclient', 'wclip', '-r' },
  ['win32yank'] = { 'win32yank.exe', '-o', '--lf' },
  ['termux-clipboard'] = { 'termux-clipboard-get' },
}

local OF_TERMINAL = 'the clipboard is that of the terminal (OSC 52), for which Neovim would have to stand still'
  .. '\nPaste it into the message instead.'

---@return string|nil  of Neovim's provider
local function provider()
  local own = vim.g.clipboard
  if type(own) == 'table' then return own.name end
  local ok, name = pcall(vim.fn['provider#clipboard#Executable'])
  return ok and name or nil
end

--- The program that is asked.
---@return string[]|nil  nil: Neovim is asked itself
local function program()
  local own = vim.g.clipboard
  if type(own) == 'table' then
    local paste = type(own.paste) == 'table' and own.paste['+']
    if type(paste) == 'string' then return vim.split(paste, '%s+', { trimempty = true }) end
    return type(paste) == 'table' and type(paste[1]) == 'string' and paste or nil
  end
  return PROGRAMS[provider() or '']
end

---@param name string
---@param cb fun(err?: string, text?: string)  scheduled, once
---@return fun()|nil cancel
local function get(name, cb)
  local command = name == '+' and program()
  if not command and (name == '+' or name == '*') and provider() == 'OSC 52' then
    vim.schedule(function() cb(OF_TERMINAL) end)
    return
  end
  if not command then
    local ok, text = pcall(function() return vim.fn.getreg(name) end)
    vim.schedule(function()
      cb(nil, ok and text --[[@as string]] or '')
    end)
    return
  end
  local over = false
  local started, process = pcall(vim.system, command, { timeout = TIMEOUT }, function(done)
    vim.schedule(function()
      if over then return end
      if done.code == 124 then
        cb(('%s did not tell what is in the clipboard\nCopy it again.'):format(command[1]))
      else
        cb(nil, done.code == 0 and done.stdout or '')
      end
    end)
  end)
  if not started then
    vim.schedule(
      function() cb(('%s cannot be started\nInstall it: the clipboard is read by it.'):format(command[1])) end
    )
    return
  end
  return function()
    over = true
    process:kill('sigterm')
  end
end

---@type hum.ReferenceKind
return {
  name = 'clipboard',
  desc = 'the text in the clipboard; #clipboard:a that in a register',
  argument = 'optional',
  resolve = function(ref, _, cb)
    local name = ref.arg and ref.arg ~= '' and ref.arg or '+'
    -- "=" would evaluate an expression.
    if #name ~= 1 or not name:find('[%w"*+%-.:%%#/]') then
      local err = ('there is no register "%s"\nWrite #clipboard, or one character as in #clipboard:a.'):format(name)
      vim.schedule(function() cb(err) end)
      return
    end
    local what = name == '+' and 'the clipboard' or ('register "%s'):format(name)
    return get(name, function(err, text)
      if err then return cb(err) end
      text = (text or ''):gsub('\r\n', '\n'):gsub('\n$', '')
      if text == '' then return cb(('%s is empty\nCopy something first.'):format(what), {}) end
      if text:find('%z') then return cb(('what is in %s is no text\nCopy text.'):format(what)) end
      local note = #text > MOST and ('only the first %d bytes of it'):format(MOST) or nil
      if note then text = text:sub(1, MOST + vim.str_utf_start(text, MOST + 1)) end
      cb(nil, {
        {
          id = 'clipboard:' .. name,
          title = what,
          tag = 'clipboard',
          attributes = name ~= '+' and { register = name } or nil,
          text = text,
          note = note,
          follows = false,
        },
      })
    end)
  end,
}
