-- From the text of a chat to the bytes that a server gets.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

---@return string[]  the messages of each request, as they were sent, without the closing bracket
local function sent(srv)
  local out = {}
  for _, request in ipairs(srv:events('request')) do
    if request.path == '/api/chat' then out[#out + 1] = request.body:match('"messages":(%[.*})%]') end
  end
  return out
end

--- What models write: thinking, code, headings of a chat, marks, blank lines around it, wide and odd characters.
local REPLIES = {
  { thinking = 'hm\n\n## » You\n```\nopen', text = 'Well.\n\n```lua\nlocal a = "\\n"\n```' },
  { text = '\n\n## » You\n\nquoted\n\\## « m\n\n' },
  { text = '<!-- hum: stopped -->' },
  { text = 'ä «🙂» \\ "x"\t\n\n- a\n  - b\n\n```\nleft open' },
  { text = '1. one\n2. two\n' },
}

test('what was said is the same bytes in every later request', function(t)
  local srv = t:fake()
  local rules = {}
  for i, reply in ipairs(REPLIES) do
    rules[i] = { times = 1, thinking = reply.thinking, text = reply.text }
  end
  srv:script(rules)
  local buf = chat.open(t, srv, { model = 'thinker', think = true }, { chat = { system = 'Be brief.' } })
  for i = 1, #REPLIES do
    chat.ask(t, ('question %d\n\n  ```\nä\n  ```'):format(i), buf)
    eq('done', chat.finished(t, i).status)
  end
  local requests = sent(srv)
  eq(#REPLIES, #requests)
  for i = 2, #requests do
    eq(requests[i - 1], requests[i]:sub(1, #requests[i - 1]), 'request ' .. i)
    local more = vim.json.decode('[' .. requests[i]:sub(#requests[i - 1] + 2) .. ']')
    eq({ 'assistant', 'user' }, vim.tbl_map(function(message) return message.role end, more))
    eq(i == 5 and vim.trim(REPLIES[4].text) .. '\n```' or vim.trim(REPLIES[i - 1].text), more[1].content)
  end
end)

test('a chat that was saved and opened again says the same', function(t)
  local srv = t:fake()
  srv:script({ thinking = 'hm', text = 'yes\n\n## » You' })
  local buf = chat.open(t, srv, { model = 'thinker', think = true })
  chat.ask(t, 'one', buf)
  chat.finished(t, 1)
  t:cmd('write talk.hum | bwipeout | edit talk.hum | set filetype=hum')
  chat.ask(t, 'two')
  chat.finished(t, 2)
  local requests = sent(srv)
  eq(requests[1], requests[2]:sub(1, #requests[1]))
end)

test('a message reads of a long chat only what is new', function(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  local buf = chat.open(t, srv)
  t:lua(
    [[
    local lines = {}
    for i = 1, 2000 do vim.list_extend(lines, { '## » You', '', 'q ' .. i, '', '## « fake', '', 'a ' .. i, '' }) end
    local at = vim.fn.search('^## » You') - 1
    vim.api.nvim_buf_set_lines(..., at, at, true, lines)
    local get_lines, count = vim.api.nvim_buf_get_lines, 0
    vim.api.nvim_buf_get_lines = function(...)
      local lines = get_lines(...)
      count = count + #lines
      return lines
    end
    function lines_read()
      local n = count
      count = 0
      return n
    end]],
    buf
  )
  -- Read ahead after it was opened, or here: once.
  chat.ask(t, 'one', buf)
  chat.finished(t, 1)
  for i = 2, 3 do
    t:lua('lines_read()')
    t:lua(
      [[
      vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { 'again' })
      lines_read()
      require('hum').send(...)
      read = lines_read()]],
      buf
    )
    ok(t:lua('return read') < 60, 'lines read: ' .. t:lua('return read'))
    chat.finished(t, i)
  end
  eq(4003 + 2, #vim.json.decode(sent(srv)[3] .. ']'))
end)

test('what the user changes while the key is waited for is sent as it is then', function(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  local fifo = t.dir .. '/fifo'
  assert(vim.uv.fs_stat(fifo) or os.execute('mkfifo ' .. fifo))
  local buf = chat.open(t, srv, { key = { command = { 'cat', fifo } } })
  chat.ask(t, 'hello', buf)
  t:keys('GA there<Esc>gg')
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, 0, true, { '---', 'think: false', '---' })]])
  t:write_file('fifo', 'secret\n')
  chat.finished(t)
  local body = srv:requests('/api/chat')[1].body
  eq({ 'hello there' }, vim.tbl_map(function(message) return message.content end, body.messages))
end)
