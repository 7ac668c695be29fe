-- What is done before a message is sent, so that it is on its way at once: the helper is started. Why that fails is
-- told when a message is sent.
local client = require('hum.server.client')

local M = {}

local group = vim.api.nvim_create_augroup('hum.ready', {})

--- Starting a process takes the main thread 10 ms: the chat is drawn before.
local LATER = 20

local function start_later() vim.defer_fn(client.start, LATER) end

--- The user has opened a chat.
M.opened = start_later

--- A chat came from a file: the user may only want to read it, until he writes in it.
---@param buf integer
function M.loaded(buf)
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  vim.api.nvim_create_autocmd({ 'InsertEnter', 'TextChanged' }, {
    group = group,
    buffer = buf,
    callback = function()
      start_later()
      return true
    end,
  })
end

return M
