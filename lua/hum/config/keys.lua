-- The keys of a chat, in one table: the maps (hum.chat.maps), the option `chat.maps` with its defaults, the table of
-- `:help hum-keys` and the list that `g?` shows are made from it.
--
-- No key of Neovim's that has a use in prose is taken: not `s`, `c`, `gq`, `]s`, `gx`, `K`, nor what Neovim 0.11 maps
-- by itself (`]b`, `]q`, `]d`, ...). Taken are `g?` (rot13), `gp` and `gd`, which have none, and those that do as ever
-- where there is no block, file or float: `ib`, `ab`, `gf`, `<Esc>`, `go`.

---@class hum.Key
---@field name string                   of the option, and of the action that hum.chat has for it
---@field modes string                  a letter each, as vim.keymap.set() has them
---@field default string|string[]|false
---@field desc string                   what it does, in a few words
---@field more? string                  what else the help says of it

local M = {}

local USUAL = 'without a running reply, the key keeps its usual meaning'

---@type hum.Key[]
M.list = {
  { name = 'send', modes = 'n', default = { '<CR>', '<C-s>' }, desc = 'send the message' },
  { name = 'send_insert', modes = 'i', default = '<C-s>', desc = 'send the message', more = 'and leave insert mode' },
  { name = 'stop', modes = 'n', default = '<C-c>', desc = 'stop the reply', more = '; ' .. USUAL },
  { name = 'stop_insert', modes = 'i', default = '<C-c>', desc = 'stop the reply', more = '; ' .. USUAL },
  { name = 'retry', modes = 'n', default = 'g<CR>', desc = 'regenerate the last reply' },
  { name = 'continue', modes = 'n', default = 'g.', desc = 'go on with the last reply' },
  {
    name = 'send_as_is',
    modes = 'n',
    default = 'g!',
    desc = 'take headings in your message as turns',
    more = 'and send it',
  },
  { name = 'unqueue', modes = 'n', default = 'g<BS>', desc = 'take a queued message back', more = 'as a draft' },
  { name = 'model', modes = 'n', default = false, desc = 'select the model' },
  { name = 'next_turn', modes = 'nxo', default = ']]', desc = 'jump to the next turn' },
  { name = 'prev_turn', modes = 'nxo', default = '[[', desc = 'jump to the previous turn' },
  { name = 'next_block', modes = 'nxo', default = ']f', desc = 'jump to the next code block' },
  { name = 'prev_block', modes = 'nxo', default = '[f', desc = 'jump to the previous code block' },
  {
    name = 'inner_block',
    modes = 'xo',
    default = 'ib',
    desc = 'select the code of a block',
    more = '; elsewhere |ib|',
  },
  {
    name = 'outer_block',
    modes = 'xo',
    default = 'ab',
    desc = 'select a block with its fences',
    more = '; elsewhere |ab|',
  },
  { name = 'yank_block', modes = 'n', default = 'gy', desc = 'yank the code block', more = 'at the cursor or above' },
  { name = 'yank_reply', modes = 'n', default = 'gY', desc = 'yank the reply', more = 'without its thinking' },
  {
    name = 'put_block',
    modes = 'n',
    default = 'gp',
    desc = 'put the code block into the file',
    more = ', see |hum-code|',
  },
  {
    name = 'diff_block',
    modes = 'n',
    default = 'gd',
    desc = 'show the code block as a diff',
    more = 'against the file',
  },
  { name = 'open_file', modes = 'nx', default = 'gf', desc = 'open the file that is named', more = 'at the cursor' },
  {
    name = 'hide',
    modes = 'n',
    default = '<Esc>',
    desc = 'close a float with a chat',
    more = '; in other windows the key keeps its usual meaning',
  },
  {
    name = 'to_window',
    modes = 'n',
    default = 'go',
    desc = 'move the answer in a float to the chat window',
    more = '; in other windows the key keeps its usual meaning',
  },
  { name = 'latest', modes = 'n', default = 'gl', desc = 'open the latest chat', more = 'of the project' },
  { name = 'keys', modes = 'n', default = 'g?', desc = 'list these keys' },
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
