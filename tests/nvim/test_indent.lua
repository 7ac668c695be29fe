-- Indentation is the file's: what is suggested stands at the file's columns, in the file's characters,
-- and what is shown is what is then inserted.
local fill = require('lib.fill')

local C = 'void f()\n{\n\tint x;▏\n}'
local C_AFTER = 'void f()\n{\n\tint x;\n\tif (x) {\n\t\ty();\n\t}\n}'

fill.cases({ filetype = 'c', set = 'noet ts=8 sw=8 autoindent' }, {
  {
    'four blanks become a tab',
    C,
    '\n    if (x) {\n        y();\n    }',
    '\n\tif (x) {\n\t\ty();\n\t}',
    keys = 'A',
    after = C_AFTER,
  },
  {
    "in a line that has a tab already, with the answer's own indentation",
    C,
    '    if (x) {\n        y();\n    }',
    'if (x) {\n\t\ty();\n\t}',
    keys = 'o',
    after = C_AFTER,
  },
  {
    'steps of two become tabs',
    C,
    '\n  if (x) {\n    y();\n  }',
    '\n\tif (x) {\n\t\ty();\n\t}',
    keys = 'A',
    after = C_AFTER,
  },
  {
    'aligned arguments keep their columns',
    C,
    '\n\tcall(alpha,\n\t     beta);',
    '\n\tcall(alpha,\n\t     beta);',
    keys = 'A',
  },
})

fill.cases({ filetype = 'go', set = 'noet ts=4 sw=4 autoindent' }, {
  {
    'columns that are right are written with tabs',
    'func f() {\n\tx := 1▏\n}',
    'if x {\n        y()\n    }',
    'if x {\n\t\ty()\n\t}',
    keys = 'o',
    after = 'func f() {\n\tx := 1\n\tif x {\n\t\ty()\n\t}\n}',
  },
})

fill.cases({ filetype = 'python', set = 'et sw=4 autoindent' }, {
  {
    'tabs become blanks',
    'def f():\n    x = 1▏\n',
    '\n\tif x:\n\t\ty()',
    '\n    if x:\n        y()',
    keys = 'A',
    after = 'def f():\n    x = 1\n    if x:\n        y()\n',
  },
  {
    'what was typed of the indentation is filled up',
    'def f(x):\n  ▏\n\ndef g(): pass',
    '  return x',
    '  return x',
    keys = 'A',
    after = 'def f(x):\n    return x\n\ndef g(): pass',
  },
})

fill.cases({ filetype = 'c', set = 'et sw=4 autoindent' }, {
  {
    'what is right stays',
    '{\n    a();▏\n}',
    '\n    if (x) {\n        y();\n    }',
    '\n    if (x) {\n        y();\n    }',
    keys = 'A',
    after = '{\n    a();\n    if (x) {\n        y();\n    }\n}',
  },
})

fill.cases({ filetype = 'lua', set = 'et sw=2 ts=2 autoindent' }, {
  {
    'steps of four become steps of two',
    'local function f(x)\n  g()▏\nend',
    '\n    if x then\n        y()\n    end',
    '\n  if x then\n    y()\n  end',
    keys = 'A',
    after = 'local function f(x)\n  g()\n  if x then\n    y()\n  end\nend',
  },
})

fill.cases({ filetype = 'c', set = 'autoindent' }, {
  {
    'the lines of the file go before options that nobody set',
    '{\n    a();▏\n}',
    '\n    if (x) {\n        y();\n    }',
    '\n    if (x) {\n        y();\n    }',
    keys = 'A',
  },
})

fill.cases({ filetype = 'make', set = 'et ts=8 sw=4 autoindent' }, {
  {
    'recipes of make begin with a tab',
    'all: x▏\n',
    '\n    gcc -o x\n    strip x',
    '\n\tgcc -o x\n\tstrip x',
    keys = 'A',
    after = 'all: x\n\tgcc -o x\n\tstrip x\n',
  },
})

local T = require('harness')
local complete = require('lib.complete')

T.test('what is typed along agrees with what was mapped', complete.OPTS, function(t)
  complete.start(t, { tokens = { '\n    if (x) {\n        y();\n    }' } }, { api = 'generate' })
  complete.open(t, { 'void f()', '{', '\tint x;', '}' }, { row = 3 })
  t:cmd('noautocmd setlocal filetype=c')
  t:cmd('setlocal noet ts=8 sw=8 autoindent')
  complete.type(t, 'A')
  complete.wait_answer(t)
  complete.type(t, '<CR>if')
  complete.wait_ghost(t)
  T.eq(1, complete.info(t).requests)
  T.eq(true, complete.call(t, 'accept'), 'it is still there')
  T.eq('void f()\n{\n\tint x;\n\tif (x) {\n\t\ty();\n\t}\n}', t:text())
end)
