-- The places in files that a reply names, as a quickfix list.
local file = require('hum.chat.code.file')
local notify = require('hum.notify')
local paths = require('hum.chat.text.path')
local turns = require('hum.chat.text.turns')
local view = require('hum.chat.view.window')

local M = {}

--- The reply that a row is in, else the last one above; the last one of the chat if there is none.
---@param chat integer
---@param row integer
---@return hum.Turn|nil
function M.reply(chat, row)
  local found
  for _, turn in ipairs(turns.of(chat).turns) do
    if turn.role == 'assistant' and (turn.row <= row or not found) then found = turn end
  end
  return found
end

--- What a line says of the place that it names: what follows it, else all of it.
---@param line string
---@param stop integer  the last byte of the reference
---@return string
local function words(line, stop)
  local behind = line:sub(stop + 1):gsub('^[`"*_)%]:,%s]+', ''):gsub('^[-\226\128\147\148]+%s+', '')
  return vim.trim(behind:find('%w') and behind or line:gsub('^%s*[-*+]%s+', ''))
end

---@param text string
---@param resolve fun(path: string): string|nil
---@return table[]  as setqflist() takes them
local function items_of(text, resolve)
  local items, seen = {}, {}
  for line in vim.gsplit(text, '\n', { plain = true }) do
    for _, one in ipairs(paths.references(line)) do
      local full = one.line and one.path:find('%D') and resolve(one.path)
      local place = full and ('%s:%d:%d'):format(full, one.line, one.column or 0)
      if full and not seen[place] then
        seen[place] = true
        items[#items + 1] = {
          filename = full,
          lnum = one.line,
          end_lnum = one.last,
          col = one.column,
          text = words(line, one.stop),
        }
      end
    end
  end
  return items
end

--- Sets and opens the quickfix list.
---@param chat integer
---@param row integer
function M.show(chat, row)
  local reply = M.reply(chat, row)
  if not reply then return notify.warn('hum: there is no reply yet') end
  local items = items_of(reply.text, file.resolver(chat))
  if #items == 0 then return notify.info('hum: the reply names no line of a file that is there') end
  vim.fn.setqflist({}, ' ', { title = 'hum: ' .. reply.name, items = items })
  local back = vim.api.nvim_get_current_win()
  vim.cmd('botright copen')
  view.clear(back)
end

return M
