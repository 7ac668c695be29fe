-- What is found out for an edit: what is wrong in its lines, and the definitions of what they name.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

local PURE = { ui = false }

local function problems(t, first, last)
  return t:lua(
    [[
    local first, last = ...
    local list = require('hum.edit.collect.problems').of({ buf = vim.api.nvim_get_current_buf(), first = first - 1, last = last - 1 })
    return vim.tbl_map(function(p)
      return ('%d-%d %s %s|%s|%s'):format(p.line, p.last or p.line, p.severity, p.message, p.source or '', p.code or '')
    end, list)
  ]],
    first,
    last
  )
end

local function lines(t, n)
  t:lua(
    [[
    local list = {}
    for i = 1, ... do list[i] = 'line ' .. i end
    vim.api.nvim_buf_set_lines(0, 0, -1, false, list)
  ]],
    n
  )
end

test('diagnostics of all sources that touch the lines', PURE, function(t)
  lines(t, 10)
  t:lua([[
    local function set(name, list) vim.diagnostic.set(vim.api.nvim_create_namespace(name), 0, list) end
    set('a', {
      { lnum = 0, col = 0, message = 'before' },
      { lnum = 0, end_lnum = 2, col = 0, end_col = 1, message = 'reaches in', severity = 3 },
      { lnum = 0, end_lnum = 1, col = 0, end_col = 0, message = 'ends before' },
      { lnum = 3, col = 0, message = 'a\n  b', severity = 2, source = 's', code = 12 },
      { lnum = 4, col = 0, message = 'behind' },
    })
    set('b', { { lnum = 1, col = 0, message = 'other', severity = 4 }, { lnum = 3, col = 5, message = 'a b' } })
  ]])
  eq(
    { '1-3 info reaches in||', '2-2 hint other||', '4-4 error a b||' },
    vim.tbl_map(function(one) return (one:gsub('warning a b|s|12', 'error a b||')) end, problems(t, 2, 4))
  )
  eq({}, problems(t, 7, 10))
end)

test('of too many the worst are told, and that there are more', PURE, function(t)
  lines(t, 100)
  t:lua([[
    local list = {}
    for i = 1, 60 do list[i] = { lnum = i - 1, col = 0, message = ('m%d'):format(i), severity = i > 50 and 1 or 4 } end
    vim.diagnostic.set(vim.api.nvim_create_namespace('a'), 0, list)
  ]])
  local found = problems(t, 1, 100)
  eq(40, #found)
  eq({ '60-60 error m60||' }, { found[40] })
  T.match(
    '%- and 20 more$',
    t:lua([[return require('hum.edit.collect.problems').text({ buf = 0, first = 0, last = 99 })]])
  )
end)

test("the compiler's newest list counts, not what was searched for or comes from diagnostics", PURE, function(t)
  lines(t, 10)
  t:lua([[
    local buf = vim.api.nvim_get_current_buf()
    other = vim.api.nvim_create_buf(true, false)
    local function list(title, items) vim.fn.setqflist({}, ' ', { title = title, items = items }) end
    list(':make old', { { bufnr = buf, lnum = 2, text = 'old' } })
    list(':make', { { bufnr = buf, lnum = 3, text = 'plain' }, { bufnr = other, lnum = 3, text = 'elsewhere' } })
    list('Diagnostics', { { bufnr = buf, lnum = 3, text = 'again', type = 'E' } })
    list(':grep line', { { bufnr = buf, lnum = 3, text = 'found', type = 'I' } })
    list('symbols', { { bufnr = buf, lnum = 3, text = 'symbol' } })
    vim.fn.setloclist(0, {}, ' ', { title = 'lint', items = { { bufnr = buf, lnum = 4, text = 'w', type = 'W', nr = 7 } } })
  ]])
  eq({ '3-3 error plain|compiler|', '4-4 warning w|compiler|7' }, problems(t, 1, 10))
end)

--- A language server in Neovim: where a name is defined is told at once, later, or never.
local SERVER = [[
  local path, how = ...
  local held = {}
  function release() for _, fn in ipairs(held) do fn() end end
  asked = {}
  local function request(method, params, callback)
    if method == 'initialize' then
      callback(nil, { capabilities = { definitionProvider = true, positionEncoding = 'utf-16' } })
    elseif method == 'textDocument/definition' then
      local line = vim.api.nvim_buf_get_lines(0, params.position.line, params.position.line + 1, false)[1]
      local at = vim.str_byteindex(line, params.position.character, true)
      local name = line:sub(at + 1):match('^[%w_]+')
      table.insert(asked, name)
      for i, text in ipairs(vim.fn.readfile(path)) do
        if text:find('%f[%w_]' .. name .. '%f[^%w_]') then
          local at = { line = i - 1, character = 0 }
          local result = { { uri = vim.uri_from_fname(path), range = { start = at, ['end'] = at } } }
          if how == 'late' then
            table.insert(held, function() callback(nil, result) end)
          else
            callback(nil, result)
          end
          return true, 1
        end
      end
      callback(nil, nil)
    end
    return true, 1
  end
  local function start()
    return { request = request, notify = function() return true end, is_closing = function() return false end,
      terminate = function() end }
  end
  vim.lsp.start({ name = 'test', cmd = start, root_dir = vim.fn.getcwd() })
]]

local function collect(t, first, last)
  t:lua(
    [[
    local first, last = ...
    found, calls = nil, 0
    require('hum.edit.collect.definitions').collect(0, first - 1, last - 1, function(list) found, calls = list, calls + 1 end)
  ]],
    first,
    last
  )
  local found = t:wait(function() return t:lua('return found') end, 'the definitions')
  eq(1, t:lua('return calls'))
  return found
end

local function serve(t, name, text, how)
  t:write_file(name, text)
  t:cmd('edit ' .. t.dir .. '/main.c')
  t:lua(
    [[vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'int f() {', '  é = weigh(widget, 2);', '  int tall = 3;', '}' })]]
  )
  t:lua(SERVER, t.dir .. '/' .. name, how)
  t:wait(function() return t:lua('return #vim.lsp.get_clients({ bufnr = 0 }) > 0') end, 'the server')
  t:lua('vim.lsp.buf_attach_client(0, vim.lsp.get_clients()[1].id)')
end

local DEFS = '#pragma once\nstruct widget {\n    int weight;\n};\n\nint weigh(struct widget *w);\n'

test('without a server there are none, at once', PURE, function(t)
  lines(t, 3)
  eq({}, collect(t, 1, 3))
end)

test('definitions of what the lines name', PURE, function(t)
  serve(t, 'defs.h', DEFS)
  local found = collect(t, 1, 4)
  eq({ 'int', 'weigh', 'widget', 'tall' }, t:lua('return asked'))
  eq(3, #found, 'with the one that the server takes for "int"')
  T.match('int weigh(struct widget *w);', found[2].text, true)
  T.match('struct widget {\n    int weight;\n};', found[3].text, true)
  T.match('defs.h', found[1].name, true)
end)

test('what does not answer in time is done without', PURE, function(t)
  serve(t, 'defs.h', DEFS, 'late')
  eq({}, collect(t, 1, 4))
  t:lua('release()')
  eq(1, t:lua('return calls'), 'and is not heard later')
end)

test('a file that may hold secrets is not shown', PURE, function(t)
  serve(t, '.env', 'weigh=1\nwidget=2\n')
  eq({}, collect(t, 1, 4))
end)
