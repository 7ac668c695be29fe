-- References of a message that is being written are shown resolved.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq = T.test, T.eq

---@param t test.Case
---@return integer buf
---@return test.Fake srv
local function begin(t)
  project.new(t)
  project.answers(t, 'yes')
  local srv = t:fake()
  return project.chat(t, srv), srv
end

--- Extmarks of a chat's references: the groups on them and the texts behind them, in order.
---@param t test.Case
---@param buf integer
---@return { ref?: string, group?: string, text?: string, lines?: string }[]
local function marks(t, buf)
  return t:lua(
    [[
    local buf = ...
    local ns, found = vim.api.nvim_get_namespaces()['hum.reference'], {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
      local _, row, col, d = unpack(mark)
      local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
      if d.virt_text then
        found[#found + 1] = { text = vim.trim(d.virt_text[1][1]), group = d.virt_text[1][2] }
      else
        local lines = d.virt_lines and d.virt_lines[1][1][1] or nil
        found[#found + 1] = { ref = line:sub(col + 1, d.end_col), group = d.hl_group, lines = lines }
      end
    end
    return found
  ]],
    buf
  )
end

--- Waits for the text behind the nth reference.
---@param t test.Case
---@param buf integer
---@param n integer
---@param pattern string
---@return string group
local function shown(t, buf, n, pattern)
  return t:wait(function()
    local texts = vim.tbl_filter(function(mark) return mark.text ~= nil end, marks(t, buf))
    return texts[n] and texts[n].text:find(pattern) and texts[n].group
  end, ('text %d is like %s'):format(n, pattern))
end

test('reference, marks: size in tokens behind each, red where one cannot be sent', function(t)
  local buf = begin(t)
  t:keys('iSee #file:src/b.lua and #file:nowhere.lua and #file:.env and #file:src/*.lua and #cmd:make please<Esc>')
  eq('HumReferenceSize', shown(t, buf, 1, '^%(%d+ tokens%)$'))
  eq('HumReferenceMissing', shown(t, buf, 2, '^%(not found%)$'))
  eq('HumReferenceMissing', shown(t, buf, 3, '^%(refused: it may hold secrets: [%a ]+%)$'))
  eq('HumReferenceSize', shown(t, buf, 4, '^%(2 files, %d+ tokens%)$'))
  eq('HumReferenceSize', shown(t, buf, 5, '^%(asks before sending%)$'))
  local refs = vim.tbl_filter(function(mark) return mark.ref ~= nil end, marks(t, buf))
  eq(
    { '#file:src/b.lua', '#file:nowhere.lua', '#file:.env', '#file:src/*.lua', '#cmd:make' },
    vim.tbl_map(function(mark) return mark.ref end, refs)
  )
  eq('HumReferenceMissing', refs[2].group)
  eq('HumReference', refs[1].group)
  eq(0, #project.asked(t), 'nothing is asked')
  t:wait_screen('tokens')
end)

test('reference, marks: the text is as it was typed', function(t)
  local buf = begin(t)
  t:keys('iSee #file:src/b.lua please<Esc>')
  shown(t, buf, 1, 'tokens')
  T.match('\nSee #file:src/b.lua please\n?', t:text(buf))
  t:keys('u')
  t:wait(function() return #marks(t, buf) == 0 end, 'the mark goes with its text')
end)

test('reference, marks: a file with unsaved changes says whether they are sent', function(t)
  local buf = begin(t)
  t:lua("vim.api.nvim_buf_set_lines(vim.fn.bufnr('src/a.lua'), 0, 1, false, { 'changed' })")
  t:keys('i#file:src/a.lua please<Esc>')
  shown(t, buf, 1, '^%(%d+ tokens, without unsaved changes%)$')
  t:keys('bi and #buffer <Esc>')
  shown(t, buf, 1, '^%(%d+ tokens, with unsaved changes%)$')
  shown(t, buf, 2, '^%(%d+ tokens%)$')
end)

test('reference, marks: a reply that streams is not looked at, what is typed below it is', function(t)
  local buf, srv = begin(t)
  srv:script({ tokens = { 'one ', 'two ' }, first_ms = 1e6 })
  chat.ask(t, 'Hello', buf)
  t:wait(function() return #srv:events('request') > 0 end, 'it is sent')
  local function events()
    return t:lua(
      [[
      local found = {}
      for _, one in ipairs(vim.api.nvim_get_autocmds({ group = 'hum.reference', buffer = ... })) do
        found[one.event] = true
      end
      return found
    ]],
      buf
    )
  end
  t:wait(function() return not events().TextChanged and not events().TextChangedI end, 'text is not followed')
  t:keys('Go#file:src/b.lua please')
  shown(t, buf, 1, 'tokens')
  t:keys('<Esc>')
  t:cmd('Hum stop')
  t:wait(function() return events().TextChanged end, 'text is followed again')
end)

test('reference, marks: an image is a line with name, pixels and size', function(t)
  local buf = begin(t)
  t:keys('i#file:pic.png please<Esc>')
  t:wait(function()
    local first = marks(t, buf)[1]
    return first and first.lines and first.lines:find('pic.png, 8 x 8 pixels, 1 kB')
  end, 'its line is there')
end)

test('reference, marks: a file that was written is measured again', function(t)
  local buf = begin(t)
  t:keys('i#file:src/notes.txt please<Esc>')
  shown(t, buf, 1, '^%(%d tokens%)$')
  t:cmd('wincmd p')
  t:cmd('edit src/notes.txt')
  t:lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.fn['repeat']({ 'many more words' }, 100))")
  t:cmd('write')
  shown(t, buf, 1, '^%(%d%d%d+ tokens%)$')
end)

test('reference, marks: a name that is being typed is not red yet', function(t)
  local buf = begin(t)
  t:keys('i#file:src/b')
  t:wait(function() return #marks(t, buf) > 0 end, 'it is drawn')
  eq({ { ref = '#file:src/b', group = 'HumReference' } }, marks(t, buf))
  t:keys('<Esc>')
  eq('HumReferenceMissing', shown(t, buf, 1, 'not found'))
end)

test('reference, marks: none in replies, quotes and code, and none of what was sent', function(t)
  local buf, srv = begin(t)
  srv:script({ tokens = { 'see ', '#file:src/b.lua' } })
  chat.ask(t, 'What is in #file:src/notes.txt', buf)
  chat.finished(t)
  t:keys('Go> #file:src/b.lua<CR><CR>`#file:src/b.lua`<CR>#file:src/a.lua please<Esc>')
  t:wait(function()
    local refs = vim.tbl_map(function(mark) return mark.ref end, marks(t, buf))
    return vim.deep_equal({ '#file:src/a.lua' }, vim.tbl_values(refs))
  end, 'one reference is marked, that of the message itself')
end)

test('reference: new chats begin with the current file if the option says so', function(t)
  project.new(t)
  project.answers(t, 'yes')
  local srv = t:fake()
  local buf = project.chat(t, srv, nil, { chat = { current_file = true } })
  T.match('## » You\n\n#buffer\n', t:text(buf))
  t:keys('iWhat is it?<Esc>')
  t:cmd('Hum send')
  chat.finished(t)
  local words = project.words(project.requests(srv)[1], 'user')
  T.match('<file path="src/a.lua">', words, true)
  T.match('#buffer\nWhat is it%?$', words)
  t:cmd('wincmd p')
  t:cmd('edit .env')
  t:cmd('Hum new')
  T.no_match('#buffer', t:text())
end)
