-- A chat that begins as another one did: the same up to some answer, from where it goes another way. It is a file of
-- its own at once, with what belongs to it.
local aside = require('hum.aside')
local belongings = require('hum.chat.kept.belongings')
local buffer = require('hum.chat.buffer')
local config = require('hum.config')
local edit = require('hum.chat.text.edit')
local folder = require('hum.chat.kept.folder')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local load = require('hum.chat.load')
local manage = require('hum.chat.manage')
local models = require('hum.server.models')
local name = require('hum.chat.kept.name')
local read = require('hum.chat.text.read')
local reply = require('hum.chat.reply')
local turns = require('hum.chat.text.turns')

local M = {}

--- The last turn of each exchange: what was asked, in one message or several, and its answer.
---@param list hum.Turn[]
---@return hum.Turn[]
local function exchanges(list)
  local out = {}
  for i, turn in ipairs(list) do
    local following = list[i + 1]
    if turn.role == 'assistant' and not (following and following.role == 'assistant') then out[#out + 1] = turn end
  end
  return out
end

--- Which exchange a line of a chat belongs to, or follows.
---@param buf integer
---@param row integer
---@return integer|nil  nil: none
function M.at(buf, row)
  local number
  local first = 0 -- row of the exchange
  for i, turn in ipairs(exchanges(turns.of(buf).turns)) do
    if row >= first then number = i end
    first = turn.last + 1
  end
  return number
end

---@param lines string[]
local function trim_end(lines)
  while lines[1] and not lines[#lines]:find('%S') do
    lines[#lines] = nil
  end
end

--- What ends a reply that is still streaming, in the copy.
---@param lines string[]
---@param row integer  of its heading
local function stop_reply(lines, row)
  local changed, added = format.finish(vim.list_slice(lines, row + 2), 'stopped')
  for i, line in pairs(changed) do
    lines[row + 1 + i] = line
  end
  table.insert(added, #added, '') -- before the mark
  vim.list_extend(lines, added)
end

---@param buf integer
---@param turn hum.Turn  the last one that is copied
---@param is_last boolean  of the answers
---@return string[]
local function copy(buf, turn, is_last)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, turn.last + 1, false)
  trim_end(lines)
  if is_last and reply.of(buf) then stop_reply(lines, turn.row) end
  return vim.list_extend(lines, { '', format.heading('user'), '', '' })
end

---@param title string
---@return string  with a mark, which counts
local function marked(title)
  local base, number = title:match('^(.*) %(fork ?(%d*)%)$')
  if not base then return title .. ' (fork)' end
  return ('%s (fork %d)'):format(base, (tonumber(number) or 1) + 1)
end

--- Sets a line of the front matter.
---@param lines string[]
---@param values? hum.Front
---@param key string
---@param value string
---@param at? integer  index for a line that is new; default: the last of the front matter
local function set(lines, values, key, value, at)
  local line = format.setting(key, value)
  if not values then
    for i, one in ipairs(format.front_around(line)) do
      table.insert(lines, i, one)
    end
  elseif values.rows[key] then
    lines[values.rows[key] + 1] = line
  else
    table.insert(lines, at or values.last + 1, line)
  end
end

---@param lines string[]
---@param values? hum.Front
---@param title string
local function set_title(lines, values, title) set(lines, values, 'title', title, values and values.first + 3) end

--- The folder of the other chat, if it is one of hum's.
---@param path string
---@param values table<string, string>
---@return string
local function folder_of(path, values)
  local dir = vim.fs.dirname(path)
  if path ~= '' and folder.contains(path) and vim.fn.isdirectory(dir) == 1 then return dir end
  local has_project = (values.project or '') ~= '' and (values.root or '') ~= ''
  return folder.path(has_project and { name = values.project, root = values.root } or nil)
end

---@param lines string[]
---@param from string  the other chat's file
---@param path string
---@return integer|nil buf, string|nil err
local function make_file(lines, from, path)
  local ok, err = folder.ensure(vim.fs.dirname(path))
  if ok then
    ok, err = aside.write(path, table.concat(lines, '\n') .. '\n', true)
  end
  if ok and from ~= '' then
    ok, err = belongings.copy(vim.uv.fs_realpath(from) or from, path)
  end
  if not ok then return nil, err end
  return load.buffer(path)
end

--- With `chat.keep` off there is no file.
---@param lines string[]
---@param of integer  the other chat
---@return integer|nil buf, string|nil err
local function make_buffer(lines, of)
  local buf, err = buffer.create(models.endpoint(front.endpoint(of)), front.model(of))
  if not buf then return nil, err end
  edit.without_undo(buf, function() vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines) end)
  vim.bo[buf].modified = true -- all of it is nowhere else
  return buf
end

---@param lines string[]
---@param of integer  the other chat
---@param text hum.ChatText
---@param title string
---@return integer|nil buf, string|nil err
local function make(lines, of, text, title)
  if config.get().chat.keep == false then return make_buffer(lines, of) end
  local from = vim.api.nvim_buf_get_name(of)
  local dir = folder_of(from, text.front and text.front.values or {})
  return make_file(lines, from, name.file(dir, title))
end

--- Makes a new chat of the first exchanges of another one, answers included, which stays as it is.
---@param buf integer
---@param n? integer  so many; default: all
---@return integer|nil buf, string|nil err
function M.make(buf, n)
  if n == 0 then return nil, 'exchanges are counted from 1' end
  local text = turns.of(buf)
  local ends = exchanges(text.turns)
  local last = ends[math.min(n or #ends, #ends)]
  if not last then return nil, 'nothing to fork: this chat has no answer yet' end
  local title = marked(manage.title(text))
  local lines = copy(buf, last, last == ends[#ends])
  set_title(lines, text.front, title)
  return make(lines, buf, text, title)
end

--- Makes a new chat of all that stands in another one, what is not sent yet included, for another model. The other one
--- stays as it is, and no reply streams into it.
---@param buf integer
---@param endpoint string
---@param model string
---@return integer|nil buf, string|nil err
function M.variant(buf, endpoint, model)
  local text = turns.of(buf)
  local title = ('%s (%s)'):format(manage.title(text), model)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  for key, value in pairs({ model = model, endpoint = endpoint }) do
    set(lines, text.front, key, value)
    text = read.parse(lines) -- rows may have moved
  end
  set_title(lines, text.front, title)
  return make(lines, buf, text, title)
end

--- Makes a new chat of all that stands in another one, what is not sent yet included, for another model. The other one
--- stays as it is, and no reply streams into it.
---@param buf integer
---@param endpoint string
---@param model string
---@return integer|nil buf, string|nil err
function M.variant(buf, endpoint, model)
  local text = turns.of(buf)
  local title = ('%s (%s)'):format(manage.title(text), model)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  if not text.front then
    set(lines, nil, 'model', model)
    text = read.parse(lines)
  else
    set(lines, text.front, 'model', model)
    if not text.front.rows.model then text = read.parse(lines) end
  end
  set(lines, text.front, 'endpoint', endpoint)
  set_title(lines, text.front, title)
  return make(lines, buf, text, title)
end

return M
