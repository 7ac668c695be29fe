-- All highlight groups of hum: the one table of which they are made (`definition`), and from which the help lists them.

local M = {}

---@class hum.Group
---@field name string
---@field help string  what it is for
---@field tone? string  of hum.look.palette
---@field like? string  or the group that it is linked to, if that can be read; else it is made from its colour
---@field muted? boolean  it must stand back behind text
---@field plus? string  an attribute that it always has
---@field own? boolean  linked in any case
---@field part? string  what needs it, nil: chats
---@field on? string  the group that it lies on, nil: Normal

---@param name string
---@param tone string
---@param help string
---@return hum.Group
local function made(name, tone, help) return { name = name, tone = tone, help = help } end

---@param name string
---@param link string
---@param help string
---@param more? table
---@return hum.Group
local function like(name, link, help, more)
  return vim.tbl_extend('error', { name = name, like = link, help = help }, more or {}) --[[@as hum.Group]]
end

---@param name string
---@param tone string
---@param help string
---@return hum.Group
local function of_edit(name, tone, help) return { name = name, tone = tone, help = help, part = 'edit' } end

local MUTED = { muted = true }

--- In the order of the help.
---@type hum.Group[]
M.list = {
  made('HumUser', 'user', 'your messages: the line `## » You`'),
  made('HumAssistant', 'assistant', 'replies: the line `## « model`'),
  made('HumSystem', 'system', 'the system prompt: the line `## § System`'),
  made('HumDetails', 'details', 'at the right of these lines: endpoint, time'),
  made('HumWaiting', 'details', 'there while a reply is under way: its state'),
  like('HumFigures', 'Comment', 'the figures of a reply', MUTED),
  made('HumNote', 'border', 'the border of a note'),
  like('HumError', 'DiagnosticError', 'what went wrong'),
  like('HumWarning', 'DiagnosticWarn', 'what stopped or was cut'),
  like('HumHint', 'DiagnosticHint', 'what to do about it'),
  like('HumMark', 'DiagnosticWarn', '`<!-- hum: stopped -->`'),
  like('HumReference', 'Special', 'a reference in a message: `#file:a.lua`'),
  like('HumReferenceSize', 'Comment', 'behind it: its size in tokens', MUTED),
  like('HumReferenceMissing', 'DiagnosticError', 'one that cannot be sent, and why'),
  like('HumQueued', 'DiagnosticInfo', '"queued"'),
  like('HumThought', 'Comment', 'a closed thought: "Thought for 3 s"', MUTED),
  made('HumFold', 'paper', 'behind the line of a closed one'),
  like('HumThinking', 'Comment', 'an open one', MUTED),
  like('HumFrontMatter', 'Comment', 'the front matter', MUTED),
  like('HumLatest', 'Comment', 'the latest chat of a project, in a new one', MUTED),
  like('HumHints', 'Comment', 'what one can do in an empty chat', MUTED),
  like('HumHeading', '@markup.heading', 'headings within messages', { plus = 'bold' }),
  made('HumCode', 'code', 'blocks of code: what their language gives no colour'),
  made('HumCodeLabel', 'label', 'the language of a block, and its keys'),
  made('HumFence', 'fence', 'the border of a block'),
  made('HumCodeInline', 'inline', '`code`'),
  like('HumEmphasis', '@markup.italic', '*emphasis*'),
  like('HumStrong', '@markup.strong', '**strong emphasis**'),
  like('HumStrike', '@markup.strikethrough', '~~struck out~~'),
  like('HumLink', '@markup.link.label', 'the text of a link', { plus = 'underline' }),
  like('HumUrl', '@markup.link.url', 'the address of a link', { plus = 'underline' }),
  made('HumListMarker', 'accent', '`-` and `1.`'),
  like('HumListChecked', 'DiagnosticOk', '`[x]`'),
  made('HumListUnchecked', 'muted', '`[ ]`'),
  made('HumQuote', 'quote', '`> text`'),
  made('HumRule', 'border', '`---`'),
  made('HumTable', 'border', 'the borders of a table'),
  like('HumWinbar', 'WinBar', 'the line above a chat', { on = 'WinBar' }),
  like('HumKey', 'Special', 'keys in hints'),
  like('HumListKey', 'Special', 'keys in the float that lists them', { on = 'NormalFloat' }),
  like('HumListHeading', '@markup.heading', 'headings there', { on = 'NormalFloat', plus = 'bold' }),
  made('HumFloatBorder', 'border', 'the border of a float with a chat'),
  like('HumRemark', 'DiagnosticInfo', 'a remark on lines (|:Hum-remark|)', { part = 'edit' }),
  like('HumGhost', 'Comment', 'a suggestion (ghost text)', { muted = true, part = 'ghost' }),
  like('HumGhostInfo', 'NonText', '"(2/3) +4" after it', { own = true, part = 'ghost' }),
  like('HumGhostFloat', 'NormalFloat', 'the float with its further lines', { own = true, part = 'ghost' }),
  of_edit('HumAdded', 'added', 'lines that an edit adds'),
  of_edit('HumAddedWord', 'added_word', 'what is new in a changed line'),
  of_edit('HumRemoved', 'removed', 'lines that it removes'),
  of_edit('HumRemovedWord', 'removed_word', 'what goes from a changed line'),
  of_edit('HumPending', 'muted', 'lines that the edit has not reached yet'),
  of_edit('HumEditInfo', 'muted', 'beside it: what the model does, the number of the hunk, its keys'),
  like('HumEditFault', 'DiagnosticWarn', 'what has gone wrong with it', { part = 'edit' }),
}

return M
