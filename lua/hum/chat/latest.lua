-- The latest chat of the project, offered in a new one: a line below it says which that is and the key that opens it,
-- until something is written.
local browse = require('hum.chat.browse')
local config = require('hum.config')
local entries_of = require('hum.chat.kept.list').get
local is_empty = require('hum.chat.hints').is_empty
local notify = require('hum.notify')
local scheme = require('hum.look.scheme')
local turns = require('hum.chat.text.turns')
local when = require('hum.chat.entry').when
local wrap = require('hum.wrap')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.latest')
scheme.start()

local offered = {} ---@type table<integer, hum.ChatEntry>  by buffer of a new chat

---@param buf integer
---@return string|nil  the folder of the project that a chat belongs to
local function root_of(buf)
  local front = turns.of(buf).front
  local root = front and front.values.root or ''
  return root ~= '' and root or nil
end

---@param buf integer
local function withdraw(buf)
  offered[buf] = nil
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
end

--- Looks at each change of the text, until something is written.
---@param buf integer
local function watch(buf)
  local function check()
    if offered[buf] and not is_empty(buf) then withdraw(buf) end
  end
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function()
      vim.schedule(check)
      return not offered[buf]
    end,
    on_detach = function() offered[buf] = nil end,
  })
end

--- Key and title come first: what does not fit is cut at the end.
---@param entry hum.ChatEntry
---@return string
local function line_of(entry)
  local key = config.keys('latest')[1]
  local what = ('"%s", %s, the latest chat of %s'):format(entry.title, when(entry.time, os.time()), entry.project)
  return key and ('%s opens %s'):format(key, what) or what
end

---@param buf integer
---@param entry hum.ChatEntry
local function show(buf, entry)
  local win = vim.fn.bufwinid(buf)
  local width = win > 0 and vim.api.nvim_win_get_width(win) or vim.o.columns
  vim.api.nvim_buf_set_extmark(buf, ns, vim.api.nvim_buf_line_count(buf) - 1, 0, {
    virt_lines = { { { wrap.cut(line_of(entry), width - 1), 'HumLatest' } } },
  })
  offered[buf] = entry
  watch(buf)
end

--- Finds the latest chat of a chat's project, but itself.
---@param buf integer
---@param fn fun(entry?: hum.ChatEntry)
local function find(buf, fn)
  local own = vim.uv.fs_realpath(vim.api.nvim_buf_get_name(buf))
  entries_of({ project = root_of(buf), limit = 2 }, function(entries)
    local others = vim.tbl_filter(function(entry) return entry.path ~= own end, entries)
    fn(others[1])
  end)
end

--- Offers it in a new chat, if there is one.
---@param buf integer
function M.offer(buf)
  if not is_empty(buf) or not root_of(buf) then return end
  find(buf, function(entry)
    if entry and is_empty(buf) then show(buf, entry) end
  end)
end

--- Shows it in place of a new chat, which goes: nothing was written in it.
---@param buf integer
---@param entry hum.ChatEntry
local function replace(buf, entry)
  local goes = is_empty(buf) and not vim.uv.fs_stat(vim.api.nvim_buf_get_name(buf))
  if not browse.open(entry.path) or not goes then return end
  if vim.fn.bufwinid(buf) == -1 then pcall(vim.api.nvim_buf_delete, buf, { force = true }) end
end

--- Shows the latest chat of the current one's project, or of all.
function M.open()
  local buf = vim.api.nvim_get_current_buf()
  if offered[buf] then return replace(buf, offered[buf]) end
  find(buf, function(entry)
    local whose = root_of(buf) and ' of this project' or ''
    if not entry then return notify.info(('hum: there is no other chat%s yet'):format(whose)) end
    replace(buf, entry)
  end)
end

return M
