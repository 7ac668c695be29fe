-- Where hum comes from. The address stands here alone: `make doc` writes it into README.md and doc/hum.txt, and
-- `make lint` sees that it is the same there.
local M = {}

--- As `git clone` takes it.
M.address = '<repository-url>'

--- What the address is as long as nobody has given one.
M.placeholder = '<repository-url>'

--- For messages: only what can be opened.
---@return string|nil
function M.known() return M.address ~= M.placeholder and M.address or nil end

return M
