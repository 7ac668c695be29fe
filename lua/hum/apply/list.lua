-- The hunks of all files that an answer changes, as a quickfix list: each with its state, which is kept up to date as
-- long as the list is there. Where lines are now, Neovim itself keeps up to date.
local M = {}

local TITLE = 'hum: apply' -- unless it is called otherwise

---@class hum.ApplyNote  what is no hunk: a fault, a file that was moved
---@field text string
---@field path? string
---@field buf? integer
---@field is_fault boolean

---@class hum.ApplyList
---@field id integer        of the quickfix list
---@field previews hum.edit.Preview[]
---@field notes hum.ApplyNote[]
---@field due boolean       it is about to be set
---@field title string

---@param hunk hum.edit.Hunk
---@return string
local function state_of(hunk)
  if hunk.state ~= 'finished' then return hunk.state end
  return hunk.conflict and 'conflict' or 'open'
end

--- The first line that says something: of the new ones, else of the old ones.
---@param hunk hum.edit.Hunk
---@return string
local function words(hunk)
  for _, lines in ipairs({ hunk.new, hunk.old }) do
    for _, line in ipairs(lines) do
      if line:find('%w') then return vim.trim(line) end
    end
  end
  return vim.trim(hunk.new[1] or hunk.old[1] or '')
end

---@param preview hum.edit.Preview
---@param hunk hum.edit.Hunk
---@return string
local function key(preview, hunk) return ('%d/%d'):format(preview.id, hunk.id) end

---@param preview hum.edit.Preview
---@param hunk hum.edit.Hunk
---@param known table<string, integer>  lines of the items as they are now
---@return table
local function item_of(preview, hunk, known)
  local name = key(preview, hunk)
  local state = preview.gone and hunk.state == 'finished' and 'dropped' or state_of(hunk)
  local removed = #preview.old == 1 and preview.old[1] == '' and 0 or #hunk.old -- the line of an empty file is none
  return {
    bufnr = preview.buf,
    lnum = preview.gone and known[name] or hunk.at,
    text = ('[%s] +%d -%d  %s'):format(state, #hunk.new, removed, words(hunk)),
    user_data = name,
  }
end

---@param list hum.ApplyList
---@return table<string, integer>
local function lines_now(list)
  local known = {}
  for _, item in ipairs(vim.fn.getqflist({ id = list.id, items = 1 }).items or {}) do
    if type(item.user_data) == 'string' then known[item.user_data] = item.lnum end
  end
  return known
end

---@param list hum.ApplyList
---@return table[]
local function items_of(list)
  local items, known = {}, lines_now(list)
  for _, preview in ipairs(list.previews) do
    if vim.api.nvim_buf_is_valid(preview.buf) then
      for _, hunk in ipairs(preview.hunks) do
        items[#items + 1] = item_of(preview, hunk, known)
      end
    end
  end
  for _, note in ipairs(list.notes) do
    local item = { text = note.text, type = note.is_fault and 'W' or 'I', bufnr = note.buf }
    if not note.buf then item.filename = note.path end
    items[#items + 1] = item
  end
  return items
end

---@param list hum.ApplyList
local function refresh(list)
  list.due = false
  local now = vim.fn.getqflist({ id = list.id, idx = 0 })
  if now.id ~= list.id then return end -- lists that are too old go
  vim.fn.setqflist(
    {},
    'r',
    { id = list.id, title = list.title, items = items_of(list), idx = math.max(1, now.idx or 1) }
  )
end

---@param list hum.ApplyList
local function later(list)
  if list.due then return end
  list.due = true
  vim.schedule(function() refresh(list) end)
end

--- Sets a quickfix list of its own.
---@param previews hum.edit.Preview[]
---@param notes hum.ApplyNote[]
---@param title? string
---@return hum.ApplyList
function M.set(previews, notes, title)
  title = title or TITLE
  vim.fn.setqflist({}, ' ', { title = title, items = {} })
  local id = vim.fn.getqflist({ id = 0 }).id
  local list = { id = id, title = title, previews = previews, notes = notes, due = false } ---@type hum.ApplyList
  refresh(list)
  for _, preview in ipairs(previews) do
    preview:subscribe(function(_, what)
      if what == 'hunks' or what == 'gone' then later(list) end
    end)
  end
  return list
end

--- Rows of a window for it, at most.
local ROWS = 10

--- Shows the list, unless there is no room or the user is in the midst of something. The window that is current stays
--- so.
---@param list hum.ApplyList
---@return boolean shown
function M.show(list)
  if vim.api.nvim_get_mode().mode ~= 'n' or vim.fn.getcmdwintype() ~= '' then return false end
  local back = vim.api.nvim_get_current_win()
  local size = vim.fn.getqflist({ id = list.id, size = 1 }).size
  local ok = pcall(vim.api.nvim_command, ('botright copen %d'):format(math.max(2, math.min(size, ROWS))))
  if vim.api.nvim_win_is_valid(back) then vim.api.nvim_set_current_win(back) end
  return ok
end

return M
