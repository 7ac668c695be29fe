-- Which file a name in an answer means, and what is outside the project.
local T = require('harness')
local apply = require('lib.apply')
local test, eq = T.test, T.eq
T.once()

local BARE = { ui = false }

--- A project with some files, and some beside it.
local function project(t)
  for _, name in ipairs({
    'project/lua/queue.lua',
    'project/lua/list.lua',
    'project/shop/cart.py',
    'project/a/init.lua',
    'project/b/init.lua',
    'project/Makefile',
    'project/.git/hooks/post-commit',
    'project/node_modules/x/cart.py',
    'outside.lua',
    'other/secret.lua',
  }) do
    t:write_file(name, 'x\n')
  end
  t:lua(
    [[
    local dir = ...
    vim.uv.fs_symlink(dir .. '/other', dir .. '/project/linked')
    vim.uv.fs_symlink(dir .. '/outside.lua', dir .. '/project/link.lua')
    vim.uv.fs_symlink(dir .. '/nowhere.lua', dir .. '/project/dangling.lua')
    vim.uv.fs_symlink(dir .. '/project/lua', dir .. '/project/inner')
    vim.uv.fs_symlink('loop', dir .. '/project/loop')
    vim.cmd.cd(dir .. '/project')]],
    t.dir
  )
end

--- "outside ", "new " and the path relative to the folder of the case, or what is wrong.
local function find(t, name, creates, is_new)
  return t:lua(
    [[
    local dir, name, creates, is_new = ...
    dir = vim.uv.fs_realpath(dir)
    local project = require('hum.apply.project')
    local root = dir .. '/project'
    local found, fault = require('hum.apply.names').find(
      { root = root, cwd = root .. '/shop', files = function() return project.files(root) end },
      { name = name, creates = creates, is_new = is_new })
    if fault then return fault.message end
    if not found then return 'nothing' end
    return (found.outside and 'outside ' or '') .. (found.is_there and '' or 'new ') .. found.path:sub(#dir + 2)]],
    t.dir,
    name,
    creates or false,
    is_new or false
  )
end

--- name, wanted; what has to be there
local THERE = {
  { 'lua/queue.lua', 'project/lua/queue.lua' },
  { './lua/queue.lua', 'project/lua/queue.lua' },
  { 'a/lua/queue.lua', 'project/lua/queue.lua' },
  { 'b/lua/queue.lua', 'project/lua/queue.lua' },
  { '/lua/queue.lua', 'project/lua/queue.lua' },
  { 'lua\\queue.lua', 'project/lua/queue.lua' },
  { 'C:\\project\\lua\\queue.lua', 'project/lua/queue.lua' },
  { '../lua/queue.lua', 'project/lua/queue.lua' },
  { './cart.py', 'project/shop/cart.py' },
  { 'lua/../lua/./queue.lua', 'project/lua/queue.lua' },
  { 'inner/queue.lua', 'project/lua/queue.lua' },
  { 'queue.lua', 'project/lua/queue.lua' },
  { 'project/lua/queue.lua', 'project/lua/queue.lua' },
  { 'src/queue.lua', 'project/lua/queue.lua' },
  { 'lua/queues.lua', 'project/lua/queue.lua' },
  { 'lua/Queue.lua', 'project/lua/queue.lua' },
  { 'cart.py', 'project/shop/cart.py' },
  { 'Makefile', 'project/Makefile' },
  { 'a/init.lua', 'project/a/init.lua' },
  { 'init.lua', '"init.lua" matches several files: a/init.lua, b/init.lua' },
  { '../outside.lua', 'outside outside.lua' },
  { 'lua/../../outside.lua', 'outside outside.lua' },
  { 'link.lua', 'outside outside.lua' },
  { 'linked/secret.lua', 'outside other/secret.lua' },
  { 'inner/../../outside.lua', 'outside outside.lua' },
  { '.git/hooks/post-commit', 'outside project/.git/hooks/post-commit' },
  { 'lua', '"lua" is a folder' },
  { 'loop', '"loop" is a link that leads in a circle' },
  { 'a\nb', '"a^@b" is not a valid file name' },
}

test('the file that a name means', BARE, function(t)
  project(t)
  for _, case in ipairs(THERE) do
    eq(case[2], find(t, case[1]), case[1])
  end
  T.match('^there is no file "nothing/like/it.rs" in .*project$', find(t, 'nothing/like/it.rs'))
end)

--- The same for what need not be there, such as a whole file.
local NEW = {
  { 'lua/new.lua', 'new project/lua/new.lua' },
  { 'far/away/new.lua', 'new project/far/away/new.lua' },
  { '/far/new.lua', 'new project/far/new.lua' },
  { 'lua/queues.lua', 'new project/lua/queues.lua' },
  { 'src/queue.lua', 'new project/src/queue.lua' },
  { 'queue.lua', 'project/lua/queue.lua' },
  { '../new.lua', 'outside new new.lua' },
  { 'lua/../../new.lua', 'outside new new.lua' },
  { 'linked/new.lua', 'outside new other/new.lua' },
  { 'inner/new.lua', 'new project/lua/new.lua' },
  { 'dangling.lua', 'outside new nowhere.lua' },
  { '.git/hooks/pre-commit', 'outside new project/.git/hooks/pre-commit' },
  { 'far/', '"far/" is a folder' },
}

test('where a file would be that is not there', BARE, function(t)
  project(t)
  for _, case in ipairs(NEW) do
    eq(case[2], find(t, case[1], true), case[1])
  end
  eq('new project/queue.lua', find(t, 'queue.lua', true, true), 'a file that is said to be new')
end)

test('of a project with too many files only paths are known', BARE, function(t)
  project(t)
  t:lua([[require('hum.apply.project').MOST = 5]])
  eq('project/lua/queue.lua', find(t, 'lua/queue.lua'))
  T.match('^there is no file "queue.lua"', find(t, 'queue.lua'))
  t:cmd('edit lua/queue.lua')
  eq('project/lua/queue.lua', find(t, 'queue.lua'))
end)

test('a file that is open and was never written is there', BARE, function(t)
  project(t)
  t:cmd('edit lua/draft.lua')
  eq('new project/lua/draft.lua', find(t, 'lua/draft.lua', true))
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'return 1' })]])
  eq('project/lua/draft.lua', find(t, 'lua/draft.lua'))
  eq('project/lua/draft.lua', find(t, 'draft.lua'))
end)

test('names are as similar as they have long runs in common', BARE, function(t)
  local function ratio(a, b)
    return t:lua([[local r = require('hum.apply.similar').ratio(...) return r and math.floor(r * 1000)]], a, b, 0)
  end
  eq(1000, ratio('abc', 'abc'))
  eq(666, ratio('abc', 'abd'))
  eq(250, ratio('tide', 'diet'))
  eq(500, ratio('diet', 'tide'))
  eq(0, ratio('abc', 'xyz'))
  eq(nil, t:lua([[return require('hum.apply.similar').ratio('abc', 'xyz', 0.8)]]))
end)

--- What stands above a block, and behind its fence; one of them names the file. The line of the file, which must differ.
local FORMS = {
  { '# %s', 'lua' },
  { '### `%s`', 'lua' },
  { '**%s**', 'lua' },
  { '**`%s`:**', 'lua' },
  { '`%s`:', 'lua' },
  { 'File: %s', 'lua' },
  { '1. `%s`:', 'lua' },
  { 'Change `%s` as follows:', 'lua' },
  { '%s (modified)', 'lua' },
  { '<file path="%s">', 'lua' },
  { '[%s](%s)', 'lua' },
  { '`%s`\n', 'lua' },
  { '%s, line 12', 'lua' },
  { '### `%s`\n\nChange it:', 'lua' },
  { './%s', 'lua' },
  { '/%s', 'lua' },
  { '', 'lua %s' },
  { '', 'lua:%s' },
  { '', 'lua title="%s"' },
  { '', '%s' },
}

test('names as answers write them', { ui = { 100, 24 } }, function(t)
  local files, answer, wanted = {}, '', {}
  for i, form in ipairs(FORMS) do
    local name = ('src/file_%02d.lua'):format(i)
    files[name], wanted[name] = 'one\ntwo\n', 1
    answer = answer
      .. form[1]:gsub('%%s', name)
      .. '\n```'
      .. form[2]:gsub('%%s', name)
      .. '\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n```\n\n'
  end
  apply.chat(t, files, answer)
  local found = {}
  for _, file in ipairs(apply.apply(t).files) do
    found[(file.path or file.name):match('src/.*$') or file.name] = file.hunks
  end
  eq(wanted, found)
end)
