-- Runs inside the measured Neovim: opens buffers to type in, starts a way to complete, and
-- notes what that costs and when something is drawn. It wraps what it measures and changes
-- nothing of it.
local M = {}

local hrtime = vim.uv.hrtime

local calls = { starts = {}, ends = {} } ---@type table<string, integer[]>  of autocommands
local marks = { times = {}, sizes = {}, serials = {} } ---@type table<string, integer[]>  ghost texts
local shown = {} ---@type table<integer, boolean>  serials of suggestions that were drawn
local serial = 0

--- Has each call of `fn` noted.
---@param fn function
local function timed(fn)
  return function(...)
    local start = hrtime()
    fn(...)
    table.insert(calls.starts, start)
    table.insert(calls.ends, hrtime())
  end
end

---@param lines string[]
---@param name string
function M.open(lines, name)
  vim.cmd.edit(name)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
  vim.bo.modified = false
  M.plain()
end

--- Of what might change what is typed only 'autoindent' is left.
function M.plain() vim.cmd('setlocal expandtab indentexpr= nocindent nosmartindent formatoptions= textwidth=0') end

--- Text of the ghost, its lines joined.
local function size_of(opts)
  local size = 0
  for _, chunk in ipairs(opts.virt_text or {}) do
    size = size + #chunk[1]
  end
  for _, line in ipairs(opts.virt_lines or {}) do
    size = size + 1
    for _, chunk in ipairs(line) do
      size = size + #chunk[1]
    end
  end
  return size
end

--- Notes each drawing of a ghost text.
function M.watch_marks()
  local set = vim.api.nvim_buf_set_extmark
  local ns = vim.api.nvim_create_namespace('hum.complete')
  vim.api.nvim_buf_set_extmark = function(buf, namespace, row, col, opts)
    local id = set(buf, namespace, row, col, opts)
    if namespace == ns and opts.virt_text then
      table.insert(marks.times, hrtime())
      table.insert(marks.sizes, size_of(opts))
      table.insert(marks.serials, serial)
    end
    return id
  end
end

local function watch_suggestions()
  local ghost = require('hum.complete.ghost')
  local suggest = ghost.suggest
  ghost.suggest = function(data, now)
    serial = data.serial
    suggest(data, now)
    if data.text ~= '' and ghost.is_visible() then shown[data.serial] = true end
  end
end

---@param on_tell fun(method: string, ...)
function M.watch_link(on_tell)
  local channel = require('hum.complete.channel')
  local notify = channel.notify
  channel.notify = function(...)
    on_tell(...)
    notify(...)
  end
end

---@param url string
---@param complete table  of its configuration
function M.hum(url, complete)
  assert(require('hum').setup({
    endpoints = { ollama = { url = url, dialect = 'openai' } },
    complete = vim.tbl_extend('force', { mode = 'on' }, complete),
  }))
  watch_suggestions()
  local keys = require('hum.complete.keys')
  require('hum.complete.attach').on_key(timed(keys.on_key))
  require('hum.complete').start()
  assert(require('hum.complete.channel').open())
end

-- What llama.vim does on the main thread at each move of the cursor, but for a request: it
-- takes lines around the cursor and looks for what is known here, and up to 128 characters
-- ago, by hashes of all the text.
local BEFORE, AFTER, BACK = 256, 64, 128

---@param whole boolean  all lines of the buffer are taken
local function look_up(whole)
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local last = vim.api.nvim_buf_line_count(0)
  local top = whole and 1 or math.max(1, row - BEFORE)
  local lines = vim.fn.getline(top, whole and last or math.min(last, row + AFTER))
  local at = row - top + 1
  local first = math.max(1, at - BEFORE)
  local line = lines[at]
  local before = table.concat(lines, '\n', first, at - 1) .. '\n' .. line:sub(1, col)
  local after = line:sub(col + 1) .. '\n' .. table.concat(lines, '\n', at + 1, math.min(#lines, at + AFTER))
  for back = 0, BACK do
    vim.fn.sha256(before:sub(1, #before - back) .. '\0' .. after)
  end
end

---@param whole boolean
function M.hashing(whole)
  local callback = timed(function() look_up(whole) end)
  vim.api.nvim_create_autocmd('CursorMovedI', { callback = callback })
end

--- The least that any plugin of this kind does at a key: it tells another process, and draws.
---@param helper string
function M.least(helper)
  local channel = vim.fn.jobstart({ helper }, { rpc = true })
  local ns = vim.api.nvim_create_namespace('bench.least')
  local below = { { { '  -- and so on', 'Comment' } }, { { '  -- until here', 'Comment' } } }
  local callback = timed(function()
    local cursor = vim.api.nvim_win_get_cursor(0)
    local row, col = cursor[1] - 1, cursor[2]
    vim.api.nvim_buf_set_extmark(0, ns, row, col, {
      id = 1,
      virt_text = { { 'combine(first_operand)', 'Comment' } },
      virt_text_pos = 'inline',
      virt_lines = below,
    })
    vim.rpcnotify(channel, 'key', 0, vim.b.changedtick, row, col, 'typed', 0, 0)
  end)
  vim.api.nvim_create_autocmd('CursorMovedI', { callback = callback })
end

---@return { starts: integer[], ends: integer[] }
function M.calls() return calls end

---@return { times: integer[], sizes: integer[], serials: integer[] }
function M.marks() return marks end

---@return integer
function M.shown() return vim.tbl_count(shown) end

--- What is left of the suggestion at the cursor, if one is drawn.
---@return string|nil
function M.ghost()
  local now = require('hum.complete.ghost').shown()
  return now and now.left_over
end

---@return table<string, integer>
function M.counts() return vim.rpcrequest(M.channel(), 'info').complete end

---@return integer
function M.channel() return require('hum.server.helper').state().channel end

---@return integer
function M.helper() return vim.fn.jobpid(M.channel()) end

return M
