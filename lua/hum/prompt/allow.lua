-- Whether a prompt may be used: one of a project's only once the user trusts its text, none with characters that nobody
-- sees.
local invisible = require('hum.invisible')
local trust = require('hum.trust')

local M = {}

--- What the user's trust is asked for.
---@param entry hum.PromptEntry
---@return { path: string, text: string, what: string }
function M.item(entry)
  return { path = vim.uv.fs_realpath(entry.path) or entry.path, text = entry.text or '', what = 'prompt' }
end

--- Whether what a user's own file says is all to be seen.
---@param entry hum.PromptEntry
---@return string|nil why
local function hidden_fault(entry)
  if entry.origin == 'hum' then return nil end
  local found = invisible.find(entry.text or '')
  if #found == 0 then return nil end
  local path = vim.fn.fnamemodify(entry.path, ':~')
  return ('%s:%d: take out what cannot be seen: %s'):format(path, found[1].row + 1, invisible.words(found))
end

--- The prompt of an entry, once it is known to be whole and trusted.
---@param entry hum.PromptEntry
---@param cb fun(prompt: hum.Prompt|nil, why: string|nil)  why: nil if the user has answered no, or was told
function M.ask(entry, cb)
  local prompt = entry.prompt
  local why = entry.why or hidden_fault(entry)
  if not prompt or why then return cb(nil, why) end
  if entry.origin ~= 'project' then return cb(prompt) end
  local item = M.item(entry)
  trust.ask({ item }, function(allowed)
    if allowed[item.path] then return cb(prompt) end
    local _, reason = trust.state(item)
    cb(nil, ('the prompt "%s" of this project is not run: %s'):format(entry.name, reason or 'it is not trusted'))
  end)
end

--- Whether it may be used as far as that is known, without asking.
---@param entry hum.PromptEntry
---@return boolean allowed, string|nil why
function M.state(entry)
  if entry.why or hidden_fault(entry) then return false, entry.why or hidden_fault(entry) end
  if entry.origin ~= 'project' then return true end
  local state, why = trust.state(M.item(entry))
  return state == 'allowed', why
end

return M
