-- The imports of a rules file, as Claude Code and Gemini have them: "@docs/style.md" at the beginning of a word, not in
-- code. Pure.
local M = {}

--- A fence opens, or closes if it is as long.
---@param line string
---@return string|nil marks, string|nil rest
local function fence_in(line) return line:match('^%s*([`~][`~][`~]+)(.*)$') end

--- A line without its code spans.
---@param line string
---@return string
local function without_code(line)
  local out, at = {}, 1
  while true do
    local first, last = line:find('`+', at)
    if not first then break end
    local marks = line:sub(first, last)
    local close = last + 1 ---@type integer|nil
    repeat
      local a, b = line:find('`+', close) ---@type integer|nil, integer|nil
      close = b and b + 1 or nil
      if a and b - a + 1 == #marks then break end
    until not close
    out[#out + 1] = line:sub(at, first - 1)
    if not close then
      out[#out + 1] = line:sub(last + 1)
      return table.concat(out)
    end
    out[#out + 1] = ' '
    at = close
  end
  out[#out + 1] = line:sub(at)
  return table.concat(out)
end

---@param word string  behind the "@"
---@return string|nil path
local function path_in(word)
  word = word:gsub('\\ ', ' '):gsub('[.,;:!?)%]}\'"]+$', '')
  return word ~= '' and word:find('^[%w~./_-]') and word or nil
end

--- The paths that a text imports, in order, each once.
---@param text string
---@return string[]
function M.of(text)
  local paths, known, fence = {}, {}, nil ---@type string[], table<string, true>, string|nil
  for line in vim.gsplit(text, '\n', { plain = true }) do
    local marks, rest = fence_in(line)
    if marks and not fence then
      fence = marks
    elseif marks and fence and vim.startswith(marks, fence) and not (rest or ''):find('%S') then
      fence = nil
    elseif not fence and not line:find('^    ') and not line:find('^\t') then
      -- A backslash keeps a blank in the word.
      for word in (' ' .. without_code(line):gsub('\\ ', '\1')):gmatch('[%s(]@(%S+)') do
        local path = path_in((word:gsub('\1', ' ')))
        if path and not known[path] then
          known[path] = true
          paths[#paths + 1] = path
        end
      end
    end
  end
  return paths
end

--- Whether something that is not there was meant to be a file, and not a name of somebody.
---@param path string
---@return boolean
function M.is_path(path) return path:find('/', 1, true) ~= nil or path:find('%.%a%w*$') ~= nil end

return M
