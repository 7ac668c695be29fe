-- The turns that are kept of a chat, against a reading from scratch.
local T = require('harness')
local test, eq, ok = T.test, T.eq, T.ok
T.once()

local PURE = { ui = false }

-- In the child: a chat that is watched, `agree()`, and `lines_read()` since it was last called.
local SETUP = [[
  local read, scan = require('hum.chat.text.read'), require('hum.chat.text.scan')
  turns = require('hum.chat.text.turns')
  buf = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, ...)
  scan.attach(buf)
  function agree()
    local got = turns.of(buf)
    local want = read.parse(vim.api.nvim_buf_get_lines(buf, 0, -1, false))
    if vim.deep_equal(got, want) then return '' end
    return vim.inspect({ got = got, want = want })
  end
]] .. require('lib.chat').COUNT_LINES

---@param n integer
---@return string[]  a chat of n questions and replies, 11 lines for each pair
local function chat(n)
  local lines = { '---', 'hum: 1', 'model: m', '---', '' }
  for i = 1, n do
    vim.list_extend(lines, { '## » You', '', 'question ' .. i, '', '## « m', '' })
    vim.list_extend(lines, { '<think>', 'hm', '</think>', 'reply ' .. i, '' })
  end
  return vim.list_extend(lines, { '## » You', '', '' })
end

--- Edits a chat at random, and compares now and then.
---@return string what is wrong, '' if nothing is
local function storm(t, seed)
  return t:lua(
    [[
    math.randomseed(...)
    local pieces = { '## » You', '## « m', '## > You', '## < m', '## > no', '<think>', '</think>', '```lua', '```', 'text', '', '',
      '---', 'model: x', '## § S', '<!-- hum: cut -->', '\\## » You', 'nul\0' }
    local function some(n)
      local lines = {}
      for i = 1, math.random(0, n) do lines[i] = pieces[math.random(#pieces)] end
      return lines
    end
    for step = 1, 2000 do
      local count = vim.api.nvim_buf_line_count(buf)
      local first, what = math.random(0, count), math.random(10)
      if what <= 4 then
        vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.list_extend({ '' }, some(3)))
      elseif what <= 7 then
        vim.api.nvim_buf_set_lines(buf, first, math.min(count, first + math.random(0, 3)), false, some(4))
      elseif what == 8 and count > 300 then
        vim.api.nvim_buf_set_lines(buf, first, math.min(count, first + math.random(100)), false, {})
      elseif what == 9 then
        vim.api.nvim_buf_set_lines(buf, math.random(0, 3), math.random(3, 4), false, some(6))
      else
        vim.cmd('silent! undo')
      end
      if math.random(3) == 1 then turns.slice(buf) end
      if math.random(4) == 1 then
        local why = agree()
        if why ~= '' then return step .. ': ' .. why end
      end
    end
    return '' ]],
    seed
  )
end

for _, start in ipairs({ { 'an empty chat', {} }, { 'a chat of 40 turns', chat(20) } }) do
  test('random edits leave the same turns as a reading from scratch, in ' .. start[1], PURE, function(t)
    t:lua(SETUP, start[2])
    local seed = tonumber(vim.env.HUM_TEST_SEED) or os.time()
    eq('', storm(t, seed), 'seed ' .. seed)
  end)
end

test('a chat that was read is not read again, but for its last turn and what was changed', PURE, function(t)
  t:lua(SETUP, chat(1000))
  eq('', t:lua('return agree()'))
  local function read_after(code)
    t:lua(code)
    return t:lua('lines_read() turns.of(buf) return lines_read()')
  end
  local function set(row, old, lines)
    return ('vim.api.nvim_buf_set_lines(buf, %d, %d, true, %s)'):format(row, row + old, vim.inspect(lines))
  end
  ok(read_after('') <= 3, 'nothing was changed')
  ok(read_after("vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { 'a', 'b' })") <= 5, 'something was written')
  -- Reading goes on to the next heading, in pieces of 500 lines.
  ok(read_after(set(7, 1, { 'other' })) <= 510, 'the first question was changed')
  ok(read_after(set(7, 1, { 'some', 'more', 'lines' })) <= 510, 'it has become longer')
  ok(read_after(set(5000, 22, {})) <= 510, 'two pairs were deleted')
  ok(read_after(set(3, 0, { 'think: low' })) <= 510, 'the front matter was changed')
  eq('', t:lua('return agree()'))
end)

test('tokens cost a chat nothing but a comparison', PURE, function(t)
  t:lua(SETUP, chat(100))
  eq('', t:lua('return agree()'))
  eq(
    0,
    t:lua([[
    vim.api.nvim_buf_set_lines(buf, -1, -1, false, { '## « m', '', '' })
    lines_read()
    for i = 1, 500 do
      vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, i % 9 == 0 and { 'x', '' } or { 'x' })
    end
    return lines_read()]])
  )
  eq('', t:lua('return agree()'))
end)

test('a long chat is read ahead in slices, also while it is edited', function(t)
  t:lua(SETUP, chat(2000))
  t:lua([[
    local slice = turns.slice
    slices = 0
    turns.slice = function(...)
      slices = slices + 1
      if slices == 3 then vim.api.nvim_buf_set_lines(buf, 50, 51, false, { '## » You', 'new' }) end
      local more = slice(...)
      done = not more
      return more
    end
    turns.ahead(buf) ]])
  t:wait(function() return t:lua('return done') end, 'all of it is read')
  ok(t:lua('return slices') > 5)
  ok(t:lua('lines_read() turns.of(buf) return lines_read()') <= 3)
  eq('', t:lua('return agree()'))
end)

test('the turns of a buffer that is read from its file again are its own', PURE, function(t)
  t:write_file('talk.hum', table.concat(chat(3), '\n'))
  t:cmd('edit talk.hum | set filetype=hum')
  t:lua([[
    buf = vim.api.nvim_get_current_buf()
    turns = require('hum.chat.text.turns')
    assert(#turns.of(buf).turns == 7)
  ]])
  t:write_file('talk.hum', table.concat(chat(1), '\n'))
  t:cmd('edit!')
  eq(3, t:lua('return #turns.of(buf).turns'))
end)
