-- The context window: how far estimates of tokens are off, before and after a server has counted one prompt; and what a
-- real server reads again for each message of a chat with a file of 2,000 lines attached.
--
-- The tokenizer that counts is that of a small real model behind a real llama-server (SmolLM2).
local editor = require('editor')
local engine = require('real')
local http = require('lib.http')
local markdown = require('markdown')
local memory = require('memory')

local M = {}

local MEASURE_MS = 30000

--- So much of each text is measured, in bytes.
local BYTES = 40000

---@param path string
---@return string|nil
local function read(path)
  local f = io.open(path, 'rb')
  local text = f and f:read(BYTES) or nil
  if f then f:close() end
  return text
end

--- Lines as a server writes them: dates, hashes, numbers.
---@return string
local function log_text()
  local lines = {}
  for i = 1, 400 do
    local form =
      '2026-11-%02dT%02d:%02d:%02d.%03dZ [%s] request=%08x-%04x ip=10.0.%d.%d status=%d bytes=%d took=%d.%dms'
    lines[i] = form:format(
      1 + i % 28,
      i % 24,
      i % 60,
      (i * 7) % 60,
      (i * 37) % 1000,
      i % 9 == 0 and 'WARN' or 'INFO',
      (i * 2654435761) % 4294967296,
      (i * 40503) % 65536,
      i % 256,
      (i * 13) % 256,
      i % 11 == 0 and 500 or 200,
      i * 311,
      i % 90,
      i % 10
    )
  end
  return table.concat(lines, '\n')
end

---@param root string
---@return { [1]: string, [2]: string }[]  kind and text
local function texts_of(root)
  local files = {
    { 'C', 'src/server/ollama.c' },
    { 'Lua', 'lua/hum/chat/reply/init.lua' },
    { 'Markdown', 'README.md' },
    { 'help', 'doc/hum.txt' },
    { 'JSON', 'tests/cases/more.jsonl' },
    { 'Python', 'tests/fake/check.py' },
    { 'diff', 'tests/fixtures/hunks.diff' },
  }
  local out = {}
  for _, file in ipairs(files) do
    out[#out + 1] = { file[1], read(root .. '/' .. file[2]) }
  end
  out[#out + 1] = { 'log', log_text() }
  return out
end

---@param url string
---@param text string
---@return integer
local function count(url, text)
  local host, port = url:match('^http://(.-):(%d+)$')
  local body = vim.json.encode({ content = text })
  local status, answer = http.request(host, tonumber(port), 'POST', '/tokenize', body)
  assert(status == 200, answer)
  return #vim.json.decode(answer).tokens
end

--- Estimates of the helper.
---@param run { root: string, dir: string }
---@param texts string[]
---@return integer[]
local function estimate(run, texts)
  local nvim = editor.start(run.root, run.dir)
  nvim:lua(
    [[
    require('hum.server.estimate').of(..., function(err, tokens)
      vim.g.measured = err and { message = vim.inspect(err) } or tokens
    end)]],
    texts
  )
  local deadline, tokens = vim.uv.hrtime() + MEASURE_MS * 1e6, nil
  while not tokens and vim.uv.hrtime() < deadline do
    tokens = nvim:lua('return vim.g.measured')
  end
  nvim:stop()
  return assert(tokens, 'nothing was measured')
end

---@class bench.Estimate
---@field kind string
---@field bytes integer
---@field counted integer
---@field estimated integer
---@field after integer  as the factor of one prompt of C and prose makes it

---@param run table
---@param url string
---@return bench.Estimate[]
local function estimates(run, url)
  local texts, out = texts_of(run.root), {}
  local all = vim.tbl_map(function(one) return one[2] end, texts)
  local estimated = estimate(run, all)
  local counted = vim.tbl_map(function(text) return count(url, text) end, all)
  -- One answer to a chat with some C and some prose in it.
  local factor = (counted[1] + counted[3]) / (estimated[1] + estimated[3])
  for i, one in ipairs(texts) do
    out[i] = {
      kind = one[1],
      bytes = #one[2],
      counted = counted[i],
      estimated = estimated[i],
      after = math.floor(estimated[i] * factor + 0.5),
    }
  end
  return out
end

--- Real models, by what `tools/get` calls them.
local MODELS = { { 'smollm2', 'SmolLM2' }, { 'gemma3', 'Gemma 3' } }

---@param run table
---@param note fun(format: string, ...: any)
---@return table
function M.measure(run, note)
  local out = { estimates = {} }
  for i, model in ipairs(MODELS) do
    local rows, why = engine.with(run, { model[1] }, function(url) return estimates(run, url) end)
    out.estimates[i] = { model = model[2], rows = rows, why = why }
  end
  out.memory = memory.measure(run, note)
  return out
end

---@param counted integer
---@param told integer
---@return string
local function off(counted, told) return ('%+.0f %%'):format(100 * (told - counted) / counted) end

---@param results table
---@return string
function M.markdown(results)
  local out = { '## How far estimates of tokens are off' }
  for _, model in ipairs(results.estimates) do
    vim.list_extend(out, { '', ('By the tokenizer of %s:'):format(model.model), '' })
    if model.rows then
      markdown.head(out, { 'text', 'bytes', 'counted', 'estimated', 'off', 'after one answer', 'off' })
    else
      out[#out + 1] = 'Not measured: ' .. tostring(model.why)
    end
    for _, r in ipairs(model.rows or {}) do
      markdown.row(
        out,
        { r.kind, r.bytes, r.counted, r.estimated, off(r.counted, r.estimated), r.after, off(r.counted, r.after) }
      )
    end
  end
  return table.concat(out, '\n') .. '\n\n' .. memory.markdown(results.memory)
end

return M
