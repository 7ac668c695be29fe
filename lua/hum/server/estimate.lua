-- Estimates of how many tokens texts are: made by the helper, once for each text, and remembered.
local gather = require('hum.server.gather')
local slices = require('hum.slices')
local steps_of = require('hum.server.steps').new

local M = {}

--- No byte is more tokens than this, as src/text/estimate.c counts.
M.MOST_PER_BYTE = 1.1

--- What is known, and how many bytes those texts have.
local measured, bytes = {}, 0 ---@type table<string, integer>, integer

--- More than so many bytes are not remembered: the texts of a chat are there as long as it is.
local REMEMBERED = 64 * 1024 * 1024

--- Bytes that go to the helper at a time, about: more would keep the editor for longer than a slice.
local BATCH = 256 * 1024

---@param text string
---@param tokens integer
local function remember(text, tokens)
  if bytes + #text > REMEMBERED then
    measured, bytes = {}, 0
  end
  if not measured[text] and #text <= REMEMBERED then
    measured[text], bytes = tokens, bytes + #text
  end
end

--- The estimate of a text that was measured before.
---@param text string
---@return integer|nil tokens
function M.known(text) return measured[text] end

--- What is not known of texts, each once, in portions for the helper.
---@param texts string[]
---@return string[][]
local function portions(texts)
  local out, listed = {}, {} ---@type string[][], table<string, true>
  local size = 0
  for _, text in ipairs(texts) do
    if not measured[text] and not listed[text] then
      listed[text] = true
      if not out[1] or size + #text > BATCH then
        out[#out + 1], size = {}, 0
      end
      table.insert(out[#out], text)
      size = size + #text
    end
  end
  return out
end

---@param portion string[]
---@param got table<string, integer>
---@param cb fun(err: hum.ServerError?)
---@return hum.Cancel
local function ask(portion, got, cb)
  local items = vim.tbl_map(function(text) return { text = text, want = 'whole' } end, portion)
  return gather.start({ items = items }, function(err, gathered)
    for i, one in ipairs(gathered or {}) do
      got[portion[i]] = one.tokens
      remember(portion[i], one.tokens)
    end
    cb(err)
  end)
end

--- Estimates how many tokens texts are. What is much reaches the helper in slices.
---@param texts string[]
---@param cb fun(err: hum.ServerError?, tokens: integer[]?)  once, later
---@return hum.Cancel
function M.of(texts, cb)
  local steps, got = steps_of(cb), {} ---@type hum.Steps, table<string, integer>
  for _, text in ipairs(texts) do
    got[text] = measured[text]
  end
  local list = portions(texts)
  local waiting = #list
  local function finish()
    steps.finish(nil, vim.tbl_map(function(text) return got[text] end, texts))
  end
  if waiting == 0 then vim.schedule(finish) end
  local function asked(err)
    waiting = waiting - 1
    if err then return steps.finish(err) end
    if waiting == 0 then finish() end
  end
  steps.add(slices.each(list, function(portion) steps.add(ask(portion, got, asked)) end, nil, 0))
  return steps.cancel
end

return M
