-- Completion of references: behind "#" the kinds, behind "#file:" names of files, and so on. An 'omnifunc' and a
-- 'completefunc'; the sources for nvim-cmp and blink.cmp (hum.reference.cmp, hum.reference.blink) ask here as well.
-- Everything is answered at once, and within bounds.
local fault = require('hum.fault')
local kinds = require('hum.reference.kinds')

local M = {}

--- What stands for the function in 'omnifunc' and 'completefunc'.
M.NAME = "v:lua.require'hum.reference.complete'.omnifunc"

---@class hum.ReferenceItem
---@field word string   all of it, from the "#" on
---@field abbr string   what is new in it
---@field info? string
---@field goes_on boolean  something is to be typed behind it

---@class hum.ReferenceMenu
---@field col integer   bytes, from 0: where the words begin
---@field items hum.ReferenceItem[]

---@alias hum.OtherCompletion fun(line: string, row: integer): hum.ReferenceMenu|nil

---@class hum.ReferenceBuffer
---@field where fun(): hum.Where
---@field other? hum.OtherCompletion  asked before references

local buffers = {} ---@type table<integer, hum.ReferenceBuffer>

-- ---- what is typed ----------------------------------------------------------------------------

---@param line string  up to the cursor
---@return integer|nil at  of the "#", from 1
---@return string|nil head  "file:"
---@return string|nil typed
local function argument_at(line)
  local at = #line
  while true do
    at = line:sub(1, at):match('^.*()#') --[[@as integer]]
    if not at then return nil end
    local head, typed = line:match('^#(%a[%w_-]*!?:)(.*)$', at)
    local is_open = typed and typed:find('^"') and not typed:find('[^\\]"', 2)
    local is_whole = is_open or typed and not typed:find('["%s]', 1) or typed and typed:find('^[^"%s]*\\ [^"]*$')
    if head and is_whole and (at == 1 or line:sub(at - 1, at - 1):find('[^%w_#&/\\=@$%%.]')) then
      return at, head, typed
    end
    at = at - 1
  end
end

---@param arg string
---@return string
local function quoted(arg)
  if not arg:find('[%s"\'`,;()%[%]{}<>|!?]') and not arg:find('[.,:]$') then return arg end
  return '"' .. arg:gsub('[\\"]', '\\%0') .. '"'
end

--- A folder is gone on with: its quotes stay open.
---@param arg string
---@return string
local function written(arg)
  local text = quoted(arg)
  return arg:find('/$') and text:gsub('"$', '') or text
end

---@param head string  "file:"
---@param typed string
---@param where hum.Where
---@return hum.ReferenceItem[]
local function arguments(head, typed, where)
  local kind = kinds.get((head:gsub('!?:$', '')))
  if not kind or not kind.complete then return {} end
  typed = typed:gsub('^"', ''):gsub('\\([ "\\])', '%1')
  local ok, list = fault.guard('completion of #' .. kind.name, kind.complete, typed, where)
  return vim.tbl_map(
    function(one)
      return {
        word = '#' .. head .. written(one.word),
        abbr = one.word,
        info = one.info,
        goes_on = one.word:find('/$') ~= nil,
      }
    end,
    ok and list or {}
  )
end

---@param stem string
---@return hum.ReferenceItem[]
local function names(stem)
  local items = {}
  for _, name in ipairs(kinds.names()) do
    if vim.startswith(name, stem:lower()) then
      local kind = assert(kinds.get(name))
      local needs = kind.argument == 'needed'
      items[#items + 1] = {
        word = '#' .. name .. (needs and ':' or ''),
        abbr = '#' .. name .. (needs and ':' or ''),
        info = kind.desc,
        goes_on = needs,
      }
    end
  end
  return items
end

--- What may be meant at the end of a text in a line.
---@param line string  up to the cursor
---@param where fun(): hum.Where
---@return hum.ReferenceMenu|nil  nil: no reference is being written there
function M.menu(line, where)
  local at, head, typed = argument_at(line)
  if at and head and typed then return { col = at - 1, items = arguments(head, typed, where()) } end
  local position, stem = line:match('()#(%a?[%w_-]*)$')
  local start = position --[[@as integer|nil]]
  if not start or not stem or (start > 1 and not line:sub(start - 1, start - 1):find('[^%w_#&/\\=@$%%.]')) then
    return nil
  end
  return { col = start - 1, items = names(stem) }
end

--- The same at the cursor of a buffer that has completion.
---@param buf integer
---@param line string  up to the cursor
---@param row integer  from 0
---@return hum.ReferenceMenu|nil
function M.at(buf, line, row)
  local own = buffers[buf]
  if not own then return nil end
  return own.other and own.other(line, row) or M.menu(line, own.where)
end

-- ---- |complete-functions| ---------------------------------------------------------------------

local current ---@type hum.ReferenceMenu|nil

---@param item hum.ReferenceItem
---@return table  as |complete-items| has it
local function vim_item(item)
  local menu = item.info or ''
  return { word = item.word, abbr = item.abbr, menu = menu, dup = 1, icase = 1 }
end

---@param findstart 0|1
---@return integer|table
function M.omnifunc(findstart)
  if findstart == 1 then
    local row, col = unpack(vim.api.nvim_win_get_cursor(0))
    current = M.at(vim.api.nvim_get_current_buf(), vim.api.nvim_get_current_line():sub(1, col), row - 1)
    return current and current.col or -3
  end
  local menu = current or { items = {} }
  current = nil
  return { words = vim.tbl_map(vim_item, menu.items), refresh = 'always' }
end

--- Offers references in a buffer: in 'omnifunc' and 'completefunc', and by the sources of completion plugins.
---@param buf integer
---@param where fun(): hum.Where
---@param other? hum.OtherCompletion  what else is offered there
function M.attach(buf, where, other)
  if not buffers[buf] then
    vim.api.nvim_create_autocmd('BufWipeout', { buffer = buf, callback = function() buffers[buf] = nil end })
  end
  buffers[buf] = { where = where, other = other }
  vim.bo[buf].omnifunc, vim.bo[buf].completefunc = M.NAME, M.NAME
end

---@param buf integer
---@return boolean
function M.is_attached(buf) return buffers[buf] ~= nil end

-- ---- plugins ----------------------------------------------------------------------------------

--- The items at the cursor as the language server protocol has them, with columns in bytes ("utf-8").
---@return lsp.CompletionItem[]
function M.lsp_items()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line():sub(1, col)
  local menu = M.at(vim.api.nvim_get_current_buf(), line, row - 1)
  if not menu then return {} end
  local protocol = vim.lsp.protocol
  local items = {}
  for i, item in ipairs(menu.items) do
    items[i] = {
      label = item.abbr,
      filterText = item.word,
      sortText = ('%04d'):format(i),
      kind = item.goes_on and protocol.CompletionItemKind.Folder or protocol.CompletionItemKind.Reference,
      detail = item.info,
      insertTextFormat = protocol.InsertTextFormat.PlainText,
      textEdit = {
        newText = item.word,
        range = {
          start = { line = row - 1, character = menu.col },
          ['end'] = { line = row - 1, character = col },
        },
      },
    }
  end
  return items
end

return M
