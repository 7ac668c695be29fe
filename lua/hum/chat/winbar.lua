-- The line above a chat: the model that is asked next and its endpoint, how much of its context is full, and what it is
-- doing. A text that is set when something has changed, not an expression: while a reply streams nothing is evaluated.
--
-- A window has it unless the user or a plugin has a 'winbar' for it. Floats have a border and a title instead.
local clock = require('hum.chat.view.clock')
local config = require('hum.config')
local fault = require('hum.fault')
local figures = require('hum.chat.view.figures')
local front = require('hum.chat.front')
local glyphs = require('hum.look.glyphs')
local meter = require('hum.chat.view.meter')
local scheme = require('hum.look.scheme')
local status = require('hum.status')

local M = {}

--- Where hum's own text is known by.
local OWN = '%#HumWinbar#'

--- A window that is lower has no line for it.
local LEAST_HEIGHT = 4

local counting = {} ---@type table<integer, fun()>  by buffer: ends it

---@param text string
---@return string  as it stands in an option of that kind
local function escaped(text) return (text:gsub('%%', '%%%%')) end

--- Names stand in files, which may hold anything.
---@param text? string
---@return string|nil
local function plain(text) return text and (text:gsub('%c', '')) end

---@param texts string[]
---@return string
local function joined(texts) return table.concat(texts, glyphs.separator()) end

--- What there is room for. Nothing is cut: the endpoint is left out first, then the share, then the model, whose name
--- stands below it, too.
---@param left string[]   model, endpoint
---@param right string[]  share, state
---@param width integer
---@return string
local function fitting(left, right, width)
  local function is_wide()
    return vim.fn.strdisplaywidth(joined(left)) + vim.fn.strdisplaywidth(joined(right)) + 4 > width
  end
  if is_wide() then left[2] = nil end
  if is_wide() and #right > 1 then table.remove(right, 1) end
  if is_wide() then left[1] = nil end
  return ('%s %s%%=%s '):format(OWN, escaped(joined(left)), escaped(joined(right)))
end

---@param buf integer
---@param width integer
---@return string
local function text_of(buf, width)
  local left, right, one = {}, {}, status.of(buf) ---@type string[], string[], hum.Running?
  local persona = plain(front.value(buf, 'persona'))
  left[1] = plain(front.model(buf))
  if persona then left[1] = left[1] and ('%s (%s)'):format(left[1], persona) or persona end
  left[#left + 1] = plain(front.endpoint(buf))
  local share, group = meter.share(buf)
  right[1] = share or vim.b[buf].hum_share
  if one then right[#right + 1] = status.doing(one) end
  local text = fitting(left, right, width)
  if not share or not group then return text end
  local plain_share = escaped(share)
  local at, to = text:find(plain_share, #OWN + 1, true)
  if not at then return text end
  return ('%s%%#%s#%s%s%s'):format(text:sub(1, at - 1), group, plain_share, OWN, text:sub(to + 1))
end

---@param win integer
---@return boolean
local function may_have(win)
  return vim.api.nvim_win_get_config(win).relative == '' and vim.api.nvim_win_get_height(win) >= LEAST_HEIGHT
end

--- Sets it in a window, or takes it away.
---@param win integer
---@param buf integer
local function set(win, buf)
  local wo = vim.wo[win][0]
  local before = wo.winbar ---@type string
  if not vim.startswith(before, OWN) and (before ~= '' or vim.go.winbar ~= '') then return end
  local wanted = config.get().chat.winbar and may_have(win)
  local text = wanted and text_of(buf, vim.api.nvim_win_get_width(win)) or ''
  if text ~= before then pcall(function() wo.winbar = text end) end -- there may be no room
end

--- Says what holds now, in all windows that show a chat.
---@param buf integer
function M.update(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    set(win, buf)
  end
end

---@param buf integer
local function stop(buf)
  if counting[buf] then counting[buf]() end
  counting[buf] = nil
end

-- ---- when it changes -------------------------------------------------------------------------

---@param name string
---@param data table  of the event
local function on_request(name, data)
  local buf = data.buf
  if name ~= 'HumPartStarted' then stop(buf) end
  if not vim.api.nvim_buf_is_valid(buf) or vim.bo[buf].filetype ~= 'hum' then return end
  if name == 'HumRequestStarted' then
    counting[buf] = clock.watch(buf, M.update)
  elseif name == 'HumRequestFinished' then
    vim.b[buf].hum_share = data.stats and figures.share(data.stats) or vim.b[buf].hum_share
  end
  M.update(buf)
end

local group = vim.api.nvim_create_augroup('hum.winbar', {})

vim.api.nvim_create_autocmd('User', {
  group = group,
  pattern = { 'HumRequestStarted', 'HumPartStarted', 'HumRequestFinished' },
  callback = function(event) fault.guard('the winbar', on_request, event.match, event.data) end,
})

local function update_all()
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    local buf = vim.api.nvim_win_get_buf(win)
    if vim.bo[buf].filetype == 'hum' then set(win, buf) end
  end
end

vim.api.nvim_create_autocmd('WinResized', { group = group, callback = update_all })
config.on_change(update_all)
front.on_set(M.update)
status.on_change(M.update)
scheme.start()

--- Shows it above a chat from now on.
---@param buf integer
function M.watch(buf)
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  -- By hand the model may be changed, too.
  vim.api.nvim_create_autocmd({ 'BufWinEnter', 'InsertLeave', 'BufWritePost' }, {
    group = group,
    buffer = buf,
    callback = function() M.update(buf) end,
  })
  vim.api.nvim_create_autocmd('BufUnload', { group = group, buffer = buf, callback = function() stop(buf) end })
  M.update(buf)
end

return M
