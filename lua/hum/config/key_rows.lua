-- Keys as tables have them, by group and in few words, made into one list.

--- A group is its title and rows of name, modes, default, desc and more.
---@param groups any[][]
---@return hum.Key[]
return function(groups)
  local list = {}
  for _, group in ipairs(groups) do
    for i = 2, #group do
      local row = group[i]
      list[#list + 1] =
        { name = row[1], modes = row[2], default = row[3], desc = row[4], more = row[5], group = group[1] }
    end
  end
  return list
end
