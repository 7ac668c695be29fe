-- A list of words as a set.

---@param list string
---@return table<string, true>
return function(list)
  local found = {}
  for word in list:gmatch('%S+') do
    found[word] = true
  end
  return found
end
