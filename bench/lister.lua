-- Runs inside the Neovim that lists chats: waits for a list, or takes it while the loop is watched.
local M = {}

---@param way { ripgrep: boolean }
---@param directory string
function M.open(way, directory)
  local executable = vim.fn.executable
  vim.fn.executable = function(name) return name == 'rg' and not way.ripgrep and 0 or executable(name) end
  assert(require('hum').setup({ chat = { directory = directory } }))
end

---@param query table
---@return number ms, integer count
local function wait(query)
  local began = vim.uv.hrtime()
  local count = #require('hum').chats(query)
  return (vim.uv.hrtime() - began) / 1e6, count
end

---@param query table
---@return number ms, number stall  the longest time that the loop was busy
local function watch(query)
  local sender, over = require('sender'), false
  sender.begin()
  local began = vim.uv.hrtime()
  require('hum').chats(query, function() over = true end)
  vim.wait(60000, function() return over end, 1)
  local ms, worst = (vim.uv.hrtime() - began) / 1e6, 0
  for _, stall in ipairs(sender.stalls()) do
    worst = math.max(worst, stall.ms)
  end
  return ms, worst
end

---@param query table
---@param later boolean
---@return number[] ms, and the chats found or the stall
function M.list(query, later) return { (later and watch or wait)(query) } end

return M
