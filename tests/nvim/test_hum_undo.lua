-- :Hum undo: what was accepted last is taken back in all its files, also after Neovim was started anew.
local T = require('harness')
local chat = require('lib.chat')
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
      sets.accepted(set, { buf = buf, tick = tick, changes = { { row = row, old = old, new = new } } })
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

test('an edit, of which one hunk was accepted', UI, function(t)
  project(t)
  local srv = t:fake()
  chat.configure(t, srv)
  srv:script({ tokens = { '```\nONE\ntwo\nthree\nfour\nfive\nsix\nseven\nEIGHT\n```\n' } })
  t:lua(
    [[
    require('hum').edit({ first = 1, last = 8, instruction = 'louder', on_done = function(result) _G.done = result end })]]
  )
  t:wait(function() return t:lua('return _G.done') end, 'the edit has ended')
  t:lua([[require('hum').accept({ id = require('hum').hunks()[2].id })]])
  t:cmd('1s/one/uno/')
  eq('uno two three four five six seven EIGHT', text(t, 'a.txt'))
  local done = t:lua([[local done = require('hum').undo() return { done.kind, done.label, done.files[1].taken }]])
  eq({ 'edit', 'louder', 1 }, done)
  eq('uno two three four five six seven eight', text(t, 'a.txt'))
  eq('nothing', t:lua([[return require('hum').undo() or 'nothing']]))
end)

test('names that are patterns, in a folder with blanks', UI, function(t)
  project(t, { ['a.txt'] = TEXT, ['[id] $x/*.txt'] = TEXT, ['[id] $x/y.txt'] = TEXT })
  accept(t, { { '[id] $x/*.txt', 0, 1, { 'ONE' } } })
  t:cmd('silent wall')
  t.child:finish()
  t.child = t:start()
  t:lua('vim.cmd.cd(...)', t.dir .. '/work')
  eq(1, t:lua([[return require('hum').undo().files[1].taken]]))
  t:cmd('silent wall')
  eq(TEXT, t:read_file('work/[id] $x/*.txt'))
  eq(TEXT, t:read_file('work/[id] $x/y.txt'))
end)

test('old sets go, and one that is too large stays in memory', UI, function(t)
  project(t)
  t:lua([[require('hum.sets.store').limits = { sets = 2, one = 2000, all = 100000 }]])
  local function kept(n)
    t:wait(
      function() return t:lua([[return #vim.fn.glob(vim.fn.stdpath('state') .. '/hum/sets/*.json', true, true)]]) == n end,
      ('%d sets are kept'):format(n)
    )
  end
  accept(t, { { 'a.txt', 0, 1, { 'A' } } }, 'first')
  kept(1)
  eq('rwx------', t:lua([[return vim.fn.getfperm(vim.fn.stdpath('state') .. '/hum/sets')]]))
  accept(t, { { 'a.txt', 1, 1, { 'B' } } }, 'second')
  kept(2)
  accept(t, { { 'a.txt', 2, 1, { 'C' } } }, 'third')
  accept(t, { { 'a.txt', 3, 1, { ('x'):rep(3000) } } }, 'large')
  t:lua([[vim.api.nvim_exec_autocmds('VimLeavePre', { group = 'hum.sets' })]])
  kept(2)
  for _ = 1, 4 do
    t:cmd('silent Hum undo')
  end
  eq('one two three four five six seven eight', text(t, 'a.txt'))
  kept(0)
end)

test('sets of another project are left alone', UI, function(t)
  project(t)
  accept(t, { { 'a.txt', 0, 1, { 'A' } } })
  t:cmd('silent wall')
  t.child:finish()
  t.child = t:start()
  t:lua('vim.fn.mkdir(..., "p") vim.cmd.cd(...)', t.dir .. '/elsewhere/.git')
  t:lua('vim.cmd.cd(...)', t.dir .. '/elsewhere')
  t:cmd('Hum undo')
  t:wait_screen('nothing to take back')
  t:lua('vim.cmd.cd(...)', t.dir .. '/work')
  t:cmd('Hum undo')
  eq('one two three four five six seven eight', text(t, 'a.txt'))
end)

test('a buffer without a name, and one that cannot be changed', UI, function(t)
  project(t)
  t:lua([[
    local sets = require('hum.sets')
    local set = sets.begin({ kind = 'edit', label = 'x' })
    vim.cmd.enew()
    vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'new' })
    local function changed(old, new)
      sets.accepted(set, { buf = vim.api.nvim_get_current_buf(), tick = 0, changes = { { row = 0, old = { old }, new = { new } } } })
    end
    changed('old', 'new')
    vim.cmd('buffer a.txt | 1s/one/ONE/ | setlocal nomodifiable')
    changed('one', 'ONE')
    vim.cmd('buffer #')]])
  t:cmd('Hum undo')
  eq('old', t:text():gsub('\n', ' '))
  eq('ONE two three four five six seven eight', text(t, 'a.txt'))
  t:wait(function() return t:messages():find('a.txt: it cannot be changed', 1, true) end, 'it is told')
end)

--- Changes at random, by a set and by the user in turn: what the user has done elsewhere is there afterwards, and nothing
--- of the set is.
test('random changes of a set and of the user in turn', UI, function(t)
  project(t)
  local failed = t:lua([[
    local sets, undo = require('hum.sets'), require('hum.sets.undo')
    local buf = vim.api.nvim_get_current_buf()
    for seed = 1, 150 do
      math.randomseed(seed)
      local lines = {}
      for i = 1, 40 do lines[i] = ('line %d'):format(i) end
      vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
      local set = sets.begin({ kind = 'edit', label = 'x' })
      -- The set works in even stretches of ten lines, the user in odd ones, each of which ends in a line that stays.
      local function change(owner, n)
        local all = vim.api.nvim_buf_get_lines(buf, 0, -1, true)
        local from, to
        for row, line in ipairs(all) do
          local nth = tonumber(line:match('^line (%d+)$'))
          if nth == (owner - 1) * 10 + 1 then from = row end
          if nth == owner * 10 then to = row end
        end
        local first = math.random(from, to - 1)
        local count = math.random(0, to - 1 - first)
        local new = {}
        for i = 1, math.random(count == 0 and 1 or 0, 3) do new[i] = ('new %d.%d'):format(n, i) end
        local old = vim.list_slice(all, first + 1, first + count)
        local tick = vim.api.nvim_buf_get_changedtick(buf)
        vim.api.nvim_buf_set_lines(buf, first, first + count, true, new)
        return { buf = buf, row = first, old = old, new = new, tick = tick }
      end
      for n = 1, 6 do
        local is_set = math.random() < 0.5
        local done = change(is_set and (math.random() < 0.5 and 1 or 3) or (math.random() < 0.5 and 2 or 4), n)
        if is_set then sets.accepted(set, { buf = buf, tick = done.tick, changes = { done } }) end
      end
      local function part(owner)
        local all, found, on = vim.api.nvim_buf_get_lines(buf, 0, -1, true), {}, false
        for _, line in ipairs(all) do
          local nth = tonumber(line:match('^line (%d+)$'))
          if nth == (owner - 1) * 10 + 1 then on = true end
          if on then found[#found + 1] = line end
          if nth == owner * 10 then on = false end
        end
        return table.concat(found, ' ')
      end
      local users = { part(2), part(4) }
      if #set.files > 0 then undo.take() end
      for _, owner in ipairs({ 1, 3 }) do
        if part(owner) ~= table.concat(vim.list_slice(lines, owner * 10 - 9, owner * 10), ' ') then
          return ('seed %d: stretch %d is %s'):format(seed, owner, part(owner))
        end
      end
      if not vim.deep_equal(users, { part(2), part(4) }) then return ('seed %d: what the user did'):format(seed) end
    end]])
  T.ok(not failed, failed)
end)
