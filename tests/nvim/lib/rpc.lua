-- msgpack-RPC over a stream: requests with answers, notifications in both directions.
-- vim.rpcrequest is no help here: under `nvim -l` a UI's redraw events cannot be received.
local slow = require('lib.slow')
local task = require('lib.task')

local M = {}

-- What on_request gives instead of an error when `answer_with` comes later.
M.LATER = {}

---@class test.Rpc
---@field write fun(data: string)
---@field on_notify fun(method: string, args: any[])
---@field on_request fun(method: string, args: any[], id: integer): any, any error, result
---@field closed boolean
---@field broken string? why the peer's bytes could not be read
local Rpc = {}
Rpc.__index = Rpc

local function handle(n)
  return function(data) return { handle = n, id = vim.mpack.decode(data) } end
end

---@param write fun(data: string)
---@return test.Rpc
function M.new(write)
  local self = setmetatable({ write = write, next_id = 1, answers = {}, rest = '' }, Rpc)
  self.unpack = vim.mpack.Unpacker({ ext = { [0] = handle(0), [1] = handle(1), [2] = handle(2) } })
  self.on_notify = function() end
  self.on_request = function(method) return { 0, 'Invalid method: ' .. method }, vim.NIL end
  return self
end

local function dispatch(self, msg)
  if msg[1] == 1 then
    self.answers[msg[2]] = { err = msg[3], result = msg[4] }
  elseif msg[1] == 2 then
    self.on_notify(msg[2], msg[3])
  else
    local err, result = self.on_request(msg[3], msg[4], msg[2])
    if err ~= M.LATER then self:answer_with(msg[2], err, result) end
  end
end

--- Bytes from the peer; nil at end of file.
---@param data string?
function Rpc:feed(data)
  if not data then
    self.closed = true
    return
  end
  local bytes, pos = self.rest .. data, 1
  local ok, err = pcall(function()
    while pos <= #bytes do
      -- Given an incomplete message the unpacker keeps what it has taken.
      local msg, after = self.unpack(bytes, pos)
      pos = after
      if msg == nil then break end
      dispatch(self, msg)
    end
  end)
  self.rest = bytes:sub(pos)
  if not ok then self.broken = tostring(err) end
end

--- Answers a request of the peer.
function Rpc:answer_with(id, err, result)
  self.write(vim.mpack.encode({ 1, id, err or vim.NIL, result == nil and vim.NIL or result }))
end

function Rpc:notify(method, ...) self.write(vim.mpack.encode({ 2, method, { ... } })) end

--- Sends a request; the answer is taken by `answer`.
---@return integer id
function Rpc:send(method, ...)
  local id = self.next_id
  self.next_id = id + 1
  self.write(vim.mpack.encode({ 0, id, method, { ... } }))
  return id
end

---@return table? answer {err, result}
function Rpc:answer(id)
  local answer = self.answers[id]
  self.answers[id] = nil
  return answer
end

--- Sends a request and waits for its answer.
---@return table? answer {err, result}, nil when none came
---@return string? why
function Rpc:call(method, ...)
  local began = task.now()
  local id = self:send(method, ...)
  task.await(function() return self.answers[id] or self.closed or self.broken end, slow.LIMITS.answer)
  local answer = self:answer(id)
  if answer then return answer end
  if self.broken or self.closed then return nil, self.broken or 'the channel is closed' end
  return nil, ('no answer (%s)'):format(slow.describe(task.now() - began))
end

return M
