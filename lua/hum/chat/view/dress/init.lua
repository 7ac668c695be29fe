-- What stands in a chat as Markdown, drawn over as it is meant: blocks of code, lists, quotes, rules, tables. All of it
-- is drawn by `highlight` for the rows that a window shows; the text stays as it is, and each row where it is.
local fence = require('hum.chat.view.dress.fence')
local hanging = require('hum.chat.view.dress.hanging')
local highlight = require('hum.chat.view.highlight')
local list = require('hum.chat.view.dress.list')
local quote = require('hum.chat.view.dress.quote')
local table_rows = require('hum.chat.view.dress.table')

local M = {}

local started = false

--- Draws these rows in all chats from now on.
function M.start()
  if started then return end
  started = true
  highlight.draw_with('fence_open', fence.draw_open)
  highlight.draw_with('fence_close', fence.draw_close)
  highlight.draw_with('code', fence.draw_code)
  highlight.draw_with('long', hanging.avoid)
  highlight.draw_with('indented', hanging.want_row)
  highlight.draw_with('list', list.draw_item)
  highlight.draw_with('quote', quote.draw)
  highlight.draw_with('rule', list.draw_rule)
  highlight.draw_with('table', table_rows.draw_row)
  highlight.on_view('tables', table_rows.on_view)
  table_rows.start()
end

return M
