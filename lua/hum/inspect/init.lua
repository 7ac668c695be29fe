-- `:Hum inspect`: the last request and answer of a chat as they went, on a page, and as a file for a bug report.
local chats = require('hum.chat.chats')
local client = require('hum.server.client')
local helper = require('hum.server.helper')
local notify = require('hum.notify')
local page_of = require('hum.inspect.page').of
local replay = require('hum.inspect.replay')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.inspect')
local NAME = 'hum://inspect/%d'

--- What each page shows, by buffer.
local shown = {} ---@type table<integer, { last: hum.Inspection, of?: integer }>

--- The chat that is meant: the current one, or that of the current page; nil: whatever was asked last.
---@return integer|nil buf
local function chat_here()
  local buf = vim.api.nvim_get_current_buf()
  if shown[buf] then return shown[buf].of end
  return chats.get(buf) and buf or nil
end

---@param of? integer
---@param i? hum.Inspection
---@return string
local function whose(of, i)
  if of and of == vim.api.nvim_get_current_buf() then return 'this chat' end
  if i and i.kind == 'generate' then return 'hum.generate() or :Hum check' end
  local buf = of or (i and i.buf) or -1
  local what = i and i.kind == 'edit' and 'edit' or 'chat'
  local name = vim.api.nvim_buf_is_valid(buf) and vim.fn.bufname(buf) or ''
  if name == '' then return what == 'edit' and 'an edit' or 'a chat' end
  return ('the %s %s"%s"'):format(what, what == 'edit' and 'of ' or '', vim.fn.fnamemodify(name, ':~:.'))
end

--- Calls back with what was asked last; else the user is told.
---@param cb fun(i: hum.Inspection, of: integer?)
local function get(cb)
  local of = chat_here()
  client.inspect(of, function(i)
    if i then return cb(i, of) end
    local who = of and 'this chat has' or 'hum has'
    notify.info(('hum: %s sent nothing since the helper was started'):format(who))
  end)
end

-- ---- the page ---------------------------------------------------------------------------------

---@param buf integer
---@param page hum.Page
local function fill(buf, page)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, page.lines)
  for _, mark in ipairs(page.marks) do
    vim.api.nvim_buf_set_extmark(buf, ns, mark.row, 0, { end_row = mark.row + 1, hl_group = mark.group })
  end
  for _, time in ipairs(page.times) do
    vim.api.nvim_buf_set_extmark(buf, ns, time.row, 0, { virt_text = { { ' ' .. time.text, 'HumFigures' } } })
  end
end

--- Below all windows and as wide as the screen, unless the user says another place: a chat's window is narrow.
---@param mods table
---@return table
local function placed(mods)
  local is_said = mods.vertical or (mods.split or '') ~= '' or (mods.tab or -1) >= 0
  return vim.tbl_extend('force', mods, { noswapfile = true }, is_said and {} or { split = 'botright' })
end

---@param mods? table
---@return integer|nil buf
local function open(mods)
  local ok, err = pcall(vim.cmd.split, { mods = placed(mods or {}) })
  if not ok then
    notify.error('hum: the page cannot be shown here: ' .. tostring(err):gsub('^.-(E%d+:)', '%1'))
    return
  end
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_win_set_buf(0, buf)
  vim.bo[buf].bufhidden = 'wipe'
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buf, nowait = true, desc = 'close' })
  vim.wo[0][0].wrap, vim.wo[0][0].linebreak = true, true
  return buf
end

---@param i hum.Inspection
---@param of? integer
---@param mods? table
local function show(i, of, mods)
  local title = whose(of, i)
  local here = vim.api.nvim_get_current_buf()
  local buf = shown[here] and here or open(mods)
  if not buf then return end
  shown[buf] = { last = i, of = of }
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  fill(buf, page_of(i, title))
  vim.bo[buf].modifiable = false
  vim.bo[buf].modified = false
  pcall(vim.api.nvim_buf_set_name, buf, NAME:format(i.id))
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = vim.api.nvim_create_augroup('hum.inspect.' .. buf, {}),
    buffer = buf,
    once = true,
    callback = function() shown[buf] = nil end,
  })
end

--- Shows the last request of the current chat; elsewhere the last of all.
---@param mods? table  window modifiers, as `smods` of a user command
function M.show(mods)
  get(function(i, of) show(i, of, mods) end)
end

-- ---- the file ---------------------------------------------------------------------------------

---@param bytes integer
---@return string
local function kilobytes(bytes) return ('%d kB'):format(math.ceil(bytes / 1000)) end

--- Others may not read it: it has the chat in it.
---@param path string
---@param text string
---@param over boolean  a file that is there is replaced
---@return string|nil why
local function write_file(path, text, over)
  local fd, err, code = vim.uv.fs_open(path, over and 'w' or 'wx', 384)
  if code == 'EEXIST' then return ('%s exists; :Hum! inspect write replaces it'):format(path) end
  if not fd then return 'nothing is written: ' .. tostring(err) end
  local ok, why = vim.uv.fs_write(fd, text)
  if ok and over then vim.uv.fs_fchmod(fd, 384) end
  vim.uv.fs_close(fd)
  return not ok and 'the file is not whole: ' .. tostring(why) or nil
end

---@return { hum?: string, nvim?: string, system: string }
local function versions()
  local system = vim.uv.os_uname()
  return {
    hum = helper.state().version,
    nvim = vim.fn.execute('version'):match('NVIM (v%S+)'),
    system = ('%s %s'):format(system.sysname, system.machine),
  }
end

---@param i hum.Inspection
---@param path string
---@param over boolean
local function write(i, path, over)
  local text = replay.line(i, versions()) .. '\n'
  local why = write_file(path, text, over)
  if why then return notify.error('hum: ' .. why) end
  notify.info(('hum: wrote %s (%s), with the text of the chat'):format(path, kilobytes(#text)))
end

--- Writes the last request of the current chat, or what the current page shows, so that it can be replayed.
---@param path string
---@param over boolean  a file that is there is replaced
function M.write(path, over)
  path = vim.fs.normalize(path)
  local page = shown[vim.api.nvim_get_current_buf()]
  if page then return write(page.last, path, over) end
  get(function(i) write(i, path, over) end)
end

return M
