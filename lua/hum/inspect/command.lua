-- `:Hum inspect`: what follows it, and what that shows.
local notify = require('hum.notify')

local M = {}

local WORDS = {
  context = 'what the model has seen beside the text',
  last = 'the last request and its answer',
  write = 'write them to a file',
}

--- What may stand there; behind `write` names of files, whose first letters are typed.
---@param typed string
---@param argument string
---@return string[]
function M.complete(typed, argument)
  local file = argument:match('^write%s+(.*)$')
  if file then return vim.fn.getcompletion(file, 'file') end
  return vim.tbl_filter(function(word) return vim.startswith(word, typed) end, { 'context', 'last', 'write' })
end

--- What such a word shows, in one line.
---@param word string
---@return string|nil
function M.explain(word) return WORDS[word] end

---@param given hum.Invocation
function M.run(given)
  local word, path = given.text:match('^(%S*)%s*(.-)$')
  if word == 'write' and path and path ~= '' then
    require('hum.inspect').write(path, given.bang)
  elseif given.text == '' then
    require('hum.inspect').show(given.mods)
  elseif given.text == 'last' or given.text == 'context' then
    require('hum.inspect')[given.text](given.mods)
  elseif word == 'write' then
    notify.error('hum: ":Hum inspect write" needs the name of a file')
  else
    notify.error('hum: ":Hum inspect" expects one of: context, last, write FILE')
  end
end

return M
