-- The prompts of a project: they run once the user trusts them, and never with characters that nobody sees.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

--- A project with prompts, a file of which is open. `answer`: what the user says.
local function begin(t, answer)
  local srv = t:fake()
  srv:script({ text = 'Yes.' })
  chat.configure(t, srv, { dialect = 'openai' })
  local root = t.dir .. '/proj'
  t:write_file('proj/.github/prompts/tidy.prompt.md', '---\ndescription: Tidy up\nmode: ask\n---\nTidy ${selection}')
  t:write_file('proj/.hum/prompts/sub/review.md', '---\ndescription: Ours\n---\nReview as we do.')
  t:write_file('proj/.hum/prompts/odd.md', 'Do\u{200b} it.')
  t:write_file('proj/a.lua', 'one\ntwo\n')
  eq(0, t:lua([[vim.fn.system({ 'git', 'init', '-q', ... }) return vim.v.shell_error]], root))
  t:lua(
    [[
    asked = {}
    local answer = ...
    vim.ui.select = function(items, opts, cb)
      table.insert(asked, opts.prompt)
      for _, item in ipairs(items) do
        local text = opts.format_item and opts.format_item(item) or tostring(item)
        if vim.startswith(text, answer) then return cb(item) end
      end
      cb(nil)
    end]],
    answer
  )
  t:cmd('edit ' .. root .. '/a.lua')
  return srv, root
end

local function sent(srv) return #srv:requests('/v1/chat/completions') end

test('a prompt of the project that is not trusted is not run', function(t)
  local srv = begin(t, 'No')
  t:cmd('1Hum tidy')
  eq(1, #t:lua('return asked'))
  T.match('tidy', t:lua('return asked[1]'), true)
  eq(0, sent(srv))
  T.match('of this project is not run', (t:messages():gsub('%s+', ' ')), true)
  t:cmd('1Hum prompt tidy')
  eq(0, sent(srv))
end)

test('one that is trusted is run, and asked about again when it has changed', function(t)
  local srv, root = begin(t, 'Yes')
  t:cmd('1Hum tidy')
  eq('done', chat.finished(t).status)
  eq({ { 'user', 'Tidy one' } }, chat.sent(srv, 1))
  t:cmd('buffer a.lua')
  t:cmd('2Hum prompt tidy')
  eq('done', chat.finished(t, 2).status)
  eq(1, #t:lua('return asked'))
  t:write_file('proj/.github/prompts/tidy.prompt.md', 'Tidy it all')
  t:cmd('buffer a.lua')
  t:cmd('Hum tidy')
  eq('done', chat.finished(t, 3).status)
  eq({ { 'user', 'Tidy it all' } }, chat.sent(srv, 3))
  eq(2, #t:lua('return asked'))
  t:cmd('cd ' .. root)
end)

test('nothing is asked of one in a message that cannot be sent; links to secrets are not read', function(t)
  local srv, root = begin(t, 'Yes')
  t:write_file('proj/.env', 'API_KEY=planted')
  vim.uv.fs_symlink('../../.env', root .. '/.hum/prompts/keys.md')
  t:cmd('cd ' .. root)
  t:cmd('Hum new')
  chat.ask(t, '/review #file:nowhere.lua')
  t:wait_screen('there is no file "nowhere.lua"', true)
  t:cmd('Hum prompt keys')
  t:wait(
    function() return t:messages():gsub('%s+', ' '):find('keys.md leads to .env: it may hold', 1, true) end,
    'it is told'
  )
  eq({}, t:lua('return asked'))
  eq(0, sent(srv))
end)

test("it has the name of one of hum's, but not of one of the user's", function(t)
  local srv = begin(t, 'Yes')
  t:cmd('Hum review')
  eq('done', chat.finished(t).status)
  eq({ { 'user', 'Review as we do.' } }, chat.sent(srv, 1))
  local folder = t:lua([[return require('hum.prompt').folder()]])
  t:lua([[vim.fn.mkdir(..., 'p')]], folder)
  t:lua([[vim.fn.writefile(...)]], { 'Mine.' }, folder .. '/review.md')
  t:cmd('buffer a.lua')
  t:cmd('Hum review')
  eq('done', chat.finished(t, 2).status)
  eq({ { 'user', 'Mine.' } }, chat.sent(srv, 2))
  eq(1, #t:lua('return asked'))
end)

test('one with characters that nobody sees is refused, whatever is answered', function(t)
  local srv = begin(t, 'Yes')
  t:cmd('Hum odd')
  eq(0, sent(srv))
  T.match('zero%-width', (t:messages():gsub('%s+', ' ')))
end)

test('before it is trusted nothing of its text is shown but in the preview', function(t)
  begin(t, 'No')
  local function explained() return t:lua([[return require('hum.command').explain('Hum prompt ', 'tidy')]]) end
  eq('prompt of this project: proj/.github/prompts/tidy.prompt.md', explained():gsub('~/', ''))
  local lines = t:lua([[
    local entry = require('hum.prompt').find('tidy', require('hum.library.about').root())
    return require('hum.prompt.page').lines(entry)]])
  T.match('Trust: you have not been asked yet', table.concat(lines, '\n'), true)
  T.match('Tidy ${selection}', table.concat(lines, '\n'), true)
end)
