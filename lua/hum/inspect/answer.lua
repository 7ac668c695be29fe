-- What was sent and received, as `hum.server.client` tells it, in parts that can be shown and written. Pure.
local M = {}

--- How many bytes were not kept, images apart, which are shortened where they stand.
---@param bytes hum.TraceBytes
---@return integer
function M.missing(bytes) return bytes.bytes - (bytes.hidden or 0) - #bytes.first - #bytes.last end

--- The body of a request: that of an earlier try where it is the same.
---@param tries hum.Try[]
---@param i integer
---@return hum.TraceBytes
function M.body(tries, i)
  while tries[i].same_body and i > 1 do
    i = i - 1
  end
  return tries[i].body
end

--- Lines of a head, without their ends and the empty one behind them.
---@param head string
---@return string[]
function M.head(head) return vim.split(vim.trim((head:gsub('\r', ''))), '\n', { plain = true }) end

--- Status and headers of the last response: what came before are redirects, and a proxy's.
---@param head string
---@return integer|nil status
---@return [string, string][] headers
function M.response(head)
  local status, headers = nil, {}
  for _, line in ipairs(M.head(head)) do
    local code = line:match('^HTTP/%S+ (%d+)')
    if code then
      status, headers = tonumber(code), {}
    else
      local name, value = line:match('^([^:%s]+):%s*(.-)%s*$')
      if name then headers[#headers + 1] = { name, value } end
    end
  end
  return status, headers
end

--- The bytes of each read that are kept, and when they came; those behind a gap as one.
---@param try hum.Try
---@return { text: string, ms: integer, behind_gap: boolean }[]
function M.pieces(try)
  local out, first, list = {}, try.answer.first, try.pieces
  for i, piece in ipairs(list) do
    local stop = i < #list and list[i + 1][1] or #first
    local text = first:sub(piece[1] + 1, stop)
    if text ~= '' then out[#out + 1] = { text = text, ms = piece[2], behind_gap = false } end
  end
  if try.answer.last ~= '' then
    local ms = try.end_ms or (#list > 0 and list[#list][2]) or try.sent_ms
    out[#out + 1] = { text = try.answer.last, ms = ms, behind_gap = M.missing(try.answer) > 0 }
  end
  return out
end

return M
