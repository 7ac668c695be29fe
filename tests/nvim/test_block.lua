-- Where a suggestion ends: blocks that end by indentation or by what closes them, in a definition that is
-- finished, and never left.
local fill = require('lib.fill')

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
