-- The clock of what counts seconds in chats: the drawing of their windows sets it going again.
local clock = require('hum.look.clock')
local highlight = require('hum.chat.view.highlight')

highlight.on_view('clock', function(_, buf) clock.seen(buf) end)

return clock
