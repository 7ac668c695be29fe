-- Keys of a buffer while it shows an edit.
local T = require('harness')
local preview = require('lib.preview')
local test, eq, ok = T.test, T.eq, T.ok

local UI = { ui = { 60, 16 } }

local KEYS = { 'ga', 'gA', 'gs', 'gS', ']c', '[c', 'g=', 'go', 'g?' }

--- Descriptions of hum's keys that are mapped in the current buffer.
---@param t test.Case
---@return string[]
local function mapped(t)
  return t:lua(
    [[
    return vim.tbl_filter(function(lhs)
      local map = vim.fn.maparg(lhs, 'n', false, true)
      return map.buffer == 1 and vim.startswith(map.desc or '', 'hum: ')
    end, ...)
  ]],
    KEYS
  )
end

--- An edit with hunks in lines 2, 4 and 6 of eight.
---@param t test.Case
local function three(t)
  preview.buffer(t, preview.numbered(8))
  preview.start(t, 1, 8)
  for _, line in ipairs({ 2, 4, 6 }) do
    preview.finish(t, line, line, { 'new ' .. line })
  end
  preview.done(t)
end

---@param t test.Case
---@return string[]
local function states(t)
  return t:lua([[
    return vim.tbl_map(function(hunk) return hunk.state end, require('hum.edit').hunks(vim.api.nvim_get_current_buf()))
  ]])
end

test('they are mapped only as long as there is something to decide, and only there', UI, function(t)
  preview.buffer(t, preview.numbered(8))
  eq({}, mapped(t))
  preview.start(t, 1, 8)
  eq(KEYS, mapped(t))
  preview.finish(t, 2, 2, { 'new' })
  preview.done(t)
  t:cmd('set hidden | enew')
  eq({}, mapped(t))
  t:cmd('buffer 1')
  eq(KEYS, mapped(t))
  t:keys('2Gga')
  eq({}, mapped(t))
  -- Undone, it is to be decided on again.
  t:keys('u')
  t:wait(function() return #mapped(t) == #KEYS end, 'they are there again')
  t:keys('gs')
  eq({}, mapped(t))
  -- Without a hunk, nothing was mapped for long.
  preview.start(t, 1, 8)
  preview.done(t, {}, 2)
  eq({}, mapped(t))
end)

test('two edits of a buffer share them, until both are decided', UI, function(t)
  preview.buffer(t, preview.numbered(20))
  preview.start(t, 1, 5)
  preview.start(t, 10, 15)
  preview.finish(t, 2, 2, { 'new a' }, 1)
  preview.finish(t, 2, 2, { 'new b' }, 2)
  preview.done(t, {}, 1)
  preview.done(t, {}, 2)
  t:keys(']c')
  eq(2, t:eval('line(".")'))
  ok(t:screen():find('hunk 1/2', 1, true), t:screen())
  t:keys('ga]c')
  eq(11, t:eval('line(".")'))
  eq(KEYS, mapped(t))
  t:keys('ga')
  eq({}, mapped(t))
  eq({ 'new a', 'new b' }, { t:eval('getline(2)'), t:eval('getline(11)') })
end)

local OWN = [[
  local function theirs() HIT = (HIT or 0) + 1 end
  vim.cmd('noremap <buffer> <silent> ]c :<C-u>let g:theirs = 1<CR>')
  vim.cmd('nnoremap <buffer> <expr> <nowait> ga "j"')
  vim.keymap.set('n', 'gs', theirs, { buffer = true, desc = 'theirs', silent = true })
  vim.cmd('onoremap <buffer> [c :<C-u>let g:other = 1<CR>')
  vim.keymap.set('n', 'gA', 'x', { buffer = true, remap = true, expr = true, replace_keycodes = false })
  vim.cmd('nnoremap gS :let g:global = 1<CR>')
]]

--- All buffer-local maps, as Neovim has them.
local MAPS = [[
  local all = {}
  for _, mode in ipairs({ 'n', 'x', 's', 'o', 'i' }) do
    for _, map in ipairs(vim.api.nvim_buf_get_keymap(0, mode)) do
      map.callback = map.callback and tostring(map.callback) or nil
      map.lnum = map.lnum or 0
      all[#all + 1] = vim.inspect(map)
    end
  end
  table.sort(all)
  return all
]]

test("the user's own maps of the buffer are given back with all that they had", UI, function(t)
  preview.buffer(t, preview.numbered(8))
  t:lua(OWN)
  local before = t:lua(MAPS)
  ok(#before >= 8, #before .. ' maps')
  preview.start(t, 1, 8)
  eq(KEYS, mapped(t))
  preview.finish(t, 2, 2, { 'new' })
  preview.done(t)
  t:keys('gS')
  t:wait(function() return #mapped(t) == 0 end, 'they are gone')
  eq(before, t:lua(MAPS))
  t:keys(']cggga')
  eq({ 1, 2 }, { t:eval('g:theirs'), t:eval('line(".")') })
end)

test('what others map meanwhile stays', UI, function(t)
  preview.buffer(t, preview.numbered(8))
  t:lua(OWN)
  preview.start(t, 1, 8)
  preview.finish(t, 2, 2, { 'new' })
  preview.done(t)
  t:cmd('nnoremap <buffer> ga G')
  t:cmd('nunmap <buffer> gs')
  t:keys('gS')
  t:wait(function() return #mapped(t) == 0 end, 'they are gone')
  eq({ 'G', '' }, { t:eval('maparg("ga", "n")'), t:eval('maparg("gs", "n")') })
  eq('x', t:eval('maparg("gA", "n")'))
end)

test('keys accept and reject, with a count and in a macro', UI, function(t)
  three(t)
  t:keys(']cga]cgs]cga')
  eq({ 'accepted', 'rejected', 'accepted' }, states(t))
  eq('line 1\nnew 2\nline 3\nline 4\nline 5\nnew 6\nline 7\nline 8', t:text())
  t:cmd('enew!')
  t:api('nvim_buf_set_lines', 0, 0, -1, false, preview.numbered(8))
  preview.start(t, 1, 8)
  for _, line in ipairs({ 2, 4, 6 }) do
    preview.finish(t, line, line, { 'new ' .. line }, 2)
  end
  preview.done(t, {}, 2)
  t:keys('2G2ga')
  eq({ 'accepted', 'accepted', 'finished' }, vim.list_slice(states(t), #states(t) - 2))
  t:keys('gg]cgs')
  eq({}, mapped(t))
end)

test('a macro that accepts each second hunk can be played', UI, function(t)
  preview.buffer(t, preview.numbered(20))
  preview.start(t, 1, 20)
  for line = 2, 16, 2 do
    preview.finish(t, line, line, { 'new ' .. line })
  end
  preview.done(t)
  t:keys('qq]cga]cgsq3@q')
  eq({ 'accepted', 'rejected', 'accepted', 'rejected', 'accepted', 'rejected', 'accepted', 'rejected' }, states(t))
end)

test('after an operator whole lines are taken, and where there is no hunk nothing', UI, function(t)
  three(t)
  t:keys('3Gd]c')
  eq('line 1\nline 2\nline 5\nline 6\nline 7\nline 8', t:text())
  t:keys('u')
  t:wait(function() return t:eval('line("$")') == 8 end, 'undone')
  t:keys('7Gd]c')
  eq(8, t:eval('line("$")'))
  t:wait(function() return t:messages():find('no hunk below', 1, true) end, 'it is told')
  t:keys('ggV2]c')
  eq({ 'V', 4 }, { t:eval('mode()'), t:eval('line(".")') })
  t:keys('<Esc>1G2]c``')
  eq(1, t:eval('line(".")'))
end)

test('in a window in diff mode ]c is what it was', UI, function(t)
  three(t)
  t:cmd('vnew | call setline(1, ["line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "other", "line 8"])')
  t:cmd('windo diffthis')
  t:cmd('wincmd p | wincmd w')
  t:lua([[for _, win in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_buf(win) == 1 then vim.api.nvim_set_current_win(win) end
  end]])
  t:keys('gg]c')
  eq(7, t:eval('line(".")'))
end)

test('without a hunk at the cursor it is told where to find one', UI, function(t)
  three(t)
  t:keys('8Gga')
  t:wait(function() return t:messages():find(']c jumps to the next hunk', 1, true) end, 'it is told')
  eq({ 'finished', 'finished', 'finished' }, states(t))
end)

test('all at once; what would take too much away is done when the key is pressed once more', UI, function(t)
  three(t)
  t:keys('gA')
  eq({ 'accepted', 'accepted', 'accepted' }, states(t))
  t:keys('u')
  t:wait(function() return vim.deep_equal({ 'finished', 'finished', 'finished' }, states(t)) end, 'one step')
  t:keys('gS')
  eq({ 'rejected', 'rejected', 'rejected' }, states(t))
  preview.start(t, 1, 8)
  preview.finish(t, 2, 8, {}, 2)
  preview.done(t, { shrunk = true }, 2)
  t:keys('gA')
  t:wait(function() return t:messages():find('third', 1, true) end, 'it is told')
  eq(8, t:eval('line("$")'))
  t:keys('gA')
  eq('line 1', t:text())
end)

test('the list says them all, as they are configured', UI, function(t)
  t:lua([[require('hum').setup({ edit = { maps = { accept = '<Leader>y', keys = 'gh', answer = false } } })]])
  three(t)
  t:keys('gh')
  t:wait_screen('Keys of an edit')
  local seen = t:screen()
  for _, text in ipairs({ '<Leader>y', 'accept the hunk', 'jump to the next hunk', 'reject all hunks' }) do
    ok(seen:find(text, 1, true), text .. ' is not in\n' .. seen)
  end
  ok(not seen:find('open the full answer', 1, true))
  t:keys('q')
  t:keys('2G\\y')
  eq('accepted', states(t)[1])
  -- Options that change meanwhile hold at once.
  t:lua([[require('hum').setup({ edit = { maps = { accept = 'gz' } } })]])
  t:keys('4Ggz')
  eq('accepted', states(t)[2])
  eq('', t:eval('maparg("gh", "n")'))
end)

test('the count says where one stands, and the focus and the cursor stay', UI, function(t)
  preview.buffer(t, preview.numbered(8))
  t:keys('2G')
  preview.start(t, 1, 8)
  preview.finish(t, 2, 2, { 'new 2' })
  ok(preview.screen(t)[2]:find('hunk 1/1…', 1, true), preview.screen(t)[2])
  preview.finish(t, 4, 4, { 'new 4' })
  ok(preview.screen(t)[2]:find('hunk 1/2…', 1, true), preview.screen(t)[2])
  preview.done(t)
  ok(preview.screen(t)[2]:find('hunk 1/2 · ga accepts, gs rejects', 1, true), preview.screen(t)[2])
  eq(2, t:eval('line(".")'))
  t:keys('j')
  eq({ 'line 3', 'line 4' }, { preview.screen(t)[4], preview.screen(t)[5] })
  t:keys('j')
  ok(preview.screen(t)[5]:find('hunk 2/2', 1, true), preview.screen(t)[5])
end)

test('the full answer opens in a buffer of its own, also one that was refused', UI, function(t)
  preview.buffer(t, preview.numbered(4))
  preview.start(t, 1, 4)
  t:keys('go')
  t:wait(function() return t:messages():find('once it has ended', 1, true) end, 'it is told')
  preview.finish(t, 2, 2, { 'new' })
  preview.done(t, { answer = '```\nall of it\r\n```', fault = { code = 'elided', message = 'a part is left out' } })
  t:keys('go')
  eq('```\nall of it\n```', t:text())
  eq({ 'nofile', '' }, { t:eval('&buftype'), t:eval('&filetype') })
  t:keys('q')
  eq(1, t:eval('bufnr()'))
end)

test('an earlier attempt is a key away where there is one', UI, function(t)
  preview.buffer(t, preview.numbered(4))
  t:cmd('nnoremap <Plug>(hum-attempt-prev) :let g:step = -1<CR>')
  preview.start(t, 1, 4, { attempts = { {}, {} }, attempt = 2 })
  preview.finish(t, 2, 2, { 'new' })
  preview.done(t)
  t:keys('2G')
  ok(preview.screen(t)[2]:find('attempt 2 of 2', 1, true), preview.screen(t)[2])
  t:keys('[a')
  eq(-1, t:eval('g:step'))
  t:keys('gs')
  eq(0, t:lua('return vim.fn.maparg("[a", "n", false, true).buffer or 0'))
end)

test('the mappings work without keys, and say so where there is no edit', UI, function(t)
  t:lua([[
    local off = {}
    for _, key in ipairs(require('hum.config.edit_keys').list) do off[key.name] = false end
    require('hum').setup({ edit = { maps = off } })
  ]])
  t:cmd('nmap gz <Plug>(hum-hunk-accept)')
  t:cmd('nmap gj <Plug>(hum-hunk-next)')
  preview.buffer(t, preview.numbered(8))
  t:keys('gz')
  t:wait(function() return t:messages():find('no edit is shown here', 1, true) end, 'it is told')
  for _, name in ipairs({ 'hunk-accept-all', 'hunk-reject', 'hunk-reject-all', 'hunk-next', 'edit-diff', 'edit-answer' }) do
    t:cmd(('execute "normal \\<Plug>(hum-%s)"'):format(name))
  end
  T.no_match('internal error', t:messages(), true)
  T.no_match('E5108', t:messages(), true)
  preview.start(t, 1, 8)
  preview.finish(t, 4, 4, { 'new' })
  preview.done(t)
  eq({}, mapped(t))
  t:keys('gjgz')
  eq('new', t:eval('getline(4)'))
end)
