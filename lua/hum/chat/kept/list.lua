-- The chats that are kept, newest first. What is listed is what stands in the folder; of each file only the beginning
-- is read, and only once, see hum.chat.kept.index.
local folder = require('hum.chat.kept.folder')
local heads = require('hum.chat.kept.head')
local indexes = require('hum.chat.kept.index')
local search = require('hum.chat.kept.search')
local slices = require('hum.slices')

local M = {}

--- Chats in a list without a limit.
local MOST = 0x7fffffff

---@class hum.ChatEntry
---@field path string
---@field title string    one line: of the front matter, else of the first question, else the file's name
---@field model string    '' if it names none
---@field project string  '' if it belongs to none
---@field time integer    when the file was last written, in seconds
---@field size integer    bytes
---@field match? string   the line that has what was searched for, or the title
---@field line? integer   its number, if it is a line
---@field file? string     for a picker, see hum.chat.preview, as is this:
---@field pos? integer[]

---@class hum.ChatQuery
---@field query? string    to be found in title or text
---@field limit? integer   so many at most
---@field project? string  only chats of the project with this name or folder

---@class hum.ChatFile
---@field path string   symbolic links resolved
---@field name string
---@field key string    what they are sorted by
---@field time integer
---@field size integer
---@field stamp string

--- A folder of chats has folders of projects in it, and perhaps some of the user's; links may go round.
local DEPTH = 6

--- Names that are read in one go.
local AT_ONCE = 500

---@class hum.ChatFiles
---@field list hum.ChatFile[]
---@field seen table<string, boolean>  paths, and folders by device and inode

---@param files hum.ChatFiles
---@param path string
---@param kind string
---@param stat uv.fs_stat.result
local function add(files, path, kind, stat)
  local name = vim.fs.basename(path)
  local real = kind == 'link' and vim.uv.fs_realpath(path) or path
  if files.seen[real] then return end
  files.seen[real] = true
  table.insert(files.list, {
    path = real,
    name = name,
    key = ('%012d%s\0%s'):format(stat.mtime.sec, name, real),
    time = stat.mtime.sec,
    size = stat.size,
    stamp = indexes.stamp(stat),
  })
end

---@param name string
---@param kind string
---@return boolean  what a chat has beside it is none, nor what is hidden
local function may_hold(name, kind)
  if name:find('^%.') then return false end
  if name:find('%.md$') then return true end
  return kind ~= 'file' and not name:find('%.files$')
end

local scan ---@type fun(files: hum.ChatFiles, dir: string, depth: integer, work: hum.Slices)

---@param files hum.ChatFiles
---@param path string
---@param kind string
---@param depth integer
---@param work hum.Slices
local function look(files, path, kind, depth, work)
  local stat = vim.uv.fs_stat(path) -- nil: a link that leads nowhere
  if not stat then return end
  if stat.type == 'file' and path:find('%.md$') then return add(files, path, kind, stat) end
  local id = ('%s:%s'):format(stat.dev, stat.ino)
  if stat.type == 'directory' and depth < DEPTH and not files.seen[id] then
    files.seen[id] = true
    scan(files, path, depth + 1, work)
  end
end

function scan(files, dir, depth, work)
  local handle = vim.uv.fs_opendir(dir, nil, AT_ONCE)
  while handle do
    local found = vim.uv.fs_readdir(handle)
    if not found then break end
    for _, one in ipairs(found) do
      if may_hold(one.name, one.type) then look(files, dir .. '/' .. one.name, one.type, depth, work) end
      work.pause()
    end
  end
  if handle then vim.uv.fs_closedir(handle) end
end

---@param root string
---@param work hum.Slices
---@return hum.ChatFile[]  newest first
local function files_of(root, work)
  local files = { list = {}, seen = {} } ---@type hum.ChatFiles
  look(files, root, 'directory', 0, work)
  -- Keys of their own are sorted without a call of Lua for each pair: 10,000 in a slice.
  local keys, by_key = {}, {}
  for i, file in ipairs(files.list) do
    keys[i], by_key[file.key] = file.key, file
  end
  table.sort(keys)
  local list = {}
  for i = #keys, 1, -1 do
    list[#list + 1] = by_key[keys[i]]
  end
  return list
end

---@param file hum.ChatFile
---@param head hum.Head
---@return hum.ChatEntry
local function entry_of(file, head)
  return {
    path = file.path,
    title = head.title ~= '' and head.title or file.name:gsub('%.md$', ''),
    model = head.model,
    project = head.project,
    time = file.time,
    size = file.size,
  }
end

---@class hum.HeadReader
---@field old hum.Index
---@field new hum.Index
---@field fresh boolean  a file was read

---@param reader hum.HeadReader
---@param file hum.ChatFile
---@return hum.Head|false
local function head_of(reader, file)
  local row = reader.old[file.path]
  if not row or row.stamp ~= file.stamp then
    row = { stamp = file.stamp, head = heads.read(file.path) or false }
    reader.fresh = true
  end
  reader.new[file.path] = row
  return row.head
end

---@param head hum.Head
---@param project? string
---@return boolean
local function belongs(head, project) return not project or head.project == project or head.root == project end

--- Keeps what was not looked at this time but stands there still, and forgets what is gone.
---@param reader hum.HeadReader
---@param files hum.ChatFile[]
---@return boolean changed
local function merge(reader, files)
  for _, file in ipairs(files) do
    reader.new[file.path] = reader.new[file.path] or reader.old[file.path]
  end
  return reader.fresh or vim.tbl_count(reader.new) ~= vim.tbl_count(reader.old)
end

---@param opts hum.ChatQuery
---@param work hum.Slices
---@return hum.ChatEntry[]
local function listed(opts, work)
  local root = folder.root()
  local files = files_of(root, work)
  local reader = { old = indexes.load(root, work), new = {}, fresh = false } ---@type hum.HeadReader
  local query = search.query(opts.query)
  local most = opts.limit or MOST
  local entries = {} ---@type hum.ChatEntry[]
  for _, file in ipairs(files) do
    if not query and #entries >= most then break end
    local head = head_of(reader, file)
    if head and belongs(head, opts.project) then entries[#entries + 1] = entry_of(file, head) end
    work.pause()
  end
  if merge(reader, files) then indexes.save(root, reader.new, work) end
  return query and search.filter(entries, query, { root = root, limit = most }, work) or entries
end

--- The chats that are kept, newest first. With `fn` it does its work in slices and hands them to it, without it waits
--- and returns them.
---@param opts hum.ChatQuery
---@param fn? fun(entries: hum.ChatEntry[])
---@return hum.ChatEntry[]|nil
function M.get(opts, fn)
  local function work(given) return listed(opts, given) end
  if not fn then return slices.now(work) end
  slices.later('listing the chats', work, fn)
end

return M
