-- One hunk of an edit, and what its place tells of it. Pure.
local M = {}

---@class hum.edit.Hunk
---@field id integer       of this Neovim's session
---@field first integer    lines of the buffer when the edit began, from 1
---@field last integer     of an insertion first - 1
---@field from integer     the line of the preview's `old` at which it begins, from 1
---@field old string[]
---@field new string[]
---@field state 'finished'|'accepted'|'rejected'
---@field conflict? boolean  its old lines are not in the buffer as they were
---@field at integer       its line now, from 1
---@field row integer      the same, from 0
---@field rows integer     so many rows of the buffer are its own now
---@field refused? boolean  the user does not want it
---@field kept? boolean     of a review: it stays as it is
---@field site hum.edit.Site

---@class hum.edit.Change  a hunk as the helper tells it
---@field first integer  lines of `old`, from 1
---@field last integer   of an insertion first - 1
---@field new string[]
---@field [1]? integer
---@field [2]? integer
---@field [3]? string[]

--- A hunk that has come. Its place is followed by a track.
---@param id integer
---@param one hum.edit.Change
---@param lines string[]  of the range when the edit began
---@param top integer     the range's first line then, from 1
---@return hum.edit.Hunk
function M.new(id, one, lines, top)
  local first, last, new = one.first, one.last, one.new
  local old = vim.list_slice(lines, first, last)
  ---@type hum.edit.Site
  local site = { from = first, n = #old, old = old, new = new, was = 'old', content = 'old', row = 0, rows = #old }
  return {
    id = id,
    first = top + first - 1,
    last = top + last - 1,
    from = first,
    old = old,
    new = new,
    state = 'finished',
    at = 1,
    row = 0,
    rows = #old,
    site = site,
  }
end

--- What its place tells of a hunk. In a review its new lines stand there before anything is decided about them.
---@param hunk hum.edit.Hunk
---@param is_review boolean
---@return boolean  it has another state, or is in conflict now, or not any more
function M.refresh(hunk, is_review)
  local site, state, conflict = hunk.site, hunk.state, hunk.conflict
  if site.content == 'new' then
    hunk.state, hunk.conflict = (hunk.kept or not is_review) and 'accepted' or 'finished', nil
  elseif site.content == 'old' then
    hunk.state, hunk.conflict = (hunk.refused or is_review) and 'rejected' or 'finished', nil
  elseif state ~= 'accepted' then
    hunk.state, hunk.conflict = hunk.refused and 'rejected' or 'finished', true
  end
  hunk.row, hunk.at, hunk.rows = site.row, site.row + 1, site.rows
  return hunk.state ~= state or hunk.conflict ~= conflict
end

return M
