-- `:Hum model`: which model the chat in the current buffer uses, or new chats.
local endpoint = require('hum.server.endpoint')
local front = require('hum.chat.front')
local models = require('hum.server.models')
local notify = require('hum.notify')

local M = {}

---@param buf integer
---@param name string   of the endpoint
---@param model string
local function use(buf, name, model)
  if front.set_model(buf, name, model) then return notify.info(('hum: this chat uses %s/%s'):format(name, model)) end
  models.set_default(name, model)
  notify.info(('hum: new chats use %s/%s'):format(name, model))
end

--- Sets it: for the chat in the current buffer, else for new chats.
---@param text? string  "model" or "endpoint/model" or "endpoint/"; nil: the user chooses
function M.set(text)
  local buf = vim.api.nvim_get_current_buf()
  local name, model = endpoint.split_model(text or '')
  name = models.endpoint(name or front.endpoint(buf))
  if model then return use(buf, name, model) end
  models.choose(name, function(err, chosen)
    if chosen then
      use(buf, name, chosen)
    elseif err then
      notify.warn(err)
    end
  end)
end

return M
