-- A question to the user by vim.ui.select(), which he may have replaced: what comes back is always an answer.
local fault = require('hum.fault')
local interrupt = require('hum.interrupt')

local M = {}

--- Asks. CTRL-C at Neovim's own list is an error of it, and no answer; a picker that fails has not asked, which is
--- reported.
---@param items string[]
---@param opts { prompt: string, kind: string }
---@param cb fun(i: integer?)  scheduled, once; nil: nothing was chosen
function M.ask(items, opts, cb)
  local over = false
  --- A picker of the user's may tell the item alone.
  local function answered(item, i)
    if over then return end
    over = true
    for n, one in ipairs(items) do
      if i == nil and one == item then i = n end
    end
    vim.schedule(function() cb(i) end)
  end
  local ok, err = pcall(vim.ui.select, items, opts, answered)
  if ok then return end
  if not over and not interrupt.is_interrupt(err) then fault.report('vim.ui.select()', tostring(err)) end
  answered()
end

return M
