-- What is wrong in some lines of a buffer, as it is known: the diagnostics of all sources, language servers and linters
-- alike, and what the compiler said last (the quickfix list, or the location list of the window).
local M = {}

--- So many are told, each with so many bytes.
local MOST, LONGEST = 40, 400

--- Lists of the quickfix stack that are looked at.
local LISTS = 10

---@class hum.EditRows
---@field buf integer
---@field first integer  rows from 0
---@field last integer

---@class hum.EditProblem
---@field line integer     from 1
---@field last? integer
---@field severity 'error'|'warning'|'info'|'hint'
---@field message string   of one line
---@field source? string
---@field code? string

---@type table<vim.diagnostic.Severity?, string>
local SEVERITIES = { 'error', 'warning', 'info', 'hint' }

--- By the letter that 'errorformat' found.
local TYPES = { E = 'error', W = 'warning', I = 'info', N = 'hint' }

---@param text string
---@return string
local function one_line(text)
  text = vim.trim((text:gsub('[%c%s]+', ' ')))
  if #text <= LONGEST then return text end
  return text:sub(1, LONGEST + vim.str_utf_start(text, LONGEST + 1)) .. '…'
end

---@param range hum.EditRows
---@return hum.EditProblem[]
local function diagnostics(range)
  local list = {}
  for _, d in ipairs(vim.diagnostic.get(range.buf)) do
    local last = d.end_lnum or d.lnum
    -- One that ends before the first character of a line is not in it.
    if last > d.lnum and d.end_col == 0 then last = last - 1 end
    if d.lnum <= range.last and last >= range.first then
      list[#list + 1] = {
        line = d.lnum + 1,
        last = last > d.lnum and last + 1 or nil,
        severity = SEVERITIES[d.severity] or 'error',
        message = one_line(d.message),
        source = d.source,
        code = d.code and tostring(d.code) or nil,
      }
    end
  end
  return list
end

---@param info table  of getqflist()
---@return boolean  a compiler or linter has filled it: not a search, and not with the diagnostics that are there anyway
local function is_compilers(info)
  local title = (info.title or ''):lower()
  if title:find('^:?l?make%f[^%w]') then return true end
  if title:find('diagnostic') or title:find('grep') or title:find('^hum') then return false end
  for _, item in ipairs(info.items) do
    if item.valid == 1 and TYPES[item.type:upper()] then return true end
  end
  return false
end

--- The newest list of a compiler.
---@param get fun(what: table): table
---@return table[] items
local function newest(get)
  local here = get({ nr = 0 }).nr or 0
  for nr = here, math.max(1, here - LISTS + 1), -1 do
    local info = get({ nr = nr, items = true, title = true })
    if info.items and is_compilers(info) then return info.items end
  end
  return {}
end

---@param range hum.EditRows
---@return hum.EditProblem[]
local function compilers(range)
  local list = {}
  local win = vim.fn.bufwinid(range.buf)
  local places = newest(vim.fn.getqflist)
  if win ~= -1 then vim.list_extend(places, newest(function(what) return vim.fn.getloclist(win, what) end)) end
  for _, item in ipairs(places) do
    if item.valid == 1 and item.bufnr == range.buf and item.lnum > range.first and item.lnum <= range.last + 1 then
      list[#list + 1] = {
        line = item.lnum,
        severity = TYPES[item.type:upper()] or 'error',
        message = one_line(item.text),
        source = 'compiler',
        code = item.nr and item.nr > 0 and tostring(item.nr) or nil,
      }
    end
  end
  return list
end

---@param a hum.EditProblem
---@param b hum.EditProblem
---@return boolean
local function is_before(a, b)
  if a.line ~= b.line then return a.line < b.line end
  return a.message < b.message
end

--- What is known of a range, by line.
---@param range hum.EditRows
---@return hum.EditProblem[]
---@return integer left_out  that many more are known
function M.of(range)
  local list, seen = {}, {}
  for _, one in ipairs(vim.list_extend(diagnostics(range), compilers(range))) do
    local id = one.line .. '\0' .. one.message
    if not seen[id] then list[#list + 1] = one end
    seen[id] = true
  end
  -- Of too many the worst.
  local rank = { error = 1, warning = 2, info = 3, hint = 4 }
  table.sort(list, function(a, b)
    if a.severity ~= b.severity then return rank[a.severity] < rank[b.severity] end
    return is_before(a, b)
  end)
  local left = math.max(0, #list - MOST)
  list = vim.list_slice(list, 1, MOST)
  table.sort(list, is_before)
  return list, left
end

--- The same as text, each with what stands in its line: the model sees no numbers.
---@param range hum.EditRows
---@return string  '' if nothing is known
function M.text(range)
  local list, left = M.of(range)
  local out = {}
  for _, one in ipairs(list) do
    local line = one_line(vim.api.nvim_buf_get_lines(range.buf, one.line - 1, one.line, false)[1] or '')
    local from = one.source and one.code and ('%s %s'):format(one.source, one.code) or one.source or one.code
    out[#out + 1] = ('- line %d, `%s`: %s: %s%s'):format(
      one.line,
      line:gsub('`', "'"),
      one.severity,
      one.message,
      from and (' [%s]'):format(from) or ''
    )
  end
  if left > 0 then out[#out + 1] = ('- and %d more'):format(left) end
  return table.concat(out, '\n')
end

return M
