-- The front matter of a chat: the endpoint and the model that it names.
local chats = require('hum.chat.chats')
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local notify = require('hum.notify')
local turns = require('hum.chat.text.turns')

local M = {}

local on_set = function(_) end ---@type fun(buf: integer)

--- Sets the function that is called when hum has written what a chat uses.
---@param fn fun(buf: integer)
function M.on_set(fn) on_set = fn end

---@param buf integer
---@return hum.Front|nil
local function read(buf) return turns.of(buf).front end

---@param buf integer
---@param key string
---@return string|nil
local function value_of(buf, key)
  local chat = chats.get(buf)
  local front = chat and read(chat.buf)
  local found = front and front.values[key]
  return found ~= '' and found or nil
end

--- What the front matter of a chat says under a key; nil: nothing, or it is no chat.
---@param buf integer
---@param key string
---@return string|nil
function M.value(buf, key) return value_of(buf, key) end

--- The endpoint that a chat uses; nil for other buffers.
---@param buf integer
---@return string|nil
function M.endpoint(buf) return value_of(buf, 'endpoint') end

--- The model that it uses, likewise.
---@param buf integer
---@return string|nil
function M.model(buf) return value_of(buf, 'model') end

--- All that it says.
---@param buf integer
---@return table<string, string>
function M.all(buf)
  local front = chats.get(buf) and read(buf)
  return front and front.values or {}
end

--- What its front matter says of where it was begun and what it uses, for another chat that does the same.
---@param buf integer
---@return hum.FrontValues|nil
function M.values(buf)
  local endpoint, root = M.endpoint(buf), value_of(buf, 'root')
  if not endpoint then return nil end
  local project = root and { name = value_of(buf, 'project') or vim.fs.basename(root), root = root }
  return { endpoint = endpoint, model = M.model(buf), project = project, persona = value_of(buf, 'persona') }
end

--- Its title, likewise.
---@param buf integer
---@return string|nil
function M.title(buf) return value_of(buf, 'title') end

--- Why hum may not change a chat.
---@param buf integer
---@return string|nil
function M.refusal(buf)
  if not vim.bo[buf].modifiable then return ":set modifiable first: the chat is 'nomodifiable'" end
  local version = value_of(buf, 'hum')
  if (tonumber(version) or 0) <= format.VERSION then return nil end
  return ('update hum.nvim first: a later version of it has written this chat ("hum: %s")'):format(version)
end

--- Sets a line of the front matter, which is written if there is none.
---@param buf integer
---@param key string
---@param value string
local function set_value(buf, key, value)
  local front = read(buf)
  local line = format.setting(key, value)
  if not front then
    edit.replace(buf, 0, 0, format.front_around(line))
  elseif front.rows[key] then
    edit.replace(buf, front.rows[key], front.rows[key] + 1, { line })
  else
    edit.replace(buf, front.last, front.last, { line })
  end
end

--- Sets a line of the front matter that is no text alone, such as `options`.
---@param buf integer
---@param key string
---@param line string
function M.set_line(buf, key, line)
  local front = read(buf)
  local row = front and front.rows[key]
  if not front then return edit.replace(buf, 0, 0, format.front_around(line)) end
  edit.replace(buf, row or front.last, row and row + 1 or front.last, { line })
end

--- Takes a line of the front matter away.
---@param buf integer
---@param key string
local function drop_value(buf, key)
  local front = read(buf)
  local row = front and front.rows[key]
  if row then edit.replace(buf, row, row + 1, {}) end
end

--- In the order in which they are written.
local SETTABLE = { 'persona', 'endpoint', 'model' }

--- Sets what a chat uses.
---@param buf integer
---@param values { persona?: string|false, endpoint?: string|false, model?: string|false }  false: none
---@return boolean  false: the buffer is not a chat
---@return boolean|nil set  else the user is told why it is not
function M.set(buf, values)
  local chat = chats.get(buf)
  if not chat or not vim.api.nvim_buf_is_loaded(chat.buf) then return false end
  local why = M.refusal(chat.buf)
  if why then
    notify.complain(why)
    return true, false
  end
  local function set()
    for _, key in ipairs(SETTABLE) do
      if values[key] then
        set_value(chat.buf, key, values[key] --[[@as string]])
      elseif values[key] == false then
        drop_value(chat.buf, key)
      end
    end
  end
  local pristine = vim.api.nvim_buf_call(chat.buf, vim.fn.changenr) == 0 and not vim.bo[chat.buf].modified
  local ok, err
  if pristine then
    ok, err = pcall(edit.without_undo, chat.buf, set)
  else
    ok, err = pcall(set)
  end
  if not ok then notify.complain(err) end
  on_set(chat.buf)
  return true, ok
end

---@param buf integer
---@param endpoint? string
---@param model string
---@return boolean  false: the buffer is not a chat
---@return boolean|nil set  else the user is told why it is not
function M.set_model(buf, endpoint, model) return M.set(buf, { endpoint = endpoint, model = model }) end

--- Sets the title.
---@param buf integer
---@param title string
---@param joined? boolean  as a part of what was just written: `u` takes back both
---@return boolean ok, any err
function M.set_title(buf, title, joined)
  local ok, err = false, nil ---@type boolean, any
  vim.api.nvim_buf_call(buf, function()
    if joined then pcall(vim.api.nvim_command, 'silent undojoin') end -- not after an undo
    local front = read(buf)
    local row = front and not front.rows.title and (front.rows.hum or front.first) + 1
    if row then
      ok, err = pcall(edit.replace, buf, row, row, { format.setting('title', title) })
    else
      ok, err = pcall(set_value, buf, 'title', title)
    end
  end)
  return ok, err
end

return M
