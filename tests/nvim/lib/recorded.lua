-- Recorded responses of real servers, read by other means than the helper's: whole files,
-- no stream, Neovim's JSON.
local M = {}

local function body_of(raw)
  local head, body = raw:match('^(.-\r\n\r\n)(.*)$')
  if not head:lower():find('transfer%-encoding: chunked') then return head, body end
  local out, pos = {}, 1
  while true do
    local size, after = body:match('^(%x+)[^\r]*\r\n()', pos)
    size = tonumber(size or '0', 16)
    if size == 0 then return head, table.concat(out) end
    out[#out + 1] = body:sub(after, after + size - 1)
    pos = after + size + 2
  end
end

local function text(value) return type(value) == 'string' and value or '' end

-- Text and thinking of one decoded record, whichever dialect it is of; of several choices
-- the first.
local function parts(record)
  if record.choices and record.choices[1] and record.choices[1].index ~= 0 then return '', '' end
  if type(record.delta) == 'table' then return text(record.delta.text), text(record.delta.thinking) end
  local message = record.message
    or (record.choices and record.choices[1] and (record.choices[1].delta or record.choices[1].message))
    or {}
  return text(message.content), text(message.thinking) .. text(message.reasoning_content) .. text(message.reasoning)
end

local function said(err)
  if type(err) == 'table' then return said(err.message) end
  local ok, inner = pcall(vim.json.decode, err)
  return ok and type(inner) == 'table' and inner.error and said(inner.error) or err
end

---@class test.Recorded
---@field name string path below tests/fixtures
---@field status integer
---@field text string
---@field thinking string
---@field error string? the server's words
---@field body string

---@param root string
---@param name string
---@return test.Recorded
function M.read(root, name)
  local f = assert(io.open(root .. '/tests/fixtures/' .. name, 'rb'))
  local raw = f:read('*a')
  f:close()
  local head, body = body_of(raw)
  local r = {
    name = name,
    status = tonumber(head:match('^HTTP/%S+ (%d+)')),
    text = '',
    thinking = '',
    body = body,
  }
  for line in body:gmatch('[^\r\n]+') do
    local ok, record = pcall(vim.json.decode, (line:gsub('^data: ?', '')))
    if ok and type(record) == 'table' then
      local content, thinking = parts(record)
      r.text, r.thinking = r.text .. content, r.thinking .. thinking
      r.error = r.error or (record.error and said(record.error))
    end
  end
  return r
end

--- Names of all recorded responses that match a pattern.
---@return string[]
function M.names(root, pattern)
  local names = {}
  for _, path in ipairs(vim.fn.glob(root .. '/tests/fixtures/*/*.http', false, true)) do
    local name = path:match('([^/]+/[^/]+)$')
    if name:find(pattern) then names[#names + 1] = name end
  end
  return vim.fn.sort(names)
end

return M
