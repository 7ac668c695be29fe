-- Colours of code blocks, in their own language, once a block is closed.
--
-- Only blocks that a window shows are coloured; their colours then lie in the buffer as extmarks, so they cost
-- nothing while text streams. Treesitter does it when a parser and queries for the language exist (of the
-- block's text alone, never of the chat), else the regex syntax of the file type, in a hidden buffer. Both
-- work in slices of SLICE; only the loading of a language's files, once each, cannot be cut. A block
-- of more than MAX_BYTES or MAX_LINES, or of an unknown language, keeps the plain colour of code.
--
-- A changed block keeps its old colours, which move with the text, until PAUSE after the last change in it.
local block = require('hum.chat.text.block')
local guard = require('hum.interrupt').guard
local highlight = require('hum.chat.view.highlight')
local painter = require('hum.chat.view.painter')
local scan = require('hum.chat.text.scan')

local M = {}

local MAX_BYTES, MAX_LINES = 64 * 1024, 2000
local PAUSE = 150
--- Delay, in ms, after a fence has closed: in a fast stream most blocks have left the screen by then.
local CLOSED = 50

---@class hum.CodeBlock
---@field first integer   row of the opening fence
---@field last integer    row of the closing fence
---@field lang string
---@field clean boolean   coloured, or being coloured, as it stands
---@field job? hum.Paint

---@class hum.CodeBuf
---@field blocks hum.CodeBlock[]
---@field reach integer  rows from here on are in no block: an append is dismissed by it
---@field seen table<integer, { top: integer, bottom: integer, closings: integer }>  by window: the rows
---  of the last update
---@field pending boolean
---@field timer? uv.uv_timer_t

local ns = vim.api.nvim_create_namespace('hum.code')
---@type table<integer, hum.CodeBuf>
local bufs = {}

---@param buf integer
---@param b hum.CodeBlock
local function drop(buf, b)
  if b.job then b.job.cancelled = true end
  vim.api.nvim_buf_clear_namespace(buf, ns, b.first, b.last + 1)
end

--- The block around a row whose line begins inside a fence.
---@param s hum.Scan
---@param row integer
---@return integer? first
---@return integer? last  nil: not closed, or too long
local function bounds(s, row)
  local id = s.state[row]
  local first, last = row, row
  while first >= 0 and s.state[first] == id do
    first = first - 1
    if row - first > MAX_LINES then return end
  end
  while s.state[last] == id do
    last = last + 1
    if last - first > MAX_LINES + 1 or last > s.known then return first end
  end
  last = last - 1
  local line = vim.api.nvim_buf_get_text(s.buf, last, 0, last, 200, {})[1]
  local _, kind = block.next(id, line)
  return first, kind == 'fence_close' and last or nil
end

--- The text of a block without the indent of its fence.
---@param buf integer
---@param b hum.CodeBlock
---@param indent integer
---@return string[]? lines  nil: too much
---@return integer[] cut  bytes cut off the beginning of each line
local function content(buf, b, indent)
  local lines = vim.api.nvim_buf_get_lines(buf, b.first + 1, b.last, false)
  local cut, bytes = {}, 0
  for i, line in ipairs(lines) do
    local n = 0
    while n < indent and line:byte(n + 1) == 32 do
      n = n + 1
    end
    lines[i], cut[i] = line:sub(n + 1), n
    bytes = bytes + #line + 1
  end
  return bytes <= MAX_BYTES and lines or nil, cut
end

---@param buf integer
---@param b hum.CodeBlock
---@param indent integer
local function paint(buf, b, indent)
  b.clean = true
  local lines, cut = content(buf, b, indent)
  if not lines then return drop(buf, b) end
  local job
  job = painter.start(b.lang, lines, function(i, spans)
    if not vim.api.nvim_buf_is_loaded(buf) then return end
    local row = b.first + i
    vim.api.nvim_buf_clear_namespace(buf, ns, row, row + 1)
    for n = 1, #spans, 3 do
      vim.api.nvim_buf_set_extmark(buf, ns, row, spans[n] + cut[i], {
        end_col = spans[n + 1] + cut[i],
        hl_group = spans[n + 2],
        priority = 100,
        strict = false,
        invalidate = true,
        undo_restore = false,
      })
    end
  end)
  b.job = job
  if not job then drop(buf, b) end
end

--- Colours blocks in these rows that are new or changed, and drops the colours of what is no longer a block.
---@param buf integer
---@param top integer
---@param bottom integer
local function update(buf, top, bottom)
  local s, c = scan.get(buf), bufs[buf]
  if not s or not c or not scan.complete(buf, math.min(bottom, s.count - 1)) then return end
  ---@type table<integer, { first: integer, last: integer, lang: string, indent: integer }>
  local found = {}
  local row = math.max(top, 0)
  while row <= math.min(bottom, s.known) do
    local def = block.def(s.state[row])
    if def.fence then
      local first, last = bounds(s, row)
      if first and last then
        found[first] = { first = first, last = last, lang = def.fence.lang, indent = def.fence.indent }
      end
      row = math.max(row, last or bottom)
    end
    row = row + 1
  end
  for i = #c.blocks, 1, -1 do
    local b = c.blocks[i]
    local f = found[b.first]
    local same = f and f.last == b.last and f.lang == b.lang
    if same then
      if not b.clean then paint(buf, b, f.indent) end
      found[b.first] = nil
    elseif b.last >= top and b.first <= bottom then
      drop(buf, b)
      table.remove(c.blocks, i)
    end
  end
  for first, f in pairs(found) do
    local b = { first = first, last = f.last, lang = f.lang, clean = false }
    c.blocks[#c.blocks + 1] = b
    c.reach = math.max(c.reach, f.last + 1)
    if f.lang ~= '' then paint(buf, b, f.indent) end
  end
end

--- Updates the rows that windows show of a chat.
---@param buf integer
local function update_all(buf)
  local c = bufs[buf]
  if not c or not vim.api.nvim_buf_is_loaded(buf) then return end
  c.pending = false
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local info = vim.fn.getwininfo(win)[1]
    update(buf, info.topline - 1, info.botline - 1)
  end
end

---@param buf integer
---@param c hum.CodeBuf
---@param delay integer
local function update_soon(buf, c, delay)
  if c.pending then return end
  c.pending = true
  vim.defer_fn(function() guard(update_all, buf) end, delay)
end

---@param buf integer
---@param c hum.CodeBuf
local function update_after_pause(buf, c)
  c.timer = c.timer or assert(vim.uv.new_timer())
  c.timer:start(PAUSE, 0, vim.schedule_wrap(function() guard(update_all, buf) end))
end

--- Are the rows from `first` to `last` without a block to be coloured, but for the one still open at the end?
---@param s hum.Scan
---@param first integer
---@param last integer
---@return boolean
local function nothing_new(s, first, last)
  local last_state = s.state[s.known]
  for row = first, math.min(last, s.known) do
    local id = s.state[row]
    if id ~= last_state and block.def(id).fence then return false end
  end
  return true
end

-- A scroll shows other blocks, and a line that has ended may have closed one; most redraws do neither.
local function on_view(win, buf, top, bottom)
  local c, s = bufs[buf], scan.get(buf)
  if not c or not s then return end
  local seen = c.seen[win]
  if seen and seen.closings == s.closings and top >= seen.top then
    if bottom <= seen.bottom then return end
    if nothing_new(s, seen.bottom, bottom) then
      seen.bottom = bottom
      return
    end
  end
  c.seen[win] = { top = top, bottom = bottom, closings = s.closings }
  update_soon(buf, c, seen and seen.closings ~= s.closings and CLOSED or 0)
end

---@param buf integer
---@param first integer
---@param old_last integer
---@param new_last integer
---@param count integer
local function on_lines(buf, first, old_last, new_last, count)
  local c = bufs[buf]
  local shift = new_last - old_last
  if not c then return end
  if first >= c.reach then
    if new_last == count then return end
    -- Above what the user writes below a reply: as at the end, only new fences matter.
    for _, seen in pairs(c.seen) do
      seen.bottom = math.min(seen.bottom, first)
    end
    return
  end
  local reach, hit = 0, false
  for _, b in ipairs(c.blocks) do
    if b.first >= old_last then
      b.first, b.last = b.first + shift, b.last + shift
    elseif b.last >= first then
      b.last = math.max(b.first, b.last + shift)
      b.clean, hit = false, true
      if b.job then b.job.cancelled = true end
    end
    reach = math.max(reach, b.last + 1)
  end
  c.reach = reach
  c.seen = {}
  if hit then update_after_pause(buf, c) end
end

--- Colours the code blocks of a watched buffer from now on, until it is unloaded.
---@param buf integer
function M.attach(buf)
  if bufs[buf] then return end
  bufs[buf] = { blocks = {}, reach = 0, seen = {}, pending = false }
  highlight.on_view('code', on_view)
  scan.listen('code', on_lines)
  vim.api.nvim_create_autocmd('BufUnload', {
    buffer = buf,
    once = true,
    callback = function() M.detach(buf) end,
  })
end

---@param buf integer
function M.detach(buf)
  local c = bufs[buf]
  if not c then return end
  bufs[buf] = nil
  if c.timer then c.timer:close() end
  for _, b in ipairs(c.blocks) do
    if b.job then b.job.cancelled = true end
  end
  if vim.api.nvim_buf_is_loaded(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
end

--- Languages that replies are likely to hold.
local LIKELY = { 'lua', 'python', 'sh', 'c', 'javascript', 'json' }

--- Gets parsers ready while nothing else happens: the first block of a language would wait for its parser and
--- query to be loaded, up to 20 ms in one go.
---@param go_on fun(): boolean  asked before each language
function M.prepare(go_on)
  local langs, seen = {}, {}
  local function want(lang)
    if lang ~= '' and lang ~= 'hum' and not seen[lang] then
      seen[lang] = true
      langs[#langs + 1] = lang
    end
  end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].buflisted then want(vim.bo[buf].filetype) end
  end
  for _, lang in ipairs(LIKELY) do
    want(lang)
  end
  local function step()
    local lang = go_on() and table.remove(langs, 1)
    if not lang then return end
    guard(painter.prepare, lang)
    vim.defer_fn(step, 20)
  end
  vim.defer_fn(step, 20)
end

return M
