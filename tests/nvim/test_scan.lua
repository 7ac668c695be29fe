-- The incremental block scanner against a reading from scratch.
local T = require('harness')
local test, eq, ok = T.test, T.eq, T.ok
T.once()

-- In the child: a chat with a scan, `scratch()` (states by reading everything), `agree()`.
local SETUP = [[
  local block, scan = require('hum.chat.text.block'), require('hum.chat.text.scan')
  buf = vim.api.nvim_get_current_buf()
  function scratch()
    local states, id = { [0] = block.FIRST }, block.FIRST
    for row, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) do
      id = block.next(id, line)
      states[row] = id
    end
    return states
  end
  function agree()
    local count = vim.api.nvim_buf_line_count(buf)
    local s = scan.sync(buf, count)
    if not scan.complete(buf, count) then return 'the scan is not complete' end
    for row, id in pairs(scratch()) do
      if s.state[row] ~= id then
        return ('row %d: %s instead of %s'):format(row, vim.inspect(block.def(s.state[row])), vim.inspect(block.def(id)))
      end
    end
    return ''
  end
]]

local function setup(t, lines)
  t:lua(SETUP)
  t:lua('vim.api.nvim_buf_set_lines(buf, 0, -1, false, ...) require("hum.chat.text.scan").attach(buf)', lines)
end

local function kinds(t, lines)
  return t:lua(
    [[
    local block, id, out = require('hum.chat.text.block'), require('hum.chat.text.block').FIRST, {}
    for i, line in ipairs(...) do
      id, out[i] = block.next(id, line)
    end
    return out]],
    lines
  )
end

test('lines are told apart', { ui = false }, function(t)
  local cases = {
    { { '---', 'hum: 1', '---', '## » You', 'x' }, { 'front', 'front', 'front', 'user', 'text' } },
    { { '', '---', 'a' }, { 'blank', 'text', 'text' } },
    { { '## « m', '<think>', 'a', '</think>', 'b' }, { 'assistant', 'think_open', 'text', 'think_close', 'text' } },
    { { '## » You', '<think>', '<!-- hum: cut -->' }, { 'user', 'text', 'text' } },
    {
      { '## « m', '<think>', '```', 'x', '</think>', 'y' },
      { 'assistant', 'think_open', 'fence_open', 'code', 'think_close', 'text' },
    },
    {
      { '## « m', '```', '## » You', '```', '## » You' },
      { 'assistant', 'fence_open', 'code', 'fence_close', 'user' },
    },
    { { '````', '```', '`````' }, { 'fence_open', 'code', 'fence_close' } },
    { { '~~~', '```', '~~~' }, { 'fence_open', 'code', 'fence_close' } },
    { { '``` a`b', '    ```', '\\## » You' }, { 'text', 'text', 'text' } },
    {
      { '- a', '', '     ```c', '     x', '     ```', 'y' },
      { 'text', 'blank', 'fence_open', 'code', 'fence_close', 'text' },
    },
    { { '## « m', 'a', '<!-- hum: error: x -->' }, { 'assistant', 'text', 'mark' } },
    { { '## §', '## »You', '##  » You', ' ## » You' }, { 'system', 'text', 'text', 'text' } },
  }
  for _, case in ipairs(cases) do
    eq(case[2], kinds(t, case[1]), table.concat(case[1], '|'))
  end
end)

test('the language of a fence is the first word of its info string', { ui = false }, function(t)
  for info, lang in pairs({
    ['lua'] = 'lua',
    [' Python title="x"'] = 'python',
    ['{.sh}'] = 'sh',
    [''] = '',
    ['js{1,2}'] = 'js',
    ['c++'] = 'c++',
  }) do
    eq(
      lang,
      t:lua(
        [[
      local block = require('hum.chat.text.block')
      return block.def((block.next(block.FIRST, '```' .. ...))).fence.lang]],
        info
      )
    )
  end
end)

--- Edits a chat at random and compares now and then.
---@param seed integer
---@return string what is wrong, '' if nothing is
local function storm(t, seed)
  return t:lua(
    [[
    math.randomseed(...)
    local pieces = { '## » You', '## « m', '<think>', '</think>', '```lua', '```', '~~~', '- item', '   ```c',
      'text', '', '---', '    deep', '## § S', '<!-- hum: cut -->' }
    local function some(n)
      local lines = {}
      for i = 1, math.random(0, n) do lines[i] = pieces[math.random(#pieces)] end
      return lines
    end
    for step = 1, 3000 do
      local count = vim.api.nvim_buf_line_count(buf)
      local what = math.random(10)
      local first = math.random(0, count)
      if what <= 4 then
        vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.list_extend({ '' }, some(3)))
      elseif what <= 7 then
        vim.api.nvim_buf_set_lines(buf, first, math.min(count, first + math.random(0, 3)), false, some(4))
      elseif what == 8 and count > 600 then
        vim.api.nvim_buf_set_lines(buf, first, math.min(count, first + math.random(100)), false, {})
      elseif what == 9 then
        vim.api.nvim_buf_set_lines(buf, first, first, false, some(90))
        vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.list_extend({ '' }, some(200)))
      else
        vim.cmd('silent! undo')
      end
      if math.random(4) == 1 then
        require('hum.chat.text.scan').sync(buf, math.random(0, count))
      end
      if math.random(4) == 1 then
        local why = agree()
        if why ~= '' then return step .. ': ' .. why end
      end
    end
    return '' ]],
    seed
  )
end

test('random edits leave the same states as a reading from scratch', { ui = false }, function(t)
  setup(t, { '' })
  local seed = os.time()
  eq('', storm(t, seed), 'seed ' .. seed)
end)

-- Neovim asks for the folds of changed lines before it tells of the change.
test('states stay right when folds ask first', { ui = false }, function(t)
  setup(t, { '' })
  t:lua("require('hum.chat.view.fold').setup_window(0)")
  local seed = os.time()
  eq('', storm(t, seed), 'seed ' .. seed)
end)

test('a long append is told of after its folds', { ui = false }, function(t)
  setup(t, { '## « m', '```', 'x' })
  t:lua("require('hum.chat.view.fold').setup_window(0)")
  local result = t:lua([[
    assert(agree() == '')
    vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.split(('x\n'):rep(500), '\n'))
    local s = require('hum.chat.text.scan').get(buf)
    return { s.count, math.max(s.known, s.count) }]])
  eq({ 503, 503 }, result)
  eq('', t:lua('return agree()'))
end)

test('a token at the end of a long chat reads no line, a line break one', { ui = false }, function(t)
  local lines = {}
  for i = 1, 3000 do
    lines[i] = 'line ' .. i
  end
  setup(t, lines)
  local read = t:lua([[
    local scan, block = require('hum.chat.text.scan'), require('hum.chat.text.block')
    assert(agree() == '')
    local next_state, n, out = block.next, 0, {}
    block.next = function(...) n = n + 1 return next_state(...) end
    local function append(lines)
      n = 0
      vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, lines)
      scan.sync(buf, vim.api.nvim_buf_line_count(buf) - 1)
      out[#out + 1] = n
    end
    append({ 'a' })
    append({ 'b', 'c' })
    append({ 'd' })
    n = 0
    vim.api.nvim_buf_set_lines(buf, 5, 6, false, { 'other' })
    scan.sync(buf, vim.api.nvim_buf_line_count(buf) - 1)
    out[#out + 1] = n
    n = 0
    vim.api.nvim_buf_set_lines(buf, 5, 6, false, { 'x', 'y' })
    scan.sync(buf, vim.api.nvim_buf_line_count(buf) - 1)
    out[#out + 1] = n
    block.next = next_state
    return out]])
  eq({ 0, 1, 0, 1, 2 }, read)
  eq('', t:lua('return agree()'))
end)

test('a long chat is read in slices and the window drawn again', function(t)
  local lines = { '## « m', '```' }
  for i = 3, 30000 do
    lines[i] = 'x'
  end
  setup(t, lines)
  local complete = t:lua([[
    vim.cmd('hi HumCode guifg=#00aa01')
    require('hum.chat.view.highlight').attach(buf)
    vim.cmd('normal! G')
    vim.cmd.redraw()
    return require('hum.chat.text.scan').complete(buf, 29999)]])
  ok(not complete, 'one redraw does not read it all')
  t:wait(function() return t.child.screen:attr(1, 1).foreground == 0x00aa01 end, 'the last lines are code')
  t:wait(function() return t:lua('return agree()') == '' end, 'the rest is read')
end)

test('reload, deletion of all and undo are followed', { ui = false }, function(t)
  setup(t, { '## « m', '```', 'x', '```', 'y' })
  eq('', t:lua('return agree()'))
  t:lua('vim.api.nvim_buf_set_lines(buf, 0, -1, false, {})')
  eq('', t:lua('return agree()'))
  t:cmd('undo')
  eq('', t:lua('return agree()'))
  t:write_file('chat.md', '## » You\n\n~~~\nz\n')
  t:lua(
    'vim.cmd.edit(...) buf = vim.api.nvim_get_current_buf() require("hum.chat.text.scan").attach(buf)',
    t.dir .. '/chat.md'
  )
  eq('', t:lua('return agree()'))
  t:write_file('chat.md', 'z\n')
  t:cmd('edit!')
  eq('', t:lua('require("hum.chat.text.scan").attach(buf) return agree()'))
end)
