-- How full the context window is, as a chat shows it.
local T = require('harness')
local chat = require('lib.chat')
local test, match, no_match = T.test, T.match, T.no_match
T.once()

local WIDE = { ui = { 100, 24 } }

---@param t test.Case
---@param stats table
---@param more? table
---@return test.Fake srv, integer buf
local function begin(t, stats, more)
  local srv = t:fake()
  srv:script({ text = 'Well.', stats = stats })
  return srv, chat.open(t, srv, { dialect = 'ollama', options = { num_ctx = 4096 } }, more)
end

--- The first row of the screen.
local function top(t) return (t:screen():match('^[^\n]*'):gsub('%s+', ' ')) end

local function wait_top(t, pattern)
  t:wait(function() return top(t):find(pattern) end, 'above the chat: ' .. pattern)
end

--- Some text of about so many tokens, typed into the message.
local function write(t, buf, tokens)
  t:lua(
    [[
    local buf, text = ...
    vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { text })
    vim.api.nvim_exec_autocmds('TextChanged', { buffer = buf })]],
    buf,
    ('word '):rep(tokens)
  )
end

test('what the server has counted, of the window that is asked for', WIDE, function(t)
  local _, buf = begin(t, { prompt_eval_count = 900, eval_count = 124 })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  wait_top(t, '25 %% of 4k')
  no_match('~', top(t))
end)

test('what is being written is added, above and at its heading', WIDE, function(t)
  local _, buf = begin(t, { prompt_eval_count = 900, eval_count = 124 })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  wait_top(t, '25 %% of 4k')
  write(t, buf, 800)
  wait_top(t, '~[45]%d %% of 4k')
  t:cmd('normal! gg')
  t:wait_screen('~[%d,]+ tokens, [45]%d %% of 4k')
end)

test('it warns by its colour, and once by a message, before it is full', WIDE, function(t)
  local _, buf = begin(t, { prompt_eval_count = 3600, eval_count = 10 })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  wait_top(t, '88 %% of 4k')
  match('%#HumWarning#88', t:eval('&winbar'), true)
end)

test('no warning where none is wanted', WIDE, function(t)
  local _, buf = begin(t, { prompt_eval_count = 3600, eval_count = 10 }, { chat = { warn_at = false } })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  wait_top(t, '88 %% of 4k')
  no_match('HumWarning', t:eval('&winbar'))
end)

test('a window that is not known is shown as unknown', WIDE, function(t)
  local srv = t:fake()
  srv:script({
    { match = { path = '/v1/models' }, status = 404, json = { error = 'none' } },
    { text = 'Well.', stats = { prompt_eval_count = 2000, eval_count = 24 } },
  })
  t:lua([[require('hum').setup(...)]], {
    endpoint = 'it',
    endpoints = { it = { url = srv.url, dialect = 'openai', model = 'fake' } },
    chat = { window = 'current' },
  })
  t:cmd('Hum new')
  chat.ask(t, 'hello')
  chat.finished(t)
  wait_top(t, '2,024 of %? tokens')
end)

test('what was counted does not hold any more when other messages are sent again', WIDE, function(t)
  local srv = begin(t, { prompt_eval_count = 60, eval_count = 4 })
  local lines = { '---', 'hum: 1', 'endpoint: ollama', 'model: fake', '---', '' }
  for i = 1, 12 do
    vim.list_extend(lines, { '## » You', '', ('Question %d: %s'):format(i, ('word '):rep(120)), '' })
    vim.list_extend(lines, { '## « fake', '', 'Well.', '' })
  end
  vim.list_extend(lines, { '## § Summary', '', 'They talked.', '', '## » You', '', '' })
  local path = t:write_file('data/nvim/hum/chats/long.md', table.concat(lines, '\n'))
  local buf = t:lua('return (require("hum").open(...))', path)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  wait_top(t, '^[^~]* 2 %% of 4k')
  srv:script({ text = 'Well.' })
  t:cmd('Hum! compact')
  wait_top(t, '~[3-6]%d %% of 4k')
end)

test('what it costs does not grow with what was asked before', function(t)
  local srv = t:fake()
  local buf = chat.open(t, srv, { dialect = 'ollama', options = { num_ctx = 4096 } })
  local looks = t:lua(
    [[
    local buf, looks = ..., {}
    local real = vim.uv.fs_realpath
    for _, n in ipairs({ 1, 100 }) do
      local lines = {}
      for i = 1, n do
        vim.list_extend(lines, { '## » You', '', 'Question ' .. i, '', '## « fake', '', 'Answer', '' })
      end
      vim.api.nvim_buf_set_lines(buf, -1, -1, false, vim.list_extend(lines, { '## » You', '', '' }))
      local calls = 0
      vim.uv.fs_realpath = function(...)
        calls = calls + 1
        return real(...)
      end
      require('hum.chat.meter').update(buf)
      vim.uv.fs_realpath = real
      looks[#looks + 1] = calls
    end
    return looks]],
    buf
  )
  T.eq(looks[1], looks[2])
end)
