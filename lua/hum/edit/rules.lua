-- The rules of the user and of a project, for edits: they say how code is to be written. Asked for as those of chats
-- are, in the same question, and bounded by a share of the context window that is loaded.
local folder = require('hum.chat.kept.folder')
local once = require('hum.rules.once')
local window = require('hum.server.window')

local M = {}

--- Tokens of a context window that is not known.
local WINDOW = 8192

--- Finds the rules for the file in a buffer.
---@param buf integer
---@param endpoint string
---@param model? string  if it is known
---@param cb fun(text: string?)  once, scheduled or at once
---@return fun() cancel  cb is not called any more
function M.find(buf, endpoint, model, cb)
  local project, name = folder.project(buf), vim.api.nvim_buf_get_name(buf)
  return once.find({
    project = project and project.root,
    file = name ~= '' and not name:find('^%a[%w+.-]+://') and name or nil,
    window = function(back) back(model and window.of(endpoint, model) or WINDOW) end,
  }, cb)
end

return M
