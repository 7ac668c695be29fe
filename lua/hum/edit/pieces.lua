-- The pieces of which a range consists: old lines that are there, hunks, and rows of the user's. Pure.
local M = {}

---@class hum.edit.Site  a hunk as its place is followed
---@field from integer  the line of the old text at which it begins, from 1
---@field n integer     so many old lines
---@field old string[]
---@field new string[]
---@field was 'old'|'new'  what stood there last of these two
---@field content 'old'|'new'|'other'  what stands there
---@field mark? integer  changenr() when it was accepted
---@field row integer   where, from 0
---@field rows integer  so many rows

---@class hum.edit.Piece  old lines, and the rows that are there for them now
---@field kind 'same'|'site'|'other'|'dirty'  "other": rows of the user's; "dirty": not looked at yet
---@field n integer  old lines
---@field r integer  rows
---@field site? hum.edit.Site
---@field sites? hum.edit.Site[]  of a dirty one
---@field content? 'old'|'new'|'other'  of a site
---@field was? 'old'|'new'  likewise

---@param piece hum.edit.Piece|nil
---@return boolean
function M.is_loose(piece) return piece ~= nil and piece.kind ~= 'same' end

--- Holds a piece rows that are neither old nor a hunk's?
---@param piece hum.edit.Piece|nil
---@return boolean
function M.is_strange(piece)
  return piece ~= nil and (piece.kind == 'other' or piece.kind == 'site' and piece.site.content == 'other')
end

--- Is at an edge what was there, but for hunks without rows?
---@param pieces hum.edit.Piece[]
---@param from integer
---@param to integer
---@param step 1|-1
---@return boolean
function M.is_sound(pieces, from, to, step)
  for i = from, to, step do
    local piece = pieces[i]
    if M.is_strange(piece) then return false end
    if piece.r > 0 then return true end
  end
  return true
end

---@return hum.edit.Piece
function M.hole() return { kind = 'dirty', n = 0, r = 0, sites = {} } end

---@param into hum.edit.Piece
---@param piece hum.edit.Piece
function M.swallow(into, piece)
  into.n, into.r = into.n + piece.n, into.r + piece.r
  local sites = into.sites or {}
  if piece.site then table.insert(sites, piece.site) end
  vim.list_extend(sites, piece.sites or {})
  into.sites = sites
end

--- Rows `first` to `last` of the range become `n`: the pieces that they touch become one, to be looked at. What is
--- not as it was is looked at again whenever something beside it changes.
---@param pieces hum.edit.Piece[]
---@param first integer
---@param last integer  excluded
---@param n integer
---@return hum.edit.Piece[]
function M.damage(pieces, first, last, n)
  local out, gap, at, is_put = {}, M.hole(), 0, false
  local function put()
    if not is_put then out[#out + 1] = gap end
    is_put = true
  end
  for _, piece in ipairs(pieces) do
    local from, to = at, at + piece.r
    at = to
    if M.is_loose(piece) then
      if from <= last and to >= first then
        M.swallow(gap, piece)
      else
        if from > last then put() end
        out[#out + 1] = piece
      end
    elseif to <= first then
      out[#out + 1] = piece
    elseif from >= last then
      put()
      out[#out + 1] = piece
    else
      local head = math.min(math.max(first - from, 0), piece.r)
      local tail = math.min(math.max(to - last, 0), piece.r - head)
      local touched = piece.r - head - tail
      if head > 0 then out[#out + 1] = { kind = 'same', n = head, r = head } end
      gap.n, gap.r = gap.n + touched, gap.r + touched
      if tail > 0 then
        put()
        out[#out + 1] = { kind = 'same', n = tail, r = tail }
      end
    end
  end
  put()
  gap.r = gap.r - (last - first) + n
  return out
end

--- Pieces side by side that are not old lines are looked at together: what is beside a change may be its own now.
---@param pieces hum.edit.Piece[]
---@return hum.edit.Piece[]
function M.clusters(pieces)
  local out, from, dirty = {}, nil, false ---@type hum.edit.Piece[], integer|nil, boolean
  local function close(to)
    if not dirty or from == to then return vim.list_extend(out, pieces, from, to) end
    local gap = M.hole()
    for i = from, to do
      M.swallow(gap, pieces[i])
    end
    out[#out + 1] = gap
  end
  for i, piece in ipairs(pieces) do
    if piece.kind == 'same' then
      if from then close(i - 1) end
      from, dirty = nil, false
      out[#out + 1] = piece
    else
      from, dirty = from or i, dirty or piece.kind == 'dirty'
    end
  end
  if from then close(#pieces) end
  return out
end

--- Puts a piece behind others. What was there may be kept elsewhere, and stays what it is.
---@param out hum.edit.Piece[]
---@param piece hum.edit.Piece
function M.push(out, piece)
  local last = out[#out]
  if last and last.kind == piece.kind and not piece.site then
    out[#out] = { kind = last.kind, n = last.n + piece.n, r = last.r + piece.r }
  else
    out[#out + 1] = piece
  end
end

--- Puts a hunk into old lines that are there, in the list itself.
---@param pieces hum.edit.Piece[]
---@param i integer     the piece that holds them
---@param site hum.edit.Site
---@param head integer  so many of its lines are above the hunk
function M.split(pieces, i, site, head)
  local tail = pieces[i].n - head - site.n
  pieces[i] = { kind = 'site', n = site.n, r = site.n, site = site, content = 'old', was = 'old' }
  if tail > 0 then table.insert(pieces, i + 1, { kind = 'same', n = tail, r = tail }) end
  if head > 0 then table.insert(pieces, i, { kind = 'same', n = head, r = head }) end
end

--- Hunks have another content now.
---@param pieces hum.edit.Piece[]
---@param contents table<hum.edit.Site, 'old'|'new'>
---@return hum.edit.Piece[]
---@return integer grown  by so many rows
function M.turn(pieces, contents)
  local out, grown = {}, 0
  for i, piece in ipairs(pieces) do
    local site = piece.site
    local content = site and contents[site]
    out[i] = piece
    if site and content then
      local r = content == 'new' and #site.new or #site.old
      grown = grown + r - piece.r
      out[i] = { kind = 'site', n = piece.n, r = r, site = site, content = content, was = content }
    end
  end
  return out, grown
end

--- Puts a hunk where lines were changed: those and it have to be looked at.
---@param pieces hum.edit.Piece[]
---@param site hum.edit.Site
---@return hum.edit.Piece[]
function M.open(pieces, site)
  local out, gap, at, is_put = {}, M.hole(), 1, false
  local from, to = site.from, site.from + site.n
  local function put()
    if not is_put then out[#out + 1] = gap end
    is_put = true
  end
  for _, piece in ipairs(pieces) do
    local first, last = at, at + piece.n
    at = last
    local inside = site.n == 0
      and (M.is_loose(piece) and first <= from and last >= from or first < from and last > from)
    if inside or first < to and last > from then
      M.swallow(gap, piece)
    else
      if first >= to then put() end
      out[#out + 1] = piece
    end
  end
  put()
  local sites = gap.sites or {}
  table.insert(sites, site)
  table.sort(sites, function(a, b) return a.from < b.from end)
  return out
end

return M
