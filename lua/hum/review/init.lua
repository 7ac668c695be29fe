-- What was accepted, looked at once more: hunks that stand in the files already, shown as those of an edit are. One
-- that is rejected is taken back. Remarks on lines go back to the chat they are about, in one message.
local base = require('hum.review.base')
local bufload = require('hum.bufload')
local chats = require('hum.chat.chats')
local counts = require('hum.count')
local edits = require('hum.edit')
local linediff = require('hum.linediff')
local list = require('hum.apply.list')
local notify = require('hum.notify')
local question = require('hum.question')
local quote = require('hum.chat.text.quote')
local remarks = require('hum.review.remark')
local sets = require('hum.sets')

local M = {}

local from ---@type hum.Set|nil  what is looked at

---@param file hum.ReviewFile
---@return integer|nil buf, string|nil why
local function buffer_of(file)
  if file.buf and vim.api.nvim_buf_is_loaded(file.buf) then return file.buf end
  if file.path == '' or not vim.uv.fs_stat(file.path) then return nil, 'it is not there any more' end
  local buf = vim.fn.bufadd(file.path)
  local ok, why = bufload.load(buf)
  if not ok then return nil, why end
  vim.bo[buf].buflisted = true
  return buf
end

---@param file hum.ReviewFile
---@param label string
---@return hum.edit.Preview|nil preview, string|nil why  neither: nothing differs
local function show(file, label)
  local buf, why = buffer_of(file)
  if not buf then return nil, why end
  for _, preview in ipairs(edits.list(buf)) do
    if preview.review then preview:drop() end
  end
  local old = file.lines or base.lines(file.bytes or '', buf)
  local hunks = linediff.hunks(old, vim.api.nvim_buf_get_lines(buf, 0, -1, false))
  if #hunks == 0 then return nil end
  return edits.given({ buf = buf, hunks = hunks, old = old, label = label })
end

---@param files hum.ReviewFile[]
---@param label string
---@return hum.edit.Preview[] previews
local function show_all(files, label)
  local previews, notes = {}, {}
  for _, file in ipairs(files) do
    local preview, why = show(file, label)
    previews[#previews + 1] = preview
    if why then notes[#notes + 1] = { text = why, path = file.path, is_fault = true } end
  end
  if #previews + #notes == 0 then
    notify.info('hum: nothing differs ' .. label)
  else
    list.set(previews, notes, 'hum: ' .. label)
    local count = 0
    for _, preview in ipairs(previews) do
      count = count + #preview.hunks
    end
    local words = 'hum: %s in %s (:copen lists them)'
    notify.info(words:format(counts.of(count, 'hunk'), counts.of(#previews, 'file')))
  end
  return previews
end

--- Shows what has changed since the last set began, or since a commit.
---@param opts { base?: string, buf?: integer, on_done?: fun(previews: hum.edit.Preview[]|nil, err: string|nil) }
function M.open(opts)
  local function done(files, why, label)
    if not files then notify.error('hum: ' .. why) end
    local previews = files and show_all(files, label)
    if opts.on_done then opts.on_done(previews, why) end
  end
  if not opts.base then
    local files, set = base.of_set()
    if not files then return done(nil, set) end
    from = set --[[@as hum.Set]]
    return done(files, nil, ('since "%s"'):format(from.label))
  end
  from = nil
  local buf = opts.buf or vim.api.nvim_get_current_buf()
  base.of_ref(buf, opts.base, function(files, why) done(files, why, 'since ' .. opts.base) end)
end

--- Writes a remark on lines, to be sent with others.
---@param at { buf: integer, first: integer, last: integer }  from 1
---@param text string  '': the remark there goes
function M.remark(at, text)
  local buf = at.buf == 0 and vim.api.nvim_get_current_buf() or at.buf
  local count = vim.api.nvim_buf_line_count(buf)
  local place = { buf = buf, first = math.min(at.first, count), last = math.min(at.last, count) }
  if text:find('%S') then return remarks.add(place, vim.trim(text)) end
  local former = remarks.at(buf, place.first)
  if former then remarks.remove(former) end
end

--- Asks for a remark. What was written there before is the default.
---@param at { buf: integer, first: integer, last: integer }
function M.ask(at)
  local former = remarks.at(at.buf, at.first)
  question.input({ prompt = 'Remark: ', default = former and former.text or nil }, function(text)
    if text and vim.api.nvim_buf_is_loaded(at.buf) then M.remark(at, text) end
  end)
end

--- The remarks that are not sent yet, by file and line.
---@return hum.RemarkPlace[]
function M.remarks() return remarks.list() end

---@param remark hum.RemarkPlace
---@return string|nil text, string|nil err
local function quoted(remark)
  local ok, err = bufload.load(remark.buf)
  if not ok then return nil, err end
  local lines, why = quote.lines({ buf = remark.buf, first = remark.first, last = remark.last })
  if not lines then return nil, why end
  return table.concat(lines, '\n') .. '\n\n' .. remark.text
end

--- The chat that the accepted hunks came from, else the latest one.
---@return integer|nil buf
local function chat_of()
  local set = from or sets.last()
  local chat = set and set.chat
  if chat and vim.api.nvim_buf_is_loaded(chat) and chats.get(chat) then return chat end
  local latest = chats.latest()
  return latest and latest.buf
end

--- Is it remarks that are sent from a buffer?
---@param buf integer
---@return boolean
function M.is_due(buf) return not chats.get(buf) and #remarks.list() > 0 end

---@return boolean|nil ok, string|nil err
local function send()
  local parts = {}
  for _, remark in ipairs(remarks.list()) do
    local text, why = quoted(remark)
    if not text then return nil, ('the remark on line %d cannot be sent: %s'):format(remark.first, why) end
    parts[#parts + 1] = text
  end
  if #parts == 0 then return nil, 'there are no remarks; write one with ":Hum remark"' end
  local text, buf = table.concat(parts, '\n\n'), chat_of()
  local ok, err
  if buf then
    ok, err = require('hum.chat').tell(buf, text)
  else
    ok, err = require('hum.chat').open({ new = true, question = text })
  end
  if not ok then return nil, err end
  remarks.remove()
  return true
end

--- Sends all remarks in one message to the chat they are about, else to a new one. They are gone then.
---@return boolean|nil ok, string|nil err
function M.send()
  local ok, err = send()
  if not ok then notify.error('hum: ' .. tostring(err)) end
  return ok, err
end

--- Branches and tags that a word may become, for completion.
---@param typed string
---@return string[]
function M.refs(typed)
  local command = { 'git', 'for-each-ref', '--format=%(refname:short)', '--count=500' }
  local ok, process = pcall(vim.system, command, { text = true, timeout = 1000 })
  local out = ok and process:wait().stdout or ''
  local names = vim.list_extend({ 'HEAD', 'HEAD^' }, vim.split(out, '\n', { trimempty = true }))
  return vim.tbl_filter(function(name) return vim.startswith(name, typed) end, names)
end

return M
