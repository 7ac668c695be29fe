-- Runs inside the Neovim of a replay: what a server has to read again for each request, with
-- hum's prompts, and with those of windows of the same size that slide along with the cursor.
local M = {}

local hrtime = vim.uv.hrtime

-- Of hum's window before and after the cursor, in bytes: window_tokens at 3 bytes each.
local TOKENS, BYTES = 1536, 3
local BEFORE, AFTER = TOKENS * BYTES * 3 / 4, TOKENS * BYTES / 4

-- Text of the buffer that may be needed.
local KEPT = 2 * BEFORE

local states = {} ---@type { ns: integer, before: string, after: string }[]  at each key

--- Bytes of the buffer on both sides of the cursor.
local function keep()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local first = math.max(0, row - 1 - 200)
  local before = vim.api.nvim_buf_get_text(0, first, 0, row - 1, col, {})
  local last = math.min(vim.api.nvim_buf_line_count(0), row + 100)
  local after = vim.api.nvim_buf_get_text(0, row - 1, col, last - 1, -1, {})
  states[#states + 1] = {
    ns = hrtime(),
    before = table.concat(before, '\n'):sub(-KEPT),
    after = table.concat(after, '\n'):sub(1, KEPT),
  }
end

--- Notes where the user is at each key that the helper is told of.
function M.watch()
  require('watcher').watch_link(function(method)
    if method == 'key' then keep() end
  end)
end

--- The parts of a prompt as hum makes them for this model: the cursor's line stands last.
---@param prompt string
---@return string other   what comes of other places
---@return string before  the text before the place
local function parts(prompt)
  local other, above, line = prompt:match('^(.*)<|fim_prefix|>(.-)<|fim_suffix|>.-<|fim_middle|>(.*)$')
  return other, above .. line
end

--- Tokens as the fake server cuts: a word with the blank before it, blanks, or one other character.
---@param text string
---@param at integer
---@return integer last
local function token_end(text, at)
  local _, last = text:find('^<|[%w_]+|>', at)
  if last then return last end
  _, last = text:find('^ ?[%w\128-\255]+', at)
  if last then return last end
  _, last = text:find('^\n+', at)
  if last then return last end
  _, last = text:find('^ +', at)
  if last and last > at and text:find('^[%w\128-\255]', last + 1) then last = last - 1 end
  return last or at
end

---@param text string
---@param former string
---@return integer tokens
---@return integer again  of them behind what both begin with
local function count(text, former)
  local tokens, again, at = 0, 0, 1
  while at <= #text do
    local last = token_end(text, at)
    tokens = tokens + 1
    if again > 0 or text:sub(at, last) ~= former:sub(at, last) then again = again + 1 end
    at = last + 1
  end
  return tokens, again
end

--- Windows as others have them.
local SLIDE = {
  ['slides by lines'] = function(before, after)
    local cut = before:sub(-BEFORE)
    if #before > BEFORE then cut = cut:match('\n(.*)$') or cut end
    local kept = after:sub(1, AFTER)
    return cut, #after > AFTER and kept:match('^(.*)\n') or kept
  end,
  ['slides by characters'] = function(before, after) return before:sub(-BEFORE), after:sub(1, AFTER) end,
}

--- The text before the place that a request was for; it may be behind a suggestion.
---@param state table
---@param asked string  the prompt's text before the place
local function whole_before(state, asked)
  if asked:sub(-#state.before) == state.before:sub(-#asked) then return state.before end
  local tail, at, found = state.before:sub(-64), 1, nil
  repeat
    local first, last = asked:find(tail, at, true)
    found, at = last or found, (first or 0) + 1
  until not first
  return found and state.before .. asked:sub(found + 1) or nil
end

local function add(sum, prompt)
  local tokens, again = count(prompt, sum.former or '')
  sum.former = prompt
  sum.tokens, sum.again, sum.requests = sum.tokens + tokens, sum.again + again, sum.requests + 1
end

---@class bench.Prompts  sums
---@field requests integer
---@field tokens integer
---@field again integer   that are not in the server's cache

---@param asked { ns: integer, prompt: string }[]  requests in their order
---@return table<string, bench.Prompts>
function M.compare(asked)
  local function sum() return { requests = 0, tokens = 0, again = 0 } end
  local sums, at = { hum = sum(), lost = 0 }, 1
  for name in pairs(SLIDE) do
    sums[name] = sum()
  end
  for _, request in ipairs(asked) do
    while states[at + 1] and states[at + 1].ns < request.ns do
      at = at + 1
    end
    local other, before = parts(request.prompt)
    local whole = whole_before(states[at], before)
    if whole then
      add(sums.hum, request.prompt)
      for name, slide in pairs(SLIDE) do
        local b, a = slide(whole, states[at].after)
        add(sums[name], ('%s<|fim_prefix|>%s<|fim_suffix|>%s<|fim_middle|>'):format(other, b, a))
      end
    else
      sums.lost = sums.lost + 1
    end
  end
  for _, one in pairs(sums) do
    if type(one) == 'table' then one.former = nil end
  end
  return sums
end

return M
