-- What servers answer, decoded, and read with care: any field may be missing, null or of
-- another type than is documented. What cannot be used is left out. Pure.
local M = {}

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

--- A name has one line, and something in it.
---@param value any
---@return string|nil
function M.name(value) return type(value) == 'string' and value ~= '' and not value:find('%c') and value or nil end

--- The name of a model in a list: Ollama has "name" and "model", other servers "id".
---@param item table
---@return string|nil
function M.model_name(item) return M.name(item.name) or M.name(item.model) or M.name(item.id) end

return M
