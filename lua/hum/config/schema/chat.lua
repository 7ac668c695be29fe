-- Options of chats: `chat`.
local keys = require('hum.config.keys')
local parts = require('hum.config.schema.parts')

local maps = {
  kind = 'group',
  name = 'maps',
  also = { 'keys', 'mappings', 'keymaps' },
  help = [[
Keys in chat buffers, see |hum-keys|. Each is a string, a list of strings, or `false`
for no key.]],
  fields = vim.tbl_map(parts.map, keys.list),
}

---@type hum.Node
return {
  kind = 'group',
  name = 'chat',
  help = 'Chat buffers and windows.',
  fields = {
    {
      name = 'system',
      kind = 'string',
      also = { 'system_prompt', 'prompt' },
      help = 'System prompt for new chats.',
    },
    {
      name = 'personas',
      kind = 'map',
      item = require('hum.config.schema.given').persona,
      default = {},
      help = 'The same as `personas`.',
    },
    {
      name = 'window',
      kind = 'enum',
      values = { 'right', 'left', 'bottom', 'top', 'float', 'tab', 'current', 'vsplit', 'split' },
      default = 'right',
      also = { 'layout', 'win', 'position' },
      help = [[
Where a chat opens if the tab page has no chat window yet: on that side of your windows, in a
float, in a tab page of its own, or in the current window. "vsplit" and "split" leave the side to
'splitright' and 'splitbelow'. Command modifiers take precedence: `:tab Hum chat`,
`:botright Hum chat`.]],
    },
    {
      name = 'size',
      kind = 'number',
      min = 0,
      default = 0,
      also = { 'width', 'height' },
      help = [[
Width of a chat on the right or left, height of one at the bottom or top: a fraction of
the screen if it is below 1, otherwise columns or lines; 0: a fair share. Once you resize
the window, it comes back in that size.]],
    },
    {
      name = 'ask',
      kind = 'enum',
      values = { 'float', 'window' },
      default = 'float',
      also = { 'answer' },
      help = [[
Where |:Hum-ask| shows the answer: in a float at the cursor, or in the chat window.]],
    },
    {
      name = 'current_file',
      kind = 'boolean',
      default = false,
      also = { 'file', 'current_buffer', 'auto_context' },
      help = [[
New chats begin with `#buffer` in your message: the file that you come from is sent with it, as
it is then. Delete the line where you do not want that. Secret files are left out.]],
    },
    {
      name = 'keep',
      kind = 'enum',
      values = { 'project' },
      or_boolean = true,
      default = true,
      also = { 'save', 'autosave', 'history', 'persist' },
      help = [[
Whether each chat is a file from its first message on, see |hum-save|. "project": likewise, in a
folder for each project. `false`: a new chat has no file, swap file or undo file, and hum writes a
chat's file only when you do, with |:w|.]],
    },
    {
      name = 'title',
      kind = 'enum',
      values = { 'question', 'model' },
      default = 'question',
      also = { 'titles', 'generate_title' },
      help = [[
Where a chat gets its title, and its file its name. "question": from the first question. "model": the
model of the chat is asked for one after its first reply, by a small request of its own.]],
    },
    {
      name = 'directory',
      kind = 'string',
      also = { 'dir', 'folder', 'path', 'chat_dir' },
      default_help = '`stdpath("data")/hum/chats`',
      help = [[
The folder where chats are kept. It is made when it is needed, and readable by you alone.]],
    },
    maps,
    {
      name = 'thinking',
      kind = 'enum',
      values = { 'fold', 'show', 'hide' },
      default = 'fold',
      also = { 'fold_thinking', 'fold', 'show_thinking', 'hide_thinking' },
      help = [[
How the thinking of a model is shown. "fold": one line that says how long it takes, and opens with |zo|.
"show": as text, in a fold that |zc| closes. "hide": not at all, though |zo| on the blank line above the
reply's text shows it. See |hum-thinking|.]],
    },
    {
      name = 'stats',
      kind = 'boolean',
      default = true,
      also = { 'show_stats', 'figures' },
      help = [[
Show the figures of a finished reply below it: tokens, tokens per second, time to the first token,
the size of the prompt and its share of the model's context, see |hum-figures|.]],
    },
    {
      name = 'start_insert',
      kind = 'boolean',
      default = false,
      also = { 'insert', 'start_in_insert_mode', 'auto_insert' },
      help = [[
Start insert mode in a chat that opens for you to write in: a new one, or the latest if the cursor
is where the next message goes.]],
    },
    {
      name = 'stay_in_insert',
      kind = 'boolean',
      default = false,
      also = { 'keep_insert', 'stay_insert' },
      help = [[
Stay in insert mode when you send from there (`chat.maps.send_insert`): the cursor goes below the
reply, where the next message is written. By default insert mode ends, and the window follows the
reply.]],
    },
    {
      name = 'winbar',
      kind = 'boolean',
      default = true,
      also = { 'header', 'title_bar' },
      help = [[
Show a |'winbar'| above a chat: model, endpoint, how much of the context is full, and what the model
is doing. A window keeps the 'winbar' that you or another plugin have set for it.]],
    },
    {
      name = 'warn_at',
      kind = 'number',
      min = 0,
      max = 1,
      or_false = true,
      default = 0.85,
      also = { 'warn', 'context_warning' },
      help = [[
From which share of the context window on the meter of a chat is coloured and a message warns, see
|hum-window|: 0.85 is 85 %. `false`: never.]],
    },
    {
      name = 'compact_at',
      kind = 'number',
      min = 0,
      max = 1,
      or_false = true,
      default = false,
      also = { 'auto_compact', 'compact' },
      help = [[
From which share of the context window on old turns are replaced by a summary before a message is sent,
as |:Hum-compact| does it. `false`: only when you ask for it.]],
    },
    {
      name = 'preload',
      kind = 'boolean',
      default = false,
      also = { 'warm', 'warmup', 'load' },
      help = [[
Load the model when a chat opens, with the options that the chat will send, so that the first reply
comes sooner. For Ollama; other servers have their model loaded.]],
    },
    {
      name = 'bell',
      kind = 'boolean',
      default = false,
      also = { 'beep', 'sound' },
      help = [[
Ring the bell of the terminal when a reply has ended that you do not see: its chat is hidden, or
Neovim has lost the focus. See |hum-hidden|.]],
    },
    {
      name = 'follow',
      kind = 'boolean',
      default = true,
      help = [[
Scroll with the reply in windows whose cursor is on the last line. Windows whose cursor
is elsewhere never scroll.]],
    },
    {
      name = 'highlight',
      kind = 'boolean',
      default = true,
      also = { 'syntax', 'colors', 'colours' },
      help = [[
Highlight chats with hum's own highlighter, whose cost does not grow with the length of
the chat.]],
    },
    {
      name = 'dress',
      kind = 'boolean',
      default = true,
      also = { 'render', 'conceal', 'decorate' },
      help = [[
Dress the Markdown of chats, see |hum-looks|: role lines and code blocks as bars and boxes,
bullets, tables, and no marks around **strong** words. The text itself is never changed. If
this is off, chats show raw Markdown in colours.]],
    },
    {
      name = 'raw_at_cursor',
      kind = 'boolean',
      default = true,
      also = { 'anti_conceal', 'reveal' },
      help = [[
Show the row of the cursor as raw Markdown, so that it can be edited. If this is off, it
is raw in insert mode only. While a reply streams, the row is dressed.]],
    },
  },
}
