-- A small HTTP client for the control door of the fake server: one request, one connection.
local slow = require('lib.slow')
local task = require('lib.task')
local uv = vim.uv

local M = {}

---@param host string an address
---@param port integer
---@param body string?
---@return integer? status
---@return string body or what went wrong
function M.request(host, port, method, path, body)
  local began = task.now()
  local tcp = uv.new_tcp()
  local data, ended = '', nil
  body = body or ''
  tcp:connect(host, port, function(err)
    if err then
      ended = err
      return
    end
    tcp:write(
      ('%s %s HTTP/1.1\r\nHost: localhost:%d\r\n'):format(method, path, port)
        .. ('Content-Length: %d\r\nConnection: close\r\n\r\n%s'):format(#body, body)
    )
    tcp:read_start(function(e, chunk)
      data = data .. (chunk or '')
      ended = ended or e or (not chunk and 'end')
    end)
  end)
  local function complete()
    local head, after = data:match('^(.-\r\n\r\n)()')
    local size = head and head:lower():match('content%-length:%s*(%d+)')
    return ended or (size and #data - after + 1 >= tonumber(size))
  end
  task.await(complete, slow.LIMITS.answer)
  tcp:close()
  local status, rest = data:match('^HTTP/1%.%d (%d+).-\r\n\r\n(.*)$')
  if not status then return nil, ended or ('no answer (%s)'):format(slow.describe(task.now() - began)) end
  return tonumber(status), rest
end

return M
