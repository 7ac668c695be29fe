-- With its first message a chat gets a title, made of it, and its file a name that is made of the title; from then on
-- the chat is in that file.
local file = require('hum.chat.kept.file')
local folder = require('hum.chat.kept.folder')
local front = require('hum.chat.front')
local log = require('hum.log')
local move = require('hum.chat.kept.move')
local name = require('hum.chat.kept.name')

local M = {}

--- Nothing of a chat whose file has no name yet was ever sent: what stands above the question there are examples of a
--- prompt.
---@param buf integer
---@return boolean
local function is_unsent(buf)
  local path = vim.api.nvim_buf_get_name(buf)
  return name.is_provisional(path) and folder.contains(path) and not vim.uv.fs_stat(path)
end

---@param buf integer
---@param turns hum.Turn[]
---@return string|nil question  nil: something was asked before
local function first_question(buf, turns)
  local question, unsent = nil, is_unsent(buf)
  for _, turn in ipairs(turns) do
    if turn.role ~= 'system' then
      if not unsent and (question or turn.role ~= 'user') then return nil end
      question = turn.role == 'user' and turn.text or question
    end
  end
  return question
end

--- The name of a file that the user has chosen stays.
---@param buf integer
---@param title string
local function name_file(buf, title)
  local path = vim.api.nvim_buf_get_name(buf)
  if not (name.is_provisional(path) and folder.contains(path)) then return end
  local ok, err = move.rename(buf, name.file(vim.fs.dirname(path), title))
  if not ok then log.write('warn', ('%s keeps its name: %s'):format(path, err)) end
end

--- Before a message is sent: all that there is to do with the first one. Adds lines to the front matter.
---@param buf integer
---@param turns hum.Turn[]  that are sent
function M.begin(buf, turns)
  local question = first_question(buf, turns)
  if not question then return end
  local title = front.title(buf)
  if not title then
    title = name.title(question)
    local ok, err = front.set_title(buf, title, true)
    if not ok then log.write('warn', 'a title: ' .. tostring(err)) end
  end
  name_file(buf, title)
  if not vim.uv.fs_stat(vim.api.nvim_buf_get_name(buf)) then file.first(buf) end
end

return M
