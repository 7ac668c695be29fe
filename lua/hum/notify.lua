-- The one way to tell the user something. Safe from any context, scheduled, written to
-- the log as well, never repeated within a moment, and not before it can be read.
local log = require('hum.log')

local M = {}

--- The same message again within this time is dropped, in ms.
local QUIET = 2000

local LEVELS = vim.log.levels
local NAMES = { [LEVELS.ERROR] = 'error', [LEVELS.WARN] = 'warn', [LEVELS.INFO] = 'info' }

---@class hum.Notice
---@field text string
---@field level integer
---@field quotes boolean  words of a server, which may quote what was said: not for the log

local seen = {} ---@type table<string, integer>
local queue = {} ---@type hum.Notice[]  not logged yet
local held = {} ---@type hum.Notice[]  to be shown

--- Is vim.notify Neovim's own? That is compiled in: "@vim/_editor.lua" up to 0.11, stripped
--- to "?" later.
---@return boolean
local function is_builtin()
  local source = debug.getinfo(vim.notify, 'S').source
  return source:find('^@vim/') ~= nil or source:find('^=?%?$') ~= nil
end

---@param text string
---@param cells integer
---@return string
local function cut(text, cells)
  if vim.fn.strdisplaywidth(text) <= cells then return text end
  return vim.fn.strcharpart(text, 0, math.max(0, cells - 2)) .. ' …'
end

--- Where everything stands that a message had no room for.
local MORE = '(:Hum log)'

--- What to do stands in the last line of a message, and is the last to be cut.
---@param text string
---@return string  as much of it as fits into the message area
local function fitted(text)
  local room = vim.o.columns * math.max(1, vim.o.cmdheight) - 13
  local line = text:gsub('%s*\n%s*', '; ')
  if vim.fn.strdisplaywidth(line) <= room then return line end
  local what, hint = text:match('^(.*)\n([^\n]-)%s*$')
  if not what or not hint or vim.startswith(hint, 'hum: ') then
    what, hint = line, MORE
  end
  local left = room - vim.fn.strdisplaywidth(hint) - 1
  if left < 12 then return cut('hum: ' .. hint, room) end
  return cut((what:gsub('%s*\n%s*', '; ')), left) .. ' ' .. hint
end

--- Neovim's own vim.notify prints to the message area, where a second line or a second
--- message ends in a hit-enter prompt: it gets one line for all that came at once.
--- Replacements of it have room for everything.
local function show()
  local messages = held
  held = {}
  local texts, level = {}, LEVELS.INFO
  for i, message in ipairs(messages) do
    texts[i], level = message.text, math.max(level, message.level)
  end
  if is_builtin() then
    vim.cmd.redraw() -- takes a message away that is shown already
    return vim.notify(fitted(table.concat(texts, '\n')), level)
  end
  for _, message in ipairs(messages) do
    vim.notify(message.text, message.level, { title = 'hum' })
  end
end

---@return boolean  "-- INSERT --" would cover a message before it can be read
local function is_covered()
  local mode = vim.api.nvim_get_mode().mode
  return is_builtin() and vim.o.showmode and mode:find('^[iR]') ~= nil
end

local function show_in_time()
  if not is_covered() then return show() end
  vim.api.nvim_create_autocmd('ModeChanged', {
    pattern = '*:n',
    once = true,
    callback = vim.schedule_wrap(show_in_time),
  })
end

local function flush()
  for _, message in ipairs(queue) do
    log.write(message.quotes and 'debug' or NAMES[message.level] or 'info', message.text)
  end
  local waits = #held > 0
  vim.list_extend(held, queue)
  queue = {}
  if not waits then show_in_time() end
end

---@param text string
---@param level integer
---@param quotes? boolean
local function add(text, level, quotes)
  local now = vim.uv.now()
  local id = level .. text
  if seen[id] and now - seen[id] < QUIET then return end
  seen = #queue == 0 and vim.tbl_count(seen) > 100 and {} or seen
  seen[id] = now
  queue[#queue + 1] = { text = text, level = level, quotes = quotes or false }
  if #queue == 1 then vim.schedule(flush) end
end

---@param text string
function M.info(text) add(text, LEVELS.INFO) end

---@param text string
---@param quotes? boolean  as below
function M.warn(text, quotes) add(text, LEVELS.WARN, quotes) end

--- What the user wanted to know, whole: a prompt that waits for a key is no surprise then.
---@param text string
function M.answer(text)
  if not is_builtin() then return M.info(text) end
  vim.api.nvim_echo({ { text } }, true, {})
end

---@param text string
---@param quotes? boolean  it holds a server's words, and is shown whole elsewhere
function M.error(text, quotes) add(text, LEVELS.ERROR, quotes) end

log.on_problem(M.warn)

return M
