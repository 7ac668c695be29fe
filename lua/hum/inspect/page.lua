-- What was sent and received as a page to read: why it failed first, then sizes and times, then all of it as it went.
-- Pure.
local answers = require('hum.inspect.answer')
local count = require('hum.count').of
local sheet = require('hum.inspect.sheet')

local M = {}

local add, heading = sheet.add, sheet.heading

---@param ms number
---@return string
local function seconds(ms) return ('%.3f s'):format(ms / 1000) end

-- ---- JSON over several lines ------------------------------------------------------------------

--- So deep lines are broken: a message of a chat has two.
local DEPTH = 3

---@param text string
---@param from integer  of the opening quote
---@return integer  of the closing one, or of the end
local function string_end(text, from)
  local at = text:find('["\\]', from + 1)
  while at and text:byte(at) == 92 do
    at = text:find('["\\]', at + 2)
  end
  return at or #text
end

--- Breaks a JSON text into lines; nothing else is changed.
---@param text string
---@return string[]
function M.spread(text)
  local lines, start, depth, indent = {}, 1, 0, ''
  local function break_behind(stop)
    lines[#lines + 1] = indent .. text:sub(start, stop)
    start, indent = stop + 1, ('  '):rep(depth)
  end
  local at = text:find('["{}%[%],]')
  while at do
    local char, empty = text:sub(at, at), text:find('^[}%]]', at + 1)
    if char == '"' then
      at = string_end(text, at)
    elseif (char == '{' or char == '[') and empty then
      at = at + 1
    elseif char == '{' or char == '[' then
      depth = depth + 1
      if depth <= DEPTH then break_behind(at) end
    elseif char == ',' then
      if depth <= DEPTH then break_behind(at) end
    else
      depth = depth - 1
      if depth < DEPTH then break_behind(at - 1) end
    end
    at = text:find('["{}%[%],]', at + 1)
  end
  lines[#lines + 1] = indent .. text:sub(start)
  return lines
end

-- ---- the page ---------------------------------------------------------------------------------

---@param page hum.Page
---@param i hum.Inspection
---@param whose string
local function add_title(page, i, whose)
  add(page, ('The last request of %s. Keys are masked.'):format(whose), 'Title')
  add(page, '')
  add(page, ('endpoint "%s" (dialect "%s"), model "%s"'):format(i.endpoint, i.dialect, i.model))
end

---@param page hum.Page
---@param i hum.Inspection
local function add_ending(page, i)
  local data = i.data or {}
  local is_good = i.ending == 'done' and data.ending == 'good'
  heading(page, 'What happened')
  if not i.ending then
    add(page, 'It is still running. :Hum inspect in this window shows what has come since.')
  elseif i.ending == 'cancelled' then
    add(page, 'It was stopped.')
  elseif is_good or not data.message then
    add(page, ('The reply is complete; the server says "%s".'):format(data.reason or ''))
  else
    add(page, data.message, 'HumError')
  end
  if data.hint and data.hint ~= '' then add(page, data.hint, 'HumHint') end
end

---@type table<string, string>
local ENDS = {
  open = 'still open',
  whole = 'complete',
  cut = 'closed by the server before the end',
  reset = 'the connection was lost',
  closed = 'closed by hum',
  none = 'no answer',
}

---@param try hum.Try
---@return string
local function received(try)
  if not try.head_ms then return 'nothing came' end
  local text = ('status after %s, %s in %s'):format(
    seconds(try.head_ms - try.sent_ms),
    count(try.answer.bytes, 'byte'),
    count(try.reads, 'read')
  )
  local first, last = try.pieces[1], try.pieces[#try.pieces]
  if not first then return text end
  local till = (try.end_ms or last[2]) - try.sent_ms
  return text .. (', from %s to %s'):format(seconds(first[2] - try.sent_ms), seconds(till))
end

---@param page hum.Page
---@param i hum.Inspection
local function add_sizes(page, i)
  heading(page, 'Sizes and times')
  local stats = i.data and i.data.stats or {}
  if stats.tokens and stats.tokens > 0 then
    local first = stats.ttft_ms and (', the first after %s'):format(seconds(stats.ttft_ms)) or ''
    add(page, ('%s%s, %s in all'):format(count(stats.tokens, 'token'), first, seconds(stats.total_ms)))
  end
  for n, try in ipairs(i.tries) do
    add(
      page,
      ('request %d, at %s: %s; %s; %s%s'):format(
        n,
        seconds(try.sent_ms),
        count(try.body.bytes, 'byte'),
        received(try),
        ENDS[try['end']] or try['end'],
        try.why and (' (%s)'):format(try.why) or ''
      )
    )
  end
  if #i.tries == 0 then add(page, 'Nothing was sent.') end
end

---@param page hum.Page
local function add_advice(page)
  heading(page, 'For a bug report')
  add(page, ':Hum inspect write FILE  writes this as one line of JSON, from which it can be replayed.')
  add(page, 'What was said in the chat is in there, as it is on this page: read it before you give it away.')
end

---@param page hum.Page
---@param n integer
local function add_gap(page, n) add(page, ('[... %s not kept ...]'):format(count(n, 'byte')), 'HumHint') end

---@param page hum.Page
---@param i hum.Inspection
---@param n integer
local function add_request(page, i, n)
  local try, body = i.tries[n], answers.body(i.tries, n)
  heading(page, ('Request %d'):format(n))
  for _, line in ipairs(answers.head(try.head)) do
    add(page, line)
  end
  add(page, '')
  if try.same_body then return add(page, '[the same body as before]', 'HumHint') end
  for _, line in ipairs(M.spread(body.first)) do
    add(page, line)
  end
  if body.last == '' then return end
  if answers.missing(body) > 0 then add_gap(page, answers.missing(body)) end
  add(page, body.last)
end

--- The bytes of an answer as lines, and beside each when it came, where that is another moment.
---@param page hum.Page
---@param try hum.Try
local function add_answer_body(page, try)
  local line, since = '', nil ---@type string, integer|nil
  local shown ---@type integer|nil
  local function flush()
    if since and since ~= shown then
      page.times[#page.times + 1] = { row = #page.lines, text = seconds(since - try.sent_ms) }
      shown = since
    end
    add(page, (line:gsub('\r$', '')))
    line, since = '', nil
  end
  for _, piece in ipairs(answers.pieces(try)) do
    if piece.behind_gap then
      flush()
      add_gap(page, answers.missing(try.answer))
    end
    local parts = vim.split(piece.text, '\n', { plain = true })
    for k, part in ipairs(parts) do
      if k > 1 then flush() end
      if part ~= '' then since = since or piece.ms end
      line = line .. part
    end
  end
  flush()
end

---@param page hum.Page
---@param try hum.Try
---@param n integer
local function add_answer(page, try, n)
  heading(page, ('Answer %d'):format(n))
  if not try.head_ms then
    return add(page, ('[%s%s]'):format(ENDS[try['end']] or '', try.why and ': ' .. try.why or ''), 'HumHint')
  end
  for _, line in ipairs(answers.head(try.answer_head)) do
    add(page, line)
  end
  add(page, '')
  add_answer_body(page, try)
end

---@param i hum.Inspection
---@param whose string  'this chat'
---@return hum.Page
function M.of(i, whose)
  local page = sheet.new()
  add_title(page, i, whose)
  add_ending(page, i)
  add_sizes(page, i)
  add_advice(page)
  for n, try in ipairs(i.tries) do
    add_request(page, i, n)
    add_answer(page, try, n)
  end
  return page
end

return M
