-- What the readers of prompts have in common. Pure. A project's prompts are anybody's text: no pattern here, or in what
-- reads them, takes longer than the text is long.
local M = {}

--- A text without blanks at both ends. vim.trim() takes the square of the length for blanks alone.
---@param text string
---@return string
function M.trim(text)
  local from = text:find('%S')
  return from and text:match('.*%S', from) or ''
end

--- Lines of a front matter, and bytes of one of them.
local LINES, LONGEST = 500, 4096

--- Whether the front matter of a file is longer than anybody writes one.
---@param lines string[]
---@return integer|nil line  where it is
function M.too_long(lines)
  if not (lines[1] or ''):find('^%-%-%-') then return nil end
  for i = 2, #lines do
    if i > LINES or #lines[i] > LONGEST then return i end
    if lines[i]:find('^%-%-%-%s*$') then return nil end
  end
end

--- The lines of the front matter, without its marks.
---@param lines string[]
---@return string[] front, integer below  the first line behind it
function M.front(lines)
  if not (lines[1] or ''):find('^%-%-%-%s*$') then return {}, 1 end
  for i = 2, #lines do
    if lines[i]:find('^%-%-%-%s*$') then return vim.list_slice(lines, 2, i - 1), i + 1 end
  end
  return {}, 1
end

--- A name as it is typed in a command line.
---@param text string
---@return string
function M.slug(text)
  local name = text:lower():gsub('[^%w_.-]+', '-'):gsub('^[^%w]+', ''):gsub('%-+$', '')
  return name ~= '' and name or 'prompt'
end

--- A value that is a text, in one line.
---@param value any
---@return string|nil
function M.text(value) return type(value) == 'string' and value ~= '' and vim.trim((value:gsub('%c+', ' '))) or nil end

--- The reference to a file.
---@param path string
---@return string
function M.file(path) return path:find('[%s"]') and ('#file:"%s"'):format(path:gsub('"', '')) or '#file:' .. path end

return M
