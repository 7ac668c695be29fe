-- #quickfix: the entries of the quickfix list, with its title.
local places = require('hum.reference.source.places')

---@type hum.ReferenceKind
return {
  name = 'quickfix',
  desc = 'the quickfix list: file, line and text of each entry',
  argument = 'none',
  resolve = function(ref, where, cb)
    return places.resolve({
      name = 'quickfix',
      id = 'quickfix',
      get = vim.fn.getqflist,
      empty = 'the quickfix list has no places\nFill it first, as with :make or :grep.',
    }, ref, where, cb)
  end,
}
