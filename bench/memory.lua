-- What a llama-server reads again of a conversation with a large file in it, by the kind of its model's memory and by
-- its flags: tiny models of each kind (tests/engine), for it depends on nothing else of a model.
local editor = require('editor')
local engine = require('real')
local markdown = require('markdown')
local task = require('lib.task')

local M = {}

local REPLY_MS, TOKENS, LINES, MORE = 900000, 200, 2000, 300

--- Room for the file and ten messages, and not for a second file.
local WINDOW = '28672'

---@class bench.Memory
---@field name string
---@field options string[]
---@field steps? { name: string, prompt?: integer, read?: integer }[]  nil: of a request that tells nothing
---@field why? string

---@type bench.Memory[]
M.KINDS = {
  { name = 'plain', options = { 'plain' } },
  { name = 'plain, `--cache-reuse 64`', options = { 'plain', '--cache-reuse', '64' } },
  { name = 'window', options = { 'window' } },
  { name = 'window, `--swa-full`', options = { 'window', '--swa-full' } },
  { name = 'window, `-ctxcp 0`', options = { 'window', '--ctx-checkpoints', '0' } },
  { name = 'hybrid', options = { 'hybrid' } },
}

---@param path string
---@param count integer
---@param changed? integer  a line that is another one
local function write(path, count, changed)
  local lines = {}
  for i = 1, count do
    lines[i] = i == changed and 'changed = true' or ('v%d = f(%d)'):format(i, i % 97)
  end
  local f = assert(io.open(path, 'w'))
  f:write(table.concat(lines, '\n'), '\n')
  f:close()
end

--- What is said, in order: the name of a row, and what is done.
---@param dir string
---@return { [1]: string, [2]: string, [3]?: any[] }[]
local function steps(dir)
  local first, second = dir .. '/first.lua', dir .. '/second.lua'
  local function change() write(first, LINES, 1000) end
  write(first, LINES)
  write(second, MORE)
  return {
    { 'a file of 2,000 lines', 'say', { ('Look at #file!:%s and name the first.'):format(first) } },
    { 'the next message', 'say', { 'And what does the wind say to the sea?' } },
    { 'one after it', 'say', { 'And what does the rain say to the hill?' } },
    { 'a line of the file has changed', 'say', { 'And what does the snow say to the town?' }, change },
    { 'the next message', 'say', { 'And what does the sand say to the foot?' } },
    { 'regenerated', 'retry', {} },
    { 'edited, regenerated', 'retry', {}, { 'edit', 'the sand say to the foot', 'the salt say to the hand' } },
    { 'stopped', 'stopped', { 'Tell me all about it.' } },
    { 'the message after a stop', 'say', { 'And what does the moon say to the dog?' } },
    {
      'three messages before it edited',
      'say',
      { 'And the star?' },
      { 'edit', 'the snow say to the town', 'ice say' },
    },
    { 'left out: a second file', 'say', { ('Look at #file!:%s and name the last.'):format(second) } },
    { 'the next message', 'say', { 'And what does the fire say to the wood?' } },
    { 'and so on', 'say', { 'And what does the dust say to the road?' } },
    { '`:Hum compact`', 'compact', {} },
    { 'the next message', 'say', { 'And what does the iron say to the rust?' } },
    { 'one after it', 'say', { 'And what does the bell say to the ear?' } },
  }
end

---@param run { root: string, dir: string }
---@param one bench.Memory
---@param url string
---@return { name: string, prompt?: integer, read?: integer }[]
local function converse(run, one, url)
  local nvim = editor.start(run.root, run.dir)
  local function call(name, ...) return nvim:lua('return require("talker")[...](select(2, ...))', name, ...) end
  call('open', { url = url, model = 'tiny-' .. one.options[1], think = false, tokens = TOKENS })
  local out = {}
  for i, step in ipairs(steps(run.dir)) do
    local before = step[4]
    if type(before) == 'function' then
      before()
    elseif before then
      call(unpack(before))
    end
    nvim.told.finished = nil
    call(step[2], unpack(step[3]))
    if step[2] == 'compact' then -- which is a request of its own, and tells no figures
      assert(task.await(function() return call('is_compact') end, REPLY_MS), 'no summary')
    else
      local stats = assert(nvim:wait('finished', REPLY_MS), 'no reply of llama-server')
      local prompt = stats.prompt_tokens
      out[i] = { name = step[1], prompt = prompt, read = prompt and prompt - (stats.cached_tokens or 0) }
    end
    out[i] = out[i] or { name = step[1] }
  end
  nvim:stop()
  return out
end

---@param run table
---@param note fun(format: string, ...: any)
---@return bench.Memory[]
function M.measure(run, note)
  local out = vim.deepcopy(M.KINDS)
  for _, one in ipairs(out) do
    note('memory: %s', one.name)
    local options = vim.list_extend({}, one.options)
    vim.list_extend(options, { '--ctx-size', WINDOW, '--parallel', '1' })
    one.steps, one.why = engine.with(run, options, function(url) return converse(run, one, url) end)
  end
  return out
end

---@param results bench.Memory[]
---@return string
function M.markdown(results)
  local out = { '## What llama-server reads again with a file of 2,000 lines attached, by kind of model', '' }
  local measured = vim.tbl_filter(function(one) return one.steps ~= nil end, results)
  if not measured[1] then return ('%s\nNot measured: %s\n'):format(out[1], results[1].why) end
  local head = { 'message', 'tokens of the prompt' }
  for _, one in ipairs(measured) do
    head[#head + 1] = one.name
  end
  markdown.head(out, head)
  for i, step in ipairs(measured[1].steps) do
    local row = { step.name, step.prompt or '–' }
    for _, one in ipairs(measured) do
      row[#row + 1] = one.steps[i].read or '–'
    end
    markdown.row(out, row)
  end
  return table.concat(out, '\n') .. '\n'
end

return M
