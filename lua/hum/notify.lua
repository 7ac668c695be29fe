-- The one way to tell the user something. Safe from any context, scheduled, written to
-- the log as well, never repeated within a moment, and not before it can be read. Whole in `:messages`.
local echo = require('hum.echo')
local log = require('hum.log')
local notice = require('hum.notice')
local wrap = require('hum.wrap')

local M = {}

--- The same message again within this time is dropped, in ms.
local QUIET = 2000

local LEVELS = vim.log.levels
local NAMES = { [LEVELS.ERROR] = 'error', [LEVELS.WARN] = 'warn', [LEVELS.INFO] = 'info' }

---@class hum.Notification
---@field text string
---@field level integer
---@field quotes boolean  words of a server, which may quote what was said: not for the log
---@field seen fun(): boolean  whether it is on the screen already, as in a chat: then `:messages` has it, and
---  nothing is shown

local seen = {} ---@type table<string, integer>
local queue = {} ---@type hum.Notification[]  not logged yet
local held = {} ---@type hum.Notification[]  to be shown

--- Is vim.notify Neovim's own? That is compiled in: "@vim/_editor.lua" up to 0.11, stripped
--- to "?" later.
---@return boolean
local function is_builtin()
  local source = debug.getinfo(vim.notify, 'S').source
  return source:find('^@vim/') ~= nil or source:find('^=?%?$') ~= nil
end

--- Where everything stands that a message had no room for.
local MORE = '(:Hum log)'

--- The sentences of a hint that fit, the first of which is the cure.
---@param hint string
---@param room integer
---@return string|nil
local function cure_of(hint, room)
  local cure
  for sentence in (hint .. ' '):gmatch('(.-[.)])%s+') do
    local more = cure and cure .. ' ' .. sentence or sentence
    if vim.fn.strdisplaywidth(more) > room then break end
    cure = more
  end
  return vim.fn.strdisplaywidth(hint) <= room and hint or cure
end

--- The longest path or address of a message that is cut, in cells.
local PATH = 24

--- A message of one line may end in what to do, behind a semicolon or in parentheses.
---@param line string
---@param room integer
---@return string
---@return boolean whole
local function fitted_line(line, room)
  line = wrap.shorten(line, PATH)
  if vim.fn.strdisplaywidth(line) <= room then return line, true end
  local what, cure = line:match('^(.*;) ([^;]+)$')
  if not what then
    what, cure = line:match('^(.*) (%b())$')
  end
  local width = cure and vim.fn.strdisplaywidth(cure) or room
  if width > room / 2 then
    local left = room - #MORE - 1
    return left > #MORE and wrap.cut(line, left) .. ' ' .. MORE or wrap.cut(line, room), false
  end
  return wrap.cut(what --[[@as string]], room - width - 1) .. ' ' .. cure, false
end

--- What a message is about, which it can do without.
local SUBJECTS = { '^hum: completion: ', '^hum: no completion: ' }

---@param text string
---@return string
local function without_subject(text)
  for _, subject in ipairs(SUBJECTS) do
    text = text:gsub(subject, 'hum: ')
  end
  return text
end

--- What to do stands in the last line of a message, and is the last to be cut.
---@param text string
---@return string  as much of it as fits into the message area
---@return boolean whole  nothing that matters is left out
local function fitted(text)
  local room = echo.room()
  local line = wrap.joined(text)
  if vim.fn.strdisplaywidth(line) <= room then return line, true end
  text = without_subject(text)
  line = wrap.joined(text)
  if vim.fn.strdisplaywidth(line) <= room then return line, true end
  local what, hint = text:match('^(.*)\n([^\n]-)%s*$')
  if not what or not hint then return fitted_line(line, room) end
  local is_hint = not vim.startswith(hint, 'hum: ') -- else it is another message
  local cure = is_hint and cure_of(hint, room - #'hum: ') or MORE
  if is_hint and cure == MORE then return wrap.cut('hum: ' .. hint, room), false end
  local left = room - vim.fn.strdisplaywidth(cure) - 1
  if left < 12 then return wrap.cut('hum: ' .. cure, room), false end
  return wrap.cut(wrap.joined(what), left) .. ' ' .. cure, false
end

--- In one line of the message area, else in a float.
---@param text string
---@param level integer
local function show_here(text, level)
  local short, whole = fitted(text)
  if not whole and notice.show(text, echo.group(level)) then return echo.keep(text, level) end
  echo.show(text, short, level)
end

--- Neovim's own vim.notify prints to the message area, where a second line or a second
--- message ends in a hit-enter prompt: it gets one line for all that came at once.
--- Replacements of it get everything, and may have room for it.
local function show()
  local messages = {}
  for _, message in ipairs(held) do
    if message.seen() then
      echo.keep(message.text, message.level)
    else
      messages[#messages + 1] = message
    end
  end
  held = {}
  if #messages == 0 then return end
  local texts, level = {}, LEVELS.INFO
  for i, message in ipairs(messages) do
    texts[i], level = message.text, math.max(level, message.level)
  end
  local all = table.concat(texts, '\n')
  if is_builtin() then return show_here(all, level) end
  for _, message in ipairs(messages) do
    local text = message.text
    local short = fitted(text)
    echo.guard(text, short, function() vim.notify(text, message.level, { title = 'hum' }) end)
  end
end

---@return boolean  "-- INSERT --" or, without room of its own, the next key would cover a message before it can be
--- read, or it what the user types
local function is_covered()
  local mode = vim.api.nvim_get_mode().mode
  local is_brief = vim.o.showmode or vim.o.cmdheight == 0
  return is_builtin() and mode:find(is_brief and '^[iRc]' or '^c') ~= nil
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

--- What Neovim and Lua put before and behind an error, for those who look for faults: where in hum's code or in
--- Neovim's own it was raised. Places in files of the user stay.
local NOISE = {
  { '\nstack traceback:.*', '' },
  { 'Error executing [Ll]ua[^:\n]*: ', '' },
  { '%f[%a]Lua: ', '' },
  { '[^%s:]*/lua/hum/[%w_/]+%.lua:%d+: ', '' },
  { '%f[%S]vim/[%w_/]+%.lua:%d+: ', '' },
  { '^vim/[%w_/]+%.lua:%d+: ', '' },
  { '[^%s:]*/runtime/lua/[%w_/]+%.lua:%d+: ', '' },
  { '%[string "%?"%]:%d+: ', '' },
  { '%f[%w][^:\n]*nvim_exec2%(%)[^\n]-%f[%a](Vim[:(])', '%1' },
  { '%f[%a]Vim:(E%d+:)', '%1' },
  { '%f[%a]Vim%([%w_]+%):(E%d+:)', '%1' },
}

--- A message without that.
---@param text string
---@return string
function M.plain(text)
  for _, one in ipairs(NOISE) do
    text = text:gsub(one[1], one[2])
  end
  return text
end

--- The parts of a message: what happened, and what to do, its second line.
---@param text string
---@return string message, string|nil hint
function M.parts(text)
  local message, hint = text:gsub('^hum: ', ''):match('^([^\n]*)\n?(.*)$')
  return message or text, hint ~= '' and hint or nil
end

---@class hum.NotificationOpts
---@field quotes? boolean  it holds a server's words, and is shown whole elsewhere
---@field seen? fun(): boolean  whether it is on the screen already, when it would be shown: it is only put into
---  `:messages` then

local function never() return false end

---@param text string
---@param level integer
---@param opts? hum.NotificationOpts
local function add(text, level, opts)
  opts = opts or {}
  text = M.plain(text)
  local now = vim.uv.now()
  local id = level .. text
  if seen[id] and now - seen[id] < QUIET then return end
  seen = #queue == 0 and vim.tbl_count(seen) > 100 and {} or seen
  seen[id] = now
  queue[#queue + 1] = { text = text, level = level, quotes = opts.quotes or false, seen = opts.seen or never }
  if #queue == 1 then vim.schedule(flush) end
end

---@param text string
function M.info(text) add(text, LEVELS.INFO) end

---@param text string
---@param opts? hum.NotificationOpts
function M.warn(text, opts) add(text, LEVELS.WARN, opts) end

--- What the user wanted to know: told each time. For a list, a prompt that waits for a key is no surprise.
---@param text string
function M.answer(text)
  if not is_builtin() then return vim.notify(text, LEVELS.INFO, { title = 'hum' }) end
  if text:find('\n') then return vim.api.nvim_echo({ { text } }, true, {}) end
  log.write('info', text)
  show_here(text, LEVELS.INFO)
end

---@param text string
---@param opts? hum.NotificationOpts
function M.error(text, opts) add(text, LEVELS.ERROR, opts) end

--- An error as it was raised or returned.
---@param err any
function M.complain(err) M.error('hum: ' .. tostring(err)) end

log.on_problem(M.warn)

return M
