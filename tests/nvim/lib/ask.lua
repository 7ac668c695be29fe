-- One question to an endpoint, without a chat: whether it is reached, and else why not.
local M = {}

local ASK = [[
  local endpoint, env = ...
  require('hum.server.helper').stop()
  for _, name in ipairs(asked_env or {}) do
    vim.env[name] = nil
  end
  asked_env = vim.tbl_keys(env)
  for name, value in pairs(env) do
    vim.env[name] = value
  end
  local ok = require('hum').setup({ endpoints = { there = endpoint } })
  assert(ok, 'setup() refused the options')
  answer = nil
  require('hum.server.query').query('there', { path = '/api/version', timeout = 100 }, function(err, found)
    answer = err or { found = found }
  end)
]]

---@class test.Answer  what the server said, or a failure
---@field found? table
---@field code? string
---@field message? string
---@field hint? string
---@field status? integer

--- Asks with a new helper, which has these variables in its environment.
---@param t test.Case
---@param endpoint table
---@param env table<string, string>?
---@return test.Answer
function M.once(t, endpoint, env)
  endpoint = vim.tbl_extend('keep', endpoint, { dialect = 'ollama', connect_timeout = t:seconds(5) })
  t:lua(ASK, endpoint, vim.tbl_isempty(env or {}) and vim.empty_dict() or env)
  return t:wait(function() return t:lua('return answer') end, 'an answer of ' .. endpoint.url)
end

return M
