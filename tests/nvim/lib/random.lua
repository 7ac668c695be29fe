--- Random numbers from a seed, of a generator of its own: cases run side by side.
---@param seed integer
---@return fun(n: integer): integer  from 1 to n
return function(seed)
  local state = seed
  return function(n)
    state = (state * 1103515245 + 12345) % 2147483648
    return math.floor(state / 65536) % n + 1
  end
end
