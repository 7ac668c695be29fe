-- The definitions of what some lines of a buffer name, from the language servers that are attached to it. Asked for
-- all at once, while endpoint, key and model are found out; what has not come within a moment is done without. Files
-- that may hold secrets, or that git ignores, are not shown.
local config = require('hum.config')
local ignored = require('hum.ignored')
local sensitive = require('hum.sensitive')
local symbols = require('hum.symbols')

local M = {}

--- In ms. No request waits longer for them.
local PATIENCE = 400

--- Names that are asked about; lines of a definition; bytes of all; larger files are not read.
local NAMES, LINES, BYTES, FILE_BYTES = 12, 16, 8192, 1048576

--- Lines around the range that the prompt has anyway.
local NEAR = 40

local METHOD = 'textDocument/definition'

---@class hum.EditDefinition
---@field name string  of the file
---@field text string

---@class hum.DefinitionSearch
---@field buf integer
---@field first integer  rows from 0
---@field last integer
---@field order string[]
---@field found table<string, hum.EditDefinition>
---@field seen table<string, true>    places
---@field pending integer
---@field cancels function[]
---@field done boolean
---@field cb fun(list: hum.EditDefinition[])

--- Names of a range in their order, with where each is first.
---@param buf integer
---@param first integer
---@param last integer
---@return { name: string, row: integer, before: string }[]
local function names_in(buf, first, last)
  local list, seen = {}, {}
  for i, line in ipairs(vim.api.nvim_buf_get_lines(buf, first, last + 1, false)) do
    for found, name in line:gmatch('()%f[%w_]([%a_][%w_]+)') do
      local at = found --[[@as integer]]
      if #name > 2 and not seen[name] then
        seen[name] = true
        list[#list + 1] = { name = name, row = first + i - 1, before = line:sub(1, at - 1) }
      end
    end
    if #list > 8 * NAMES then break end
  end
  return list
end

--- Those that are code: what is a comment, a text or a keyword has no definition, and a server need not be asked.
---@param buf integer
---@param names { name: string, row: integer, before: string }[]
---@return { name: string, row: integer, before: string }[]
local function of_code(buf, names)
  local ok, parser = pcall(vim.treesitter.get_parser, buf, nil, { error = false })
  if not ok or not parser or not vim.treesitter.highlighter.active[buf] then return names end
  return vim.tbl_filter(function(one)
    local col = #one.before
    local node = parser:named_node_for_range({ one.row, col, one.row, col + #one.name }, { ignore_injections = true })
    local kind = node and node:type() or 'identifier'
    return kind:find('identifier') ~= nil or kind:find('name') ~= nil or kind:find('word') ~= nil
  end, names)
end

---@param search hum.DefinitionSearch
local function finish(search)
  if search.done then return end
  search.done = true
  for _, cancel in ipairs(search.cancels) do
    pcall(cancel)
  end
  local list, bytes = {}, 0
  for _, name in ipairs(search.order) do
    local one = search.found[name]
    if one and bytes + #one.text <= BYTES then
      list[#list + 1] = one
      bytes = bytes + #one.text
    end
  end
  search.cb(list)
end

---@param search hum.DefinitionSearch
local function answered(search)
  search.pending = search.pending - 1
  if search.pending == 0 then finish(search) end
end

---@param path string
---@return string[]|nil
local function lines_of(path)
  local buf = vim.fn.bufnr(path)
  if buf > 0 and vim.api.nvim_buf_is_loaded(buf) then return vim.api.nvim_buf_get_lines(buf, 0, -1, false) end
  local stat = vim.uv.fs_stat(path)
  if not stat or stat.type ~= 'file' or stat.size > FILE_BYTES then return nil end
  local ok, lines = pcall(vim.fn.readfile, path)
  return ok and lines or nil
end

---@param search hum.DefinitionSearch
---@param name string
---@param at hum.Location
local function keep(search, name, at)
  local lines = lines_of(at.path)
  if not lines or sensitive.of_lines(lines, at.path) then return end
  local text = symbols.piece(lines, at.first, LINES)
  if text:find('%S') then search.found[name] = { name = symbols.shown(at.path), text = text } end
end

--- Calls back once it is known whether a file may be shown.
---@param path string
---@param cb fun(may: boolean)
local function allowed(path, cb)
  local options = config.get().complete
  local verdict = sensitive.of_file(path, options.exclude)
  if verdict.why or verdict.allowed or options.ignored then return cb(not verdict.why) end
  ignored.check(path, function(why) cb(not why) end)
end

---@param search hum.DefinitionSearch
---@param name string
---@param result any
local function on_result(search, name, result)
  local at = symbols.location(result)
  local here = at and vim.uv.fs_realpath(at.path) == vim.uv.fs_realpath(vim.api.nvim_buf_get_name(search.buf))
  local is_near = at and here and at.first >= search.first - NEAR and at.first <= search.last + NEAR
  local place = at and ('%s\0%d'):format(at.path, at.first)
  if not at or is_near or search.found[name] or search.seen[place] then return answered(search) end
  search.seen[
    place --[[@as string]]
  ] = true
  allowed(at.path, function(may)
    if search.done then return end
    if may then keep(search, name, at) end
    answered(search)
  end)
end

---@param search hum.DefinitionSearch
---@param client vim.lsp.Client
---@param one { name: string, row: integer, before: string }
local function ask(search, client, one)
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(search.buf) },
    position = { line = one.row, character = symbols.character(client, one.before) },
  }
  search.pending = search.pending + 1 -- one in this process may answer before this returns
  local ids, cancel = vim.lsp.buf_request(search.buf, METHOD, params, function(err, result)
    if search.done or not vim.api.nvim_buf_is_valid(search.buf) then return end
    if err then return answered(search) end
    on_result(search, one.name, result)
  end)
  table.insert(search.cancels, cancel)
  search.pending = search.pending + vim.tbl_count(ids) - 1
end

--- Calls back once, within a moment; at once where no server is attached.
---@param buf integer
---@param first integer  rows from 0
---@param last integer
---@param cb fun(list: hum.EditDefinition[])
function M.collect(buf, first, last, cb)
  local client = vim.lsp.get_clients({ bufnr = buf, method = METHOD })[1]
  local names = client and of_code(buf, names_in(buf, first, last)) or {}
  if not client or #names == 0 then return cb({}) end
  ---@type hum.DefinitionSearch
  local search = {
    buf = buf,
    first = first,
    last = last,
    order = vim.tbl_map(function(one) return one.name end, names),
    found = {},
    seen = {},
    pending = 1, -- until all are asked
    cancels = {},
    done = false,
    cb = cb,
  }
  for _, one in ipairs(vim.list_slice(names, 1, NAMES)) do
    if not pcall(ask, search, client, one) then break end
  end
  vim.defer_fn(function() finish(search) end, PATIENCE)
  answered(search)
end

return M
