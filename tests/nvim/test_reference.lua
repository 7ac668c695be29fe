-- What references stand for, in a project with files that nobody should be sent: found, refused, measured and kept.
local T = require('harness')
local project = require('lib.project')
local reference = require('lib.reference')
local test, eq = T.test, T.eq
T.once()

---@param t test.Case
---@return string folder
local function begin(t)
  project.new(t)
  project.answers(t, 'yes')
  return t.dir .. '/kept'
end

---@param pieces table[]
---@return string[]
local function titles(pieces)
  return vim.tbl_map(function(piece) return piece.source.title end, pieces)
end

---@param pieces table[]
---@return string[]
local function states(pieces)
  return vim.tbl_map(function(piece) return piece.state end, pieces)
end

test('reference: a file is kept as it is on the disk, with its size', function(t)
  local folder = begin(t)
  local piece = reference.pieces(t, 'Look at #file:src/b.lua please.', { folder = folder })[1]
  eq('ok', piece.state)
  eq('file:' .. t.project .. '/src/b.lua', piece.source.id)
  eq({ path = 'src/b.lua' }, piece.source.attributes)
  eq(true, piece.source.follows)
  eq(59, piece.lines)
  T.ok(piece.tokens > 100 and piece.tokens < 900, piece.tokens)
  eq(t:read_file('project/src/b.lua'), reference.kept(t, folder, piece.kept))
end)

test('reference: without a folder nothing is kept', function(t)
  begin(t)
  local piece = reference.pieces(t, '#file:src/b.lua')[1]
  eq('ok', piece.state)
  eq(nil, piece.kept)
  T.ok(piece.tokens > 100)
end)

test('reference: lines of a file', function(t)
  local folder = begin(t)
  for _, text in ipairs({ '#file:src/b.lua:10-12', '#file:src/b.lua#L10-L12', '#file:"src/b.lua":10-12.' }) do
    local piece = reference.pieces(t, text, { folder = folder })[1]
    eq('lines', piece.source.tag)
    eq({ path = 'src/b.lua', first = '10', last = '12' }, piece.source.attributes)
    local text_kept = reference.kept(t, folder, piece.kept)
    eq('local beta_10 = 10\nlocal beta_11 = 11\nlocal beta_12 = 12', vim.trim(text_kept))
  end
  local one = reference.pieces(t, '#file:src/b.lua:7', { folder = folder })[1]
  eq('local beta_7 = 7', vim.trim(reference.kept(t, folder, one.kept)))
  T.match('has only 59 lines', reference.refused(t, '#file:src/b.lua:50-70'))
  T.match('there is no line 0', reference.refused(t, '#file:src/b.lua:0'))
  T.match('there is no line 0', reference.refused(t, '#file:src/b.lua:0-3'))
  T.match('there is no file "src/nope.lua"', reference.refused(t, '#lines:src/nope.lua:1-2'), true)
end)

test('reference: names with blanks, other scripts, brackets and colons', function(t)
  begin(t)
  for _, name in ipairs({
    'a b.lua',
    'größe.txt',
    '日本語.txt',
    '[id].tsx',
    'a(1).lua',
    'a:10',
    'x{1}.txt',
    "o'brien.txt",
    '~notes.txt',
    'users.$HOME.tsx',
  }) do
    t:write_file('project/' .. name, 'text of ' .. name)
    local pieces = reference.pieces(t, ('#file:"%s"'):format(name))
    eq({ name }, titles(pieces))
  end
  eq({ 'größe.txt' }, titles(reference.pieces(t, 'see #file:größe.txt.')))
  eq({ 'src/b.lua' }, titles(reference.pieces(t, '#file:$HOME/project/src/b.lua')))
  eq({ '[id].tsx' }, titles(reference.pieces(t, '(#file:[id].tsx)')))
  eq({ 'a b.lua' }, titles(reference.pieces(t, '#file:a\\ b.lua')))
end)

test('reference: a pattern is all files that match it', function(t)
  begin(t)
  eq({ 'src/a.lua', 'src/b.lua' }, titles(reference.pieces(t, '#file:src/*.lua')))
  eq({ 'src/a.lua', 'src/b.lua', 'src/deep/c.lua' }, titles(reference.pieces(t, '#file:**/*.lua')))
  eq({ 'src/a.lua', 'src/b.lua' }, titles(reference.pieces(t, '#file:src/{a,b}.lua, then')))
  eq({ 'src/a.lua', 'src/b.lua' }, titles(reference.pieces(t, '#file:' .. t.project .. '/src/*.lua')))
  T.match('no file matches src/%*%.py', reference.refused(t, '#file:src/*.py'))
  eq({ 'src/a.lua', 'src/b.lua' }, titles(reference.pieces(t, '#file:src/[a-b].lua')))
  t:write_file('project/app/[id]/page.tsx', 'a page')
  eq({ 'app/[id]/page.tsx' }, titles(reference.pieces(t, '#file:app/[id]/*.tsx')))
  eq({ 'app/[id]/page.tsx' }, titles(reference.pieces(t, '#file:app/[id]/page.tsx')))
end)

test('reference: what a pattern leaves out is said', function(t)
  begin(t)
  t:lua('told = {}; vim.notify = function(text) table.insert(told, text) end')
  t:write_file('project/credentials.json', '{}')
  local pieces = reference.pieces(t, '#file:*')
  local by_title = {}
  for _, piece in ipairs(pieces) do
    by_title[piece.source.title] = piece
  end
  eq(nil, by_title['ignored.txt'])
  eq('refused', by_title['credentials.json'].state)
  T.match('it may hold', by_title['credentials.json'].why)
  eq('refused', by_title['data.bin'].state)
  local said = t:wait(function()
    local told = table.concat(t:lua('return told'), '\n')
    return told:find('2 files were left out') and told
  end, 'what is left out is told')
  T.match('data.bin (it is binary', said, true)
  T.match('credentials.json (it may hold', said, true)
  T.match('#file:*: 1 name that git ignores left out', said, true)
  eq('ok', reference.pieces(t, '#file!:ign*')[1].state)
  T.match('git ignores all that ign* matches\nWrite #file!:ign* to send', reference.refused(t, '#file:ign*'), true)
end)

test('reference: names with line breaks, and such that are no UTF-8, are files like others', function(t)
  local folder = begin(t)
  t:write_file('project/odd/a\nb.txt', 'of the first')
  t:write_file('project/odd/c\255d.txt', 'of the second')
  local pieces = reference.pieces(t, '#file:odd/*.txt', { folder = folder })
  eq({ 'ok', 'ok' }, states(pieces))
  eq('odd/a?b.txt', pieces[1].source.title)
  eq('of the second', reference.kept(t, folder, pieces[2].kept))
end)

test('reference: a folder is a listing of names', function(t)
  begin(t)
  for _, text in ipairs({ '#file:src/', '#file:src', '#file:./src/' }) do
    local piece = reference.pieces(t, text)[1]
    eq('listing', piece.source.tag)
    eq('a.lua\nb.lua\ndeep/\nnotes.txt', piece.source.text)
    eq('src/', piece.source.title)
  end
end)

test('reference: a tree is names of files, without what they hold', function(t)
  begin(t)
  local text = reference.pieces(t, '#tree')[1].source.text
  for _, name in ipairs({ 'src/', 'a.lua', 'deep/', 'c.lua', 'pic.png' }) do
    T.match(name, text, true)
  end
  T.no_match('local', text)
  eq('a.lua\nb.lua\ndeep/\n  c.lua\nnotes.txt', reference.pieces(t, '#tree:src')[1].source.text)
  T.match('no folder', reference.refused(t, '#tree:nowhere'))
end)

test('reference: names that git ignores are in no tree and no listing, which is said; "!" shows them', function(t)
  begin(t)
  t:lua('told = {}; vim.notify = function(text) table.insert(told, text) end')
  t:write_file('project/src/.gitignore', '*.log\nbuilt/\n')
  t:write_file('project/src/built/x.o', 'x')
  t:write_file('project/src/deep/y.log', 'y')
  local given = {
    { '#tree:src', '.gitignore\na.lua\nb.lua\ndeep/\n  c.lua\nnotes.txt', '2 names' },
    { '#file:src/', '.gitignore\na.lua\nb.lua\ndeep/\nnotes.txt', '1 name' },
    { '#file:src/deep', 'c.lua', '1 name' },
    { '#tree!:src/deep', 'c.lua\ny.log' },
    { '#file!:src/deep', 'c.lua\ny.log' },
  }
  for _, case in ipairs(given) do
    eq(case[2], reference.pieces(t, case[1])[1].source.text, case[1])
    local words = case[3] and ('hum: %s: %s that git ignores left out'):format(case[1], case[3])
    eq({ words }, t:lua('local all = told; told = {}; return all'), case[1])
  end
  T.no_match('ignored.txt', reference.pieces(t, '#tree')[1].source.text)
end)

-- ---- what is refused --------------------------------------------------------------------------

test('reference: secrets, ignored files, files outside and binaries are refused with the reason', function(t)
  begin(t)
  for name, why in pairs({
    ['.env'] = 'it may hold',
    ['ignored.txt'] = 'git ignores it',
    ['../outside.txt'] = 'outside the project',
    ['data.bin'] = 'it is binary',
  }) do
    local err = reference.refused(t, '#file:' .. name)
    T.match(why, err)
    T.match('Write #file!:' .. name .. ' to send it all the same', err, true)
    local dry = reference.pieces(t, '#file:' .. name, { dry = true })[1]
    eq('refused', dry.state, name)
    T.match(why, dry.why)
  end
end)

test('reference: "!" sends them', function(t)
  local folder = begin(t)
  for name, words in pairs({
    ['.env'] = 'planted',
    ['ignored.txt'] = 'ignored words',
    ['../outside.txt'] = 'from outside',
  }) do
    local piece = reference.pieces(t, '#file!:' .. name, { folder = folder })[1]
    T.match(words, reference.kept(t, folder, piece.kept))
  end
end)

test('reference: links are resolved before it is asked where a file is', function(t)
  begin(t)
  vim.uv.fs_symlink('../outside.txt', t.project .. '/inside.txt')
  vim.uv.fs_symlink('.env', t.project .. '/harmless.txt')
  T.match('outside the project', reference.refused(t, '#file:inside.txt'))
  T.match('it may hold', reference.refused(t, '#file:harmless.txt'))
  vim.uv.fs_symlink('ignored.txt', t.project .. '/not_ignored.txt')
  vim.uv.fs_symlink('src', t.project .. '/link')
  t:write_file('project/src/new.txt', 'new words')
  t:write_file('project/.gitignore', 'ignored.txt\nsrc/new.txt\n')
  T.match('git ignores it', reference.refused(t, '#file:not_ignored.txt'))
  T.match('git ignores it', reference.refused(t, '#file:link/new.txt'))
  eq({ 'link/b.lua' }, titles(reference.pieces(t, '#file:link/b.lua')))
end)

test('reference: names of folders outside the project are refused, too', function(t)
  begin(t)
  vim.uv.fs_symlink('..', t.project .. '/up')
  for _, ref in ipairs({ '#file:..', '#file:../', '#file:up', '#tree:..', '#tree:up' }) do
    T.match('outside the project', reference.refused(t, ref))
  end
  eq({ 'up/' }, titles(reference.pieces(t, '#tree!:up')))
  eq('project/', reference.pieces(t, '#tree')[1].source.title)
  eq('project/', reference.pieces(t, '#file:.')[1].source.title)
end)

test('reference: what is a secret by its content is refused, too', function(t)
  begin(t)
  t:write_file('project/notes.md', 'a\nAKIA' .. 'ABCDEFGHIJKLMNOP' .. '\n')
  t:write_file(
    'project/deploy.txt',
    '-----BEGIN OPENSSH PRIVATE ' .. 'KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA\n'
  )
  T.match('private key', reference.refused(t, '#file:deploy.txt'))
  eq('ok', reference.pieces(t, '#file!:deploy.txt')[1].state)
end)

test('reference: the first that cannot be sent stops all', function(t)
  begin(t)
  T.match(
    '^.env: ',
    (reference.refused(t, '#file:src/b.lua #file:.env #file:nowhere'):gsub('^.env is not sent', '.env: '))
  )
end)

test('reference: a pattern of which all is refused stops the message', function(t)
  begin(t)
  t:write_file('project/keys/a.pem', 'x')
  t:write_file('project/keys/b.pem', 'x')
  T.match('a.pem is not sent: it may hold secrets', reference.refused(t, '#file:keys/*.pem'), true)
end)

test('reference: what the user said no to cannot be forced', function(t)
  begin(t)
  project.answers(t, 'no')
  local err = reference.refused(t, '#cmd:make')
  T.match('you did not allow it', err)
  T.no_match('#cmd!', err)
end)

test('reference: nothing is asked for a message that something else stops', function(t)
  begin(t)
  T.match('no file', reference.refused(t, '#cmd:make #file:nowhere.lua'))
  T.match('it may hold', reference.refused(t, '#cmd:make #file:.env'))
  eq({}, project.asked(t))
end)

-- ---- what is not there ------------------------------------------------------------------------

test('reference: a missing name is told with what may be meant, and never replaced', function(t)
  begin(t)
  local err = reference.refused(t, '#file:nowhere.lua')
  T.match('there is no file "nowhere.lua"', err, true)
  T.match('Did you mean src/b.lua?', reference.refused(t, '#file:src/bb.lua'), true)
  T.match('Did you mean src/deep/c.lua?', reference.refused(t, '#file:c.lua'), true)
  T.match('there is no buffer "nosuch.py"', reference.refused(t, '#buffer:nosuch.py'), true)
  local pieces = reference.pieces(t, '#file:src/b.lua #file:nowhere.lua', { dry = true })
  eq({ 'ok', 'missing' }, states(pieces))
  T.match('no file', pieces[2].why)
end)

-- ---- buffers ----------------------------------------------------------------------------------

test('reference: a buffer counts with what is not saved; one without changes is its file', function(t)
  local folder = begin(t)
  local piece = reference.pieces(t, '#buffer', { folder = folder })[1]
  eq(t.project .. '/src/a.lua', piece.source.path)
  eq('buffer:' .. t.project .. '/src/a.lua', piece.source.id)
  t:lua("vim.api.nvim_buf_set_lines(0, 0, 1, false, { 'local unsaved = true' })")
  piece = reference.pieces(t, '#buffer', { folder = folder })[1]
  eq(nil, piece.source.path)
  local text = reference.kept(t, folder, piece.kept)
  T.match('^local unsaved = true\n', text)
  T.match('return M\n?$', text)
  T.no_match('unsaved', t:read_file('project/src/a.lua'))
end)

test('reference: a buffer by its name, its end, a part or its number', function(t)
  begin(t)
  t:cmd('badd src/b.lua')
  t:cmd('badd src/deep/c.lua')
  for _, name in ipairs({ 'src/b.lua', 'b.lua', './src/b.lua', t.project .. '/src/b.lua' }) do
    eq({ 'src/b.lua' }, titles(reference.pieces(t, '#buffer:' .. name)), name)
  end
  eq({ 'src/deep/c.lua' }, titles(reference.pieces(t, '#buffer:deep')))
  T.match('Did you mean #buffer:src/b.lua?', reference.refused(t, '#buffer:src/bb.lua'), true)
  T.match('Open it, or write #file:src/notes.txt', reference.refused(t, '#buffer:src/notes.txt'), true)
  t:write_file('project/src/d.lua', 'd')
  T.match('Open it, or write #file:src/d.lua', reference.refused(t, '#buffer:src/d.lua'), true)
  eq({ 'src/a.lua' }, titles(reference.pieces(t, '#buffer:' .. t:lua('return vim.api.nvim_get_current_buf()'))))
  local err = reference.refused(t, '#buffer:src')
  T.match('part of several', err)
  T.match('src/a.lua, src/b.lua, src/deep/c.lua', err, true)
  t:lua([[
    local buf = vim.api.nvim_create_buf(true, true)
    vim.api.nvim_buf_set_name(buf, 'notes://one')
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, { 'a note' })]])
  eq({ 'notes://one' }, titles(reference.pieces(t, '#buffer:notes://one')))
end)

test('reference: buffers that are visible, each once', function(t)
  begin(t)
  t:cmd('split src/b.lua')
  t:cmd('split')
  t:cmd('help')
  for _, text in ipairs({ '#buffers', '#buffer:visible' }) do
    local found = titles(reference.pieces(t, text))
    table.sort(found)
    eq({ 'src/a.lua', 'src/b.lua' }, found)
  end
end)

test('reference: a buffer without a name, and buffers that are none', function(t)
  local folder = begin(t)
  t:cmd('enew')
  t:lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'written in nothing' })")
  local piece = reference.pieces(t, '#buffer', { folder = folder })[1]
  eq('buffer', piece.source.tag)
  T.match('written in nothing', reference.kept(t, folder, piece.kept))
  t:cmd('edit! src/a.lua')
  t:cmd('terminal cat')
  local terminal = t:lua('return vim.api.nvim_get_current_buf()')
  T.match('Write #terminal', reference.refused(t, '#buffer:' .. terminal))
  t:cmd('help | only')
  eq({ 'src/a.lua' }, titles(reference.pieces(t, '#buffer')), 'the alternate buffer')
end)

test('reference: a secret buffer is refused, one of a file elsewhere is not', function(t)
  begin(t)
  vim.uv.fs_symlink('.env', t.project .. '/plain')
  vim.uv.fs_symlink('ignored.txt', t.project .. '/other')
  local refused =
    { ['.env'] = 'it may hold secrets: env', plain = 'it may hold secrets: env', other = 'git ignores it' }
  for name, why in pairs(refused) do
    t:cmd('edit ' .. name)
    t:keys('gg0vl<Esc>')
    for _, text in ipairs({ '#buffer', '#lines:1', '#selection' }) do
      T.match(why, reference.refused(t, text), true)
      eq('ok', reference.pieces(t, (text:gsub('^#(%l+):?', '#%1!:')))[1].state)
    end
  end
  t:cmd('edit ' .. t.dir .. '/outside.txt')
  t:keys('ggV<Esc>')
  for _, text in ipairs({ '#buffer', '#lines:1', '#selection', '#lines:../outside.txt:1' }) do
    eq('ok', reference.pieces(t, text)[1].state, text)
  end
  t:cmd('bwipeout')
  T.match('outside the project', reference.refused(t, '#lines:../outside.txt:1'), true)
end)

-- ---- what is large ----------------------------------------------------------------------------

test('reference: what is large is asked about once, with name and size', function(t)
  local folder = begin(t)
  t:lua("require('hum').setup({ reference = { large = 200 } })")
  local piece = reference.pieces(t, '#file:src/b.lua', { folder = folder })[1]
  local asked = project.asked(t)
  eq(1, #asked)
  T.match('src/b.lua is large (2 kB, about', asked[1].prompt, true)
  eq('ok', piece.state)
  eq(t:lua('return chosen[1]'), { 'file:' .. t.project .. '/src/b.lua', 'outline' })
  eq('outline', piece.form)
  T.ok(piece.outline.kept)
  local again = { folder = folder, want = { [piece.source.id] = 'whole' } }
  local whole = reference.pieces(t, '#file:src/b.lua', again)[1]
  eq(1, #project.asked(t))
  eq(t:read_file('project/src/b.lua'), reference.kept(t, folder, whole.kept))
end)

test('reference: what is large is not sent if the user says no', function(t)
  begin(t)
  project.answers(t, 'no')
  t:lua("require('hum').setup({ reference = { large = 200 } })")
  local err = reference.refused(t, '#file:src/b.lua')
  T.match('src/b.lua is large (2 kB, about', err, true)
  local dry = reference.pieces(t, '#file:src/b.lua', { dry = true })[1]
  eq('large', dry.state)
  eq(1, #project.asked(t), 'a dry run asks nothing')
end)

test('reference: a picker that fails, or is interrupted, sends nothing of what is large', function(t)
  begin(t)
  t:lua("require('hum').setup({ reference = { large = 200 } })")
  for _, fault in ipairs({ 'Keyboard interrupt', 'no picker here' }) do
    t:lua('local fault = ... vim.ui.select = function() error(fault) end', fault)
    T.match('nothing was chosen', reference.refused(t, '#file:src/b.lua'), true)
  end
  T.match('no picker here', t:log(), true)
  T.no_match('Keyboard interrupt', t:log(), true)
end)

test('reference: many small files together are large', function(t)
  begin(t)
  project.answers(t, 'no')
  t:lua("require('hum').setup({ reference = { large = 300 } })")
  T.match('#file:src/%*.lua is large %(2 files, ', reference.refused(t, '#file:src/*.lua'))
end)

-- ---- what has changed -------------------------------------------------------------------------

test('reference: what the model has seen comes as a diff, or not at all', function(t)
  local folder = begin(t)
  local first = reference.pieces(t, '#file:src/b.lua', { folder = folder })[1]
  local id = first.source.id
  local opts = { folder = folder, since = { [id] = first.kept } }
  eq(true, reference.pieces(t, '#file:src/b.lua', opts)[1].same)
  t:write_file('project/src/b.lua', (t:read_file('project/src/b.lua'):gsub('beta_7 = 7', 'beta_7 = 70')))
  local piece = reference.pieces(t, '#file:src/b.lua', opts)[1]
  eq(nil, piece.same)
  T.match('\n%+local beta_7 = 70\n', piece.diff.text)
end)

test('reference: the same source twice in a message is sent once', function(t)
  begin(t)
  local pieces = reference.pieces(t, '#file:src/b.lua and #file:./src/b.lua')
  eq(nil, pieces[1].same)
  eq(true, pieces[2].same)
end)

test('reference: followed sources are looked at again, without a reference', function(t)
  local folder = begin(t)
  local first = reference.pieces(t, '#file:src/b.lua #buffer', { folder = folder })
  t:write_file('project/src/b.lua', (t:read_file('project/src/b.lua'):gsub('beta_7 = 7', 'beta_7 = 70')))
  t:lua("vim.api.nvim_buf_set_lines(0, 0, 1, false, { 'local unsaved = true' })")
  os.remove(t.project .. '/src/notes.txt')
  t:lua(
    [[
    local folder, since = ...
    local ids = vim.tbl_keys(since)
    table.sort(ids)
    table.insert(ids, 'file:' .. vim.fn.getcwd() .. '/src/notes.txt')
    local where = require('hum.reference.where').of({})
    local given = { folder = folder, since = function(id) return since[id] end }
    require('hum.reference').check(ids, where, given, function(err, pieces) checked = { err, pieces } end)
  ]],
    folder,
    { [first[1].source.id] = first[1].kept, [first[2].source.id] = first[2].kept }
  )
  local pieces = t:wait(function()
    local checked = t:lua('return checked or false')
    return checked and checked[2]
  end, 'they are checked')
  T.match('%+local unsaved = true', pieces[1].diff.text)
  T.match('%+local beta_7 = 70', pieces[2].diff.text)
  eq('missing', pieces[3].state)
end)

test('reference: what is followed and has got a secret is held back, and that is told', function(t)
  local folder = begin(t)
  local first = reference.pieces(t, '#file:src/notes.txt', { folder = folder })[1]
  t:write_file(
    'project/src/notes.txt',
    '-----BEGIN OPENSSH PRIVATE ' .. 'KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA\n'
  )
  t:lua('told = {}; vim.notify = function(text) table.insert(told, text) end')
  t:lua(
    [[
    local folder, id, kept = ...
    local where = require('hum.reference.where').of({})
    local given = { folder = folder, since = function() return kept end }
    require('hum.reference').check({ id }, where, given, function(err, pieces) checked = { err, pieces } end)
  ]],
    folder,
    first.source.id,
    first.kept
  )
  local piece = t:wait(function()
    local checked = t:lua('return checked or false')
    return checked and checked[2][1]
  end, 'it is checked')
  eq({ 'ok', true, first.kept }, { piece.state, piece.same, piece.kept })
  eq(nil, piece.diff)
  t:wait(
    function()
      return table.concat(t:lua('return told'), '\n'):find('src/notes.txt: what has changed is not sent', 1, true)
    end,
    'it is told'
  )
end)

-- ---- functions of the user's ------------------------------------------------------------------

test('reference: functions of the user', function(t)
  begin(t)
  t:lua([[
    require('hum').setup({ reference = { kinds = {
      todo = function(arg, where) return 'todo of ' .. (arg or vim.fs.basename(where.project)) end,
      titled = function() return { text = 'x', title = 'A title' } end,
      broken = function() error('no such thing') end,
      wrong = function() return 1 end,
      none = function() return nil, 'there is no ticket' end,
      tree = function() return 'my own tree' end,
      later = {
        desc = 'comes later',
        resolve = function(arg, _, cb) vim.defer_fn(function() cb(nil, 'late ' .. arg) end, 1) end,
      },
      failing = { resolve = function(_, _, cb) cb('the server is away') end },
    } } })
  ]])
  local pieces = reference.pieces(t, '#todo #todo:x #titled #later:y')
  local texts = vim.tbl_map(function(piece) return piece.source.text end, pieces)
  eq({ 'todo of project', 'todo of x', 'x', 'late y' }, texts)
  eq('A title', pieces[3].source.title)
  eq('my own tree', reference.pieces(t, '#tree')[1].source.text)
  T.match('#broken: its function failed: .*no such thing', reference.refused(t, '#broken'))
  T.match('#wrong: its function returned number', reference.refused(t, '#wrong'))
  T.match('#none: there is no ticket', reference.refused(t, '#none'))
  T.match('#failing: its function failed: the server is away', reference.refused(t, '#failing'))
end)

test('reference: what is wrong with a function of the user is told by setup', function(t)
  local problems = t:lua([[
    local _, problems = require('hum.config').setup({ reference = { kinds = { a = 1, b = {}, c = function() end } } })
    return problems
  ]])
  T.match('reference.kinds.a: expected a function', table.concat(problems, '\n'))
  T.match('reference.kinds.b: resolve: expected a function', table.concat(problems, '\n'))
  eq(2, #problems)
end)

test('reference: a cancelled search calls nothing back', function(t)
  begin(t)
  t:lua([[
    local reference = require('hum.reference')
    local where = require('hum.reference.where').of({})
    called = 0
    for _, text in ipairs({ '#file:src/b.lua', '#file:**/*', '#file:nowhere', '#buffer', '#diff' }) do
      local function count() called = called + 1 end
      reference.resolve(reference.find({ text }), where, {}, count)()
    end
  ]])
  eq('ok', reference.pieces(t, '#file:src/b.lua')[1].state)
  eq(0, t:lua('return called'))
end)
