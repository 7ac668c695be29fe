-- Which words of changed lines have changed: of the lines that a hunk takes away and of those that it brings. Pure.
--
-- Lines are paired by how much they have in common, in order; a line without a likeness is new, or gone, as a whole:
-- there single words would only be noise. Bounded, so that a hunk of any size costs little: of a large one no words are
-- told.
local differences = require('hum.linediff').changes

local M = {}

--- Lines on each side, and bytes of a line, beyond which no words are told.
local MOST_LINES, MOST_BYTES = 60, 1000
--- Of what both lines of a pair have in common, at least.
local LIKENESS = 0.5

---@class hum.ChangedWord
---@field first integer  byte, from 0
---@field last integer   exclusive

---@class hum.WordChanges
---@field old table<integer, hum.ChangedWord[]>  by line, from 1
---@field new table<integer, hum.ChangedWord[]>

--- Ideographs and kana, which have no blanks between them: U+3040 to U+9FFF, Hangul, full-width forms.
local WIDE = { { 0xe3, 0xe9 }, { 0xea, 0xed }, { 0xef, 0xef } }

---@param byte integer
---@return boolean
local function is_wide(byte)
  for _, range in ipairs(WIDE) do
    if byte >= range[1] and byte <= range[2] then return true end
  end
  return false
end

--- Where the token that begins at a byte ends: a word with what combines, blanks, or one character.
---@param line string
---@param at integer
---@return integer
local function token_end(line, at)
  local byte = line:byte(at)
  if byte >= 0xe3 and is_wide(byte) then
    local _, last = line:find('^[\227-\239][\128-\191]*', at)
    return last --[[@as integer]]
  end
  local _, last = line:find('^[%w_]+', at)
  if byte < 0x80 and not last then
    _, last = line:find('^%s+', at)
    return last or at
  end
  -- Letters of other scripts, signs that combine and the parts of an emoji: they are not to be torn apart.
  last = last or at - 1
  while last < #line do
    local next_byte = line:byte(last + 1)
    local is_letter = next_byte >= 0x80 and not is_wide(next_byte) or line:find('^[%w_]', last + 1)
    if not is_letter then break end
    last = last + 1
  end
  return math.max(last, at)
end

---@param line string
---@return string[] tokens, integer[] places  where each begins, and behind the last one; bytes from 0
local function tokens_of(line)
  local tokens, places, at = {}, {}, 1
  while at <= #line do
    local last = token_end(line, at)
    tokens[#tokens + 1], places[#places + 1] = line:sub(at, last), at - 1
    at = last + 1
  end
  places[#places + 1] = #line
  return tokens, places
end

---@class hum.Tokens
---@field list string[]
---@field places integer[]
---@field weight integer   bytes that are no blanks
---@field counts table<string, integer>

---@param line string
---@return hum.Tokens
local function tokenized(line)
  local list, places = tokens_of(line)
  local counts, weight = {}, 0
  for _, token in ipairs(list) do
    if not token:find('^%s') then
      counts[token] = (counts[token] or 0) + 1
      weight = weight + #token
    end
  end
  return { list = list, places = places, weight = weight, counts = counts }
end

--- How much two lines have in common, 0 to 1: of their words, wherever these stand.
---@param a hum.Tokens
---@param b hum.Tokens
---@return number
local function likeness(a, b)
  if a.weight == 0 or b.weight == 0 then return 0 end
  local same = 0
  for token, count in pairs(a.counts) do
    same = same + math.min(count, b.counts[token] or 0) * #token
  end
  return 2 * same / (a.weight + b.weight)
end

--- The pairs, in order, that have the most in common.
---@param old hum.Tokens[]
---@param new hum.Tokens[]
---@return [integer, integer][]
local function pairs_of(old, new)
  local best = { [0] = {} } ---@type table<integer, table<integer, number>>
  local like = {} ---@type table<integer, table<integer, number>>
  for j = 0, #new do
    best[0][j] = 0
  end
  for i = 1, #old do
    best[i], like[i] = { [0] = 0 }, {}
    for j = 1, #new do
      local one = likeness(old[i], new[j])
      like[i][j] = one >= LIKENESS and one or 0
      best[i][j] = math.max(best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + like[i][j])
    end
  end
  local found, i, j = {}, #old, #new
  while i > 0 and j > 0 do
    if like[i][j] > 0 and best[i][j] == best[i - 1][j - 1] + like[i][j] then
      table.insert(found, 1, { i, j })
      i, j = i - 1, j - 1
    elseif best[i][j] == best[i - 1][j] then
      i = i - 1
    else
      j = j - 1
    end
  end
  return found
end

---@param tokens hum.Tokens
---@param from integer   the first token, from 0
---@param count integer
---@return hum.ChangedWord|nil
local function span(tokens, from, count)
  if count == 0 then return nil end
  return { first = tokens.places[from + 1], last = tokens.places[from + count + 1] }
end

--- What has changed between two lines.
---@param old hum.Tokens
---@param new hum.Tokens
---@return hum.ChangedWord[] old, hum.ChangedWord[] new
local function changes(old, new)
  local gone, come = {}, {}
  for _, one in ipairs(differences(old.list, new.list)) do
    gone[#gone + 1] = span(old, one.row, one.count)
    come[#come + 1] = span(new, one.to_row, one.to_count)
  end
  return gone, come
end

---@param lines string[]
---@return hum.Tokens[]|nil  nil: too much
local function all_tokens(lines)
  if #lines > MOST_LINES then return nil end
  local all = {}
  for i, line in ipairs(lines) do
    if #line > MOST_BYTES then return nil end
    all[i] = tokenized(line)
  end
  return all
end

--- The words that are others.
---@param old string[]
---@param new string[]
---@return hum.WordChanges
function M.changed(old, new)
  local found = { old = {}, new = {} } ---@type hum.WordChanges
  local a, b = all_tokens(old), all_tokens(new)
  if not a or not b then return found end
  for _, pair in ipairs(pairs_of(a, b)) do
    local i, j = pair[1], pair[2]
    found.old[i], found.new[j] = changes(a[i], b[j])
  end
  return found
end

return M
