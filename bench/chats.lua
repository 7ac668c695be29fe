-- The list of 10,000 chats, of 120 MB, and searching them: how long it takes, and how long the editor's loop is busy at
-- a time meanwhile.
local editor = require('editor')
local markdown = require('markdown')
local texts = require('texts')

local M = {}

local CHATS = 10000

--- In ms: all of them in a fresh Neovim; a stall.
local AIM, STALL = 2000, 10

---@class bench.ListWay
---@field name string
---@field query table
---@field fresh? 'no index'|'index'  in a fresh Neovim, which finds this
---@field ripgrep boolean

---@type bench.ListWay[]
local WAYS = {
  { name = 'no index', query = {}, fresh = 'no index', ripgrep = true },
  { name = "another Neovim's index", query = {}, fresh = 'index', ripgrep = true },
  { name = 'again', query = {}, ripgrep = true },
  { name = 'the ten newest', query = { limit = 10 }, ripgrep = true },
  { name = 'a title', query = { query = 'question 777 ' }, ripgrep = true },
  { name = 'text of one chat, by ripgrep', query = { query = 'unique 7777.' }, ripgrep = true },
  { name = 'text of one chat, by hum', query = { query = 'unique 7777.' }, ripgrep = false },
  { name = 'text of none, by hum', query = { query = 'überhaupt nirgends' }, ripgrep = false },
}

---@param path string
---@param i integer
---@param lines string[]  of Markdown
local function write(path, i, lines)
  local out =
    { '---', 'hum: 1', ('title: question %d of mine'):format(i), 'project: p' .. i % 20, 'model: qwen3:8b', '---' }
  vim.list_extend(out, { '', '## » You', '', ('What is unique %d?'):format(i), '', '## « qwen3:8b', '' })
  vim.list_extend(out, lines, 1, i % 400 + 50)
  vim.list_extend(out, { '', ('It is unique %d.'):format(i), '', '## » You', '', '' })
  local f = assert(io.open(path, 'w'))
  f:write(table.concat(out, '\n'))
  f:close()
  local time = 1700000000 + i * 3600
  vim.uv.fs_utime(path, time, time)
end

---@param dir string
local function make(dir)
  vim.fn.mkdir(dir, 'p')
  local lines = texts.history('long')
  for i = 1, CHATS do
    write(('%s/2026-01-01-%05d.md'):format(dir, i), i, lines)
  end
end

---@param run { root: string, dir: string }
---@param way bench.ListWay
---@param later boolean
---@param nvim bench.Editor|nil  of the way before
---@return bench.Editor nvim, number[] got
local function measure(run, way, later, nvim)
  if way.fresh or not nvim then
    if nvim then nvim:stop() end
    if way.fresh == 'no index' then vim.fn.delete(run.dir .. '/cache', 'rf') end
    nvim = editor.start(run.root, run.dir)
  end
  nvim:lua([[require('lister').open(...)]], way, run.dir .. '/chats')
  return nvim, nvim:lua([[return require('lister').list(...)]], way.query, later)
end

---@param run { root: string, dir: string }
---@param note fun(...)
---@return { name: string, waits: number, slices: number, stall: number, found: integer }[]
function M.measure(run, note)
  make(run.dir .. '/chats')
  local results = {}
  for i, way in ipairs(WAYS) do
    results[i] = { name = way.name }
  end
  for _, later in ipairs({ false, true }) do
    local nvim, got
    for i, way in ipairs(WAYS) do
      note('list of %d chats, %s%s', CHATS, way.name, later and ', in slices' or '')
      nvim, got = measure(run, way, later, nvim)
      results[i][later and 'slices' or 'waits'], results[i][later and 'stall' or 'found'] = got[1], got[2]
    end
    nvim:stop()
  end
  return results
end

---@return string
function M.markdown(results)
  local number = markdown.number
  local out = { ('## %d chats'):format(CHATS), '' }
  markdown.head(out, { 'list', 'found', 'waited for ms', 'in slices ms', 'stall ms' })
  local stall = 0
  for _, r in ipairs(results) do
    markdown.row(out, { r.name, r.found, number(r.waits), number(r.slices), number(r.stall) })
    stall = math.max(stall, r.stall)
  end
  out[#out + 1] = ''
  local aim = markdown.aims(out)
  aim('ms for all chats in a fresh Neovim', AIM, results[1].waits, results[1].name)
  aim('stall in ms', STALL, stall, 'all')
  return table.concat(out, '\n') .. '\n'
end

return M
