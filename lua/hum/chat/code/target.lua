-- What a code block of a chat is for: the lines that the question quotes.
local bufload = require('hum.bufload')
local file = require('hum.chat.code.file')
local notify = require('hum.notify')
local origin = require('hum.chat.code.origin')
local snippets = require('hum.chat.text.snippets')

local M = {}

--- The quote that a block may replace: the only one of the question, or the only one of the block's file.
---@param chat integer
---@param snippet hum.Snippet
---@return hum.Snippet|nil
local function quote_for(chat, snippet)
  local all = snippets.quotes(chat, snippet.row)
  local name = snippet.file and vim.fs.normalize(snippet.file)
  if name then
    all = vim.tbl_filter(function(one) return not one.file or vim.fs.normalize(one.file) == name end, all)
  end
  return #all == 1 and all[1].row ~= snippet.row and all[1] or nil
end

--- A file's buffer, loaded.
---@param chat integer
---@param path string
---@return integer|nil
function M.buffer(chat, path)
  local full = file.resolve(chat, path)
  if not full then return nil end
  local buf = vim.fn.bufadd(full)
  local ok, _, swap = bufload.load(buf)
  if not ok then return nil end
  if swap then
    notify.warn(('hum: %s has a swap file: another Neovim has it open, or crashed'):format(vim.fs.basename(full)))
  end
  vim.bo[buf].buflisted = true
  return buf
end

--- The lines that the question was about, as they stand in their file now.
---@param chat integer
---@param snippet hum.Snippet
---@return hum.Range|nil range  nil: none are quoted, or they have changed
---@return boolean quoted
function M.quoted(chat, snippet)
  local quote = quote_for(chat, snippet)
  if not quote then return nil, false end
  local range, known = origin.of(chat, quote.text)
  if range or known then return range, true end
  if not quote.file then return nil, false end -- of a buffer without a name, in another session
  local buf = M.buffer(chat, quote.file)
  return buf and origin.find(chat, buf, { text = quote.text, first = quote.lines.first }), true
end

return M
