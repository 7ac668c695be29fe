-- A message with 10 MB of references: how long from the key to the server, and how long Neovim's loop is busy at a time
-- until the request is there. The next messages follow the same files.
local cell = require('cell')
local editor = require('editor')
local markdown = require('markdown')
local press = require('send').press
local texts = require('texts')

local M = {}

--- In ms.
local STALL = 10

local FILES, BYTES = 40, 262144
local SETTLE_MS = 3000

---@class bench.Referring
---@field name string
---@field text string   of the message
---@field before? fun(project: string, nvim: bench.Editor)

---@param path string
---@param text string
local function write(path, text)
  local f = assert(io.open(path, 'w'))
  f:write(text)
  f:close()
end

--- Text of a size, different in each file.
---@param nr integer
---@param bytes integer
---@return string
local function text_of(nr, bytes)
  local lines = table.concat(texts.history('long'), '\n')
  local head = ('file %d\n'):format(nr)
  return head .. lines:rep(math.ceil(bytes / #lines)):sub(1, bytes - #head - 1) .. '\n'
end

---@type bench.Referring[]
local MESSAGES = {
  { name = 'no reference', text = 'hello' },
  { name = '10 MB in 40 files', text = 'look at #file:data/*.txt' },
  { name = 'the next one, nothing has changed', text = 'and then' },
  {
    name = 'the next one, a file has changed',
    text = 'and now',
    before = function(project) write(project .. '/data/7.txt', text_of(7, BYTES - 100) .. 'one more line\n') end,
  },
  {
    name = 'an unsaved buffer of 10 MB',
    text = 'look at #buffer:big.txt',
    before = function(project, nvim)
      write(project .. '/big.txt', text_of(99, FILES * BYTES))
      nvim:lua(
        [[
        local buf = vim.fn.bufadd(...)
        vim.fn.bufload(buf)
        vim.bo[buf].buflisted = true
        vim.api.nvim_buf_set_lines(buf, 0, 0, false, { 'not saved' })]],
        project .. '/big.txt'
      )
    end,
  },
}

---@param run table
---@param nvim bench.Editor
---@param text string
---@return bench.Sent
local function send(run, nvim, text)
  nvim.rpc:notify('nvim_input', '<Esc>GA' .. text:gsub('<', '<lt>') .. '<Esc>')
  cell.settle(nvim.pid, SETTLE_MS) -- sizes are shown behind references
  return press(run, nvim)
end

---@param run { root: string, dir: string, fake: test.Fake }
---@param repeats integer
---@param note fun(...)
---@return table<string, bench.Sent[]>
function M.measure(run, repeats, note)
  local project, results = run.dir .. '/project', {}
  vim.fn.mkdir(project .. '/data', 'p')
  for repetition = 1, repeats do
    for nr = 1, FILES do
      write(('%s/data/%d.txt'):format(project, nr), text_of(nr, BYTES - 100))
    end
    run.fake:script({ tokens = { 'ok' }, first_ms = 100 })
    local nvim = editor.start(run.root, run.dir)
    nvim:lua(
      [[
      vim.cmd.cd(...)
      vim.ui.select = function(items, opts, cb) -- whether all of it is to be sent
        for i, item in ipairs(items) do
          if (opts.format_item or tostring)(item):find('all') then return cb(item, i) end
        end
      end]],
      project
    )
    nvim:lua([[require('sender').open(...)]], {
      way = 'hum',
      url = run.fake.url,
      history = {},
      window = 100000000,
      large = 100000000,
    })
    cell.settle(nvim.pid, SETTLE_MS)
    for _, message in ipairs(MESSAGES) do
      note('%d/%d references, %s', repetition, repeats, message.name)
      if message.before then message.before(project, nvim) end
      results[message.name] = results[message.name] or {}
      table.insert(results[message.name], send(run, nvim, message.text))
      cell.settle(nvim.pid, SETTLE_MS)
    end
    nvim:stop()
  end
  return results
end

---@param results table<string, bench.Sent[]>
---@return string
function M.markdown(results)
  local number = markdown.number
  local out = { '## A message with 10 MB of references', '' }
  markdown.head(out, { 'message', 'ms to the server', 'stall ms', 'work in one go, ms of CPU' })
  local worst, most = 0, 0
  for _, message in ipairs(MESSAGES) do
    local times, stall, cpu = {}, 0, 0
    for _, r in ipairs(results[message.name]) do
      times[#times + 1], stall, cpu = r.ms, math.max(stall, r.stall), math.max(cpu, r.cpu)
    end
    worst, most = math.max(worst, stall), math.max(most, cpu)
    markdown.row(out, { message.name, number(markdown.median(times)), number(stall), number(cpu) })
  end
  out[#out + 1] = ''
  local aim = markdown.aims(out)
  aim('stall in ms', STALL, worst, 'all')
  aim('work in one go, ms of CPU', STALL, most, 'all')
  return table.concat(out, '\n') .. '\n'
end

return M
