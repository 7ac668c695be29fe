-- Writes the address of the repository, lua/hum/repository.lua, into README.md and doc/hum.txt. With --check it only
-- says where another one stands. See tools/gen-doc.
local root, check = arg[1], arg[2] == '--check'
vim.opt.runtimepath:prepend(root)
local address = require('hum.repository').address

--- What stands before an address, the address, and what stands behind it.
local PLACES = {
  "(url = ')([^'\n]*)(',%s+name = 'hum%.nvim')", -- lazy.nvim
  "(src = ')([^'\n]*)(',%s+name = 'hum%.nvim')", -- vim.pack
  '(git clone )([^%s`]+)()',
  '(from `)(<repository%-url>)(`)', -- in a sentence, the first time
  '(from `)(%a+://[^%s`]*hum%.nvim[^%s`]*)(`)',
}

---@param text string
---@return string filled, integer count
local function fill(text)
  local count = 0
  for _, place in ipairs(PLACES) do
    text = text:gsub(place, function(before, _, behind)
      count = count + 1
      return before .. address .. (type(behind) == 'string' and behind or '')
    end)
  end
  return text, count
end

local is_good = true
for _, name in ipairs({ 'README.md', 'doc/hum.txt' }) do
  local path = root .. '/' .. name
  local before = table.concat(vim.fn.readfile(path, 'b'), '\n')
  local after, count = fill(before)
  local placeholder = require('hum.repository').placeholder
  local left = address ~= placeholder and after:find(placeholder, 1, true)
  if count == 0 or left then
    io.stderr:write(
      ('%s: %s\n'):format(name, left and 'a place that tools/gen-address.lua does not know' or 'no address')
    )
    is_good = false
  elseif check and after ~= before then
    io.stderr:write(('%s has another address than lua/hum/repository.lua: run "make doc"\n'):format(name))
    is_good = false
  elseif after ~= before then
    vim.fn.writefile(vim.split(after, '\n'), path, 'b')
  end
end
os.exit(is_good and 0 or 1)
