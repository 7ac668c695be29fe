-- Storms of what users do with windows while chats open, close and stream: nothing may fail, and nothing of the user's may
-- be left changed. HUM_TEST_SEED= repeats one.
local T = require('harness')
local chat = require('lib.chat')
local windows = require('lib.windows')
local test, eq = T.test, T.eq

-- What is done in a storm, as Ex commands; those that cannot be done at the moment fail by themselves.
local STEPS = {
  'Hum chat',
  'Hum new',
  'Hum toggle',
  'Hum toggle',
  'Hum toggle',
  'Hum chat hello there, you',
  'Hum ask what is this, please',
  '%Hum ask what is this, please',
  'tab Hum chat',
  'botright Hum new',
  'vertical Hum chat',
  'Hum! stop',
  'split',
  'vsplit',
  'new',
  'buffer a.c',
  'buffer b.c',
  'enew',
  'quit',
  'close',
  'only',
  'wincmd w',
  'wincmd p',
  'wincmd t',
  'wincmd =',
  'wincmd T',
  'wincmd x',
  'wincmd r',
  'wincmd H',
  'wincmd J',
  'resize 5 | set cmdheight=1', -- in 0.10 the only window gives its lines to that
  'vertical resize 20',
  'tabnew',
  'tabnext',
  'tabclose',
  'help',
  'copen',
  'cclose',
  'pedit b.c',
  'pclose',
  'lua setup({ window = "right" })',
  'lua setup({ window = "bottom", size = 0.3 })',
  'lua setup({ window = "float" })',
  'lua setup({ window = "current" })',
  'lua setup({ window = "tab" })',
  'lua setup({ window = "left", size = 0 })',
  'execute "normal \\<Esc>"',
  'execute "normal go"',
}

-- What Neovim itself says of a step that cannot be done at the moment.
local EXPECTED =
  { 'E444', 'E784', 'E85', 'E94', 'E36', 'E443', 'E441', 'E37', 'E89', 'E5601', 'E814', 'E242', 'E1312', 'E5602' }

---@param err string
---@return boolean
local function is_expected(err)
  return not err:find('hum', 1, true)
    and vim.iter(EXPECTED):any(function(code) return err:find(code .. ':', 1, true) ~= nil end)
end

--- Whether `:quit` would end Neovim, which does not count help and previews.
local ENDS = [[
  local wins = vim.tbl_filter(function(win)
    return vim.api.nvim_win_get_config(win).relative == '' and not vim.wo[win].previewwindow
      and vim.bo[vim.api.nvim_win_get_buf(win)].buftype ~= 'help'
  end, vim.api.nvim_tabpage_list_wins(0))
  return #wins < 2 or vim.wo.previewwindow or vim.bo.buftype == 'help']]

--- Takes a step.
local function step(t, command)
  if (command == 'quit' or command == 'close') and t:lua(ENDS) then return end
  local ok, err = pcall(t.cmd, t, command)
  T.ok(ok or is_expected(tostring(err)), ('%s: %s'):format(command, tostring(err)))
end

local GLOBALS = [[
  local out = {}
  for name, info in pairs(vim.api.nvim_get_all_options_info()) do
    if info.scope == 'global' then out[name] = select(2, pcall(vim.api.nvim_get_option_value, name, {})) end
  end
  return out]]

local seed = tonumber(vim.env.HUM_TEST_SEED)
for n = seed or 1, seed or 4 do
  test(('windows in a storm, seed %d'):format(n), { ui = { 100, 30 } }, function(t)
    local srv = t:fake()
    srv:script({ tokens = chat.tokens(60), interval_ms = 5 })
    chat.configure(t, srv)
    t:lua(
      [[
      local url = ...
      function setup(options)
        require('hum').setup({ chat = options, endpoints = { ollama = { url = url, model = 'fake' } } })
      end]],
      srv.url
    )
    t:cmd('cd ' .. t.dir .. ' | set hidden number signcolumn=yes list')
    for _, name in ipairs({ 'b.c', 'a.c' }) do
      t:cmd('edit ' .. t:write_file(name, ('int a;\n'):rep(40)))
    end
    local globals = t:lua(GLOBALS)
    math.randomseed(n)
    for _ = 1, 80 do
      step(t, STEPS[math.random(#STEPS)])
    end
    t:cmd('Hum! stop')
    t:cmd('wincmd t | silent! tabonly | silent! only | buffer a.c')
    eq('a.c', windows.kinds(t))
    eq({ 1, 'yes', 1 }, { t:eval('&number'), t:eval('&signcolumn'), t:eval('&list') })
    for name, value in pairs(t:lua(GLOBALS)) do
      eq(globals[name], value, name)
    end
    T.no_match('stack traceback', t:log())
    T.no_match('fault of hum', t:log())
    T.no_match('E%d+:', t:log())
  end)
end
