-- #diagnostics: what language servers and linters say of the code window's buffer; #diagnostics:all of all buffers;
-- #diagnostics:error,warn of these severities.
local listing = require('hum.reference.source.listing')
local place = require('hum.reference.source.place')
local withheld = require('hum.reference.source.withheld')

local WORDS = {
  all = 'all',
  workspace = 'all',
  buffer = 'buffer',
  error = 1,
  errors = 1,
  warn = 2,
  warning = 2,
  warnings = 2,
  info = 3,
  hint = 4,
  hints = 4,
}

local NAMES = { 'error', 'warning', 'info', 'hint' }

---@class hum.ReferenceDiagnostics
---@field all boolean
---@field severities table<integer, true>  none: all

---@param arg string|nil
---@return hum.ReferenceDiagnostics|nil, string|nil err
local function parse(arg)
  local wanted = { all = false, severities = {} }
  for word in (arg or ''):gmatch('[^%s,:|+]+') do
    local is = WORDS[word:lower()]
    if not is then return nil, ('#diagnostics has no "%s"\nWrite all, error, warn, info or hint.'):format(word) end
    if type(is) == 'number' then
      wanted.severities[is] = true
    else
      wanted.all = is == 'all'
    end
  end
  return wanted
end

---@param d vim.Diagnostic
---@return hum.ReferencePlace
local function entry(d)
  local from = {}
  if d.source then from[#from + 1] = d.source end
  if d.code then from[#from + 1] = tostring(d.code) end
  return {
    buf = d.bufnr,
    path = place.file(d.bufnr),
    line = d.lnum + 1,
    col = d.col + 1,
    kind = NAMES[
      d.severity --[[@as integer]]
    ] or 'error',
    text = d.message,
    from = from[1] and table.concat(from, ' ') or nil,
  }
end

---@param wanted hum.ReferenceDiagnostics
---@param buf integer|nil
---@return hum.ReferencePlace[]  the worst of too many, by file and line
---@return integer more
local function collect(wanted, buf)
  -- Neovim copies what it gives: of severities that nothing is sent of only the number is asked for.
  local found, counts, all = {}, vim.diagnostic.count(buf), 0
  for severity = 1, #NAMES do
    local is_wanted = vim.tbl_isempty(wanted.severities) or wanted.severities[severity] ~= nil
    all = all + (is_wanted and counts[severity] or 0)
    if is_wanted and #found < listing.MOST then
      vim.list_extend(found, vim.diagnostic.get(buf, { severity = severity }))
    end
  end
  table.sort(found, function(a, b)
    if a.severity ~= b.severity then return (a.severity or 1) < (b.severity or 1) end
    if a.bufnr ~= b.bufnr then return a.bufnr < b.bufnr end
    return a.lnum < b.lnum
  end)
  local list = vim.tbl_map(entry, vim.list_slice(found, 1, listing.MOST))
  table.sort(list, function(a, b)
    local one, other = a.path or '', b.path or ''
    if one ~= other then return one < other end
    if a.line ~= b.line then return a.line < b.line end
    return a.col < b.col
  end)
  return list, all - #list
end

---@param wanted hum.ReferenceDiagnostics
---@return string
local function severities(wanted)
  local names = {}
  for i, name in ipairs(NAMES) do
    if wanted.severities[i] then names[#names + 1] = name end
  end
  return table.concat(names, ',')
end

---@type hum.ReferenceKind
return {
  name = 'diagnostics',
  desc = 'what language servers and linters report: of the code window, :all, :error, :warn, :info, :hint',
  argument = 'optional',
  complete = function(typed)
    local before, last = typed:match('^(.*[,:])([^,:]*)$')
    before, last = before or '', last or typed
    local words = {}
    for _, word in ipairs({ 'all', 'error', 'warn', 'info', 'hint' }) do
      if vim.startswith(word, last) then words[#words + 1] = { word = before .. word } end
    end
    return words
  end,
  resolve = function(ref, where, cb)
    local wanted, err = parse(ref.arg)
    local buf
    if wanted and not wanted.all then
      buf, err = place.code(where)
    end
    if not wanted or not (buf or wanted.all) then
      vim.schedule(function() cb(err) end)
      return
    end
    local of = wanted.all and 'all buffers' or place.shown(place.file(buf --[[@as integer]]), where)
    local list, more = collect(wanted, buf)
    local some = severities(wanted)
    return withheld.of(listing.files(list), ref, where, { anywhere = true }, function(left_out)
      list = vim.tbl_filter(function(one) return not left_out[one.path or ''] end, list)
      local note = withheld.note(left_out, where)
      if #list == 0 then
        local what = some ~= '' and some .. ' ' or ''
        local why = ('there are no %sdiagnostics in %s'):format(what, of)
        why = note and ('%s (%s)'):format(why, note) or why
        return cb(('%s\nTake %s out of the message.'):format(why, ref.text), {})
      end
      local notes = note and { note } or {} ---@type string[]
      if more > 0 then notes[#notes + 1] = ('%d more are left out'):format(more) end
      local text = listing.text(list, where, notes)
      local id = wanted.all and 'all' or place.file(buf --[[@as integer]]) or tostring(buf)
      cb(nil, {
        {
          id = ('diagnostics:%s:%s'):format(id, some),
          title = ('diagnostics of %s'):format(of),
          tag = 'diagnostics',
          attributes = { of = of },
          text = text,
          note = notes[1] and table.concat(notes, '; ') or nil,
          follows = false,
        },
      })
    end)
  end,
}
