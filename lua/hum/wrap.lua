-- A text in lines of a certain width, in cells. Words stay whole, and so do ":Hum retry" and what stands in quotes:
-- a command that the user is to type is found, and copied, in one piece.
local M = {}

---@param text string
---@return integer
local function cells(text) return vim.fn.strdisplaywidth(text) end

--- The words of a text; blanks within double quotes and behind a command belong to a word.
---@param text string
---@param width integer  quotes that are longer are no word
---@return string[]
local function words_of(text, width)
  local words, within, joins = {}, false, false
  for word in text:gmatch('%S+') do
    if within or joins then
      words[#words] = words[#words] .. ' ' .. word
    else
      words[#words + 1] = word
    end
    local _, quotes = word:gsub('"', '')
    if quotes % 2 == 1 then within = not within end
    joins = word:find('^%(?:%a+$') ~= nil
  end
  local short = {}
  for _, word in ipairs(words) do
    vim.list_extend(short, cells(word) > width and vim.split(word, ' ') or { word })
  end
  return short
end

--- The lines of a text, of which none is wider. A word that is wider is broken. Line breaks are kept.
---@param text string
---@param width integer
---@return string[]
function M.lines(text, width)
  local lines = {}
  for paragraph in vim.gsplit(text, '\n', { plain = true }) do
    local line = ''
    for _, word in ipairs(words_of(paragraph, width)) do
      if line ~= '' and cells(line .. ' ' .. word) > width then
        lines[#lines + 1], line = line, ''
      end
      while cells(word) > width do
        local fits = vim.fn.printf('%.' .. width .. 'S', word)
        if fits == '' then break end
        lines[#lines + 1], word = fits, word:sub(#fits + 1)
      end
      line = line == '' and word or line .. ' ' .. word
    end
    if line ~= '' then lines[#lines + 1] = line end
  end
  return lines
end

--- The lines of a message in one: a sentence stays a sentence, what is none follows a semicolon.
---@param text string
---@return string
function M.joined(text)
  local line = text:gsub(
    '([.?!:]?)%s*\n%s*(%u)',
    function(mark, letter) return (mark == '' and '.' or mark) .. ' ' .. letter end
  )
  return (line:gsub('%s*\n%s*', '; '))
end

--- A text in so many cells: what does not fit is left out at its end.
---@param text string
---@param width integer
---@return string
function M.cut(text, width)
  if cells(text) <= width then return text end
  return vim.fn.printf('%.' .. math.max(width - 2, 0) .. 'S', text) .. ' …'
end

--- A text with long words, such as paths and addresses, shown by their ends.
---@param text string
---@param width integer  of the longest word
---@return string
function M.shorten(text, width)
  return (
    text:gsub('%S+', function(word)
      if cells(word) <= width then return word end
      while cells(word) >= width do
        word = vim.fn.strcharpart(word, 1)
      end
      return '…' .. word
    end)
  )
end

--- Rows of cells as lines with columns of equal widths.
---@param rows string[][]
---@return string[]
function M.columns(rows)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i] or 0, cells(cell))
    end
  end
  return vim.tbl_map(function(row)
    local padded = {}
    for i, cell in ipairs(row) do
      padded[i] = cell .. (' '):rep(widths[i] - cells(cell))
    end
    return vim.trim(table.concat(padded, '  '))
  end, rows)
end

return M
