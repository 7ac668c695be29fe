-- A CTRL-C that Neovim finds while one of its functions runs (vim.fn, vim.cmd, many of
-- vim.api) becomes an error of that function and is gone as a key: no mapping sees it.
-- What hum runs by itself while text streams must not swallow a key of the user, least of
-- all the one that is to stop it.
local M = {}

---@param err any
---@return boolean
local function is_interrupt(err)
  return tostring(err):find('Keyboard interrupt', 1, true) ~= nil
end

---Types the key again, for when Neovim waits for one.
function M.give_back()
  vim.schedule(function()
    vim.api.nvim_input('<C-c>')
  end)
end

---Calls `fn` and hands on what it returns or raises. Interrupted, it is called once more,
---unless `done` says that it has done its work all the same.
---@param fn function
---@param done? fun(): boolean
---@return any
local function call(fn, done, ...)
  local ok, result = pcall(fn, ...)
  if not ok and is_interrupt(result) then
    M.give_back()
    if done and done() then
      return
    end
    ok, result = pcall(fn, ...)
  end
  if not ok then
    error(result, 0)
  end
  return result
end

---@param fn function
---@return any
function M.guard(fn, ...)
  return call(fn, nil, ...)
end

---Of a change that must not be made twice.
---@param buf integer
---@param fn function
function M.guard_change(buf, fn, ...)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  return call(fn, function()
    return vim.api.nvim_buf_get_changedtick(buf) ~= tick
  end, ...)
end

return M
