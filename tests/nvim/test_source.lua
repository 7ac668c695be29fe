-- Suggestions through other completion plugins.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

local TEXT = 'print("hello")\nreturn 1'

--- A buffer in insert mode behind "x = pr", hum set up against a fake that fills in.
local function open(t, answer)
  local srv = t:fake()
  srv:script({
    models = { { name = 'qwen2.5-coder:1.5b-base', capabilities = { 'completion', 'insert' } } },
    rules = { answer or { text = 'int("hello")\nreturn 1' } },
  })
  t:lua(
    [[
      require('hum').setup({ endpoints = { ollama = { url = ... } } })
      vim.cmd.edit('a.lua')
      vim.bo.filetype = 'lua'
    ]],
    srv.url
  )
  t:keys('ix = pr')
  t:wait(function() return t:eval("getline('.')") == 'x = pr' end, 'it is typed')
  return srv
end

--- Asks for what a plugin would, and returns the items.
local function items_of(t, code)
  t:lua(('_G.answer = nil; local function take(r) _G.answer = r end; %s'):format(code))
  t:wait(function() return t:lua('return _G.answer ~= nil') end, 'the source answers')
  return t:lua('return _G.answer.items')
end

test('nvim-cmp gets an item whose edit begins with the word that is typed', function(t)
  open(t)
  local items = items_of(t, "require('hum.complete.cmp').new():complete({}, take)")
  eq(1, #items)
  eq(TEXT, items[1].textEdit.newText)
  eq(4, items[1].textEdit.range.start.character)
  eq(6, items[1].textEdit.range['end'].character)
  eq('print("hello")', items[1].filterText)
  eq('utf-8', t:lua("return require('hum.complete.cmp').new():get_position_encoding_kind()"))
end)

test('a source is answered before anything else of completion was used', function(t)
  local srv = t:fake()
  srv:script({
    models = { { name = 'qwen2.5-coder:1.5b-base', capabilities = { 'completion', 'insert' } } },
    rules = { { text = 'int(1)' } },
  })
  t:lua(
    [[
    vim.env.OLLAMA_HOST = ...
    vim.cmd.edit('a.lua')
    vim.bo.completefunc = "v:lua.require'hum.complete.omni'.omnifunc"]],
    srv.url
  )
  t:keys('ix = pr<C-x><C-u>')
  t:wait(function() return t:eval("getline('.')") == 'x = print(1)' end, 'it is inserted')
end)

test('a buffer that a source asked about stays known where complete.mode is off', function(t)
  open(t)
  local is_attached = "return require('hum.complete.attach').is_attached(vim.api.nvim_get_current_buf())"
  t:lua([[
    require('hum.complete').start()
    require('hum.complete.source').request(function() end)]])
  eq(true, t:lua(is_attached))
  t:lua([[require('hum').setup({ complete = { max_lines = 8 } })]])
  eq(true, t:lua(is_attached), 'with another configuration')
  t:keys('<Esc>a!')
  t:wait(function() return t:eval("getline('.')") == 'x = pr!' end, 'it is typed')
  eq(true, t:lua(is_attached), 'in the next insert')
  t:lua([[vim.b.hum_complete = false]])
  t:keys('<Esc>a!')
  t:wait(function() return not t:lua(is_attached) end, 'what the user switches off is forgotten')
end)

test('nvim-cmp is given the source under its name', function(t)
  open(t)
  local name = t:lua([[
    local seen
    package.loaded.cmp = { register_source = function(name, source) seen = name .. type(source.complete) end }
    require('hum.complete.cmp').register()
    return seen
  ]])
  eq('humfunction', name)
end)

test('blink.cmp gets an item, and its cancel ends the request at the server', function(t)
  local srv = open(t, { text = 'int("hello")', first_ms = 60000 })
  t:lua([[
    _G.answers = 0
    _G.cancel = require('hum.complete.blink').new():get_completions({}, function(r)
      _G.answers, _G.last = _G.answers + 1, #r.items
    end)
  ]])
  t:wait(function()
    return #srv:requests('/api/generate') == 2 -- the load, the question
  end, 'it is asked')
  t:lua('_G.cancel()')
  srv:wait_event('disconnect')
  eq({ 1, 0 }, t:lua('return { _G.answers, _G.last }'))
end)

test('a later request ends an earlier one, each is answered once', function(t)
  open(t)
  local items = items_of(
    t,
    [[
      _G.earlier = {}
      local source = require('hum.complete.blink').new()
      source:get_completions({}, function(r) table.insert(_G.earlier, #r.items) end)
      source:get_completions({}, take)
    ]]
  )
  eq(1, #items)
  eq({ 0 }, t:lua('return _G.earlier'))
end)

test('a model that has nothing to say gives no items, and keeps nobody waiting', function(t)
  open(t, { text = '\n' })
  eq(0, #items_of(t, "require('hum.complete.cmp').new():complete({}, take)"))
end)

test('line ends of another system are not inserted, what is no text is seen, characters stay whole', function(t)
  open(t, { escaped = { 'int(\\u00e9\\r', '\\n', 'x\\u0000y\\r\\n' } })
  eq(
    'print(é\nx\239\191\189y',
    items_of(t, "require('hum.complete.cmp').new():complete({}, take)")[1].textEdit.newText
  )
end)

test('a server that fails gives no items', function(t)
  open(t, { status = 500, json = { error = 'no' } })
  eq(0, #items_of(t, "require('hum.complete.cmp').new():complete({}, take)"))
end)

test('without a FIM model there are no items and nobody waits; a model that comes later is found', function(t)
  local srv = t:fake()
  srv:script({ models = { { name = 'talker', capabilities = { 'completion' } } }, rules = {} })
  t:lua([[require('hum').setup({ endpoints = { ollama = { url = ... } } }) vim.cmd.edit('a.lua')]], srv.url)
  t:keys('ix = pr')
  local function items() return items_of(t, "require('hum.complete.cmp').new():complete({}, take)") end
  eq({}, items())
  eq({}, items())
  eq(1, #srv:requests('/api/tags'), 'it is not searched for with each key')
  srv:script({
    models = { { name = 'qwen2.5-coder:1.5b-base', capabilities = { 'completion', 'insert' } } },
    rules = { { text = 'int(1)' } },
  })
  t:lua('local now = vim.uv.now vim.uv.now = function() return now() + 60000 end')
  t:wait(function() return items()[1] end, 'the model is found')
  eq(2, #srv:requests('/api/tags'))
end)

test('a buffer that must not be read gives no items and no request', function(t)
  local srv = open(t)
  t:keys('<Esc>')
  t:cmd('edit .env')
  t:keys('iKEY=')
  eq(0, #items_of(t, "require('hum.complete.cmp').new():complete({}, take)"))
  eq(0, #srv:requests('/api/generate'))
end)

test('leaving insert mode ends a request at the server', function(t)
  local srv = open(t, { text = 'int("hello")', first_ms = 60000 })
  t:lua("require('hum.complete.cmp').new():complete({}, function(r) _G.answer = r end)")
  t:wait(function() return #srv:requests('/api/generate') == 2 end, 'it is asked')
  t:keys('<Esc>')
  srv:wait_event('disconnect')
  eq(0, t:lua('return #_G.answer.items'))
end)

test('in manual mode what a source is told is no ghost text', function(t)
  open(t)
  t:lua("require('hum').setup(vim.tbl_deep_extend('force', { complete = { mode = 'manual' } }, ...))", {
    endpoints = { ollama = { url = t:lua("return require('hum.config').get().endpoints.ollama.url") } },
  })
  t:keys('<Esc>a')
  eq(1, #items_of(t, "require('hum.complete.cmp').new():complete({}, take)"))
  eq(false, t:lua("return require('hum.complete').is_visible()"))
end)

test('ghost text gives way to the menu of another plugin, and comes back', function(t)
  open(t)
  t:lua([[
    _G.open, _G.told = false, {}
    package.loaded.cmp = {
      visible = function() return _G.open end,
      event = { on = function(_, name, fn) _G.told[name] = fn end },
    }
    require('hum.complete').on()
  ]])
  t:wait_screen('x = print("hello")', true)
  t:lua('_G.open = true; _G.told.menu_opened()')
  t:wait(function() return not t.child.screen:find('hello') end, 'the ghost text is gone')
  t:lua('_G.open = false; _G.told.menu_closed()')
  t:wait_screen('x = print("hello")', true)
end)

test('omni completion opens the menu when the answer is there, and inserts it whole', function(t)
  open(t)
  t:cmd("set omnifunc=v:lua.require'hum.complete.omni'.omnifunc completeopt=menuone")
  t:keys('<C-x><C-o>')
  t:wait(function() return t:eval('pumvisible()') == 1 end, 'the menu is open')
  t:keys('<C-y>')
  t:wait(function() return t:text() == 'x = print("hello")\nreturn 1' end, 'it is inserted')
end)

test('inline completion of Neovim 0.12 shows and accepts a suggestion', function(t)
  if not t:lua('return vim.lsp.inline_completion ~= nil') then T.skip('there is none in this Neovim') end
  open(t)
  t:lua([[
    require('hum.complete.lsp').start()
    vim.lsp.inline_completion.enable(true, { bufnr = 0 })
  ]])
  t:keys('i')
  t:wait_screen('hello')
  eq(true, t:lua('return vim.lsp.inline_completion.get()'))
  t:wait(function() return t:text():find('hello', 1, true) end, 'it is inserted')
end)

test('a plugin that fails with what it gets is no trouble to the helper, nor to ghost text', function(t)
  open(t)
  t:lua([[
    _G.failed = 0
    require('hum.complete.source').request(function() _G.failed = _G.failed + 1 error('oops') end)]])
  t:wait(function() return t:lua('return _G.failed') == 1 end, 'the source answers')
  t:wait(function() return t:log():find('oops', 1, true) end, 'the fault is logged')
  eq(1, #items_of(t, "require('hum.complete.cmp').new():complete({}, take)"))
end)
