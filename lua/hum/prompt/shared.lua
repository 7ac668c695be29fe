-- What the readers of others' prompts have in common. Pure.
local M = {}

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
