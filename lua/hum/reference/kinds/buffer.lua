-- "#buffer": the text of a buffer as it is in Neovim, saved or not. Without a name the one of the code window; by its
-- name, a part of that, or its number. One without changes is its file, which the helper reads.
local spelling = require('hum.spelling')

local M = {}

--- Numbers of buffers mean something in this Neovim only; chats and what they know of buffers live longer.
local SESSION = ('%x-%x'):format(vim.fn.getpid(), vim.uv.hrtime())

---@param buf integer
---@return string  '' for one that is of no file
local function file_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or name:find('^%a[%w+.-]+://') or vim.bo[buf].buftype ~= '' then return '' end
  return vim.fs.normalize(name)
end

--- Buffers that show something that is a reference of its own, or nothing to be sent.
---@param buf integer
---@return string|nil why  with what to do
local function refusal_of(buf)
  local type = vim.bo[buf].buftype
  if vim.bo[buf].filetype == 'hum' then return 'it is a chat\nName another buffer.' end
  if type == 'terminal' then return 'it is a terminal\nWrite #terminal for what its last command wrote.' end
  if type == 'quickfix' then return 'it is a list of places\nWrite #quickfix or #loclist.' end
  if type == 'prompt' then return 'it is a prompt\nName another buffer.' end
end

--- Whether the helper would read from the disk what the buffer holds.
---@param buf integer
---@param file string
---@return boolean
local function is_as_on_disk(buf, file)
  if file == '' or not vim.uv.fs_stat(file) then return false end
  if not vim.api.nvim_buf_is_loaded(buf) then return true end
  local encoding = vim.bo[buf].fileencoding
  return not vim.bo[buf].modified and (encoding == '' or encoding == 'utf-8') and not vim.bo[buf].binary
end

--- The source of a buffer.
---@param buf integer
---@param where hum.Where
---@return hum.Source
function M.source(buf, where)
  local file = file_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  local shown = file ~= '' and where.shown(file) or name ~= '' and name or ('[No Name] (buffer %d)'):format(buf)
  local source = {
    id = file ~= '' and 'buffer:' .. file or ('buffer:#%d@%s'):format(buf, SESSION),
    title = shown,
    tag = file ~= '' and 'file' or 'buffer',
    attributes = file ~= '' and { path = shown } or { name = name ~= '' and name or '[No Name]' },
    follows = true,
  }
  if is_as_on_disk(buf, file) then
    source.path = file
  else
    source.buf = buf
  end
  return source
end

-- ---- which buffer -----------------------------------------------------------------------------

---@param buf integer
---@return boolean
local function is_known(buf) return vim.bo[buf].buflisted or vim.api.nvim_buf_is_loaded(buf) end

--- Buffers that a name may mean: those that users see in lists.
---@return integer[]
local function candidates()
  return vim.tbl_filter(
    function(buf) return is_known(buf) and vim.api.nvim_buf_get_name(buf) ~= '' and vim.bo[buf].filetype ~= 'hum' end,
    vim.api.nvim_list_bufs()
  )
end

--- How well a name fits a buffer's: the whole of it, its end from a slash on, a part.
---@param buf integer
---@param arg string
---@param where hum.Where
---@return 1|2|3|nil
local function fit(buf, arg, where)
  local name = vim.api.nvim_buf_get_name(buf)
  if not name:find('^%a[%w+.-]+://') then name = vim.fs.normalize(name) end
  if name == arg or vim.tbl_contains(where.paths(arg), name) then return 1 end
  if vim.endswith(name, '/' .. arg) then return 2 end
  local shown = where.shown(name)
  local is_plain = arg == arg:lower()
  if (is_plain and shown:lower() or shown):find(arg, 1, true) then return 3 end
end

--- The buffers that a name fits best.
---@param arg string
---@param where hum.Where
---@return integer[]
local function named(arg, where)
  local number = arg:match('^#?(%d+)$')
  local by_number = number and tonumber(number) --[[@as integer|nil]]
  if by_number and vim.api.nvim_buf_is_valid(by_number) and is_known(by_number) then return { by_number } end
  local best, found = 4, {}
  for _, buf in ipairs(candidates()) do
    local how = fit(buf, arg, where)
    if how and how < best then
      best, found = how, {}
    end
    if how == best then found[#found + 1] = buf end
  end
  return found
end

---@param bufs integer[]
---@param where hum.Where
---@return string[]
local function names_of(bufs, where)
  return vim.tbl_map(function(buf) return where.shown(vim.api.nvim_buf_get_name(buf)) end, bufs)
end

---@param arg string
---@param where hum.Where
---@return string
local function not_found(arg, where)
  local names = names_of(candidates(), where)
  local by_tail = {} ---@type table<string, string>
  for _, name in ipairs(names) do
    by_tail[vim.fs.basename(name)] = name
  end
  local near = spelling.nearest(arg, names)
    or by_tail[spelling.nearest(vim.fs.basename(arg), vim.tbl_keys(by_tail)) or '']
  -- A file that is there is meant, and in no buffer.
  local there = vim.tbl_filter(function(path) return vim.uv.fs_stat(path) ~= nil end, where.paths(arg))
  local cure = near and #there == 0 and ('Did you mean #buffer:%s?'):format(near)
    or ('Open it, or write #file:%s.'):format(arg)
  return ('there is no buffer "%s"\n%s'):format(arg, cure)
end

--- Buffers in the windows of this tab page, each once: ordinary ones, in the order of the windows.
---@return integer[]
function M.visible()
  local found = {}
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local buf = vim.api.nvim_win_get_buf(win)
    local is_ordinary = vim.bo[buf].buftype == '' and vim.bo[buf].filetype ~= 'hum'
    if is_ordinary and not vim.tbl_contains(found, buf) then found[#found + 1] = buf end
  end
  return found
end

---@param bufs integer[]
---@param where hum.Where
---@return hum.Source[]
function M.sources(bufs, where)
  return vim.tbl_map(function(buf)
    local source = M.source(buf, where)
    source.listed = true
    return source
  end, bufs)
end

-- ---- the kind ---------------------------------------------------------------------------------

M.name = 'buffer'
M.desc = 'a buffer with its unsaved text: the current one, or by name'
M.argument = 'optional'

---@param buf integer
---@param where hum.Where
---@param cb hum.ReferenceDone
local function one(buf, where, cb)
  local why = refusal_of(buf)
  if why then return cb(('%s: %s'):format(M.source(buf, where).title, why), nil, 'refused') end
  cb(nil, { M.source(buf, where) })
end

---@param ref hum.Reference
---@param where hum.Where
---@param cb hum.ReferenceDone
function M.resolve(ref, where, cb)
  local arg = ref.arg
  if not arg or arg == 'current' or arg == '%' then
    local buf = where.code and where.code.buf
    if buf and vim.api.nvim_buf_is_valid(buf) then return one(buf, where, cb) end
    return cb('there is no code window\nOpen the file in a window beside the chat first.')
  end
  if arg == 'visible' then
    local bufs = M.visible()
    if #bufs == 0 then return cb('no window shows a file\nOpen one beside the chat first.') end
    return cb(nil, M.sources(bufs, where))
  end
  local found = named(arg, where)
  if #found == 0 then return cb(not_found(arg, where)) end
  if #found == 1 then return one(found[1], where, cb) end
  local names = names_of(found, where)
  table.sort(names)
  local list = table.concat(vim.list_slice(names, 1, 5), ', ') .. (#names > 5 and ', …' or '')
  cb(('"%s" is a part of several buffers\' names\nName one of them: %s'):format(arg, list))
end

---@param typed string
---@param where hum.Where
---@return { word: string, info?: string }[]
function M.complete(typed, where)
  local items = {}
  for _, buf in ipairs(candidates()) do
    local name = where.shown(vim.api.nvim_buf_get_name(buf))
    local is_meant = name:lower():find(typed:lower(), 1, true) and not refusal_of(buf)
    if is_meant then items[#items + 1] = { word = name, info = vim.bo[buf].modified and 'not saved' or nil } end
  end
  table.sort(items, function(a, b) return a.word < b.word end)
  if vim.startswith('visible', typed) then items[#items + 1] = { word = 'visible', info = 'all in windows' } end
  return items
end

---@param id string
---@param where hum.Where
---@return hum.Source|nil
function M.again(id, where)
  local number, session = id:match('^buffer:#(%d+)@(.+)$')
  local name = id:match('^buffer:(/.*)$') or id:match('^buffer:(%a:.*)$')
  local buf = tonumber(number) --[[@as integer|nil]]
  if buf then return session == SESSION and vim.api.nvim_buf_is_loaded(buf) and M.source(buf, where) or nil end
  for _, other in ipairs(name and vim.api.nvim_list_bufs() or {}) do
    if file_of(other) == name then return M.source(other, where) end
  end
  -- It is closed: its file goes on.
  if not name then return nil end
  local shown = where.shown(name)
  return { id = id, title = shown, tag = 'file', attributes = { path = shown }, path = name, follows = true }
end

return M
