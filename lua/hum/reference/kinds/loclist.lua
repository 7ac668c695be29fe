-- #loclist: the entries of the location list of the code window, with its title.
local places = require('hum.reference.source.places')

---@param where hum.Where
---@return integer|nil
local function window(where)
  local code = where.code
  if not code then return nil end
  if code.win and vim.api.nvim_win_is_valid(code.win) then return code.win end
  local win = vim.fn.bufwinid(code.buf)
  return win ~= -1 and win or nil
end

---@type hum.ReferenceKind
return {
  name = 'loclist',
  desc = 'the location list of the code window: file, line and text of each entry',
  argument = 'none',
  resolve = function(ref, where, cb)
    local win = window(where)
    if not win then
      local err = 'there is no code window\nOpen the file in a window beside the chat first.'
      vim.schedule(function() cb(err) end)
      return
    end
    return places.resolve({
      name = 'loclist',
      id = 'loclist:' .. win,
      get = function(what) return vim.fn.getloclist(win, what) end,
      empty = 'the location list of the code window has no places\nFill it first, as with :lmake or :lgrep.',
    }, ref, where, cb)
  end,
}
