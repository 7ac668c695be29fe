-- What the instruction of an edit refers to (|hum-references|), as parts of the message that asks for it.
local attach = require('hum.reference.attach')
local where_of = require('hum.reference.where').of

local M = {}

--- What the user has written: the attempts of a thread go on with what the first one refers to.
---@param ask hum.edit.Ask
---@return string[]
local function texts_of(ask)
  local texts = {}
  for _, one in ipairs(ask.thread or {}) do
    texts[#texts + 1] = one.instruction
  end
  texts[#texts + 1] = ask.prompt and ask.prompt.text or ask.instruction
  return texts
end

--- Finds it out.
---@param ask hum.edit.Ask
---@param endpoint string  that is asked
---@param cb fun(why?: string, attached?: hum.AttachedParts)  once, not after a cancel
---@return fun() cancel
function M.find(ask, endpoint, cb)
  local where = where_of({ code = { buf = ask.buf }, model = { endpoint = endpoint, model = ask.model } })
  return attach.to(texts_of(ask), where, cb)
end

return M
