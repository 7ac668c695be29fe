-- Lines of a file that a question quotes: folded, as exact as they were selected, and brought up to date by a key.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, match, no_match = T.test, T.eq, T.match, T.no_match

--- A file in the current window, and hum with a server.
---@param t test.Case
---@return test.Fake srv
local function begin(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  chat.configure(t, srv, nil, { chat = { window = 'right' } })
  local lines = {}
  for i = 1, 20 do
    lines[i] = ('local value_%d = %d'):format(i, i)
  end
  t:write_file('code.lua', table.concat(lines, '\n') .. '\n')
  t:lua('vim.cmd.cd(...)', t.dir)
  t:cmd('edit code.lua')
  return srv
end

--- The chat that is open now.
---@param t test.Case
---@return integer buf
local function opened(t)
  return t:wait(function()
    local buf = t:lua('return vim.api.nvim_get_current_buf()')
    return t:lua('return vim.bo[...].filetype', buf) == 'hum' and buf
  end, 'a chat opens')
end

test('quoted lines are folded, and are in the message all the same', { ui = { 110, 30 } }, function(t)
  local srv = begin(t)
  t:cmd('5,8Hum chat')
  local buf = opened(t)
  match('`code.lua`, lines 5-8:', t:text(buf), true)
  local lnum = t:lua('return vim.fn.search("^```lua", "nw")')
  eq({ lnum, lnum + 5 }, t:lua('local l = ... return { vim.fn.foldclosed(l), vim.fn.foldclosedend(l) }', lnum))
  t:wait_screen('4 quoted lines')
  chat.ask(t, 'What is that?', buf)
  chat.finished(t, 1)
  match('local value_6 = 6', chat.sent(srv, 1, '/api/chat')[1][2], true)
end)

test('they are folded in a chat that is read from its file', function(t)
  begin(t)
  t:cmd('5,8Hum chat what is that?')
  local buf = opened(t)
  chat.finished(t, 1)
  local path = t:lua('return vim.api.nvim_buf_get_name(...)', buf)
  t:cmd('silent! bwipeout! ' .. buf)
  t:lua('require("hum").open(...)', path)
  local lnum = t:lua('return vim.fn.search("^```lua", "nw")')
  t:wait(function() return t:lua('return vim.fn.foldclosed(...)', lnum) == lnum end, 'the fold')
end)

test('a key brings them up to date where they are by now, and u takes that back', function(t)
  begin(t)
  local code = t:lua('return vim.api.nvim_get_current_buf()')
  t:cmd('5,8Hum chat')
  local buf = opened(t)
  local before = t:text(buf)
  t:lua(
    [[
    local code = ...
    vim.api.nvim_buf_set_lines(code, 0, 0, false, { '-- one', '-- two' })
    vim.api.nvim_buf_set_lines(code, 7, 8, false, { 'local value_6 = "changed"', 'local more = 1' })]],
    code
  )
  t:lua([[vim.fn.search('^`code.lua`', 'w')]])
  t:keys('g=')
  t:wait(function() return t:text(buf):find('value_6 = "changed"', 1, true) end, 'it is up to date')
  local text = t:text(buf)
  match('`code.lua`, lines 7-11:', text, true)
  match(
    'local value_5 = 5\nlocal value_6 = "changed"\nlocal more = 1\nlocal value_7 = 7\nlocal value_8 = 8\n```',
    text,
    true
  )
  no_match('value_9', text)
  t:keys('u')
  t:wait(function() return t:text(buf) == before end, 'it is as it was')
end)

test('the key says so where nothing has changed, and where nothing is quoted', function(t)
  begin(t)
  t:cmd('5,8Hum chat')
  local buf = opened(t)
  local before = t:text(buf)
  t:lua([[vim.fn.search('^`code.lua`', 'w')]])
  t:keys('g=')
  t:wait(function() return t:messages():find('as they are in the file', 1, true) end, 'it is said')
  t:keys('ggg=')
  t:wait(function() return t:messages():find('no lines of a file are quoted here', 1, true) end, 'that is said, too')
  eq(before, t:text(buf))
end)

for keys, quoted in pairs({
  ['3Gw v e'] = { 'in line 3', '```lua\nvalue_3\n```' },
  ['3G0w<C-v>2je'] = { 'in lines 3-5', '```lua\nvalue_3\nvalue_4\nvalue_5\n```' },
  ['3Gvj'] = { 'in lines 3-4', '```lua\nlocal value_3 = 3\nl\n```' },
  ['3GVj'] = { 'lines 3-4', '```lua\nlocal value_3 = 3\nlocal value_4 = 4\n```' },
}) do
  test('what is selected is quoted as it is: ' .. keys, function(t)
    begin(t)
    t:cmd('xmap <F6> <Plug>(hum-chat)')
    t:keys((keys:gsub(' ', '')) .. '<F6>')
    local text = t:text(opened(t))
    match('`code.lua`, ' .. quoted[1] .. ':', text, true)
    match(quoted[2], text, true)
  end)
end
