-- A message as it comes into the buffer of a commit: one undo step, above the first comment and what the user or a
-- template has written. The message before, if it stands there as it came, makes room.
local message = require('hum.commit.message')
local places = require('hum.place')

local M = {}

--- What was written into a buffer last.
local written = {} ---@type table<integer, { row: integer, lines: string[] }>

---@class hum.CommitText
---@field buf integer
---@field key integer      of the place
---@field row integer      of its first line, from 0
---@field lines string[]   that have come
---@field beside string[]  what stands in the buffer for itself: of the user, or of a template
---@field lost? string     why no more can come

---@param buf integer
---@param row integer
---@param count integer
---@return string[]
local function lines_at(buf, row, count) return vim.api.nvim_buf_get_lines(buf, row, row + count, false) end

--- Takes the message away that hum wrote before, unless somebody has changed it.
---@param buf integer
---@return boolean
local function clear(buf)
  local former = written[buf]
  written[buf] = nil
  if not former then return false end
  local row, lines = former.row, former.lines
  if not vim.deep_equal(lines, lines_at(buf, row, #lines)) then return false end
  vim.api.nvim_buf_set_lines(buf, row, row + #lines, false, row == 0 and { '' } or {})
  return true
end

--- Makes room for a message. Raises what Neovim says if the buffer cannot be changed now.
---@param buf integer
---@param comment string
---@param on_lost fun(why: string)
---@return hum.CommitText
function M.open(buf, comment, on_lost)
  vim.api.nvim_buf_call(buf, require('hum.place.block').close)
  local changed = clear(buf)
  local place = message.place(vim.api.nvim_buf_get_lines(buf, 0, -1, false), comment)
  if not place.blank then
    vim.api.nvim_buf_set_lines(buf, place.row, place.row, false, { '' })
    changed = true
  end
  local self = { buf = buf, key = 0, row = place.row, lines = {}, beside = place.text } ---@type hum.CommitText
  local key, why = places.open({ buf = buf, row = place.row, col = 0 }, function(lost)
    self.lost = lost
    on_lost(lost)
  end, changed)
  self.key = assert(key, why)
  return self
end

---@param self hum.CommitText
---@param lines string[]
function M.add(self, lines)
  if self.lost or #lines == 0 then return end
  local put = #self.lines > 0 and vim.list_extend({ '' }, lines) or lines
  vim.list_extend(self.lines, lines)
  places.edit(self.key, put)
end

--- No more comes. What stands below is kept apart by an empty line.
---@param self hum.CommitText
function M.close(self)
  if self.lost then return end
  local below = lines_at(self.buf, self.row + #self.lines, 1)[1]
  if #self.lines > 0 and below and below ~= '' then places.edit(self.key, { '', '' }) end
  places.close(self.key)
  local lines = self.lines
  if #lines == 0 or not vim.deep_equal(lines, lines_at(self.buf, self.row, #lines)) then return end
  written[self.buf] = { row = self.row, lines = lines }
end

--- Puts another subject in the place of the one that came, if it stands there.
---@param self hum.CommitText
---@param subject string
---@return boolean
function M.replace_subject(self, subject)
  if not vim.api.nvim_buf_is_loaded(self.buf) or lines_at(self.buf, self.row, 1)[1] ~= self.lines[1] then
    return false
  end
  vim.api.nvim_buf_call(self.buf, function() pcall(vim.api.nvim_command, 'undojoin') end)
  vim.api.nvim_buf_set_lines(self.buf, self.row, self.row + 1, false, { subject })
  self.lines[1] = subject
  return true
end

vim.api.nvim_create_autocmd('BufUnload', {
  group = vim.api.nvim_create_augroup('hum.commit', {}),
  callback = function(args) written[args.buf] = nil end,
})

return M
