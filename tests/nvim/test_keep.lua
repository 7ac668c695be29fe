-- A chat is kept in its file: while a reply streams, when it ends, and when the user leaves.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

local HEAD = '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n'
local START = HEAD .. '## » You\n\none\n\n## « fake\n\nreply one\n\n## » You\n\n'

--- Opens a chat that is in a file.
---@return integer buf, string path
local function open(t, srv, text, config)
  local path = t:write_file('a folder/talk.md', text or START)
  chat.configure(t, srv, {}, config)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  eq('hum', t:eval('&filetype'))
  return t:lua('return vim.api.nvim_get_current_buf()'), path
end

--- Waits until the file has all of the buffer's text.
local function wait_kept(t, path, buf)
  t:wait(function() return t:read_file(path) == t:text(buf) .. '\n' end, 'the file has the text')
end

test('a reply is in the file while it streams, and all of it at its end', function(t)
  local tokens, text = chat.tokens(240)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 10 })
  local buf, path = open(t, srv)
  chat.ask(t, 'two', buf)
  t:wait(function() return (t:read_file(path) or ''):find('000010', 1, true) end, 'some of it is in the file')
  ok(#t:events('HumRequestFinished') == 0, 'the reply streams still')
  chat.finished(t)
  eq(text, chat.reply(t, buf))
  wait_kept(t, path, buf)
  eq(0, t:eval('&modified'))
  eq('', t:lua('return table.concat(vim.fn.glob(vim.fs.dirname(...) .. "/.hum*", true, true))', path))
end)
