-- Files that a chat names: where they are, and opening them beside the chat.
local notify = require('hum.notify')
local paths = require('hum.chat.text.path')
local snippets = require('hum.chat.text.snippets')
local turns = require('hum.chat.text.turns')
local view = require('hum.chat.view.window')
local window = require('hum.chat.code.window')

local M = {}

---@param dir string|nil
---@return string|nil
local function project(dir) return dir and vim.fs.root(dir, '.git') end

--- Folders that a chat's paths may be relative to: where Neovim is if that is in the chat's project, that project,
--- where Neovim is, and what is around the file beside the chat.
---@param chat integer
---@return string[]
local function roots(chat)
  local front, win = turns.of(chat).front, window.find()
  local file = win and vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(win)) or ''
  local beside = file:find('^/') and vim.fs.dirname(file) or nil
  local cwd, root = vim.fn.getcwd(), front and front.values.root or ''
  local is_inside = vim.startswith(cwd .. '/', vim.fs.normalize(root) .. '/')
  local all = { is_inside and cwd or root, root, cwd, project(cwd) or '', project(beside) or '', beside or '' }
  return vim.tbl_filter(function(dir) return dir ~= '' end, all)
end

---@param path string
---@return boolean
local function is_there(path)
  local stat = vim.uv.fs_stat(path)
  return stat ~= nil and stat.type ~= 'directory'
end

--- A path as a text has it, and without what diffs, or the idea of a project as the root of all, put before it; as
--- it is elsewhere where Windows has "\\", and links "%20".
---@param path string
---@return string[]
local function forms(path)
  local found = { path } ---@type string[]
  found[2] = path:match('^[ab]/(.+)$') or path:match('^/(.+)$')
  if path:find('\\', 1, true) then vim.list_extend(found, forms((path:gsub('\\', '/')))) end
  if path:find('%%%x%x') then found[#found + 1] = vim.uri_decode(path) end
  return found
end

--- The only file open whose name ends like a path.
---@param path string
---@return string|nil full
local function open_file(path)
  local found, tail = nil, '/' .. path:gsub('^%./', '')
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.bo[buf].buflisted and vim.bo[buf].buftype == '' and vim.api.nvim_buf_get_name(buf) or ''
    if vim.endswith(name, tail) then
      if found then return nil end
      found = name
    end
  end
  return found
end

---@param path string
---@param folders string[]  that it may be relative to
---@return string|nil full
local function find(path, folders)
  path = vim.fs.normalize(path, { expand_env = false })
  local is_absolute = path:find('^/') or path:find('^%a:/')
  if is_absolute and is_there(path) then return path end
  for _, form in ipairs(forms(path)) do
    for _, folder in ipairs(folders) do
      local full = vim.fs.normalize(vim.fs.joinpath(folder, form), { expand_env = false })
      if is_there(full) then return full end
    end
  end
  return paths.is_path(path) and open_file(path) or nil
end

--- What finds the files that paths in a chat mean, if they are there; each path is looked for once.
---@param chat integer
---@return fun(path: string): string|nil full
function M.resolver(chat)
  local folders, known = roots(chat), {} ---@type string[], table<string, string|false>
  return function(path)
    if known[path] == nil then known[path] = find(path, folders) or false end
    return known[path] or nil
  end
end

--- The file that a path in a chat means, if it is there.
---@param chat integer
---@param path string
---@return string|nil full
function M.resolve(chat, path) return M.resolver(chat)(path) end

--- The file that a line names: at the column, else the first that is there.
---@param chat integer
---@param line string
---@param column integer  of the cursor, from 1 on
---@return hum.FileMention|nil found
---@return hum.FileMention|nil missing  what stands at the column names a file that is not there
local function reference_at(chat, line, column)
  local resolve = M.resolver(chat)
  local first, missing ---@type hum.FileMention|nil, hum.FileMention|nil
  for _, one in ipairs(paths.references(line)) do
    local is_here = one.first <= column and column <= one.stop
    if resolve(one.path) then
      if is_here then return one end
      first = first or one
    elseif is_here and paths.is_path(one.path) then
      missing = missing or one
    end
  end
  if missing then return nil, missing end
  return first
end

--- Shows a file in the code window, which becomes the current one.
---@param full string
---@return boolean|nil ok, string|nil err
local function show(full)
  local buf = vim.fn.bufadd(full)
  vim.bo[buf].buflisted = true
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf then
      vim.api.nvim_set_current_win(win)
      return true
    end
  end
  local back = vim.api.nvim_get_current_win()
  vim.api.nvim_set_current_win(window.get(buf))
  if vim.api.nvim_get_current_buf() == buf then return true end
  local command = vim.wo.winfixbuf and 'sbuffer' or 'buffer'
  local ok, err = pcall(vim.api.nvim_command, ('%s %d'):format(command, buf))
  if ok then return true end
  vim.api.nvim_set_current_win(back)
  return nil, tostring(err)
end

---@param reference hum.FileMention
local function go_to(reference)
  if not reference.line then return end
  local line = math.max(1, math.min(reference.line, vim.api.nvim_buf_line_count(0)))
  local text = vim.api.nvim_buf_get_lines(0, line - 1, line, false)[1]
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { line, math.max(0, math.min((reference.column or 1), #text) - 1) })
  vim.cmd('normal! zv')
end

---@param chat integer
---@param reference hum.FileMention
---@return boolean|nil ok, string|nil err
local function open(chat, reference)
  local full = M.resolve(chat, reference.path)
  if not full then return nil, ('there is no file "%s" in %s'):format(reference.path, vim.fn.getcwd()) end
  local ok, err = show(full)
  if ok then go_to(reference) end
  return ok, err
end

---@return string  of one line, or its first
local function selected()
  local region = vim.fn.getregion(vim.fn.getpos('v'), vim.fn.getpos('.'), { type = vim.fn.mode() })
  vim.cmd('normal! \27')
  return vim.trim(region[1] or '')
end

--- What the cursor is on: text that names a file, or a block that belongs to one; else what Neovim takes for a file.
---@param chat integer
---@return hum.FileMention|nil
local function under_cursor(chat)
  if vim.fn.mode():find('^[vV\22]') then return paths.parse(selected()) end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local found, missing = reference_at(chat, vim.api.nvim_get_current_line(), column + 1)
  if found then return found end
  local block = vim.api.nvim_get_current_buf() == chat and snippets.around(chat, row - 1)
  if block and block.file then return { path = block.file, line = block.lines and block.lines.first } end
  if missing then return missing end
  local file = vim.fn.findfile(vim.fn.expand('<cfile>') --[[@as string]]) --[[@as string]]
  return file ~= '' and { path = vim.fn.fnamemodify(file, ':p') } or nil
end

--- Opens a file that a chat names.
---@param chat integer
---@param name? string  "a.lua:12"; default: what the cursor is on
function M.go(chat, name)
  local reference = name and paths.parse(name) or under_cursor(chat)
  if not reference then return notify.warn('hum: no file is named here') end
  local back = vim.api.nvim_get_current_win()
  local ok, err = open(chat, reference)
  if not ok then return notify.error('hum: ' .. err) end
  if back ~= vim.api.nvim_get_current_win() then view.clear(back) end
end

return M
