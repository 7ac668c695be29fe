-- `:Hum inspect`: what will be sent of a chat, what its model has seen, and the last request and answer as they went,
-- on a page; the last as a file for a bug report, too.
local chats = require('hum.chat.chats')
local client = require('hum.server.client')
local code_window = require('hum.chat.code.window')
local count = require('hum.count')
local drafts = require('hum.inspect.draft')
local entry = require('hum.chat.entry')
local helper = require('hum.server.helper')
local notify = require('hum.notify')
local page_of = require('hum.inspect.page').of
local replay = require('hum.inspect.replay')
local seen = require('hum.inspect.seen')
local sheet = require('hum.inspect.sheet')
local view = require('hum.inspect.view')

local M = {}

local NAME = 'hum://inspect/%d'

--- What each page shows, by buffer.
local shown = {} ---@type table<integer, { last?: hum.Inspection, of?: integer, items: table, again: fun() }>

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
---@param row integer  from 0
---@return hum.PageItem|nil
local function item_at(buf, row)
  local page = shown[buf]
  return page and page.items[row]
end

---@return hum.PageItem|nil
local function item_here()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  return item_at(vim.api.nvim_get_current_buf(), row)
end

--- Opens what stands in this line, in the code window.
local function open_item()
  local item = item_here()
  if not item or not item.path then return notify.info('hum: there is no file in this line') end
  local path = item.path
  if not vim.uv.fs_stat(path) then
    return notify.warn(('hum: %s is not there'):format(vim.fn.fnamemodify(path, ':~:.')))
  end
  local buf = vim.fn.bufadd(path)
  vim.bo[buf].buflisted = true
  local win = code_window.get(buf)
  vim.api.nvim_set_current_win(win)
  local ok, err = pcall(vim.api.nvim_win_set_buf, win, buf)
  if not ok then notify.complain(err) end
end

--- Takes what stands in this line out of what is sent, or back into it.
local function cut_item()
  local here = vim.api.nvim_get_current_buf()
  local item, page = item_here(), shown[here]
  if not item or not item.id or not page.of then return notify.info('hum: nothing in this line can be taken out') end
  require('hum.chat.command').cut(page.of, item.id, item.cut)
  local after = not item.cut and item.after or 0
  local cost = after > 0 and (': the server reads about %s tokens again'):format(count.grouped(after)) or ''
  notify.info(('hum: it is %s%s'):format(item.cut and 'sent again' or 'not sent any more', cost))
  page.again()
end

---@param buf integer
local function map(buf)
  local function set(key, fn, desc) vim.keymap.set('n', key, fn, { buffer = buf, nowait = true, desc = desc }) end
  set('<CR>', open_item, 'open the file')
  set('d', cut_item, 'take out, or back in')
  set('x', cut_item, 'take out, or back in')
end

--- Shows a page in the window of one, or in a new window.
---@param page hum.Page
---@param what { last?: hum.Inspection, of?: integer, name: string, again: fun() }
---@param mods? table
local function show_page(page, what, mods)
  local here = vim.api.nvim_get_current_buf()
  local buf = shown[here] and here or view.open(mods)
  if not buf then return end
  local row = vim.api.nvim_win_get_cursor(0)[1]
  shown[buf] = { last = what.last, of = what.of, items = page.items, again = what.again }
  view.fill(buf, page)
  map(buf)
  pcall(vim.api.nvim_win_set_cursor, 0, { math.min(row, #page.lines), 0 })
  pcall(vim.api.nvim_buf_set_name, buf, what.name)
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = vim.api.nvim_create_augroup('hum.inspect.' .. buf, {}),
    buffer = buf,
    once = true,
    callback = function() shown[buf] = nil end,
  })
end

---@param time integer
---@return string
local function when(time) return entry.when(time, os.time()) end

--- Calls back with what the model of a chat has seen.
---@param of? integer
---@param cb fun(items: hum.ContextItem[])
local function seen_by(of, cb)
  if not of or not chats.get(of) then return cb({}) end
  require('hum.chat.command').context(of, cb)
end

--- Shows the last request of the current chat; elsewhere the last of all.
---@param mods? table  window modifiers, as `smods` of a user command
---@param with_seen? boolean  and before it what the model has seen
local function show_last(mods, with_seen)
  get(function(i, of)
    seen_by(with_seen and of or nil, function(items)
      local page = sheet.new()
      seen.add(page, items, when)
      if #items > 0 then sheet.add(page, '') end
      sheet.append(page, page_of(i, whose(of, i)))
      local function again() show_last(nil, with_seen) end
      show_page(page, { last = i, of = of, name = NAME:format(i.id), again = again }, mods)
    end)
  end)
end

--- Shows what would be sent of a chat.
---@param of integer
---@param preview hum.Preview
---@param mods? table
local function show_draft(of, preview, mods)
  seen_by(of, function(items)
    local page = drafts.of(preview, items, whose(of), when)
    local function again() M.show() end
    show_page(page, { of = of, name = ('hum://inspect/draft/%d'):format(of), again = again }, mods)
  end)
end

--- Shows what would be sent of the current chat, if there is something in it that was not sent; else its last request,
--- and elsewhere the last of all.
---@param mods? table  window modifiers, as `smods` of a user command
function M.show(mods)
  local of = chat_here()
  if not of or not chats.get(of) or not require('hum.chat.draft').is_there(of) then return show_last(mods, true) end
  require('hum.chat.command').preview(of, function(preview, err)
    if not preview then return notify.complain(err) end
    show_draft(of, preview, mods)
  end)
end

--- Shows the last request of the current chat; elsewhere the last of all.
---@param mods? table
function M.last(mods) show_last(mods, false) end

--- Shows what the model of the current chat has seen beside its text.
---@param mods? table
function M.context(mods)
  local of = chat_here()
  if not of or not chats.get(of) then return notify.warn('hum: this buffer is not a chat; open one with :Hum chat') end
  seen_by(of, function(items)
    if #items == 0 then return notify.info('hum: nothing was sent with this chat but its text') end
    local page = sheet.new()
    seen.add(page, items, when)
    local function again() M.context() end
    show_page(page, { of = of, name = ('hum://inspect/context/%d'):format(of), again = again }, mods)
  end)
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
  if page and page.last then return write(page.last, path, over) end
  get(function(i) write(i, path, over) end)
end

return M
