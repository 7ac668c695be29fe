-- A CTRL-C that Neovim finds while one of its functions runs (vim.fn, vim.cmd, many of
-- vim.api) becomes an error of that function and is gone as a key: no mapping sees it.
-- What hum runs by itself while text streams must not swallow a key of the user, least of
-- all the one that is to stop it.
local M = {}

---@param err any
---@return boolean
function M.is_interrupt(err) return tostring(err):find('Keyboard interrupt', 1, true) ~= nil end

--- Types the key again, for when Neovim waits for one.
function M.give_back()
  vim.schedule(function() vim.api.nvim_input('<C-c>') end)
end

--- Calls `fn` and hands on what it returns or raises. Interrupted, it is called once more,
--- and the key is given back.
---@param fn function
---@return any
function M.guard(fn, ...)
  local ok, result = pcall(fn, ...)
  if ok then
    return result
  elseif not M.is_interrupt(result) then
    error(result, 0)
  end
  M.give_back()
  return fn(...)
end

--- The same for a change of a buffer, which must not be made twice; what it raises is returned.
---@param buf integer
---@param fn function
---@return boolean ok, any err
function M.try_change(buf, fn, ...)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  local ok, err = pcall(fn, ...)
  if ok or not M.is_interrupt(err) then return ok, err end
  M.give_back()
  if vim.api.nvim_buf_get_changedtick(buf) ~= tick then return true end
  ok, err = pcall(fn, ...)
  return ok, err
end

---@param buf integer
---@param fn function
function M.guard_change(buf, fn, ...)
  local ok, err = M.try_change(buf, fn, ...)
  if not ok then error(err, 0) end
end

return M
