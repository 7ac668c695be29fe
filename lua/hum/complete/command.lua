-- `:Hum complete`: what follows it, and what that does. A word that is typed loads no completion.
local notify = require('hum.notify')

local M = {}

local WORDS = {
  on = 'show suggestions as you type',
  off = 'show none',
  toggle = 'switch between on and off',
  now = 'request a suggestion, in insert mode',
  status = 'show whether it is on here, and why',
}

--- A bang means the current buffer alone.
---@type table<string, fun(given: hum.Invocation)>
local ACTIONS = {
  on = function(given) require('hum.complete').on({ here = given.bang }) end,
  off = function(given) require('hum.complete').off({ here = given.bang }) end,
  toggle = function(given)
    require('hum.complete').toggle({ here = given.bang })
    local short = require('hum.complete').status():match('^[^;]*')
    notify.info('hum: ' .. short)
  end,
  now = function() require('hum.complete').now() end,
  status = function() notify.answer('hum: ' .. require('hum.complete').status()) end,
}

---@return string[]
local function names()
  local list = vim.tbl_keys(ACTIONS)
  table.sort(list)
  return list
end

--- What may stand there.
---@param typed string
---@return string[]
function M.complete(typed)
  return vim.tbl_filter(function(name) return vim.startswith(name, typed) end, names())
end

--- What such a word does, in one line.
---@param word string
---@return string|nil
function M.explain(word) return WORDS[word] end

---@param given hum.Invocation
function M.run(given)
  local act = ACTIONS[given.text ~= '' and given.text or 'status']
  if act then return act(given) end
  local all = table.concat(names(), ', ')
  notify.error(('hum: ":Hum complete" expects one of: %s'):format(all))
end

return M
