-- All highlight groups of hum: the one table from which they are set (`scheme`) and from which the help lists them.

local M = {}

---@class hum.Group
---@field name string
---@field link string  what it looks like
---@field help string  what it is for

---@param name string
---@param link string
---@param help string
---@return hum.Group
local function group(name, link, help) return { name = name, link = link, help = help } end

--- In the order of the help.
---@type hum.Group[]
M.list = {
  group('HumUser', '@markup.heading.1', 'your messages: the line `## » You`'),
  group('HumAssistant', '@markup.heading.2', 'replies: the line `## « model`'),
  group('HumSystem', '@markup.heading.3', 'the system prompt: the line `## § System`'),
  group('HumDetails', 'Comment', 'at the right of these lines: endpoint, time'),
  group('HumWaiting', 'Comment', 'there while a reply is under way: its state'),
  group('HumFigures', 'Comment', 'the figures of a reply'),
  group('HumNote', 'DiagnosticWarn', 'the border of a note'),
  group('HumError', 'DiagnosticError', 'what went wrong'),
  group('HumWarning', 'DiagnosticWarn', 'what stopped or was cut'),
  group('HumHint', 'DiagnosticHint', 'what to do about it'),
  group('HumMark', '@comment.warning', '`<!-- hum: stopped -->`'),
  group('HumQueued', 'DiagnosticInfo', '"queued"'),
  group('HumThought', 'Comment', 'a closed thought: "Thought for 3 s"'),
  group('HumThinking', 'Comment', 'an open one'),
  group('HumFrontMatter', '@comment', 'the front matter'),
  group('HumLatest', 'Comment', 'the latest chat of a project, in a new one'),
  group('HumHints', 'Comment', 'what one can do in an empty chat'),
  group('HumHeading', '@markup.heading', 'headings within messages'),
  group('HumCode', '@markup.raw.block', 'blocks of code'),
  group('HumCodeLabel', '@punctuation.delimiter', 'the language of a block, and its keys'),
  group('HumFence', '@punctuation.delimiter', 'the border of a block'),
  group('HumCodeInline', '@markup.raw', '`code`'),
  group('HumEmphasis', '@markup.italic', '*emphasis*'),
  group('HumStrong', '@markup.strong', '**strong emphasis**'),
  group('HumStrike', '@markup.strikethrough', '~~struck out~~'),
  group('HumLink', '@markup.link.label', 'the text of a link'),
  group('HumUrl', '@markup.link.url', 'the address of a link'),
  group('HumListMarker', '@markup.list', '`-` and `1.`'),
  group('HumListChecked', '@markup.list.checked', '`[x]`'),
  group('HumListUnchecked', '@markup.list.unchecked', '`[ ]`'),
  group('HumQuote', '@markup.quote', '`> text`'),
  group('HumRule', '@punctuation.special', '`---`'),
  group('HumTable', '@punctuation.special', 'the borders of a table'),
  group('HumWinbar', 'WinBar', 'the line above a chat'),
  group('HumKey', 'Special', 'keys in the list of keys'),
  group('HumGhost', 'Comment', 'a suggestion (ghost text)'),
  group('HumGhostInfo', 'NonText', '"(2/3) +4" after it'),
  group('HumGhostFloat', 'NormalFloat', 'the float with its further lines'),
}

return M
