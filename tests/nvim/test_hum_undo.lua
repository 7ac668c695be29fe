-- :Hum undo: what was accepted last is taken back in all its files, also after Neovim was started anew.
local T = require('harness')
local test, eq = T.test, T.eq

local UI = { ui = { 100, 24 } }

local TEXT = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n'

--- Files of a project, the first of which is shown.
local function project(t, files)
  for name, text in pairs(files or { ['a.txt'] = TEXT, ['b.txt'] = TEXT }) do
    t:write_file('work/' .. name, text)
  end
  t:lua('vim.fn.mkdir(... .. "/.git", "p") vim.cmd.cd(...)', t.dir .. '/work')
  t:cmd('edit a.txt')
end

--- A set of changes: { file, row, number of lines, new lines } each, as what accepts hunks does it.
local function accept(t, changes, set)
  return t:lua(
    [[
    local changes, key = ...
    local sets = require('hum.sets')
    _G.sets = _G.sets or {}
    local set = _G.sets[key] or sets.begin({ kind = 'edit', label = 'x' })
    _G.sets[key] = set
    for _, change in ipairs(changes) do
      local name, row, count, new = unpack(change)
      local buf = vim.fn.bufadd(name)
      vim.fn.bufload(buf)
      local old = vim.api.nvim_buf_get_lines(buf, row, row + count, true)
      local tick = vim.api.nvim_buf_get_changedtick(buf)
      vim.api.nvim_buf_set_lines(buf, row, row + count, true, new)
      sets.accepted(set, { buf = buf, row = row, old = old, new = new, tick = tick })
    end]],
    changes,
    set or 'last'
  )
end

local function text(t, name)
  return t:lua([[return table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, false), ' ')]], name)
end

local CHANGED = { { 'a.txt', 1, 1, { 'TWO', 'and a half' } }, { 'a.txt', 6, 2, {} }, { 'b.txt', 0, 0, { 'zero' } } }

test('a set is taken back in all files, each in one undo step', UI, function(t)
  project(t)
  accept(t, CHANGED)
  eq('one TWO and a half three four five eight', text(t, 'a.txt'))
  t:cmd('Hum undo')
  eq('one two three four five six seven eight', text(t, 'a.txt'))
  eq('one two three four five six seven eight', text(t, 'b.txt'))
  t:wait_screen('took back 3 changes in 2 files')
  t:cmd('undo')
  eq('one TWO and a half three four five eight', text(t, 'a.txt'))
  t:cmd('Hum undo')
  t:wait_screen('nothing to take back')
end)

test('what the user has changed since stays, and is told by its lines', UI, function(t)
  project(t)
  accept(t, CHANGED)
  t:cmd('3s/half/quarter/')
  t:cmd("$put ='nine'")
  t:cmd("1put! ='nought'")
  eq('nought one TWO and a quarter three four five eight nine', text(t, 'a.txt'))
  local done = t:lua(
    [[local done = require('hum').undo() return { done.files[1].taken, done.files[1].kept, done.files[2].taken }]]
  )
  eq({ 1, { { first = 3, last = 4 } }, 1 }, done)
  eq('nought one TWO and a quarter three four five six seven eight nine', text(t, 'a.txt'))
  t:wait(function() return t:messages():find('a.txt:3-4', 1, true) end, 'the lines that stay are told')
end)

test('again it takes back the set before', UI, function(t)
  project(t)
  accept(t, { { 'a.txt', 0, 1, { 'ONE' } } }, 'first')
  accept(t, { { 'a.txt', 7, 1, { 'EIGHT' } } }, 'second')
  accept(t, { { 'b.txt', 7, 1, { 'EIGHT' } } }, 'second')
  t:cmd('Hum undo')
  eq('ONE two three four five six seven eight', text(t, 'a.txt'))
  eq('one two three four five six seven eight', text(t, 'b.txt'))
  t:cmd('Hum undo')
  eq('one two three four five six seven eight', text(t, 'a.txt'))
end)

test('edits of the user between two accepted hunks, and hunks over hunks', UI, function(t)
  project(t)
  accept(t, { { 'a.txt', 4, 1, { 'FIVE', 'FIVE' } } })
  t:cmd('1d')
  accept(t, { { 'a.txt', 3, 3, { 'x' } }, { 'a.txt', 0, 0, { 'y' } } })
  eq('y two three four x seven eight', text(t, 'a.txt'))
  t:cmd('Hum undo')
  eq('two three four five six seven eight', text(t, 'a.txt'))
end)

test('what the user has undone himself is not done twice', UI, function(t)
  project(t)
  accept(t, { { 'a.txt', 2, 2, {} } })
  t:cmd('undo')
  t:cmd("$put ='nine'")
  local done = t:lua(
    [[local done = require('hum').undo() return { done.files[1].taken, #done.files[1].kept, done.files[1].back }]]
  )
  eq({ 0, 0, 1 }, done)
  eq('one two three four five six seven eight nine', text(t, 'a.txt'))
end)

test('after Neovim was started anew', UI, function(t)
  project(t)
  accept(t, CHANGED)
  t:cmd('silent wall')
  t:cmd("b a.txt | 1put ='between' | silent write")
  t.child:finish()
  t.child = t:start()
  t:lua('vim.cmd.cd(...)', t.dir .. '/work')
  t:cmd('Hum undo')
  eq('one between two three four five six seven eight', text(t, 'a.txt'))
  eq('one two three four five six seven eight', text(t, 'b.txt'))
  t:cmd('Hum undo')
  t:wait_screen('nothing to take back')
end)
