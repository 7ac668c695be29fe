-- The keys of a chat, in one table: the maps (hum.chat.maps), the option `chat.maps` with its defaults, the table of
-- `:help hum-keys` and the list that `g?` shows are made from it.
--
-- No key of Neovim's that has a use in prose is taken: not `s`, `c`, `gq`, `]s`, `gx`, `K`, nor what Neovim 0.11 maps
-- by itself (`]b`, `]q`, `]d`, ...). Taken are `g?` (rot13), `gp`, `gd`, `gm` (the middle of the line) and `gh` (select
-- mode), which have none, and those that do as ever where there is no block, file or float: `ib`, `ab`, `gf`, `<Esc>`,
-- `go`.
local rows = require('hum.config.key_rows')

---@class hum.Key
---@field name string                   of the option, and of the action that hum.chat has for it
---@field modes string                  a letter each, as vim.keymap.set() has them
---@field default string|string[]|false
---@field desc string                   what it does, in a few words
---@field more? string                  what else the help says of it
---@field group string                  what it is about, as the list shows it

local M = {}

--- What the help says of keys that do something only at times.
local IDLE = '; without a running reply, the key keeps its usual meaning'
local ELSEWHERE = '; in other windows the key keeps its usual meaning'

--- By group: name, modes, default, desc, more.
local GROUPS = {
  {
    'Your message',
    { 'send', 'n', { '<CR>', '<C-s>' }, 'send the message' },
    { 'send_insert', 'i', '<C-s>', 'send the message', '; `chat.stay_in_insert` says whether insert mode ends' },
    { 'send_as_is', 'n', 'g!', 'take headings in your message as turns', 'and send it' },
    { 'unqueue', 'n', 'g<BS>', 'take a queued message back', 'as a draft' },
    { 'refresh', 'n', 'g=', 'bring quoted lines up to date', ', at the cursor, see |hum-quotes|' },
  },
  {
    'The reply',
    { 'stop', 'n', '<C-c>', 'stop the reply', IDLE },
    { 'stop_insert', 'i', '<C-c>', 'stop the reply', IDLE },
    { 'retry', 'n', 'g<CR>', 'regenerate the last reply' },
    { 'continue', 'n', 'g.', 'go on with the last reply' },
    { 'model', 'n', 'gm', 'select the model' },
    { 'yank_reply', 'n', 'gY', 'yank the reply', 'without its thinking' },
  },
  {
    'Its code',
    { 'yank_block', 'n', 'gy', 'yank the code block', 'at the cursor or above' },
    { 'put_block', 'n', 'gp', 'put the code block into the file', ', see |hum-code|' },
    { 'diff_block', 'n', 'gd', 'show the code block as a diff', 'against the file' },
    { 'apply_block', 'n', 'gA', 'apply the code block to its file', 'as a preview, see |hum-apply|' },
    { 'open_file', 'nx', 'gf', 'open the file that is named', 'at the cursor' },
    { 'inner_block', 'xo', 'ib', 'select the code of a block', '; elsewhere |ib|' },
    { 'outer_block', 'xo', 'ab', 'select a block with its fences', '; elsewhere |ab|' },
  },
  {
    'Moving',
    { 'next_turn', 'nxo', ']]', 'jump to the next turn' },
    { 'prev_turn', 'nxo', '[[', 'jump to the previous turn' },
    { 'next_block', 'nxo', ']f', 'jump to the next code block' },
    { 'prev_block', 'nxo', '[f', 'jump to the previous code block' },
  },
  {
    'Chats',
    { 'fork', 'n', 'gb', 'fork the chat here', ', as |:Hum-fork| does' },
    { 'latest', 'n', 'gl', 'open the latest chat', 'of the project' },
    { 'chats', 'n', 'gL', 'list all chats', 'that are kept' },
    { 'close', 'n', 'gh', 'hide the chat window', '; |:Hum-toggle| shows it again' },
    { 'close_float', 'n', '<Esc>', 'close a float with a chat', ELSEWHERE },
    { 'to_window', 'n', 'go', 'move the answer in a float to the chat window', ELSEWHERE },
    { 'keys', 'n', 'g?', 'list these keys' },
  },
}

M.list = rows(GROUPS)

--- Keys of Neovim's own that do something in a chat which nobody would guess.
---@type { [1]: string, [2]: string }[]
M.native = {
  { 'za', 'open or close a thought' },
  { 'u', 'undo a whole reply' },
  { 'G', 'follow the reply again' },
}

--- What a key does, as the help says it.
---@param key hum.Key
---@return string
function M.help(key)
  local more = key.more or ''
  return key.desc .. (more:find('^%a') and ' ' or '') .. more
end

local MODES = { n = 'normal', x = 'visual', o = 'operator-pending', i = 'insert' }

--- The modes of a key in words: "normal, visual".
---@param key hum.Key
---@return string
function M.modes(key)
  local words = key.modes:gsub('.', function(letter) return ', ' .. MODES[letter] end)
  return (words:gsub('^, ', ''))
end

return M
