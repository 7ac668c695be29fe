-- What the beginning of a chat's file says of the chat, so that a list of chats reads no more than that.
local format = require('hum.chat.text.format')
local name = require('hum.chat.kept.name')
local read = require('hum.chat.text.read')

local M = {}

---@class hum.Head
---@field title string    '' if it has neither a title nor a question
---@field model string
---@field project string  the name of its folder
---@field root string     that folder

--- Front matter, and in most chats the first question, in bytes; so far a question is looked for behind a long system
--- prompt.
local SHORT, LONG = 4096, 65536

--- A title of the user's own is not cut by hum, but a list has lines.
local MOST = 200

--- As plugin/hum.lua knows chats, whatever their line ends.
---@param text string
---@return boolean
function M.is_chat(text) return text:find('^\239?\187?\191?%-%-%-[ \t]*\r?\nhum: ') ~= nil end

---@param text string
---@return string[]  without carriage returns, and without a last line that may go on
local function lines_of(text)
  local lines = vim.split(text:gsub('^\239\187\191', ''):gsub('\r\n', '\n'), '\n', { plain = true })
  if #lines > 1 then lines[#lines] = nil end
  return lines
end

---@param text string
---@return string  one line that ends with a whole character
local function shown(text)
  text = format.one_line(text)
  if #text <= MOST then return text end
  return text:sub(1, MOST + vim.str_utf_end(text, MOST)) .. '…'
end

---@param lines string[]
---@return table<string, string> values
---@return integer last  line of the front matter
local function front_of(lines)
  local last = 1
  repeat
    last = last + 1
  until not lines[last] or lines[last]:find('^%-%-%-%s*$')
  local reader = read.begin(0)
  read.lines(reader, vim.list_slice(lines, 1, last))
  return reader.front and reader.front.values or {}, math.min(last, #lines)
end

---@param lines string[]
---@return string|nil
local function question_of(lines)
  for _, turn in ipairs(read.parse(lines).turns) do
    if turn.role == 'user' and turn.text ~= '' then return turn.text end
  end
end

---@param text string  the beginning of a file
---@return hum.Head|nil head  nil: it is no chat
---@return boolean whole      false: more of the text might give it a title
local function parsed(text)
  if not M.is_chat(text) then return nil, true end
  local lines = lines_of(text .. '\n')
  local values = front_of(lines)
  local title = shown(values.title or '')
  local question = title == '' and question_of(lines) or nil
  if question then title = name.title(question) end
  local head = {
    title = title,
    model = shown(values.model or ''),
    project = shown(values.project or ''),
    root = shown(values.root or ''),
  }
  return head, title ~= ''
end

--- Reads the beginning of a file.
---@param path string
---@return hum.Head|nil head  nil: it is no chat, or cannot be read
function M.read(path)
  local fd = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil end
  local text = vim.uv.fs_read(fd, SHORT, 0) or ''
  local head, whole = parsed(text)
  if head and not whole and #text == SHORT then head = parsed(vim.uv.fs_read(fd, LONG, 0) or text) end
  vim.uv.fs_close(fd)
  return head
end

return M
