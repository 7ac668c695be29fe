-- Where a suggestion ends: blocks that end by indentation or by what closes them, in a definition that is
-- finished, and never left.
local T = require('harness')
local complete = require('lib.complete')
local fill = require('lib.fill')
local test = T.test
T.once()

fill.cases({ filetype = 'python', set = 'et sw=4' }, {
  {
    'the dedented next statement',
    'def f(xs):\n    total = 0\n    for x in xs:\n        total += x▏\n\n\ndef g():\n    pass',
    '\n    return total',
    '\n    return total',
    after = 'def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n\n\ndef g():\n    pass',
  },
  {
    'else, and what follows it',
    'def f(xs):\n    total = 0\n    for x in xs:\n        if x:\n            to▏',
    'tal += x\n        else:\n            total -= x\n    return total',
    'tal += x\n        else:\n            total -= x\n    return total',
  },
  {
    'no further method',
    'class A:\n    def f(self):\n        if x:\n            y()▏\n',
    '\n        return 1\n\n    def g(self):\n        pass',
    '\n        return 1',
  },
})

fill.cases({ filetype = 'yaml', set = 'et sw=2' }, {
  {
    'the next step of a job, and not the next job',
    'jobs:\n  build:\n    steps:\n      - uses: x\n        with:\n          a: b▏\n',
    '\n      - run: make\n  test:\n    steps:',
    '\n      - run: make',
  },
})

fill.cases({ filetype = 'c', set = 'et sw=4' }, {
  {
    'a function is finished',
    'int f(int *xs, int n)\n{\n    int t = 0;\n    for (int i = 0; i < n; i++) {\n        t += xs[i];▏',
    '\n    }\n    return t;\n}\n\nint g(void)\n{',
    '\n    }\n    return t;\n}',
  },
})

fill.cases({ filetype = 'lua', set = 'et sw=2' }, {
  {
    'a function of Lua is finished',
    'local function f(x)\n  if x then\n    a()▏',
    '\n  else\n    b()\n  end\n  return x\nend\n\nlocal function g()',
    '\n  else\n    b()\n  end\n  return x\nend',
  },
})

test('what treesitter says of a line counts until lines come or go above it', complete.OPTS, function(t)
  local answer = '\n    }\n    return 1;\n}\n\nint g;'
  local lines = { 'int f(void)', '{', '    FOREACH(x) {', '        a(x);' }
  complete.start(t, { tokens = { answer } }, { api = 'generate' })
  local buf = complete.open(t, lines, { row = 4, col = #lines[4] })
  t:cmd('noautocmd setlocal filetype=cpp et sw=4') -- Neovim has no parser of its own for it
  local function shows(keys, text)
    complete.type(t, keys)
    t:wait(function() return t:lua(fill.SHOWN) == text end, text)
  end
  shows('a', '\n    }')
  t:lua([[require('hum.complete.channel').notify('scope', ..., 3, { definition = 0 })]], buf)
  shows('x', '\n    }\n    return 1;\n}')
  t:lua(
    [[
    vim.api.nvim_buf_set_lines(..., 0, 0, false, { '' })
    vim.api.nvim_buf_set_lines(..., 0, 1, false, {})]],
    buf
  )
  shows('y', '\n    }')
end)
