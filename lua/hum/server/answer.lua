-- What servers answer, decoded, and read with care: any field may be missing, null or of
-- another type than is documented. What cannot be used is left out. Pure.
local M = {}

--- What stands at a path of keys, as far as there is one.
---@param value any
---@param ... string
---@return any
function M.at(value, ...)
  for _, key in ipairs({ ... }) do
    if type(value) ~= 'table' then return nil end
    value = value[key]
  end
  return value
end

---@param answer any
---@param field string
---@return table[]  the objects of a list; none if it is no list
function M.objects(answer, field)
  local list = type(answer) == 'table' and answer[field]
  if type(list) ~= 'table' then return {} end
  local objects = {}
  for _, item in ipairs(list) do
    if type(item) == 'table' then objects[#objects + 1] = item end
  end
  return objects
end

---@param list any
---@return string[]
function M.strings(list)
  local strings = {}
  for _, item in ipairs(type(list) == 'table' and list or {}) do
    if type(item) == 'string' then strings[#strings + 1] = item end
  end
  return strings
end

---@param value any
---@return number|nil
function M.number(value)
  local number = type(value) ~= 'table' and tonumber(value) or nil
  return number and number == number and math.abs(number) < math.huge and number or nil
end

---@param list any
---@return number[]|nil  the first two of a list
function M.pair(list)
  if type(list) ~= 'table' then return nil end
  local first, second = M.number(list[1]), M.number(list[2])
  return first and second and { first, second } or nil
end

--- A name has one line, and something in it.
---@param value any
---@return string|nil
function M.name(value) return type(value) == 'string' and value ~= '' and not value:find('%c') and value or nil end

--- Where errors stand in an answer, and their words in those.
local ERRORS, WORDS =
  { 'error', 'errors', 'detail', 'base_resp' }, { 'message', 'msg', 'status_msg', 'error', 'detail' }

---@param value any
---@param depth integer
---@return string|nil
local function words_of(value, depth)
  if type(value) == 'string' then return M.name(vim.trim((value:gsub('%c+', ' ')))) end
  if type(value) ~= 'table' or depth == 0 then return nil end
  if vim.islist(value) then return words_of(value[1], depth - 1) end
  for _, field in ipairs(WORDS) do
    local words = words_of(value[field], depth - 1)
    if words then return words end
  end
end

--- The words of an error that stands in an answer, in place of what should be there.
---@param answer any
---@return string|nil
function M.error_words(answer)
  for _, field in ipairs(type(answer) == 'table' and ERRORS or {}) do
    local words = words_of(answer[field], 4)
    if words then return words end
  end
end

return M
