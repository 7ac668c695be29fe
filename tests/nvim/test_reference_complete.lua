-- Completion of references while a message or an instruction is written, by real keys.
local T = require('harness')
local project = require('lib.project')
local test, eq = T.test, T.eq

---@param t test.Case
---@return integer buf
local function begin(t)
  project.new(t)
  project.answers(t, 'yes')
  t:cmd('set completeopt=menuone,noselect')
  return project.chat(t, t:fake())
end

--- The words that the menu offers, once it is open.
---@param t test.Case
---@return string[]
local function offered(t)
  return t:wait(function()
    local info = t:lua([[
      local info = vim.fn.complete_info({ 'pum_visible', 'items' })
      return info.pum_visible == 1 and vim.tbl_map(function(item) return item.abbr end, info.items) or false
    ]])
    return info
  end, 'the menu is open')
end

---@param t test.Case
---@return string
local function line(t) return t:lua('return vim.api.nvim_get_current_line()') end

for _, keys in ipairs({ '<C-x><C-o>', '<C-x><C-u>' }) do
  test('reference, completion: names of files by ' .. keys, function(t)
    begin(t)
    t:keys('iLook at #file:src/' .. keys)
    eq({ 'src/deep/', 'src/a.lua', 'src/b.lua', 'src/notes.txt' }, offered(t))
    t:keys('b')
    t:wait(function() return #offered(t) == 1 end, 'only one is left')
    t:keys('<C-n><C-y>')
    t:wait(function() return line(t) == 'Look at #file:src/b.lua' end, 'it is taken')
  end)
end

test('reference, completion: the kinds, each with what it is', function(t)
  begin(t)
  t:keys('i#fi<C-x><C-o>')
  eq({ '#file:' }, offered(t))
  t:wait_screen('a file, lines of it')
  t:keys('<C-e><C-u>#<C-x><C-o>')
  local all = offered(t)
  for _, name in ipairs({ '#file:', '#buffer', '#selection', '#diagnostics', '#diff', '#cmd:' }) do
    T.ok(vim.tbl_contains(all, name), name .. ' is not offered: ' .. vim.inspect(all))
  end
end)

test('reference, completion: goes on into a folder, and closes the quotes of a name with blanks', function(t)
  begin(t)
  t:write_file('project/src/deep/two words.txt', 'x')
  t:keys('i#file:src/d<C-x><C-o>')
  eq({ 'src/deep/' }, offered(t))
  t:keys('<C-n><C-y>')
  t:wait(function() return line(t) == '#file:src/deep/' end, 'the folder is taken')
  t:keys('<C-x><C-o>')
  eq({ 'src/deep/c.lua', 'src/deep/two words.txt' }, offered(t))
  t:keys('<C-n><C-n><C-y>')
  t:wait(function() return line(t) == '#file:"src/deep/two words.txt"' end, 'the name is in quotes')
end)

test('reference, completion: behind an open quote', function(t)
  begin(t)
  t:write_file('project/two words.txt', 'x')
  t:keys('i#file:"two w<C-x><C-o>')
  eq({ 'two words.txt' }, offered(t))
  t:keys('<C-n><C-y>')
  t:wait(function() return line(t) == '#file:"two words.txt"' end, 'the quote is closed')
end)

test('reference, completion: secrets are left out, hidden and ignored files stand last', function(t)
  begin(t)
  t:write_file('project/.hidden', 'x')
  t:lua("require('hum.reference.source.names').refresh(vim.fn.getcwd())")
  t:wait(function()
    t:keys('<C-e><Esc>S#file:<C-x><C-o>')
    local names = offered(t)
    return vim.deep_equal(vim.list_slice(names, #names - 1), { '.hidden', 'ignored.txt' })
  end, 'they stand last')
  local names = offered(t)
  T.ok(not vim.tbl_contains(names, '.env'), vim.inspect(names))
  T.ok(not vim.tbl_contains(names, '.git/'), vim.inspect(names))
end)

test('reference, completion: a word without a slash finds files of the whole project', function(t)
  begin(t)
  t:lua("require('hum.reference.source.names').refresh(vim.fn.getcwd())")
  t:wait(function()
    t:keys('<C-e><Esc>S#file:not<C-x><C-o>')
    return t:lua('return vim.fn.pumvisible() == 1') and vim.deep_equal(offered(t), { 'src/notes.txt' })
  end, 'the file in src/ is offered')
end)

test('reference, completion: buffers, arguments of other kinds, and nothing where there is no reference', function(t)
  begin(t)
  t:keys('i#buffer:<C-x><C-o>')
  eq({ 'src/a.lua', 'visible' }, offered(t))
  t:keys('<C-e><Esc>S#diff:st<C-x><C-o>')
  eq({ 'staged' }, offered(t))
  for _, text in ipairs({ 'issue 12', 'C#', 'a#fi', '#file:"a b" and', '#file:a b', '`x` ' }) do
    t:keys('<C-e><Esc>S' .. text .. '<C-x><C-o>')
    t:wait(function() return line(t) == text end, 'the text is as it was')
    eq(0, t:lua('return vim.fn.pumvisible()'), text)
  end
end)

test('reference, completion: a function of the user offers words, and its faults stop nothing', function(t)
  begin(t)
  t:lua([[
    require('hum').setup({ reference = { kinds = {
      ticket = {
        desc = 'a ticket',
        complete = function(typed) return { 'T-1', { word = 'T-2', info = 'second' } } end,
        resolve = function(arg, _, cb) cb(nil, arg) end,
      },
      bad = { complete = function() error('no') end, resolve = function() end },
    } } })
  ]])
  t:keys('i#tic<C-x><C-o>')
  eq({ '#ticket' }, offered(t))
  t:keys('<C-e><Esc>S#ticket:<C-x><C-o>')
  eq({ 'T-1', 'T-2' }, offered(t))
  t:keys('<C-e><Esc>S#bad:<C-x><C-o>')
  t:wait(function() return line(t) == '#bad:' end, 'the text is as it was')
end)

test('reference, completion: a huge folder is listed in part, in a moment', function(t)
  begin(t)
  t:lua([[
    vim.fn.mkdir('many')
    for i = 1, 3000 do
      vim.uv.fs_close(vim.uv.fs_open(('many/file%05d.txt'):format(i), 'w', 420))
    end
  ]])
  local took = t:lua([[
    local where = require('hum.reference.where').of({})
    local since = vim.uv.hrtime()
    local found = #require('hum.reference.kinds.file').complete('many/file', where)
    return { found, (vim.uv.hrtime() - since) / 1e6 }
  ]])
  T.ok(took[1] > 0 and took[1] <= 200, took[1])
end)

test('reference, completion: items for nvim-cmp and blink.cmp', function(t)
  begin(t)
  t:keys('iLook at #file:src/b')
  local items = t:wait(
    function()
      return t:lua([[
      local got
      local cmp, blink = require('hum.reference.cmp').new(), require('hum.reference.blink').new()
      assert(cmp:is_available() and blink:enabled())
      cmp:complete(nil, function(response) got = response end)
      local other
      blink:get_completions(nil, function(response) other = response end)
      assert(vim.deep_equal(got.items, other.items))
      return #got.items > 0 and got.items or false
    ]])
    end,
    'there are items'
  )
  eq(1, #items)
  eq('src/b.lua', items[1].label)
  eq('#file:src/b.lua', items[1].textEdit.newText)
  local row = t:lua('return vim.fn.line(".") - 1')
  eq({ start = { line = row, character = 8 }, ['end'] = { line = row, character = 19 } }, items[1].textEdit.range)
  t:keys('<Esc>')
  t:cmd('wincmd p')
  eq(
    { false, false },
    t:lua([[
    return { require('hum.reference.cmp').new():is_available(), require('hum.reference.blink').new():enabled() }
  ]])
  )
end)

test('reference, completion: in the float of an instruction', function(t)
  begin(t)
  t:cmd('wincmd p')
  t:cmd('1,2Hum edit')
  t:wait(function() return t:lua("return vim.bo.filetype == 'humprompt'") end, 'the float is open')
  t:keys('as in #file:src/b<C-x><C-o>')
  eq({ 'src/b.lua' }, offered(t))
  t:keys('<C-n>')
  t:wait(function() return line(t) == 'as in #file:src/b.lua' end, 'the next item, not an earlier instruction')
  t:keys('<CR>')
  t:wait(function() return t:lua('return vim.fn.pumvisible()') == 0 end, 'the item is taken')
  eq('humprompt', t:lua('return vim.bo.filetype'))
  t:keys(' please')
  t:wait_screen('#file:src/b.lua %(%d+ tokens%)')
  t:keys('<Esc>')
  t:wait(function() return t:lua("return vim.bo.filetype == 'lua' or vim.bo.filetype == ''") end, 'it is closed')
end)
