-- What is done with the code of a chat, at the cursor or at a line: the block there, or the nearest above.
local config = require('hum.config')
local diff = require('hum.chat.code.diff')
local file = require('hum.chat.code.file')
local notify = require('hum.notify')
local put = require('hum.chat.code.put')
local quickfix = require('hum.chat.code.quickfix')
local snippets = require('hum.chat.text.snippets')
local yank = require('hum.chat.code.yank')

local M = {}

---@class hum.CodeOpts
---@field buf? integer   default: the current buffer
---@field line? integer  default: that of the cursor
---@field register? string  for M.yank; default: v:register
---@field reply? boolean    for M.yank: the whole reply, without its thinking
---@field name? string      for M.file: "a.lua:12"; default: what the cursor is on

---@class hum.Block
---@field first integer      line of the opening fence, from 1 on
---@field last integer       line of the closing fence, or of the last line with text if it is not closed
---@field language? string   as the fence says
---@field file? string       that it belongs to, as the fence, a comment or the line above it says
---@field text string        the code, without the indentation of the fence

---@param buf integer
---@return hum.Block[]
function M.blocks(buf)
  return vim.tbl_map(
    function(one)
      return { first = one.row + 1, last = one.last + 1, language = one.language, file = one.file, text = one.text }
    end,
    snippets.of(buf)
  )
end

---@param chat integer
---@param opts hum.CodeOpts
---@return integer
local function row_of(chat, opts)
  if opts.line then return opts.line - 1 end
  local win = vim.api.nvim_get_current_buf() == chat and 0 or vim.fn.bufwinid(chat)
  return win >= 0 and vim.api.nvim_win_get_cursor(win)[1] - 1 or vim.api.nvim_buf_line_count(chat) - 1
end

---@param chat integer
---@param opts hum.CodeOpts
---@return hum.Snippet|nil  else it is told
local function snippet_of(chat, opts)
  local found = snippets.above(chat, row_of(chat, opts))
  if not found then notify.warn('hum: there is no code block here or above') end
  return found
end

---@param chat integer
---@param opts hum.CodeOpts
---@return { first: integer, last: integer, text: string }|nil  else it is told
local function reply_of(chat, opts)
  local turn = quickfix.reply(chat, row_of(chat, opts))
  if not turn or turn.text == '' then
    notify.warn('hum: there is no reply here or above')
    return nil
  end
  return { first = turn.row + 1, last = turn.last, text = turn.text }
end

---@param chat integer
---@param opts hum.CodeOpts
function M.yank(chat, opts)
  local snippet = not opts.reply and snippet_of(chat, opts) or nil
  local what = opts.reply and reply_of(chat, opts)
    or snippet and { first = snippet.from, last = snippet.to, text = snippet.text }
  if not what then return end
  if what.last < what.first then return notify.warn('hum: the code block is empty') end
  local lines = vim.split(what.text, '\n', { plain = true })
  local register = opts.register or vim.v.register
  local ok, err
  vim.api.nvim_buf_call(chat, function()
    ok, err = yank.lines(what, lines, register)
  end)
  if not ok then notify.error('hum: ' .. err) end
end

--- What begins a block that says what is to be replaced by what: it is no code.
local MARKERS = { '\n<<<<<<<+ SEARCH', '\n%-%-%-%-%-%-%-+ SEARCH', '\n%*%*%* Begin Patch' }

--- The same for what is done with code; of a block that is none it is told what to do with it.
---@param chat integer
---@param opts hum.CodeOpts
---@return hum.Snippet|nil
local function code_of(chat, opts)
  local snippet = snippet_of(chat, opts)
  for _, marker in ipairs(snippet and MARKERS or {}) do
    if ('\n' .. snippet.text):find(marker) then
      local key = config.keys('apply_block')[1] or ':Hum apply'
      notify.warn(('hum: %s shows this block in its file: it says what to replace'):format(key))
      return nil
    end
  end
  return snippet
end

---@param chat integer
---@param opts hum.CodeOpts
function M.put(chat, opts)
  local snippet = code_of(chat, opts)
  if snippet then put.put(chat, snippet) end
end

---@param chat integer
---@param opts hum.CodeOpts
function M.diff(chat, opts)
  local snippet = code_of(chat, opts)
  if snippet then diff.show(chat, snippet) end
end

--- Opens a file that is named.
---@param chat integer
---@param opts hum.CodeOpts
function M.file(chat, opts) file.go(chat, opts.name) end

---@param chat integer
---@param opts hum.CodeOpts
function M.quickfix(chat, opts) quickfix.show(chat, row_of(chat, opts)) end

return M
