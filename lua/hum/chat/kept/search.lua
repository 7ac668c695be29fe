-- Which chats have what is searched for, in their title or text. Chats that have the phrase; if there is none, those
-- that have all of its words.
--
-- ripgrep, where there is much to read and it is installed, names the files that may have it. What is text, and which
-- line it is, is found out here in any case, so that both ways find the same.
local match = require('hum.chat.kept.match')

local M = {}

M.query = match.query

--- Below, reading the files takes less time than starting ripgrep does, in bytes.
local MUCH = 4 * 1024 * 1024

--- A long chat is read in pieces, in bytes.
local PIECE = 1024 * 1024

---@class hum.SearchOpts
---@field root string    the folder of the chats
---@field limit integer  so many at most

---@param needles string[]
---@param exact boolean
---@param root string
---@return string[]
local function command(needles, exact, root)
  local argv = { 'rg', '--no-config', '--no-messages', '--no-ignore', '--follow', '--text', '--encoding=none' }
  vim.list_extend(argv, { '--files-with-matches', '--null', '--fixed-strings', '--glob=*.md', '--glob=!*.files' })
  argv[#argv + 1] = exact and '--case-sensitive' or '--ignore-case'
  for _, needle in ipairs(needles) do
    argv[#argv + 1] = '--regexp=' .. needle
  end
  return vim.list_extend(argv, { '--', root })
end

--- The files that may have one of these texts.
---@param needles string[]
---@param exact boolean
---@param root string
---@param work hum.Slices
---@return table<string, boolean>|nil  nil: all of them may
local function candidates(needles, exact, root, work)
  local done = work.await(function(resume)
    local ok = pcall(vim.system, command(needles, exact, root), {}, resume)
    if not ok then resume(nil) end
  end)
  -- 1: it has found nothing; 2: something could not be read, or it is too old
  if not done or done.code > 1 or done.signal ~= 0 then return nil end
  local paths = {}
  for path in (done.stdout or ''):gmatch('%Z+') do
    paths[path] = true
    paths[vim.uv.fs_realpath(path) or path] = true
    work.pause()
  end
  return paths
end

---@param matcher hum.Matcher
---@param entry hum.ChatEntry
---@param work hum.Slices
local function read(matcher, entry, work)
  local fd = vim.uv.fs_open(entry.path, 'r', 0)
  local at, rest = 0, ''
  local size = math.min(PIECE, entry.size + 1)
  while fd do
    local bytes = vim.uv.fs_read(fd, size, at) or ''
    local piece, is_last = rest .. bytes, #bytes < size
    local cut = not is_last and piece:find('\n[^\n]*$') or #piece + 1
    piece, rest = piece:sub(1, cut - 1), piece:sub(cut)
    if match.look(matcher, piece) or is_last then break end
    match.pass(matcher, piece)
    at = at + #bytes
    work.pause()
  end
  if fd then vim.uv.fs_close(fd) end
end

---@param entries hum.ChatEntry[]
---@return boolean
local function are_much(entries)
  local bytes = 0
  for _, entry in ipairs(entries) do
    bytes = bytes + entry.size
  end
  return bytes > MUCH and vim.fn.executable('rg') == 1
end

--- The chats that have all these texts.
---@param entries hum.ChatEntry[]
---@param query hum.SearchQuery
---@param needles string[]
---@param opts hum.SearchOpts
---@param work hum.Slices
---@return hum.ChatEntry[]
local function having(entries, query, needles, opts, work)
  local among = are_much(entries) and candidates(needles, query.exact, opts.root, work) or nil
  local found = {}
  for _, entry in ipairs(entries) do
    if #found >= opts.limit then break end
    local matcher = match.new(query, needles, entry.title)
    if #matcher.needles > 0 and (not among or among[entry.path]) then read(matcher, entry, work) end
    if #matcher.needles == 0 then
      found[#found + 1] = vim.tbl_extend('force', entry, { match = matcher.match, line = matcher.line })
    end
    work.pause()
  end
  return found
end

--- The entries that have what is searched for, in the same order.
---@param entries hum.ChatEntry[]
---@param query hum.SearchQuery
---@param opts hum.SearchOpts
---@param work hum.Slices
---@return hum.ChatEntry[]
function M.filter(entries, query, opts, work)
  local found = having(entries, query, { query.phrase }, opts, work)
  if #found > 0 or #query.words < 2 then return found end
  return having(entries, query, query.words, opts, work)
end

return M
