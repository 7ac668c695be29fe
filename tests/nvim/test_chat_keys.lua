-- The keys of a chat: one table, of which maps, options, help and the key list are made.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

--- The chat's own maps: "mode lhs" and what each is said to do.
local function maps(t)
  return t:lua([[
    local found = {}
    for _, mode in ipairs({ 'n', 'i', 'x', 'o' }) do
      for _, map in ipairs(vim.api.nvim_buf_get_keymap(0, mode)) do
        found[#found + 1] = { mode = mode, lhs = map.lhs, desc = map.desc or '' }
      end
    end
    return found]])
end

test('each key of a chat says what it does, and stands in the help', function(t)
  chat.open(t, t:fake())
  local help =
    t:lua([[return table.concat(vim.fn.readfile(vim.api.nvim_get_runtime_file('doc/hum.txt', false)[1]), '\n')]])
  local section = help:match('%*hum%-keys%*(.-)\n%-%-%-%-'):lower()
  local all = maps(t)
  T.ok(#all > 10, 'there are keys')
  for _, map in ipairs(all) do
    T.match('^hum: %l', map.desc)
    T.ok(section:find(map.lhs:lower(), 1, true), map.lhs .. ' is in the help')
    T.ok(section:gsub('%s+', ' '):find(map.desc:sub(6):lower(), 1, true), map.desc .. ' is in the help')
  end
end)

test('every action of the table is there, and every key that it maps', function(t)
  chat.open(t, t:fake())
  local missing = t:lua([[
    local keys, missing = require('hum.config.keys').list, {}
    for _, key in ipairs(keys) do
      for _, lhs in ipairs(require('hum.config').keys(key.name)) do
        for _, mode in ipairs(vim.split(key.modes, '')) do
          local map = vim.fn.maparg(lhs, mode, false, true)
          if map.buffer ~= 1 or not (map.callback or map.rhs) then missing[#missing + 1] = mode .. ' ' .. lhs end
        end
      end
    end
    return missing]])
  eq({}, missing)
end)

test('no key of Neovim that has a use in prose is taken', function(t)
  chat.open(t, t:fake())
  local taken = {}
  local kept = ' s S c C d D y Y p P x r R f F t T n N w b e ( ) { } % * # K J u . & q @ ZZ ZQ gq gw gv gi gu gU g~ gj gk '
    .. 'ge gE gJ ga g8 g; g, gx zg zw z= is as ip ap iw aw i" a" i( a( i) a) ]s [s ]S [S ]c [c ]p [p ]b [b ]B [B ]q [q ]Q '
    .. '[Q ]t [t ]d [d ]D [D ]l [l ]a [a ]<Space> [<Space> '
  for _, map in ipairs(maps(t)) do
    if kept:find(' ' .. map.lhs .. ' ', 1, true) then taken[#taken + 1] = map.mode .. ' ' .. map.lhs end
  end
  eq({}, taken)
end)

--- The text of the only float, if there is one.
local function float(t)
  return t:lua([[
    for _, win in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(win).relative ~= '' then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), '\n')
      end
    end
    return '']])
end

for _, closing in ipairs({ 'q', '<Esc>', '<C-w>p', ':enew<CR>' }) do
  test(('g? lists the keys in a float, which %s closes'):format(closing), function(t)
    chat.open(t, t:fake(), nil, { chat = { window = 'current', maps = { send = '<F5>', retry = false } } })
    local before = t:eval('winnr("$")')
    t:keys('g?')
    local text = float(t)
    T.match('<F5>', text, true)
    T.match('send the message', text, true)
    T.no_match('regenerate', text, true)
    t:keys(closing)
    t:wait(function() return float(t) == '' end, 'the float is closed')
    eq(before, t:eval('winnr("$")'))
  end)
end

test('the list has every key of the chat, as it is mapped now', function(t)
  chat.open(t, t:fake())
  t:cmd('nunmap <buffer> g<CR>')
  local all = maps(t)
  t:keys('g?')
  local text = float(t):lower()
  T.no_match('g<cr>', text, true)
  for _, map in ipairs(all) do
    T.match(map.lhs:lower(), text, true)
    T.match(map.desc:gsub('^hum: ', ''):lower(), text, true)
  end
end)

test('model, chats, fork and close have keys', { ui = { 100, 30 } }, function(t)
  local srv = t:fake()
  srv:script({ models = { 'fake', 'other' }, default = { text = 'Fine.' } })
  t:lua([[
    offered = {}
    vim.ui.select = function(items, opts) table.insert(offered, { opts.prompt, #items }) end]])
  local buf = chat.open(t, srv, nil, { chat = { window = 'right' } })
  chat.ask(t, 'why is that?', buf)
  eq('done', chat.finished(t).status)
  t:keys('gm')
  t:wait(function() return t:lua('return #offered') == 1 end, 'models are offered')
  T.match('model', t:lua('return offered[1][1]'), true)
  t:keys('gL')
  t:wait(function() return t:lua('return #offered') == 2 end, 'chats are offered')
  eq(1, t:lua('return offered[2][2]'))
  t:keys('gb')
  local fork = t:wait(function()
    local now = t:eval('bufnr()')
    return now ~= buf and now
  end, 'a fork is shown')
  T.match('why is that%?.*Fine%.', t:text(fork))
  eq(2, t:eval('winnr("$")'))
  t:keys('gh')
  t:wait(function() return t:eval('winnr("$")') == 1 end, 'the window is hidden')
  t:cmd('Hum toggle')
  t:wait(function() return t:eval('bufnr()') == fork end, 'it is back')
end)

test('some keys of Neovim itself are listed, unless they are mapped', function(t)
  t:cmd('nnoremap u :undo<CR>')
  chat.open(t, t:fake())
  t:keys('g?')
  local text = float(t)
  T.match('za +open or close a thought', text)
  T.no_match('undo a whole reply', text, true)
end)

--- What the frame of the float has, and how wide it is.
local function frame(t)
  return t:lua([[
    for _, win in ipairs(vim.api.nvim_list_wins()) do
      local config = vim.api.nvim_win_get_config(win)
      if config.relative ~= '' then
        local footer = config.footer and config.footer[1] and config.footer[1][1] or ''
        local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false)
        local widest = math.max(unpack(vim.tbl_map(vim.fn.strdisplaywidth, lines)))
        return { footer = footer, width = config.width, widest = widest, lines = #lines, height = config.height }
      end
    end]])
end

test('nothing of the list is cut at 40 columns, and it says that it scrolls', { ui = { 40, 20 } }, function(t)
  chat.open(t, t:fake())
  t:keys('g?')
  local seen = frame(t)
  T.ok(seen.widest <= seen.width, vim.inspect(seen))
  T.match('scroll', seen.footer, true)
  T.match('move the answer in a float to the chat window', (float(t):gsub('%s+', ' ')), true)
  t:keys('G')
  t:wait_screen('open or close a')
end)

test('where there is room the list is whole: in one column, or in two', { ui = { 140, 60 } }, function(t)
  chat.open(t, t:fake())
  t:keys('g?')
  local tall = frame(t)
  eq(tall.lines, tall.height)
  t:api('nvim_ui_try_resize', 140, 30)
  t:wait(function() return frame(t).height < tall.height end, 'it has two columns')
  local wide = frame(t)
  eq(wide.lines, wide.height)
  T.ok(wide.width > tall.width and wide.widest <= wide.width, vim.inspect({ tall, wide }))
  t:wait_screen('send the message.*jump to the next turn')
  T.no_match('scroll', wide.footer, true)
end)

test('the frame is of ASCII where that is wanted', { ui = { 100, 60 } }, function(t)
  chat.open(t, t:fake(), nil, { glyphs = 'ascii' })
  t:keys('g?')
  t:wait_screen('Keys of a chat', true)
  T.match('+ Keys of a chat -', t:screen(), true)
  T.no_match('─', t:screen(), true)
end)

test("a user's own border without room for a title is taken", { ui = { 100, 60 } }, function(t)
  if t:eval("exists('+winborder')") == 0 then T.skip('there is no such option') end
  t:cmd('set winborder=none')
  chat.open(t, t:fake())
  t:keys('g?')
  T.match('send the message', float(t), true)
  eq('', t:eval('v:errmsg'))
end)

test('the list fits on a small screen', { ui = { 24, 8 } }, function(t)
  chat.open(t, t:fake())
  t:keys('g?')
  T.ok(float(t) ~= '', 'it is shown')
  eq('', t:eval('v:errmsg'))
  t:keys('q')
  eq('', float(t))
end)
