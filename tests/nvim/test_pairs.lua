-- Plugins that pair brackets and close blocks, with the real helper: what is typed as suggested is not asked again.
local T = require('harness')
local complete = require('lib.complete')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq

local MAPS = [[
  for open, close in pairs({ ['('] = ')', ['['] = ']', ['{'] = '}', ['"'] = '"' }) do
    if open ~= close then vim.keymap.set('i', open, open .. close .. '<Left>') end
    vim.keymap.set('i', close, function()
      local right = vim.api.nvim_get_current_line():sub(vim.fn.col('.'), vim.fn.col('.'))
      return right == close and '<Right>' or open == close and close .. close .. '<Left>' or close
    end, { expr = true })
  end
  vim.keymap.set('i', '<CR>', function()
    local line, col = vim.api.nvim_get_current_line(), vim.fn.col('.')
    local around = line:sub(col - 1, col)
    if around == '{}' or around == '()' or around == '[]' then return '<CR><C-o>O' end
    return line:find('function.*%(.*%)$') and '<CR>end<C-o>O' or '<CR>'
  end, { expr = true })]]

-- What stands left of the cursor, what the server answers, what is typed of it, what is left to come.
local CASES = {
  {
    'brackets in brackets',
    'local x',
    ' = foo(a, {\n  b = 1,\n})',
    ' = foo(a, {<CR>',
    '  b = 1,\n})',
  },
  {
    'a line behind the block',
    'local x',
    ' = foo({\n  b = 1,\n})\nreturn x',
    ' = foo({<CR>',
    '  b = 1,\n})\nreturn x',
  },
  {
    'a word that ends the block',
    'local',
    ' function f()\n  return 1\nend',
    ' function f()<CR>',
    '  return 1\nend',
  },
  {
    'brackets within the block',
    'int f()',
    ' {\n    a[b[c]] = d;\n    e[f];\n}',
    ' {<CR>    a[b[',
    'c]] = d;\n    e[f];\n}',
  },
  {
    'a string within the block',
    'int f()',
    ' {\n    puts("a b"), y("c");\n}',
    ' {<CR>    puts("a',
    ' b"), y("c");\n}',
  },
  {
    'a block within the block',
    'int f()',
    ' {\n    if (x) {\n        y(1);\n    }\n}',
    ' {<CR>    if (x) {<CR>    y(',
    '1);\n    }\n}',
  },
  {
    'indentation of another width',
    '\tif x',
    ' then\n\t\treturn foo({\n\t\t\t1,\n\t\t})',
    ' then<CR>return foo({<CR>',
    '\t\t1,\n\t\t})',
    after = ' then\n\treturn foo({\n\t\t\t1,\n\t\t})',
  },
}

local function shown(t)
  return t:lua([[
    local shown = require('hum.complete.ghost').shown()
    return shown and shown.left_over]])
end

for _, case in ipairs(CASES) do
  test('typed through to its end: ' .. case[1], complete.OPTS, function(t)
    t:lua(MAPS)
    t:cmd('set autoindent')
    local srv = complete.start(t, { text = case[3] }, { api = 'generate' })
    complete.insert(t, { case[2], '' }, { row = 1 })
    complete.wait_answer(t)
    t:wait(function() return shown(t) == case[3] end, 'all of it')
    complete.type(t, case[4])
    complete.wait_idle(t)
    eq(case[5], shown(t))
    eq(1, #complete.requests(srv))
    complete.script(srv, { text = '' }, 'generate')
    local seen = suggest.seen(t)
    complete.call(t, 'accept')
    eq(seen, vim.list_slice(suggest.seen(t), 1, #seen))
    eq(case[2] .. (case.after or case[3]) .. '\n', t:text())
  end)
end
