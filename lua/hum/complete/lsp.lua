-- Suggestions by Neovim's own |lsp-inline_completion| (0.12 and newer), for those who use it
-- for other servers already: a language server inside Neovim. It gets whole answers only,
-- after its own pause; hum's ghost text streams.
local source = require('hum.complete.source')

local M = {}

local METHOD = 'textDocument/inlineCompletion'

---@param found hum.Found|nil
---@return lsp.InlineCompletionItem[]
local function items(found)
  if not found then return {} end
  local position = { line = found.row, character = found.col }
  return { { insertText = found.text, range = { start = position, ['end'] = position } } }
end

---@param dispatchers vim.lsp.rpc.Dispatchers
---@return vim.lsp.rpc.PublicClient
local function server(dispatchers)
  local closing, last = false, 0
  local cancels = {} ---@type table<integer, fun()>
  local answers = {
    initialize = function(_, callback)
      callback(nil, {
        capabilities = { inlineCompletionProvider = true, positionEncoding = 'utf-8' },
        serverInfo = { name = 'hum' },
      })
    end,
    shutdown = function(_, callback) callback(nil, vim.NIL) end,
    [METHOD] = function(id, callback)
      cancels[id] = source.request(function(found)
        cancels[id] = nil
        vim.schedule(function() callback(nil, { items = items(found) }) end)
      end)
    end,
  }
  return {
    request = function(method, _, callback)
      last = last + 1
      local answer = answers[method]
      if answer then
        answer(last, callback)
      else
        callback({ code = -32601, message = 'hum has no ' .. method }, nil)
      end
      return true, last
    end,
    notify = function(method, params)
      if method == '$/cancelRequest' and cancels[params.id] then
        cancels[params.id]()
      elseif method == 'exit' then
        closing = true
        dispatchers.on_exit(0, 0)
      end
      return true
    end,
    is_closing = function() return closing end,
    terminate = function()
      closing = true
      dispatchers.on_exit(0, 0)
    end,
  }
end

--- Offers suggestions in a buffer; switch them on there with
--- `vim.lsp.inline_completion.enable()`.
---@param buf? integer  default: the current buffer
---@return integer|nil client_id
---@return string|nil why
function M.start(buf)
  if not vim.lsp.inline_completion then return nil, 'inline completion needs Neovim 0.12 or newer' end
  return vim.lsp.start({ name = 'hum', cmd = server, root_dir = vim.fn.getcwd() }, { bufnr = buf })
end

return M
