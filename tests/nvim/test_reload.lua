-- A model is loaded once: all that hum asks has the same options to load it by.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

local OPTIONS = { num_ctx = 8192, num_thread = 4, temperature = 0.5 }

---@param t test.Case
---@return test.Fake srv, integer buf
local function setup(t, more)
  local srv = t:fake()
  srv:script({
    load_ms = 20,
    default = { text = 'Well.' },
    models = { { name = 'fake', capabilities = { 'completion', 'insert' } } },
  })
  local config = vim.tbl_deep_extend('force', { chat = { preload = true } }, more or {})
  return srv, chat.open(t, srv, { dialect = 'ollama', options = OPTIONS, keep_alive = '10m' }, config)
end

local function starts(srv)
  return #vim.tbl_filter(function(event) return event.event == 'load_start' end, srv:events())
end

test('a chat that opens loads its model, with the options that it will send', function(t)
  local srv, buf = setup(t)
  srv:wait_event('load_done')
  local body = srv:requests('/api/chat')[1].body
  eq({ {}, 8192, 4, nil, '10m' }, {
    body.messages,
    body.options.num_ctx,
    body.options.num_thread,
    body.options.temperature,
    body.keep_alive,
  })
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  eq(1, starts(srv))
end)

test('a chat of an earlier day loads its model when it is shown', function(t)
  t:eval('1') -- a Neovim that starts makes folders, too
  local srv = t:fake()
  srv:script({ load_ms = 20, default = { text = 'Well.' } })
  chat.configure(t, srv, { options = OPTIONS }, { chat = { preload = true } })
  local text =
    '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\nhello\n\n## « fake\n\nhi\n\n## » You\n\n'
  local path = t:write_file('data/nvim/hum/chats/old.md', text)
  t:lua('require("hum").open(...)', path)
  srv:wait_event('load_done')
  t:cmd('Hum toggle')
  t:cmd('Hum toggle')
  chat.ask(t, 'and now?')
  eq('done', chat.finished(t).status)
  eq(1, starts(srv))
end)

test('without the option nothing is loaded before a message is sent', function(t)
  local srv, buf = setup(t, { chat = { preload = false } })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq(0, #vim.tbl_filter(function(request) return #request.body.messages == 0 end, srv:requests('/api/chat')))
end)

test('chat, generation, edit and completion load it no second time', function(t)
  local srv, buf = setup(t, { complete = { model = 'fake' } })
  srv:wait_event('load_done')
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:lua([[
    done = false
    require('hum').generate({ prompt = 'hi', on_done = function() done = true end })]])
  t:wait(function() return t:lua('return done') end, 'a generation')
  t:cmd('new')
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'local a = 1', 'local b = 2' })]])
  t:cmd('1,2Hum edit add them')
  t:wait(function() return #srv:requests('/api/chat') >= 3 end, 'an edit')
  t:cmd('new x.lua')
  t:lua([[vim.bo.filetype = 'lua'; vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'local function add(a, b)', '  ' })]])
  t:cmd('Hum complete on')
  t:keys('GA')
  t:lua([[require('hum.complete').now()]])
  t:wait(function() return #srv:requests('/api/generate') >= 1 end, 'a completion')
  t:keys('<Esc>')
  for _, request in ipairs(srv:requests()) do
    local body = request.body
    if request.path == '/api/chat' or request.path == '/api/generate' then
      eq({ 8192, 4 }, { body.options.num_ctx, body.options.num_thread })
      eq(nil, body.shift)
    end
  end
  eq(1, starts(srv))
end)
