-- A proxy before a fake server that lets only so many records of streamed answers through, so that
-- a case decides what comes when, at any speed of the machine.
local uv = vim.uv

local M = {}

-- So much waits here at most; more stays with the server, as it would without a gate.
local ROOM = 65536

---@class test.Gate
---@field left number so many records may still pass
---@field links table[] the connections
local Gate = {}
Gate.__index = Gate

--- The size of the next piece that goes as one: a head, a record with its chunk's frame, or what is
--- there of anything else. nil: it is not whole yet.
---@return integer? bytes
---@return 'head'|'record'|nil kind of what is streamed
local function piece(link)
  local bytes = link.held
  if bytes == '' then return nil end
  if not link.body then
    local head = bytes:match('^.-\r\n\r\n')
    if not head then return nil end
    local lower = head:lower()
    link.body = lower:find('transfer%-encoding: chunked') and 'chunks'
      or tonumber(lower:match('content%-length: (%d+)'))
      or 'all'
    if link.body == 0 then link.body = nil end
    return #head, link.body == 'chunks' and 'head' or nil
  elseif link.body == 'all' then
    return #bytes
  elseif link.body == 'chunks' then
    local line, size = bytes:match('^((%x+)\r\n)')
    local n = line and #line + tonumber(size, 16) + 2
    if not n or #bytes < n then return nil end
    if tonumber(size, 16) == 0 then link.body = nil end
    return n, 'record'
  end
  local n = math.min(#bytes, link.body)
  link.body = link.body > n and link.body - n or nil
  return n
end

local function close(link)
  for _, end_ in ipairs({ link.near, link.far }) do
    if not end_:is_closing() then end_:close() end
  end
end

local pump

local function forward(self, link, bytes)
  if link.near:is_closing() then return end
  link.near:write(bytes, function() pump(self, link) end)
end

local function read(self, link)
  if link.reading or link.ended or link.far:is_closing() then return end
  link.reading = true
  link.far:read_start(function(_, data)
    link.held = link.held .. (data or '')
    link.ended = not data
    pump(self, link)
  end)
end

--- Sends what may pass, and takes more from the server while there is room.
function pump(self, link)
  while true do
    if not link.size then
      link.size, link.kind = piece(link)
    end
    if not link.size or (link.kind and self.left <= 0) then break end
    if link.kind == 'record' then self.left = self.left - 1 end
    forward(self, link, link.held:sub(1, link.size))
    link.held, link.size = link.held:sub(link.size + 1), nil
  end
  if link.ended and link.held == '' then
    if not link.near:is_closing() and not link.over then
      link.over = true
      link.near:shutdown(function() close(link) end)
    end
  elseif #link.held > ROOM or (not link.near:is_closing() and link.near:get_write_queue_size() > ROOM) then
    link.reading = false
    if not link.far:is_closing() then link.far:read_stop() end
  else
    read(self, link)
  end
end

local function accept(self, server)
  local link = { near = uv.new_tcp(), far = uv.new_tcp(), held = '' }
  table.insert(self.links, link)
  self.tcp:accept(link.near)
  link.near:nodelay(true)
  link.far:connect(server.host, server.port, function(err)
    if err then return close(link) end
    link.far:nodelay(true)
    -- Nor does the kernel keep much between the two.
    uv.recv_buffer_size(link.far, ROOM)
    uv.send_buffer_size(link.near, ROOM)
    link.near:read_start(function(_, data)
      if not data or link.far:is_closing() then return close(link) end
      link.far:write(data)
    end)
    read(self, link)
  end)
end

--- Puts a gate before a server: its `url` is the gate's from now on. It is open.
---@param t test.Case
---@param server test.Fake
---@return test.Gate
function M.open(t, server)
  local self = setmetatable({ left = math.huge, links = {}, tcp = uv.new_tcp() }, Gate)
  assert(self.tcp:bind('127.0.0.1', 0))
  assert(self.tcp:listen(16, function() accept(self, server) end))
  self.port = self.tcp:getsockname().port
  server.url = 'http://127.0.0.1:' .. self.port
  t:finally(function()
    self.tcp:close()
    for _, link in ipairs(self.links) do
      close(link)
    end
  end)
  return self
end

--- Lets `n` more records through and then none; without `n` all of them.
---@param n integer?
function Gate:pass(n)
  self.left = n or math.huge
  for _, link in ipairs(self.links) do
    if not link.near:is_closing() then pump(self, link) end
  end
end

--- Whether the client has taken all that passed, by the kernel's own list.
---@return boolean
function Gate:taken()
  for _, link in ipairs(self.links) do
    if not link.near:is_closing() and link.near:get_write_queue_size() > 0 then return false end
  end
  local f = io.open('/proc/net/tcp')
  if not f then return true end
  local list = f:read('*a')
  f:close()
  local port = (':%04X'):format(self.port)
  for here, there, sent, got in list:gmatch('%d+: %x+(:%x+) %x+(:%x+) %x%x (%x+):(%x+)') do
    local to_client = here == port and tonumber(sent, 16) > 0
    local at_client = there == port and tonumber(got, 16) > 0
    if to_client or at_client then return false end
  end
  return true
end

return M
