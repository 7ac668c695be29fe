-- Where a reference is read: the project, the code window, and what relative paths are relative to.
local M = {}

---@class hum.Where
---@field project string   the project's root: absolute, links resolved
---@field base string      what relative paths are relative to first
---@field roots string[]   all folders whose files belong to it, links resolved: project, working directory, chat's root
---@field code? { win?: integer, buf: integer }  the code window, or the buffer that an edit is in
---@field chat? integer    buffer
---@field dry boolean      nothing may be run, asked or fetched
---@field model? { endpoint: string, model?: string }
---@field paths fun(arg: string): string[]      absolute paths that a name may mean, in this order
---@field shown fun(path: string): string       a path as users and models see it
---@field is_inside fun(real: string): boolean  a path with its links resolved

-- ---- the code window --------------------------------------------------------------------------

---@param win integer
---@return boolean
local function is_code(win)
  if win == 0 or not vim.api.nvim_win_is_valid(win) or vim.api.nvim_win_get_config(win).relative ~= '' then
    return false
  end
  local buf = vim.api.nvim_win_get_buf(win)
  return vim.bo[buf].buftype == '' and vim.bo[buf].filetype ~= 'hum' and not vim.wo[win].previewwindow
end

---@param win integer
---@return integer  cells
local function area(win) return vim.api.nvim_win_get_width(win) * vim.api.nvim_win_get_height(win) end

--- The one that hum.chat.code.window would find, too: it remembers the last of each tab page.
---@param tab integer
---@return integer|nil
local function code_in(tab)
  local nr = vim.api.nvim_tabpage_get_number(tab)
  local before = vim.fn.win_getid(vim.fn.tabpagewinnr(nr, '#'), nr)
  for _, win in ipairs({ vim.api.nvim_tabpage_get_win(tab), vim.t[tab].hum_code_window or 0, before }) do
    if is_code(win) and vim.api.nvim_win_get_tabpage(win) == tab then return win end
  end
  local others = vim.tbl_filter(is_code, vim.api.nvim_tabpage_list_wins(tab))
  table.sort(others, function(a, b) return area(a) > area(b) end)
  return others[1]
end

--- The file that was used last, where the chat has taken its window.
---@return integer|nil buf
local function former()
  local best, last = nil, -1
  for _, info in ipairs(vim.fn.getbufinfo({ bufloaded = 1, buflisted = 1 })) do
    local is_file = vim.bo[info.bufnr].buftype == '' and vim.bo[info.bufnr].filetype ~= 'hum' and info.name ~= ''
    if is_file and info.lastused > last then
      best, last = info.bufnr, info.lastused
    end
  end
  return best
end

--- The last window with an ordinary file, of this tab page or the one before.
---@return { win?: integer, buf: integer }|nil
function M.code()
  local before = vim.api.nvim_list_tabpages()[vim.fn.tabpagenr('#')]
  local win = code_in(vim.api.nvim_get_current_tabpage()) or (before and code_in(before))
  if win then return { win = win, buf = vim.api.nvim_win_get_buf(win) } end
  local buf = former()
  return buf and { buf = buf } or nil
end

-- ---- folders ----------------------------------------------------------------------------------

---@param path string
---@return string
local function real(path) return vim.uv.fs_realpath(path) or vim.fs.normalize(path) end

---@param path string
---@param folder string
---@return boolean
local function is_below(path, folder) return path == folder or vim.startswith(path, folder:gsub('/$', '') .. '/') end

---@param buf integer|nil
---@return string|nil  the folder of its file
local function folder_of(buf)
  local name = buf and vim.api.nvim_buf_is_valid(buf) and vim.api.nvim_buf_get_name(buf) or ''
  if name == '' or name:find('^%a[%w+.-]+://') or vim.bo[buf].buftype ~= '' then return nil end
  return vim.fs.dirname(real(name))
end

---@param buf integer|nil
---@return string|nil  what the front matter of a chat says
local function root_of_chat(buf)
  if not buf or not vim.api.nvim_buf_is_loaded(buf) then return nil end
  local lines = vim.api.nvim_buf_get_lines(buf, 0, 20, false)
  if not (lines[1] or ''):find('^%-%-%-%s*$') then return nil end
  for i = 2, #lines do
    if lines[i]:find('^%-%-%-%s*$') then return nil end
    local value = lines[i]:match('^root:%s*(.-)%s*$')
    if value then
      value = vim.fs.normalize(value:match('^"(.*)"$') or value)
      return vim.uv.fs_stat(value) and real(value) or nil
    end
  end
end

--- The project: the repository of the working directory, unless the code is in another one.
---@param cwd string
---@param code string|nil  folder of the code's file
---@return string
local function project_of(cwd, code)
  local own = vim.fs.root(cwd, '.git')
  if not code or is_below(code, own or cwd) then return own or cwd end
  return vim.fs.root(code, '.git') or own or cwd
end

---@param path string
---@param roots string[]
---@return string|nil
local function relative(path, roots)
  for _, root in ipairs(roots) do
    if path == root then return vim.fs.basename(root) .. '/' end
    if is_below(path, root) then return path:sub(#root:gsub('/$', '') + 2) end
  end
end

--- What a name may mean: itself (`routes/$id.tsx`, `~notes`), and with variables of the environment in it.
---@param arg string
---@return string[]
local function meanings(arg)
  local is_name = arg:find('^~') ~= nil and arg ~= '~' and not arg:find('^~[/\\]')
  local own = vim.fs.normalize(is_name and './' .. arg or arg, { expand_env = false })
  local other = not is_name and arg:find('$', 1, true) and vim.fs.normalize(arg) or own
  return other == own and { own } or { own, other }
end

---@class hum.WhereOpts
---@field chat? integer
---@field code? { win?: integer, buf: integer }  default: the code window
---@field dry? boolean
---@field model? { endpoint: string, model?: string }

---@param opts hum.WhereOpts
---@return hum.Where
function M.of(opts)
  local code = opts.code or M.code()
  local cwd = real(vim.fn.getcwd())
  local project = project_of(cwd, folder_of(code and code.buf))
  local roots = {}
  for _, root in ipairs({ project, cwd, root_of_chat(opts.chat) }) do
    if not vim.tbl_contains(roots, root) then roots[#roots + 1] = root end
  end
  ---@diagnostic disable-next-line: missing-fields  the rest follows
  local where = { project = project, base = project, roots = roots, code = code } ---@type hum.Where
  where.chat, where.dry, where.model = opts.chat, opts.dry == true, opts.model

  function where.paths(arg)
    local found = {}
    for _, path in ipairs(meanings(arg)) do
      if path:find('^/') or path:find('^%a:[\\/]') then
        found[#found + 1] = path
      else
        path = path:gsub('^%./', '')
        for _, root in ipairs(roots) do
          found[#found + 1] = vim.fs.normalize(vim.fs.joinpath(root, path), { expand_env = false })
        end
      end
    end
    return found
  end

  function where.is_inside(path)
    for _, root in ipairs(roots) do
      if is_below(path, root) then return true end
    end
    return false
  end

  function where.shown(path)
    local name = relative(path, roots) or relative(real(path), roots) or vim.fn.fnamemodify(path, ':~')
    return (name:gsub('%c', '?'))
  end

  return where
end

return M
