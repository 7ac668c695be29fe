-- What prompts show beside the text if the user wants it: diagnostics, the last edits, definitions.
local T = require('harness')
local complete = require('lib.complete')
local test, eq = T.test, T.eq
T.once()

local OPTS = complete.OPTS
local ANSWER = { text = ' = answer' }

local function write(t, name, lines) return t:write_file(name, table.concat(lines, '\n') .. '\n') end

local function last_prompt(srv)
  local all = complete.requests(srv)
  return all[#all] and all[#all].body.prompt or ''
end

--- Types keys, with pauses, until that holds of the prompt.
local function wait_prompt(t, srv, what, holds)
  t:wait(function()
    complete.type(t, 'x')
    complete.wait_idle(t)
    t:elapse(0.15)
    return holds(last_prompt(srv))
  end, what)
end

local function wait_text(t, srv, text)
  wait_prompt(t, srv, 'the prompt has ' .. text, function(prompt) return prompt:find(text, 1, true) end)
end

local function start(t, extras) return complete.start(t, ANSWER, { complete = { extras = extras } }) end

local function diagnose(t, row, message)
  t:lua(
    [[
    local row, message = ...
    local ns = vim.api.nvim_create_namespace('test')
    vim.diagnostic.set(ns, 0, { { lnum = row, col = 0, message = message, severity = 1 } })]],
    row,
    message
  )
end

--- A language server inside of Neovim: each name is defined in the first of these files that has it, in
--- the row that it has there.
local SERVER = [[
  local paths = { ... }
  local function request(method, params, callback)
    asked = (asked or 0) + (method == 'textDocument/definition' and 1 or 0)
    if method == 'initialize' then
      callback(nil, { capabilities = { definitionProvider = true, positionEncoding = 'utf-16' } })
    elseif method == 'textDocument/definition' then
      local line = vim.api.nvim_buf_get_lines(0, params.position.line, params.position.line + 1, false)[1]
      local at = 0
      while vim.fn.strutf16len(line:sub(1, at)) < params.position.character do at = at + 1 end
      local name = line:sub(at + 1):match('^[%w_]+')
      for _, path in ipairs(paths) do
        for i, text in ipairs(vim.fn.readfile(path)) do
          if name and text:find('%f[%w]' .. name .. '%f[%W]') then
            local at = { line = i - 1, character = 0 }
            return callback(nil, { { uri = vim.uri_from_fname(path), range = { start = at, ['end'] = at } } })
          end
        end
      end
      callback(nil, vim.NIL)
    else
      callback(nil, vim.NIL)
    end
    return true, 1
  end
  local function start()
    return { request = request, notify = function() end, is_closing = function() return false end, terminate = function() end }
  end
  local id = vim.lsp.start({ name = 'test', cmd = start, root_dir = vim.fn.getcwd() })
  return vim.lsp.buf_is_attached(0, id)
]]

local DEFS = { '#pragma once', 'struct widget {', '    int weight;', '};', '', 'int weigh(struct widget *w);', '' }

test('diagnostics near the cursor', OPTS, function(t)
  local srv = start(t, { diagnostics = true })
  complete.open(t, complete.lines(90))
  diagnose(t, 85, "expected ';'\nmore of it")
  complete.type(t, 'A')
  local line = complete.lines(90)[86]
  wait_text(t, srv, ("<|file_sep|>diagnostics.txt\nerror: expected ';': %s\n"):format(line))
  T.no_match('more of it', last_prompt(srv))
  diagnose(t, 10, 'far away')
  complete.type(t, '<CR>')
  local function is_without(prompt) return not prompt:find('diagnostics.txt', 1, true) end
  wait_prompt(t, srv, 'the prompt has no diagnostics', is_without)
  T.no_match('far away', last_prompt(srv))
end)

test('definitions of what the line names', OPTS, function(t)
  write(t, 'defs.c', DEFS)
  local srv = start(t, { definitions = true })
  complete.open(t, complete.lines(30))
  t:wait(function() return t:lua(SERVER, t.dir .. '/defs.c') end, 'the server is attached')
  complete.type(t, 'oé weigh(widget, ')
  wait_text(t, srv, '<|file_sep|>defs.c\nint weigh(struct widget *w);\n')
  wait_text(t, srv, 'struct widget {\n    int weight;\n};\n')
  local asked = t:lua('return asked')
  complete.type(t, '<CR>weigh(')
  complete.wait_idle(t)
  wait_text(t, srv, 'int weigh(struct widget *w);\n')
  eq(asked, t:lua('return asked'), 'each name is asked about once')
end)

test('what a server answers at once goes together', OPTS, function(t)
  write(t, 'defs.c', DEFS)
  start(t, { definitions = true })
  complete.open(t, complete.lines(30))
  t:wait(function() return t:lua(SERVER, t.dir .. '/defs.c') end, 'the server is attached')
  t:lua([[
    local channel = require('hum.complete.channel')
    local notify = channel.notify
    channel.notify = function(name, ...)
      if name == 'extras' then told = select(2, ...) end
      return notify(name, ...)
    end]])
  complete.type(t, 'oweigh(widget, ')
  t:wait(function() return t:lua('return asked') == 2 end, 'both names are asked about')
  eq(2, #t:lua('return told'))
end)

test('no definition from a file that must not be read', OPTS, function(t)
  write(t, 'defs.c', { 'int weigh(int size);' })
  write(t, 'defs.env', { 'widget=2' })
  local srv = start(t, { definitions = true })
  complete.open(t, complete.lines(30))
  t:wait(function() return t:lua(SERVER, t.dir .. '/defs.env', t.dir .. '/defs.c') end, 'the server is attached')
  complete.type(t, 'oweigh(widget, ')
  -- What stands nearer to the end of the line is asked about before.
  wait_text(t, srv, '<|file_sep|>defs.c\nint weigh(int size);\n')
  T.no_match('widget=2', last_prompt(srv), true)
end)

test('the last edits, also of another buffer', OPTS, function(t)
  write(t, 'other.c', complete.lines(40, 9))
  local srv = start(t, { edits = true })
  t:cmd('edit other.c | 20')
  complete.type(t, 'A')
  complete.wait_count(t, 'done', 1) -- so the helper has the text
  complete.type(t, ' // done<Esc>')
  complete.insert(t, complete.lines(200))
  complete.wait_idle(t)
  complete.type(t, '<Esc>')
  t:cmd('5')
  complete.type(t, 'cchere<Esc>')
  t:cmd('150')
  complete.type(t, 'A+')
  local old = complete.lines(40, 9)[20]
  wait_text(t, srv, ('<|file_sep|>other.c.diff\n-%s\n+%s // done\n'):format(old, old))
  wait_text(t, srv, ('<|file_sep|>code.src.diff\n-%s\n+here\n'):format(complete.lines(200)[5]))
end)

test('nothing of all that unless it is wanted', OPTS, function(t)
  write(t, 'defs.c', DEFS)
  local srv = start(t, {})
  complete.open(t, complete.lines(200))
  t:wait(function() return t:lua(SERVER, t.dir .. '/defs.c') end, 'the server is attached')
  diagnose(t, 198, 'expected')
  t:cmd('5')
  complete.type(t, 'cchere<Esc>Goweigh(widget')
  complete.wait_idle(t)
  for _, request in ipairs(complete.requests(srv)) do
    T.no_match('%.diff', request.body.prompt)
    T.no_match('diagnostics', request.body.prompt)
    T.no_match('defs.c', request.body.prompt, true)
  end
  eq(0, t:lua('return asked'))
  eq(0, t:lua('return #vim.api.nvim_get_autocmds({ group = "hum.complete.extras" })'))
end)

test('edits of a file that must not be read are forgotten', OPTS, function(t)
  write(t, 'other.c', complete.lines(40, 9))
  local srv = start(t, { edits = true })
  t:cmd('edit other.c | 20')
  complete.type(t, 'A')
  complete.wait_count(t, 'done', 1) -- so the helper has the text
  complete.type(t, ' // done<Esc>')
  t:cmd('let b:hum_complete = "off"')
  t:lua("require('hum.complete.attach').review()")
  complete.open(t, complete.lines(200))
  complete.type(t, 'A+')
  complete.wait_idle(t)
  T.no_match('done', last_prompt(srv))
end)

test('a definition in a file that the user excludes later is forgotten', OPTS, function(t)
  write(t, 'defs.c', DEFS)
  local srv = start(t, { definitions = true })
  complete.open(t, complete.lines(60))
  t:wait(function() return t:lua(SERVER, t.dir .. '/defs.c') end, 'the server is attached')
  complete.type(t, 'oweigh(a')
  wait_text(t, srv, '<|file_sep|>defs.c\nint weigh(struct widget *w);')
  t:lua([[
    local config = vim.deepcopy(require('hum.config').get())
    require('hum').setup({
      endpoints = config.endpoints,
      complete = { mode = 'on', debounce = 0, exclude = { 'defs.c' }, extras = { definitions = true } },
    })]])
  complete.type(t, '<Esc>a')
  wait_prompt(t, srv, 'the definition is gone', function(prompt) return not prompt:find('struct widget', 1, true) end)
  complete.reset(srv)
  for _ = 1, 3 do
    wait_prompt(t, srv, 'a prompt', function(prompt) return prompt ~= '' end)
    T.no_match('struct widget', last_prompt(srv), true)
  end
end)
