-- Many files looked at in slices of a few milliseconds, between which the editor draws and takes keys.
local M = {}

--- How long a slice takes, and the pause behind it, in ms. Not vim.schedule(), behind which keys would wait.
local SLICE, PAUSE = 3, 1

--- Calls `fn` with each in turn, and `done` after the last. What takes no longer than a slice is done at once.
---@generic T
---@param list T[]
---@param fn fun(one: T, i: integer)
---@param done fun()
---@return fun() cancel
function M.each(list, fn, done)
  local at, over = 0, false
  local function step()
    if over then return end
    local since = vim.uv.hrtime()
    while at < #list do
      if vim.uv.hrtime() - since > SLICE * 1e6 then
        vim.defer_fn(step, PAUSE)
        return
      end
      at = at + 1
      fn(list[at], at)
    end
    over = true
    done()
  end
  step()
  return function() over = true end
end

return M
