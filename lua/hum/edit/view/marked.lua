-- What is marked in the lines of the buffer themselves: those that a hunk removes, with the words that go, and those
-- that the edit has not reached.
--
-- These marks go with the text by themselves, so that no frame shows them elsewhere; after undo and redo they may be
-- anywhere, and are put where the model says.
local api = vim.api

local M = {}

M.ns = api.nvim_create_namespace('hum.edit.lines')
local pending_ns = api.nvim_create_namespace('hum.edit.pending')

--- Over treesitter's colours, which have 100, and what language servers add to them, up to 127.
local PENDING, LINES, WORDS = 140, 150, 151

--- So many lines that were not reached are a mark: as many are drawn again at most when one of them is.
local PAGE = 8

---@class hum.Marked  of a hunk
---@field range? integer
---@field words integer[]
---@field to_edge boolean
---@field at [integer, integer, integer][]  row behind the first, bytes

---@param buf integer
---@param id integer|nil
---@param row integer
---@param rows integer
---@return boolean
local function is_there(buf, id, row, rows)
  if not id then return false end
  local at = api.nvim_buf_get_extmark_by_id(buf, M.ns, id, { details = true })
  return at[1] == row and at[2] == 0 and at[3].end_row == row + rows and at[3].end_col == 0
end

---@param buf integer
---@param m hum.Marked
---@param hunk hum.edit.Hunk
---@param group string
local function put_words(buf, m, hunk, group)
  for i, at in ipairs(m.at) do
    local id = m.words[i]
    local now = id and api.nvim_buf_get_extmark_by_id(buf, M.ns, id, {}) or {}
    if now[1] ~= hunk.row + at[1] or now[2] ~= at[2] then
      m.words[i] = api.nvim_buf_set_extmark(buf, M.ns, hunk.row + at[1], at[2], {
        id = id,
        end_col = at[3],
        hl_group = group,
        priority = WORDS,
        strict = false,
      })
    end
  end
end

---@param words table<integer, hum.ChangedWord[]>
---@param count integer  of lines
---@return [integer, integer, integer][]
local function places(words, count)
  local at = {}
  for i = 1, count do
    for _, word in ipairs(words[i] or {}) do
      at[#at + 1] = { i - 1, word.first, word.last }
    end
  end
  return at
end

--- Marks the lines of a hunk, as far as they are not.
---@param buf integer
---@param m hum.Marked|nil  what was marked of it
---@param hunk hum.edit.Hunk
---@param words table<integer, hum.ChangedWord[]>
---@param look { kind: 'Added'|'Removed', to_edge: boolean }  to_edge: there is a background
---@return hum.Marked
function M.hunk(buf, m, hunk, words, look)
  m = m or { words = {}, at = {}, to_edge = look.to_edge }
  if hunk.rows == 0 then return m end
  if m.to_edge ~= look.to_edge or not is_there(buf, m.range, hunk.row, hunk.rows) then
    m.to_edge = look.to_edge
    m.range = api.nvim_buf_set_extmark(buf, M.ns, hunk.row, 0, {
      id = m.range,
      end_row = hunk.row + hunk.rows,
      end_col = 0,
      hl_group = 'Hum' .. look.kind,
      hl_eol = look.to_edge,
      priority = LINES,
      strict = false,
    })
  end
  if #m.at == 0 then m.at = places(words, hunk.rows) end
  put_words(buf, m, hunk, ('Hum%sWord'):format(look.kind))
  return m
end

---@param buf integer
---@param m hum.Marked
function M.forget(buf, m)
  if not api.nvim_buf_is_valid(buf) then return end
  for _, id in ipairs(m.words) do
    api.nvim_buf_del_extmark(buf, M.ns, id)
  end
  if m.range then api.nvim_buf_del_extmark(buf, M.ns, m.range) end
end

-- ---- not reached --------------------------------------------------------------------------------

---@class hum.NotReachedPage
---@field id? integer
---@field first integer  line of the old text, from 1
---@field last integer

---@class hum.NotReached
---@field buf integer
---@field pages hum.NotReachedPage[]
---@field front integer  index of the first page that is not passed

---@param buf integer
---@param count integer  of old lines
---@return hum.NotReached
function M.pending(buf, count)
  local pages = {}
  for first = 1, count, PAGE do
    pages[#pages + 1] = { first = first, last = math.min(first + PAGE - 1, count) }
  end
  return { buf = buf, pages = pages, front = 1 }
end

---@param p hum.NotReached
---@param page hum.NotReachedPage
---@param row_of fun(i: integer): integer
local function put_page(p, page, row_of)
  local first, last = row_of(page.first), row_of(page.last + 1)
  if page.id and first >= last then
    api.nvim_buf_del_extmark(p.buf, pending_ns, page.id)
    page.id = nil
  elseif first < last then
    page.id = api.nvim_buf_set_extmark(p.buf, pending_ns, first, 0, {
      id = page.id,
      end_row = last,
      end_col = 0,
      hl_group = 'HumPending',
      priority = PENDING,
      strict = false,
    })
  end
end

--- So many old lines have been passed.
---@param p hum.NotReached
---@param reached integer
---@param row_of fun(i: integer): integer  where an old line is
function M.reach(p, reached, row_of)
  local page = p.pages[p.front]
  while page and page.last <= reached do
    if page.id then api.nvim_buf_del_extmark(p.buf, pending_ns, page.id) end
    p.front = p.front + 1
    page = p.pages[p.front]
  end
  if page and reached >= page.first then
    page.first = reached + 1
    put_page(p, page, row_of)
  end
end

--- Puts the marks where the model says.
---@param p hum.NotReached
---@param row_of fun(i: integer): integer
function M.put_pending(p, row_of)
  local at = {} ---@type table<integer, integer>
  for _, mark in ipairs(api.nvim_buf_get_extmarks(p.buf, pending_ns, 0, -1, {})) do
    at[mark[1]] = mark[2]
  end
  for i = p.front, #p.pages do
    local page = p.pages[i]
    if not page.id or at[page.id] ~= row_of(page.first) then put_page(p, page, row_of) end
  end
end

--- The edit has ended: nothing is pending any more.
---@param p hum.NotReached
function M.forget_pending(p)
  if not api.nvim_buf_is_valid(p.buf) then return end
  for i = p.front, #p.pages do
    local id = p.pages[i].id
    if id then api.nvim_buf_del_extmark(p.buf, pending_ns, id) end
  end
  p.pages, p.front = {}, 1
end

return M
