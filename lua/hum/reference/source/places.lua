-- The quickfix list and location lists as sources.
local listing = require('hum.reference.source.listing')
local withheld = require('hum.reference.source.withheld')

local M = {}

--- So many entries are read of a list.
local MOST = 500

local TYPES = { E = 'error', W = 'warning', I = 'info', N = 'note', H = 'hint' }

---@param get fun(what: table): table
---@param size integer
---@return table[]
local function items_of(get, size)
  if size <= MOST then return get({ items = true }).items or {} end
  local items = {}
  for idx = 1, MOST do
    items[idx] = get({ idx = idx, items = true }).items[1]
  end
  return items
end

---@param item table
---@return hum.ReferencePlace
local function entry(item)
  local name = item.bufnr > 0 and vim.api.nvim_buf_get_name(item.bufnr) or ''
  local kind = TYPES[item.type:upper()]
  if item.nr and item.nr > 0 then kind = ('%s %d'):format(kind or 'error', item.nr) end
  return {
    path = name ~= '' and vim.fs.normalize(vim.fn.fnamemodify(name, ':p')) or nil,
    line = item.lnum > 0 and item.lnum or nil,
    col = item.col > 0 and item.col or nil,
    kind = kind,
    text = item.text,
  }
end

---@class hum.ReferenceList
---@field name 'quickfix'|'loclist'
---@field id string
---@field get fun(what: table): table  getqflist() or the like
---@field empty string  why nothing can be sent, with the cure first

--- The valid entries of a list.
---@param of hum.ReferenceList
---@param ref hum.Reference
---@param where hum.Where
---@param cb fun(err?: string, sources?: hum.Source[])  scheduled, once
---@return fun() cancel
function M.resolve(of, ref, where, cb)
  local info = of.get({ size = true, title = true })
  local items = vim.tbl_filter(function(item) return item.valid == 1 end, items_of(of.get, info.size or 0))
  local list = vim.tbl_map(entry, items)
  return withheld.of(listing.files(list), ref, where, { anywhere = true }, function(left_out)
    list = vim.tbl_filter(function(one) return not left_out[one.path or ''] end, list)
    local note = withheld.note(left_out, where)
    if #list == 0 then return cb(note and ('%s (%s)'):format(of.empty, note) or of.empty, {}) end
    local notes = note and { note } or {} ---@type string[]
    if (info.size or 0) > MOST then
      notes[#notes + 1] = ('only the first %d of %d entries were read'):format(MOST, info.size)
    end
    local title = vim.trim(info.title or '')
    local text = listing.text(list, where, notes)
    cb(nil, {
      {
        id = of.id,
        title = title ~= '' and ('%s "%s"'):format(of.name, title) or of.name,
        tag = of.name,
        attributes = title ~= '' and { title = title } or nil,
        text = text,
        note = notes[1] and table.concat(notes, '; ') or nil,
        follows = false,
      },
    })
  end)
end

return M
