-- What of a model's answer is suggested: cases as data, over the real way.
local complete = require('lib.complete')
local fill = require('lib.fill')
local T = require('harness')

T.once()

-- ---- special tokens -----------------------------------------------------------------------

local C = 'int f(int a)\n{\n    return ▏\n}'

local TOKENS = {
  '<|fim_pad|>',
  '<|endoftext|>',
  '<|file_sep|>',
  '<|im_end|>',
  '<|cursor|>',
  '<EOT>',
  '</s>',
  '<end_of_turn>',
  '<｜end▁of▁sentence｜>',
  '[PREFIX]',
  '<PRE>',
  '</fim_middle>',
  '<filename>',
  '<[fim-suffix]>',
  '<think>',
  '[/INST]',
  '<|channel|>',
  '<|user|>',
  '<fim-middle>',
  '<|made_up_9|>',
}

for _, token in ipairs(TOKENS) do
  fill.case(('%s ends an answer'):format(token), {
    filetype = 'c',
    text = C,
    answer = { 'a + 1;', ' ' .. token .. 'garbage\nint ', 'more;' },
    shown = 'a + 1;',
  })
end

fill.cases({ filetype = 'c' }, {
  { 'a thought is dropped', C, '<think>\nThe user wants a sum.\n</think>\n\na + 1;', 'a + 1;' },
  { 'so is one that only ends', C, 'Okay, so a sum is wanted.\n</think>\n\na + 1;', 'a + 1;' },
  {
    'so are channels',
    C,
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>a + 1;',
    'a + 1;',
  },
  { 'a thought alone is nothing', C, '<think>\nThe user wants', false },
  { 'a token of a source that has it', 'x = "<|im_end|>";\ny = ▏', '"<|im_end|>";', '"<|im_end|>";' },
  { 'of the family in use in a comment', '// ▏', 'one <|file_sep|>two', 'one' },
})

fill.cases({ filetype = 'haskell' }, {
  {
    'an operator of Haskell',
    'm = all\n  [ c =? "x" ▏\n  ]',
    '<||> title =? "y" --> doFloat',
    '<||> title =? "y" --> doFloat',
  },
})
fill.cases({ filetype = 'fsharp' }, {
  { 'operators of F#', 'let x =\n    xs ▏\n', '|> List.map f <| y', '|> List.map f <| y' },
})
fill.cases({ filetype = 'html' }, {
  { 'a tag of HTML', '<p>▏</p>', '<s>old</s> new', '<s>old</s> new' },
})

for api in pairs(complete.APIS) do
  fill.case(
    'a token over ' .. api,
    { api = api, filetype = 'lua', text = 'local x = ▏', answer = { 'f(1)', '<|fi', 'm_pad|>x' }, shown = 'f(1)' }
  )
end

-- ---- what a limit cuts off ----------------------------------------------------------------

local LUA = 'local function f()\n%s▏\nend'

fill.cases({ filetype = 'lua', done = 'length' }, {
  {
    'half a line behind a whole one goes',
    LUA:format(''),
    '    local a = 1\n    local b = compute(alp',
    '    local a = 1',
  },
  {
    'half a line alone ends with its last whole token',
    LUA:format('    return '),
    'compute_something(alpha_one, beta_tw',
    'compute_something(alpha_one,',
    after = 'local function f()\n    return compute_something(alpha_one,\nend',
    check = function(t) t:wait_screen('alpha_one,…') end,
  },
  { 'a limit that comes between lines', LUA:format(''), '    local a = 1\n', '    local a = 1' },
})
for api in pairs(complete.APIS) do
  fill.case('half a line over ' .. api, {
    api = api,
    filetype = 'lua',
    text = 'local x = ▏',
    complete = { max_tokens = 11 },
    answer = vim.split('f(alpha, beta)', ''),
    shown = 'f(alpha,',
  })
end

fill.cases({ filetype = 'python' }, {
  { 'a line that repeats itself', 'x1 = 1\nx2 = 2\n▏', ('x3 = '):rep(40), false },
  {
    'a block that repeats itself',
    'import x\n▏',
    'a = f(1)\nb = f(2)\na = f(1)\nb = f(2)\na = f(1)',
    'a = f(1)\nb = f(2)',
  },
})

-- ---- what stands right of the cursor ------------------------------------------------------

fill.cases({ filetype = 'rust' }, {
  {
    'a type in angle brackets',
    'let v: Vec<▏> = x;',
    'Option<u8>',
    'Option<u8>',
    after = 'let v: Vec<Option<u8>> = x;',
  },
  { 'up to the angle bracket', 'let v: Vec<▏> = x;', 'u8> = Vec::new();', 'u8', after = 'let v: Vec<u8> = x;' },
  { 'an arrow closes none', 'let f: Box<▏> = x;', 'dyn Fn(u8) -> u8> = y;', 'dyn Fn(u8) -> u8' },
})
fill.cases({ filetype = 'cpp' }, {
  {
    'two of them',
    'std::vector<▏> v;',
    'std::pair<int, int>',
    'std::pair<int, int>',
    after = 'std::vector<std::pair<int, int>> v;',
  },
})
fill.cases({ filetype = 'typescriptreact' }, {
  { 'a tag', '  <div ▏></div>', 'onClick={() => f()}>hi</div>', 'onClick={() => f()}' },
})
fill.cases({ filetype = 'sql' }, {
  {
    'SQL in other case and spacing',
    'SELECT ▏ FROM users WHERE id = 1;',
    'name, email from users where id=1;',
    'name, email',
    after = 'SELECT name, email FROM users WHERE id = 1;',
  },
})

-- ---- words ----------------------------------------------------------------------------------

local BODY = 'int f(int a, int b)\n{\n▏\n}'

fill.cases({ filetype = 'c' }, {
  { 'a keyword is not said twice', C, 'return a + b;', 'a + b;' },
  { 'nor with its indentation', C, '    return a + b;', 'a + b;' },
  { 'text behind a fence', BODY, '```c\n    return a + b;\n```\nThis completes the function. ', '    return a + b;' },
  { 'talk', BODY, 'To complete the function, you need to return the sum.', false },
  { 'a proposal', BODY, 'I would suggest returning the sum of a and b.', false },
  { 'a refusal', BODY, "I'm sorry, but I can't assist with that.", false },
  { 'talk behind code', BODY, '    return a + b;\n\nLet me know if you need anything else!', '    return a + b;' },
  { 'words in a comment', '/*\n * ▏\n */', 'This function returns the sum.', 'This function returns the sum.' },
})

T.test('what the limit cut off is asked for once the rest is accepted', complete.OPTS, function(t)
  local srv = complete.start(t, {
    { match = { nth = 1 }, text = 'compute(alpha_one, beta_tw', done_reason = 'length' },
    { text = 'beta_two)' },
  }, { api = 'generate' })
  complete.insert(t, { 'local x = ' })
  complete.wait_answer(t, 'compute(alpha_one,')
  T.eq(true, complete.call(t, 'accept'))
  complete.wait_ghost(t, 'beta_two)')
  T.eq(2, #complete.requests(srv))
end)
