-- Commands and <Plug> maps only: nothing is required before it is used.
if vim.g.loaded_hum then return end
vim.g.loaded_hum = 1

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('hum needs Neovim 0.10 or newer', vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command('Hum', function(opts) require('hum.command').run(opts) end, {
  nargs = '*',
  range = true,
  bang = true,
  desc = 'Chat and code completion with language models',
  complete = function(...) return require('hum.command').complete(...) end,
})

-- Not vim.keymap, which would have to be loaded first.
local function map(mode, name, callback, expr)
  vim.api.nvim_set_keymap(mode, '<Plug>(hum-' .. name .. ')', '', {
    callback = callback,
    noremap = true,
    expr = expr,
    desc = 'hum: ' .. name,
  })
end

map('n', 'chat', function() require('hum').chat({ new = false }) end)
for _, name in ipairs({ 'send', 'stop', 'retry', 'continue', 'model', 'ask', 'toggle' }) do
  map('n', name, function() require('hum')[name]() end)
end
map('n', 'new', function() require('hum').chat({ new = true }) end)

-- The selected lines are quoted: "chat" leaves the question to be written in the chat,
-- "ask" asks for it.
map('x', 'chat', function() require('hum').chat({ new = true, quote = require('hum').selection() }) end)
map('x', 'ask', function() require('hum').ask(require('hum').selection()) end)

-- One of the prompt library, for what is selected or around the cursor.
map('n', 'prompt', function() require('hum.library.picker').open({}) end)
map('x', 'prompt', function() require('hum.library.picker').open(require('hum.library.about').selected()) end)

-- Operators: an edit of what a motion or the selection says. "line" is for lines, as `dd` is.
for _, kind in ipairs({ 'edit', 'fix' }) do
  for _, mode in ipairs({ 'n', 'x' }) do
    map(mode, kind, function() return require('hum.edit.operator').keys(kind) end, true)
  end
  map('n', kind .. '-line', function() return require('hum.edit.operator').keys(kind, '_') end, true)
end
map('n', 'insert', function() return require('hum.edit.operator').keys('insert', 'l') end, true)
map('n', 'attempt-prev', function() require('hum.edit.command').attempt(-1) end)
map('n', 'attempt-next', function() require('hum.edit.command').attempt(1) end)

for name, action in pairs({
  accept = 'accept',
  ['accept-line'] = 'accept_line',
  ['accept-word'] = 'accept_word',
  ['next-suggestion'] = 'next',
  ['prev-suggestion'] = 'prev',
  dismiss = 'dismiss',
  suggest = 'now',
}) do
  map('i', name, function() require('hum.complete')[action]() end)
end

-- Of edits that are shown; without one they say so.
for name, action in pairs({
  ['hunk-accept'] = 'accept',
  ['hunk-accept-all'] = 'accept_all',
  ['hunk-reject'] = 'reject',
  ['hunk-reject-all'] = 'reject_all',
  ['edit-diff'] = 'diff',
  ['edit-answer'] = 'answer',
}) do
  map('n', name, function() require('hum.edit.view').run(action) end)
end
for name, sign in pairs({ next = 1, prev = -1 }) do
  map('n', 'hunk-' .. name, function() require('hum.edit.view').move(sign) end)
end

-- Loaded anew by a plugin manager while a helper runs: see there.
if vim.g.hum_helper then require('hum.server.helper') end

local group = vim.api.nvim_create_augroup('hum', {})

-- Whether there is completion is for the options to say, which are not read before there
-- are any: in vim.g.hum, or given to setup().
vim.api.nvim_create_autocmd('InsertEnter', {
  group = group,
  callback = function()
    if vim.g.hum ~= nil or package.loaded['hum.config'] then
      require('hum.complete').start()
      return true
    end
  end,
})

-- No prompt for the swap file of a chat. Before the file is read, so before it is known for a chat.
vim.api.nvim_create_autocmd('SwapExists', {
  group = group,
  callback = function(event) require('hum.chat.kept.swap').on_exists(event.match) end,
})

-- No modeline in a chat ever holds: most of its text is a model's, and the file may be anybody's. For what is opened
-- hum.chat.buffer is in time, but not for an autocommand of the user's that has modelines run (:doautocmd) before.
vim.api.nvim_create_autocmd('BufReadPre', {
  group = group,
  callback = function(event)
    local stat = vim.bo[event.buf].modeline and vim.uv.fs_stat(event.match)
    local fd = stat and stat.type == 'file' and vim.uv.fs_open(event.match, 'r', 0)
    if not fd then return end
    local head = vim.uv.fs_read(fd, 16, 0) or ''
    vim.uv.fs_close(fd)
    if head:find('^\239?\187?\191?%-%-%-[ \t]*\r?\nhum: ') then vim.bo[event.buf].modeline = false end
  end,
})

-- A chat is a text whose front matter begins with "hum: ", in a file of any name. It has to be known before the file is
-- taken for Markdown, which starts treesitter. Not in ftdetect/: that would load vim.filetype at each start, several
-- ms; the first file does anyway.
local function detect(path, buf)
  if path:find('%.ya?ml$') then return end -- where those lines mean something else
  local lines = vim.api.nvim_buf_get_lines(buf, 0, 2, false)
  if (lines[1] or ''):find('^%-%-%-[ \t]*\r?$') and (lines[2] or ''):find('^hum: ') then return 'hum' end
  -- A chat of which nothing was written yet, in a session.
  local is_new = lines[1] == '' and not lines[2] and path:find('/%d%d%d%d%-%d%d%-%d%d%-%d%d%d%d%d%d[%d-]*%.md$')
  return is_new and require('hum.chat.kept.folder').contains(path) and 'hum' or nil
end

local detects = false
local function on_first(events, pattern)
  vim.api.nvim_create_autocmd(events, {
    pattern = pattern,
    group = group,
    once = true,
    callback = function(event)
      if not detects then vim.filetype.add({ pattern = { ['.*'] = { detect, { priority = 10 } } } }) end
      detects = true
      -- Neovim has looked already what the first file is, if that is not there.
      if event.event == 'BufNewFile' and detect(event.match, event.buf) then vim.bo[event.buf].filetype = 'hum' end
    end,
  })
end
on_first({ 'BufReadPre', 'BufNewFile' }, '*')
on_first('FileType', 'hum')
