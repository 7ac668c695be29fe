-- Whatever the user does to a chat while replies stream: its file has its text in the end, and nothing waits for a key.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local ROUNDS = tonumber(vim.env.HUM_STORM) or 3
--- The environment repeats a storm that failed; its name has the seed.
local SEED = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

local SCRIPT = {
  rules = {
    { match = { text = 'short' }, text = 'It is *fine*.' },
    { match = { text = 'think' }, thinking_count = 30, count = 30, interval_ms = 3 },
    { count = 150, interval_ms = 4 },
  },
}

--- Options of users; each storm has some of them.
local OPTIONS = {
  'autochdir',
  'autowrite',
  'autowriteall',
  'backup backupdir=.',
  'backupcopy=yes',
  'backupcopy=no',
  'noautoread',
  'nohidden',
  'noswapfile',
  'undofile',
  'updatetime=50',
  'nowritebackup',
  'shada=',
}

--- What the user does, by Ex commands and keys in the chat's window. None of it is to lose anything.
local ACTIONS = {
  function(t) t:keys('<C-\\><C-n>Gosome draft<Esc>') end,
  function(t) t:keys('<C-\\><C-n>ggjjA <Esc>') end,
  function(t) t:keys('<C-\\><C-n>u') end,
  function(t) t:keys('<C-\\><C-n><C-r>') end,
  function(t) t:keys('<C-\\><C-n>:silent write<CR>') end,
  function(t) t:keys('<C-\\><C-n>:silent! write!<CR>') end,
  function(t) t:keys('<C-\\><C-n>:checktime<CR>') end,
  function(t) t:keys('<C-\\><C-n>:silent update<CR>') end,
  function(t) t:keys('<C-\\><C-n>:silent! edit<CR>') end,
  function(t) t:keys('<C-\\><C-n>:silent edit!<CR>') end,
  function(t) t:keys('<C-\\><C-n>:split<CR>:close<CR>') end,
  function(t) t:keys('<C-\\><C-n>:silent! Hum stop<CR>') end,
  function(t) t:keys('<C-\\><C-n>:Hum! chat short one<CR>') end,
  function(t) t:keys('<C-\\><C-n>:Hum! chat a long one<CR>') end,
  function(t) t:keys('<C-\\><C-n>:Hum! chat think of it<CR>') end,
  function(t) t:keys('<C-\\><C-n>:silent! Hum retry<CR>') end,
  function(t) t:keys('<C-\\><C-n>:set ff=dos<CR>') end,
  function(t) t:keys('<C-\\><C-n>:set ff=unix<CR>') end,
  function(t) t:elapse(0.03) end,
  function(t) t:elapse(0.1) end,
}

--- The chat's text and its file's, once all is saved; in one call, since a reply to what was queued may stream still.
local BOTH = [[
  local buf, path = ...
  require('hum.chat.kept.file').flush(buf)
  local f = assert(io.open(path))
  local saved = f:read('*a'):gsub('\r\n', '\n')
  f:close()
  return { table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n') .. '\n', saved, vim.bo[buf].modified }
]]

local function storm(t, seed)
  math.randomseed(seed)
  local srv = t:fake()
  srv:script(SCRIPT)
  local chosen = {}
  for _, option in ipairs(OPTIONS) do
    if math.random(4) == 1 then chosen[#chosen + 1] = option end
  end
  if #chosen > 0 then t:cmd('set ' .. table.concat(chosen, ' ')) end
  local buf = chat.open(t, srv)
  chat.ask(t, 'short', buf)
  chat.finished(t)
  local path = t:api('nvim_buf_get_name', buf)
  local done = {}
  for i = 1, 25 do
    local n = math.random(#ACTIONS)
    done[i] = n
    ACTIONS[n](t)
    t:wait(function()
      local mode = t.child:mode()
      return not mode.blocking and mode.mode ~= 'r?'
    end, ('nothing waits for a key (%s; %s)'):format(table.concat(done, ' '), table.concat(chosen, ' ')))
  end
  t:keys('<C-\\><C-n>')
  t:wait(function() return #t:events('HumRequestStarted') == #t:events('HumRequestFinished') end, 'replies end')
  local both = t:lua(BOTH, buf, path)
  eq(both[1], both[2], table.concat(done, ' '))
  eq(false, both[3])
  T.no_match('internal error', t:log())
  T.no_match('cannot be saved', t:messages())
end

for i = 1, ROUNDS do
  local seed = SEED + i
  test(('the file has what the chat has (seed %d)'):format(seed), function(t) storm(t, seed) end)
end
