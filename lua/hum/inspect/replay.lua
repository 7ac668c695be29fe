-- A file for a bug report: what a server sent, as a line of JSON that the fake server plays (tests/fake/README.md).
-- Pure.
local answers = require('hum.inspect.answer')

local M = {}

--- Longer pauses are played so long, in ms; shorter ones than the other not at all.
local LONGEST, SHORTEST = 2000, 2

--- What the fake server writes itself, what would not hold of its answer, and what nobody else is to know.
local LEFT_OUT = {
  ['connection'] = true,
  ['content-encoding'] = true,
  ['content-length'] = true,
  ['date'] = true,
  ['keep-alive'] = true,
  ['set-cookie'] = true,
  ['transfer-encoding'] = true,
}

--- How the connection ended, where it was not by a whole answer. When hum closed it the server went on, or not.
local ENDS = { cut = 'close', reset = 'reset', closed = 'stall', open = 'stall', none = 'close' }

---@param text string
---@return boolean  it can stand in JSON: whole characters, no NUL
local function is_text(text)
  if text:find('%z') then return false end
  local rest = text
    :gsub('[\240-\244][\128-\191][\128-\191][\128-\191]', ' ')
    :gsub('[\224-\239][\128-\191][\128-\191]', ' ')
    :gsub('[\194-\223][\128-\191]', ' ')
  return not rest:find('[\128-\255]')
end

---@param text string
---@return string|{ base64: string }
local function piece_of(text) return is_text(text) and text or { base64 = vim.base64.encode(text) } end

---@param try hum.Try
---@return table<string, string>
local function headers_of(try)
  local _, headers = answers.response(try.answer_head)
  local out = vim.empty_dict()
  for _, header in ipairs(headers) do
    local name, value = header[1], header[2]
    if not LEFT_OUT[name:lower()] and is_text(name .. value) then out[name] = value end
  end
  return out
end

--- Records end in an empty line, or in a line. At a gap the ones that are not whole are left out.
---@param text string
---@param behind boolean  it is what comes behind the gap
---@return string
local function whole_records(text, behind)
  for _, stop in ipairs({ '\r\n\r\n', '\n\n', '\n' }) do
    local at = text:find(stop, 1, true)
    if at and behind then return text:sub(at + #stop) end
    local back = text:reverse():find(stop:reverse(), 1, true)
    if back then return text:sub(1, -back) end
  end
  return text
end

--- As `answers.pieces`, without what a gap has torn.
---@param try hum.Try
---@return { text: string, ms: integer }[]
local function whole_pieces(try)
  local pieces = answers.pieces(try)
  if answers.missing(try.answer) == 0 then return pieces end
  local kept = #whole_records(try.answer.first, false)
  for _, piece in ipairs(pieces) do
    if piece.behind_gap then
      piece.text = whole_records(piece.text, true)
    else
      piece.text = piece.text:sub(1, math.max(0, kept))
      kept = kept - #piece.text
    end
  end
  return pieces
end

---@param pieces (string|table)[]
---@param ms number
local function add_pause(pieces, ms)
  if ms >= SHORTEST then pieces[#pieces + 1] = { pause_ms = math.min(ms, LONGEST) } end
end

--- Silence before anything of an answer, in ms.
---@param ms number
---@return number|nil
local function silence(ms) return ms >= SHORTEST and math.min(ms, LONGEST) or nil end

--- Where no head came. libcurl keeps for itself what was no HTTP.
---@param try hum.Try
---@param is_odd boolean
---@return table  an answer of a script
local function no_answer(try, is_odd)
  local stop = { ['end'] = ENDS[try['end']] or 'close' }
  return { framing = 'raw', pieces = is_odd and { 'no HTTP\r\n', stop } or { stop } }
end

---@param try hum.Try
---@param is_odd boolean
---@return table  an answer of a script
local function answer_of(try, is_odd)
  if try.answer_head == '' then return no_answer(try, is_odd) end
  local out = {
    status = answers.response(try.answer_head) or 200,
    headers = headers_of(try),
    first_ms = silence(try.head_ms - try.sent_ms),
    pieces = {},
  }
  local last
  for _, piece in ipairs(whole_pieces(try)) do
    if last then
      add_pause(out.pieces, piece.ms - last)
    elseif piece.ms - try.head_ms >= SHORTEST then
      out.early_headers, out.first_ms = true, silence(piece.ms - try.sent_ms)
    end
    last = piece.ms
    if piece.text ~= '' then out.pieces[#out.pieces + 1] = piece_of(piece.text) end
  end
  local stop = ENDS[try['end']]
  if stop then
    if try.end_ms and last then add_pause(out.pieces, try.end_ms - last) end
    out.pieces[#out.pieces + 1] = { ['end'] = stop }
  end
  return out
end

---@param i hum.Inspection
---@return table[]
local function answers_of(i)
  local out = {}
  for n, try in ipairs(i.tries) do
    out[n] = answer_of(try, n == #i.tries and i.data ~= nil and i.data.code == 'bad')
    if n < #i.tries then out[n].when = { nth = n } end
  end
  return out
end

---@param i hum.Inspection
---@return table[]
local function requests_of(i)
  local out = {}
  for n, try in ipairs(i.tries) do
    local body, missing = try.body, answers.missing(try.body)
    out[n] = {
      head = piece_of(try.head),
      body = not try.same_body and piece_of(body.first) or nil,
      body_end = body.last ~= '' and piece_of(body.last) or nil,
      bytes = body.bytes,
      left_out = missing > 0 and not try.same_body and missing or nil,
    }
  end
  return out
end

---@param i hum.Inspection
---@return string
local function about(i)
  local data = i.data or {}
  if data.message and data.message ~= '' then return data.message end
  return i.ending and ('it ended with "%s"'):format(i.ending) or 'it was still running'
end

---@param i hum.Inspection
---@return integer
local function left_out(i)
  local bytes = 0
  for _, try in ipairs(i.tries) do
    bytes = bytes + answers.missing(try.answer)
  end
  return bytes
end

--- The file's only line, without its end.
---@param i hum.Inspection
---@param of { hum?: string, nvim?: string, system: string }  versions
---@return string
function M.line(i, of)
  local missing = left_out(i)
  return vim.json.encode({
    name = 'recorded',
    dialect = i.dialect,
    about = about(i),
    recorded = vim.tbl_extend('force', of, {
      kind = i.kind,
      endpoint = i.endpoint,
      model = i.model,
      ending = i.ending,
      data = i.data,
      left_out = missing > 0 and missing or nil,
    }),
    -- In seconds: what the user has configured decides how silence ends.
    endpoint = { first_timeout = i.first_timeout_ms / 1000, idle_timeout = i.idle_timeout_ms / 1000 },
    requests = requests_of(i),
    answers = answers_of(i),
  })
end

return M
