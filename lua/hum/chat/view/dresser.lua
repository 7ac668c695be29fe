-- Whether a plugin dresses the Markdown of a chat: render-markdown.nvim or markview.nvim, which the user has told to.
-- hum then leaves blocks, lists, quotes, rules, tables and headings to them. It draws what is its own alone: who
-- speaks, thoughts, notes, figures. And it conceals the marks within lines, for which they count on treesitter's
-- highlighter: that would cost each token time by the length of the chat.
--
-- Neither says so when it begins. They attach by the events of a buffer, and are asked behind those.
local private = require('hum.private')

local M = {}

---@type table<integer, boolean>
local dresses = {}

---@param buf integer
---@return boolean
local function is_render_markdown(buf)
  local ok, autocmds = pcall(vim.api.nvim_get_autocmds, { group = 'RenderMarkdown', buffer = buf })
  return ok and #autocmds > 0
end

---@param buf integer
---@return boolean
local function is_markview(buf)
  local state = package.loaded['markview.state']
  local ok, attached = pcall(function() return state and state.buf_attached(buf) end)
  return ok and attached == true
end

--- Does another plugin dress this buffer?
---@param buf integer
---@return boolean
function M.of(buf) return dresses[buf] or false end

---@param buf integer
local function look(buf)
  if dresses[buf] == nil or not vim.api.nvim_buf_is_loaded(buf) then return end
  local is = is_render_markdown(buf) or is_markview(buf)
  if is == dresses[buf] then return end
  dresses[buf] = is
  private.redraw({ buf = buf, valid = false })
end

---@param buf integer
local function look_soon(buf)
  vim.schedule(function() look(buf) end)
end

---@param plugin string
---@param what integer|table
local function render(plugin, what)
  pcall(function() require(plugin).render(what) end)
end

--- Has a buffer drawn anew: text that comes into a window without focus fires no event for them, and markview.nvim
--- misses text that comes with a move of the cursor.
---@param buf integer
local function refresh(buf)
  if not dresses[buf] or not vim.api.nvim_buf_is_loaded(buf) then return end
  if is_markview(buf) then return render('markview', buf) end
  render('render-markdown', { buf = buf })
end

local group = vim.api.nvim_create_augroup('hum.dresser', {})

vim.api.nvim_create_autocmd('User', {
  pattern = 'HumRequestFinished',
  group = group,
  callback = function(event)
    local buf = event.data and event.data.buf
    if buf and dresses[buf] then vim.schedule(function() refresh(buf) end) end
  end,
})

vim.api.nvim_create_autocmd('User', {
  pattern = { 'MarkviewAttach', 'MarkviewDetach' },
  group = group,
  callback = function()
    for buf in pairs(dresses) do
      look_soon(buf)
    end
  end,
})

--- Looks at a buffer from now on, until it is forgotten.
---@param buf integer
function M.watch(buf)
  if dresses[buf] ~= nil then return end
  dresses[buf] = false
  look_soon(buf)
  vim.api.nvim_create_autocmd({ 'FileType', 'BufEnter', 'CursorHold' }, {
    buffer = buf,
    group = group,
    callback = function() look_soon(buf) end,
  })
end

---@param buf integer
function M.forget(buf)
  dresses[buf] = nil
  pcall(vim.api.nvim_clear_autocmds, { buffer = buf, group = group })
end

return M
