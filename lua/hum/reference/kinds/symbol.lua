-- #symbol:name: where a function, a type or the like is defined, whole, and where it is used: by the language servers;
-- by treesitter where none is attached or none knows it, in the project's open buffers.
local listing = require('hum.reference.source.listing')
local place = require('hum.reference.source.place')
local servers = require('hum.reference.source.servers')
local spelling = require('hum.spelling')
local syntax = require('hum.reference.source.syntax')
local texts = require('hum.reference.source.text')
local whole = require('hum.reference.source.whole')
local withheld = require('hum.reference.source.withheld')

--- So many definitions and uses are sent.
local DEFINITIONS, USES = 10, 50

---@class hum.ReferenceSearch
---@field ref hum.Reference
---@field where hum.Where
---@field name string
---@field buf? integer      the code buffer
---@field known string[]    names, for "did you mean"
---@field unread? string    the file of the code buffer, of which no syntax is known
---@field late boolean
---@field over boolean
---@field stop fun()
---@field cb hum.ReferenceDone

-- ---- names -----------------------------------------------------------------------------------

---@param name string
---@return string  one sign between its parts, without arguments
local function plain(name) return (name:gsub('([%w_])%(.*%)$', '%1'):gsub('::?', '.'):gsub('#', '.')) end

---@param name string
---@return string
local function tail(name) return plain(name):match('[^.]+$') or name end

---@param symbol hum.ReferenceSymbol
---@param wanted string
---@return boolean
local function is_called(symbol, wanted)
  if symbol.name == wanted or plain(symbol.name) == plain(wanted) then return true end
  local qualified = plain(wanted):match('^(.*)%.[^.]+$')
  if tail(symbol.name) ~= tail(wanted) then return false end
  if not qualified then return true end
  local container = symbol.container and plain(symbol.container) or ''
  return container == qualified
    or vim.endswith(container, '.' .. qualified)
    or vim.endswith(plain(symbol.name), plain(wanted))
end

---@param search hum.ReferenceSearch
---@return { row: integer, before: string }|nil  where it stands first in the buffer
local function place_of(search)
  local word = tail(search.name)
  for i, line in
    ipairs(vim.api.nvim_buf_get_lines(search.buf --[[@as integer]], 0, 20000, false))
  do
    local at = line:find('%f[%w_]' .. vim.pesc(word) .. '%f[^%w_]')
    if at then return { row = i - 1, before = line:sub(1, at - 1) } end
  end
end

-- ---- what is sent ----------------------------------------------------------------------------

---@param search hum.ReferenceSearch
---@param one hum.ReferenceDefinition
---@param nth table<string, integer>
---@return hum.Source
local function source_of(search, one, nth)
  local shown = place.shown(one.path, search.where)
  local key = one.path or tostring(one.buf)
  nth[key] = (nth[key] or 0) + 1
  local lines = assert(one.lines)
  local left = one.last - one.first + 1 - #lines
  local note = left > 0 and ('only the first %d of %d lines of it'):format(#lines, #lines + left) or nil
  return {
    id = ('symbol:%s:%s%s'):format(search.name, key, nth[key] > 1 and ':' .. nth[key] or ''),
    title = ('%s in %s:%d'):format(search.name, shown, one.first + 1),
    tag = 'symbol',
    attributes = { name = search.name, path = shown, first = tostring(one.first + 1), last = tostring(one.last + 1) },
    text = table.concat(lines, '\n') .. (note and ('\n(%s)'):format(note) or ''),
    note = note,
    follows = false,
  }
end

---@param search hum.ReferenceSearch
---@param uses hum.ReferencePlace[]
---@param notes string[]
---@return hum.Source|nil
local function uses_of(search, uses, notes)
  if #uses == 0 then return nil end
  local left = #uses - USES
  if left > 0 then notes[#notes + 1] = ('%d more uses are left out'):format(left) end
  return {
    id = ('references:%s'):format(search.name),
    title = ('uses of %s'):format(search.name),
    tag = 'references',
    attributes = { name = search.name },
    text = listing.text(vim.list_slice(uses, 1, USES), search.where, notes),
    note = notes[1] and table.concat(notes, '; ') or nil,
    follows = false,
  }
end

---@param search hum.ReferenceSearch
---@param list hum.ReferenceDefinition[]  with their lines
---@param uses hum.ReferencePlace[]
---@param notes string[]
local function finish(search, list, uses, notes)
  if search.late then notes[#notes + 1] = 'a language server did not answer in time' end
  local sources, nth = {}, {}
  for _, one in ipairs(vim.list_slice(list, 1, DEFINITIONS)) do
    sources[#sources + 1] = source_of(search, one, nth)
  end
  if #list > DEFINITIONS then notes[#notes + 1] = ('%d more definitions are left out'):format(#list - DEFINITIONS) end
  local last = uses_of(search, uses, notes)
  sources[#sources + 1] = last
  if not last and notes[1] then
    local one = sources[#sources]
    one.note = one.note and one.note .. '; ' .. table.concat(notes, '; ') or table.concat(notes, '; ')
  end
  search.cb(nil, sources)
end

--- Leaves out files that are not sent, and goes on to the end.
---@param search hum.ReferenceSearch
---@param list hum.ReferenceDefinition[]
---@param uses hum.ReferencePlace[]
local function send(search, list, uses)
  local paths = listing.files(vim.list_extend(vim.list_extend({}, list), uses) --[[@as hum.ReferencePlace[] ]])
  search.stop = withheld.of(paths, search.ref, search.where, {}, function(left_out)
    local function may(one) return not left_out[one.path or ''] end
    local allowed = vim.tbl_filter(may, list)
    local note = withheld.note(left_out, search.where)
    if #allowed == 0 then
      local path = assert(list[1].path)
      return search.cb(('%s: %s'):format(place.shown(path, search.where), left_out[path]), nil, 'refused')
    end
    whole.of(allowed, function() return search.over end, function(kept)
      if #kept == 0 then
        return search.cb(('the definition of %s cannot be read\nSave its file.'):format(search.name))
      end
      finish(search, kept, vim.tbl_filter(may, uses), note and { note } or {})
    end)
  end)
end

-- ---- treesitter ------------------------------------------------------------------------------

--- Buffers of the project, the code buffer first.
---@param search hum.ReferenceSearch
---@return integer[]
local function buffers(search)
  local list = search.buf and { search.buf } or {} ---@type integer[]
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    local file = buf ~= search.buf and vim.api.nvim_buf_is_loaded(buf) and place.file(buf)
    if file and place.is_inside(file, search.where) then list[#list + 1] = buf end
  end
  return vim.list_slice(list, 1, 50)
end

---@param search hum.ReferenceSearch
---@return string err
local function unknown(search)
  local meant = spelling.nearest(search.name, search.known)
    or spelling.nearest(tail(search.name), vim.tbl_map(tail, search.known))
  local cure = meant and ('Did you mean %s?'):format(meant) or 'Open its file, or send it with #file or #lines.'
  if #search.known == 0 and search.unread then
    local none = 'Neither a language server nor a treesitter parser reads %s: send it with #lines.'
    cure = none:format(search.unread)
  end
  return ('there is no symbol "%s"\n%s'):format(search.name, cure)
end

---@param search hum.ReferenceSearch
local function by_syntax(search)
  local list, uses = {}, {}
  local waiting = buffers(search)
  local function take_from(buf, text)
    local path = place.file(buf)
    local found, rows = syntax.find(text, search.name)
    for _, one in ipairs(found) do
      local definition = { path = path, buf = buf, first = one.first, last = one.last }
      whole.take(definition, text)
      list[#list + 1] = definition
    end
    for _, row in ipairs(rows) do
      uses[#uses + 1] = { path = path, line = row + 1, text = vim.trim(text.lines[row + 1]) }
    end
  end
  local function step()
    local buf = table.remove(waiting, 1)
    if search.over then return end
    if not buf then
      if #list == 0 then return search.cb(unknown(search)) end
      return send(search, list, uses)
    end
    local text = texts.of_buffer(buf)
    texts.parse(text, function()
      if text.root then take_from(buf, text) end
      if not text.root and buf == search.buf then search.unread = place.shown(place.file(buf), search.where) end
      vim.schedule(function()
        if text.root and #list == 0 then vim.list_extend(search.known, syntax.names(text)) end
        vim.schedule(step)
      end)
    end)
  end
  step()
end

-- ---- language servers ------------------------------------------------------------------------

--- Each place once; functions and types before variables of the same name.
---@param found hum.ReferenceSymbol[]
---@return hum.ReferenceDefinition[]
local function definitions(found)
  local list, seen, strong = {}, {}, false
  for _, symbol in ipairs(found) do
    strong = strong or symbol.strong
  end
  for _, symbol in ipairs(found) do
    local key = ('%s:%d'):format(vim.uv.fs_realpath(symbol.path) or symbol.path, symbol.at.line)
    if not seen[key] and symbol.strong == strong then
      list[#list + 1] = { path = symbol.path, first = symbol.first, last = symbol.last, symbol = symbol }
    end
    seen[key] = true
  end
  return list
end

---@param search hum.ReferenceSearch
---@param list hum.ReferenceDefinition[]
local function with_uses(search, list)
  local of = vim.tbl_map(function(one) return one.symbol end, vim.list_slice(list, 1, DEFINITIONS))
  search.stop = servers.uses(of, search.buf, function(found)
    search.late = search.late or found.late
    local uses, seen = {}, {}
    for _, symbol in ipairs(found.symbols) do
      local key = ('%s:%d'):format(symbol.path, symbol.first)
      local buf = not seen[key] and place.loaded(symbol.path) or nil
      local line = buf and vim.api.nvim_buf_get_lines(buf, symbol.first, symbol.first + 1, false)[1]
      if not seen[key] then uses[#uses + 1] = { path = symbol.path, line = symbol.first + 1, text = line or '' } end
      seen[key] = true
    end
    send(search, list, uses)
  end)
end

---@param search hum.ReferenceSearch
local function by_place(search)
  local at = search.buf and place_of(search)
  if not at then return by_syntax(search) end
  search.stop = servers.definition(search.name, search.buf --[[@as integer]], at, function(found)
    search.late = search.late or found.late
    local list = definitions(found.symbols)
    if #list == 0 then return by_syntax(search) end
    with_uses(search, list)
  end)
end

---@param search hum.ReferenceSearch
local function begin(search)
  local path = search.buf and place.file(search.buf)
  search.stop = servers.symbols(tail(search.name), search.buf, path, search.where, function(found)
    search.late = found.late
    for _, symbol in ipairs(found.symbols) do
      search.known[#search.known + 1] = symbol.name
    end
    local list = definitions(vim.tbl_filter(function(one) return is_called(one, search.name) end, found.symbols))
    if #list == 0 then return by_place(search) end
    with_uses(search, list)
  end)
end

---@type hum.ReferenceKind
return {
  name = 'symbol',
  desc = 'where a function or a type is defined and used: #symbol:name',
  argument = 'needed',
  complete = function(typed, where)
    local buf = place.code(where)
    if not buf then return {} end
    local text = texts.of_buffer(buf)
    local parser = text.language and vim.treesitter.highlighter.active[buf]
    if not parser then return {} end -- it would have to be parsed now
    local tree = vim.treesitter.get_parser(buf, text.language):trees()[1]
    text.root = tree and tree:root()
    local names = text.root and syntax.names(text) or {}
    local fitting = vim.tbl_filter(
      function(name) return vim.startswith(name, typed) or vim.startswith(tail(name), typed) end,
      names
    )
    return vim.tbl_map(function(name) return { word = name } end, vim.list_slice(fitting, 1, 100))
  end,
  resolve = function(ref, where, cb)
    ---@type hum.ReferenceSearch
    local search = {
      ref = ref,
      where = where,
      name = vim.trim(ref.arg or ''):gsub('%(%)$', '') .. '',
      buf = place.code(where),
      known = {},
      late = false,
      over = false,
      stop = function() end,
      cb = cb,
    }
    function search.cb(...)
      if not search.over then cb(...) end
      search.over = true
    end
    begin(search)
    return function()
      search.over = true
      search.stop()
    end
  end,
}
