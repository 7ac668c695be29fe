-- #symbol: by treesitter, and by language servers.
local T = require('harness')
local kinds = require('lib.kinds')
local test, eq = T.test, T.eq

local PURE = { ui = false }

local A = [[
local M = {}

local limit = 3

--- Adds.
function M.compute(a, b)
  return a + b
end

local function helper(x)
  -- compute is fast
  return M.compute(x, limit)
end

M.late = function(x)
  return helper(x)
end

limit = 4

return M
]]

local function project(t, text, name)
  name = name or 'src/a.lua'
  t:write_file('proj/' .. name, text)
  t:cmd('cd ' .. t.dir .. '/proj')
  t:cmd('edit ' .. name)
end

--- Definitions, and the list of uses.
local function found(t, name, opts)
  local answer = kinds.resolve(t, 'symbol', name, opts)
  assert(not answer.err, answer.err)
  local texts, uses = {}, nil
  for _, source in ipairs(answer.sources) do
    if source.tag == 'references' then
      uses = source
    else
      texts[#texts + 1] = source.text
    end
  end
  return texts, uses, answer.sources
end

-- ---- treesitter ------------------------------------------------------------------------------

test('without a server a function is found by its syntax, whole, with its comment and its uses', PURE, function(t)
  project(t, A)
  local texts, uses, sources = found(t, 'compute')
  eq({ '--- Adds.\nfunction M.compute(a, b)\n  return a + b\nend' }, texts)
  eq({ name = 'compute', path = 'src/a.lua', first = '5', last = '8' }, sources[1].attributes)
  eq('src/a.lua:12: return M.compute(x, limit)', uses.text)
end)

test('names of several parts, functions that are assigned, and variables', PURE, function(t)
  project(t, A)
  eq({ '--- Adds.\nfunction M.compute(a, b)\n  return a + b\nend' }, found(t, 'M.compute'))
  eq({ 'M.late = function(x)\n  return helper(x)\nend' }, found(t, 'late'))
  eq({ 'local function helper(x)\n  -- compute is fast\n  return M.compute(x, limit)\nend' }, found(t, 'helper()'))
  local texts, uses = found(t, 'limit')
  eq({ 'local limit = 3' }, texts)
  eq('src/a.lua:12: return M.compute(x, limit)\nsrc/a.lua:19: limit = 4', uses.text)
  T.match('^there is no symbol "N.compute"', kinds.refused(t, 'symbol', 'N.compute'))
end)

test('what is not there is refused with what is nearest', PURE, function(t)
  project(t, A)
  eq('there is no symbol "compote"\nDid you mean compute?', kinds.refused(t, 'symbol', 'compote'))
  T.match('^there is no symbol "fast"\n', kinds.refused(t, 'symbol', 'fast'), false)
  T.match('^there is no symbol "x"\n', kinds.refused(t, 'symbol', 'x'), false)
end)

test("the project's open buffers are looked through as well, and all of several places are sent", PURE, function(t)
  project(t, 'local function twin() return 1 end\n', 'src/b.lua')
  project(t, A .. 'local function twin() return 2 end\n')
  t:write_file('elsewhere/c.lua', 'local function twin() return 3 end\n')
  t:cmd('split ' .. t.dir .. '/elsewhere/c.lua')
  t:cmd('wincmd p')
  local texts, _, sources = found(t, 'twin')
  eq({ 'local function twin() return 2 end', 'local function twin() return 1 end' }, texts)
  T.match('src/b.lua:1', sources[2].title, true)
end)

local C = [[
#define LIMIT 3

struct widget {
  int weight;
};

int weigh(struct widget *w);

/* Weighs. */
static int
weigh(struct widget *w)
{
  return w->weight + LIMIT;
}
]]

test('C: a function, a type, a macro, and a method of none', PURE, function(t)
  project(t, C, 'a.c')
  local texts, uses = found(t, 'weigh')
  eq({ '/* Weighs. */\nstatic int\nweigh(struct widget *w)\n{\n  return w->weight + LIMIT;\n}' }, texts)
  eq('a.c:7: int weigh(struct widget *w);', uses.text)
  eq(
    { 'struct widget {\n  int weight;\n}' },
    vim.tbl_map(function(s) return (s:gsub(';$', '')) end, (found(t, 'widget')))
  )
  T.match('#define LIMIT 3', found(t, 'LIMIT')[1], true)
  eq({ '  int weight;' }, found(t, 'weight'))
end)

test('a function of many lines is cut, which is said', PURE, function(t)
  project(t, 'local function long()\n' .. ('  print(1)\n'):rep(500) .. 'end\n')
  local answer = kinds.resolve(t, 'symbol', 'long')
  T.match('only the first 400 of 502 lines', answer.sources[1].note, true)
  T.match('only the first 400 of 502 lines of it)', answer.sources[1].text, true)
end)

test('unsaved text counts, and a file without a parser has no symbols', PURE, function(t)
  project(t, A)
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, 0, false, { 'local function fresh() end' })]])
  eq({ 'local function fresh() end' }, found(t, 'fresh'))
  project(t, 'fresh old\n', 'x.txt')
  t:cmd('bwipeout! src/a.lua')
  eq(
    'there is no symbol "fresh"\n'
      .. 'Neither a language server nor a treesitter parser reads x.txt: send it with #lines.',
    kinds.refused(t, 'symbol', 'fresh')
  )
end)

test('completion offers the functions of the buffer', PURE, function(t)
  project(t, A)
  t:lua('vim.treesitter.start()')
  t:lua('vim.treesitter.get_parser():parse()')
  eq({ 'M.compute' }, kinds.words(t, 'symbol', 'comp'))
  T.ok(vim.tbl_contains(kinds.words(t, 'symbol', ''), 'helper'))
end)

-- ---- language servers ------------------------------------------------------------------------

--- A language server in Neovim; `answers` has what it says to each method; "late": never.
local SERVER = [[
  local name, answers, late = ...
  asked = asked or {}
  cancelled = {}
  local capabilities = {
    documentSymbolProvider = answers['textDocument/documentSymbol'] ~= nil,
    workspaceSymbolProvider = answers['workspace/symbol'] ~= nil,
    definitionProvider = answers['textDocument/definition'] ~= nil,
    referencesProvider = answers['textDocument/references'] ~= nil,
    positionEncoding = 'utf-16',
  }
  local function request(method, params, callback)
    if method == 'initialize' then
      callback(nil, { capabilities = capabilities })
    elseif method == 'shutdown' then
      callback(nil, nil)
    else
      table.insert(asked, { name = name, method = method, params = params })
      if not late then callback(nil, answers[method]) end
    end
    return true, 1
  end
  local function start()
    return {
      request = request,
      notify = function(method) table.insert(cancelled, method) return true end,
      is_closing = function() return false end,
      terminate = function() end,
    }
  end
  local id = vim.lsp.start({ name = name, cmd = start, root_dir = vim.fn.getcwd() })
  vim.lsp.buf_attach_client(0, id)
]]

local function serve(t, name, answers, late)
  t:lua(SERVER, name, answers, late)
  t:wait(
    function() return t:lua('return vim.lsp.get_client_by_id(#vim.lsp.get_clients()).initialized') end,
    'the server'
  )
end

local function range(first, last)
  return { start = { line = first, character = 0 }, ['end'] = { line = last, character = 3 } }
end

test('definition and uses by a language server, of a file that is not open', PURE, function(t)
  project(t, A)
  t:write_file('proj/src/b.lua', 'local x\n\nlocal function other(a)\n  return a\nend\n')
  local uri = vim.uri_from_fname(t.dir .. '/proj/src/b.lua')
  local own = vim.uri_from_fname(t.dir .. '/proj/src/a.lua')
  serve(t, 'one', {
    ['workspace/symbol'] = {
      { name = 'other', kind = 12, location = { uri = uri, range = range(2, 2) } },
      { name = 'another', kind = 12, location = { uri = uri, range = range(0, 0) } },
    },
    ['textDocument/references'] = { { uri = own, range = range(5, 5) }, { uri = uri, range = range(0, 0) } },
  })
  local texts, uses, sources = found(t, 'other')
  eq({ 'local function other(a)\n  return a\nend' }, texts)
  eq('src/b.lua', sources[1].attributes.path)
  eq('src/a.lua:6: function M.compute(a, b)\nsrc/b.lua:1: ', uses.text)
end)

test('symbols within others, by several servers; functions go before variables', PURE, function(t)
  project(t, A)
  local function symbol(name, kind, first, last, children)
    return {
      name = name,
      kind = kind,
      range = range(first, last),
      selectionRange = range(first, first),
      children = children,
    }
  end
  serve(t, 'one', {
    ['textDocument/documentSymbol'] = {
      symbol('M', 5, 0, 20, { symbol('compute', 6, 5, 7), symbol('run(int)', 6, 9, 12) }),
      symbol('compute', 13, 18, 18),
    },
  })
  serve(t, 'two', { ['textDocument/documentSymbol'] = { symbol('compute', 12, 5, 7), symbol('only', 13, 2, 2) } })
  eq({ 'function M.compute(a, b)\n  return a + b\nend' }, found(t, 'compute'))
  eq({ 'function M.compute(a, b)\n  return a + b\nend' }, found(t, 'M::compute'))
  eq(1, #found(t, 'run'))
  eq({ 'local limit = 3' }, found(t, 'only'))
  T.match('^there is no symbol "X.run"', kinds.refused(t, 'symbol', 'X.run'))
end)

test('a name that stands in the buffer is looked up where it stands', PURE, function(t)
  project(t, 'local é = "x" .. imported(1)\n')
  t:write_file('proj/lib.lua', '\nfunction imported(n)\n  return n\nend\n')
  serve(t, 'one', {
    ['textDocument/definition'] = {
      {
        targetUri = vim.uri_from_fname(t.dir .. '/proj/lib.lua'),
        targetRange = range(1, 3),
        targetSelectionRange = range(1, 1),
      },
    },
  })
  eq({ 'function imported(n)\n  return n\nend' }, found(t, 'imported'))
  eq({ line = 0, character = 17 }, t:lua('return asked[1].params.position'))
end)

test('a definition outside the project or in a secret file is refused unless it is forced', PURE, function(t)
  project(t, A)
  t:write_file('elsewhere/lib.lua', 'function outer()\nend\n')
  serve(t, 'one', {
    ['workspace/symbol'] = {
      {
        name = 'outer',
        kind = 12,
        location = { uri = vim.uri_from_fname(t.dir .. '/elsewhere/lib.lua'), range = range(0, 1) },
      },
    },
  })
  T.match('lib.lua: it is outside the project$', kinds.refused(t, 'symbol', 'outer'))
  eq({ 'function outer()\nend' }, found(t, 'outer', { force = true }))
end)

test('a server that does not answer is done without, which is said', PURE, function(t)
  project(t, A)
  t:lua([[
    local new_timer = vim.uv.new_timer
    vim.uv.new_timer = function()
      local timer = new_timer()
      return { start = function(_, _, again, fn) timer:start(1, again, fn) end, close = function() timer:close() end }
    end
  ]])
  serve(t, 'slow', { ['textDocument/documentSymbol'] = {} }, true)
  local texts, uses = found(t, 'compute')
  eq(1, #texts)
  T.match('a language server did not answer in time', uses.note, true)
end)

test('a search that is cancelled calls nobody back', PURE, function(t)
  project(t, A)
  serve(t, 'slow', { ['textDocument/documentSymbol'] = {} }, true)
  kinds.start(t, 'symbol', 'compute')
  t:lua('cancel()')
  eq(0, t:lua('return calls'))
end)
