-- The buffer of a chat: made, attached to, saved, given up.
local format = require('hum.chat.text.format')
local session = require('hum.chat.session')

local M = {}

local NAME = 'hum://chat/%d'
local made = 0

--- A chat that was only a scratch buffer becomes the buffer of the file it is written to.
--- Neovim has checked by now that the file may be overwritten.
---@param buf integer
---@param file string
---@return boolean saved
local function save(buf, file)
  local old = vim.api.nvim_buf_get_name(buf)
  local full = vim.fn.fnamemodify(file, ':p')
  vim.bo[buf].buftype = ''
  local ok, err = pcall(vim.api.nvim_buf_call, buf, function()
    if old ~= full then
      vim.cmd.file({ args = { vim.fn.fnameescape(full) }, mods = { keepalt = true, silent = true } })
    end
    vim.cmd.write({ bang = true })
  end)
  if not ok then
    vim.bo[buf].buftype = 'nofile'
    pcall(vim.api.nvim_buf_set_name, buf, old)
    require('hum.notify').error('hum: ' .. tostring(err))
    return false
  end
  local left = vim.fn.bufnr('^' .. vim.fn.fnameescape(old) .. '$')
  if left > 0 and left ~= buf then pcall(vim.api.nvim_buf_delete, left, { force = true }) end
  return true
end

---@param buf integer
---@param group integer
local function save_on_write(buf, group)
  vim.api.nvim_create_autocmd('BufWriteCmd', {
    group = group,
    buffer = buf,
    nested = true,
    callback = function(event)
      vim.api.nvim_del_autocmd(event.id) -- or writing would come here again
      if not save(buf, event.match) then save_on_write(buf, group) end
    end,
  })
end

---@param buf integer
local function watch(buf)
  local group = vim.api.nvim_create_augroup('hum.chat.' .. buf, {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  if vim.bo[buf].buftype == 'nofile' then save_on_write(buf, group) end
  on('BufEnter', function()
    local one = session.get(buf)
    if one then session.touch(one) end
  end)
  require('hum.chat.view.notes').watch(buf)
  on('BufWinEnter', function() require('hum.chat.view.window').setup(buf) end)
  on('BufUnload', function()
    session.drop(buf)
    vim.api.nvim_create_augroup('hum.chat.' .. buf, {})
  end)
end

--- Makes a buffer a chat; nothing if it is one.
---@param buf integer
function M.attach(buf)
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
  if session.get(buf) then return end
  session.new(buf)
  -- Lets plugins that render Markdown find its parser; colours do not come from it.
  vim.treesitter.language.register('markdown', 'hum')
  if vim.bo[buf].filetype ~= 'hum' then
    pcall(vim.treesitter.stop, buf)
    vim.bo[buf].filetype = 'hum'
  end
  watch(buf)
  require('hum.chat.maps').setup(buf)
  if require('hum.config').get().chat.highlight then require('hum.chat.view.highlight').attach(buf) end
  require('hum.chat.view.window').setup(buf)
end

--- Changes a buffer that has no history yet, without a step that `u` could take back.
---@param buf integer
---@param fn fun()
function M.without_undo(buf, fn)
  vim.bo[buf].undolevels = -1
  local ok, err = pcall(fn)
  vim.bo[buf].undolevels = -123456 -- stands for "as the global value"
  vim.bo[buf].modified = false
  assert(ok, err)
end

--- A new chat, with the cursor's place under its first heading.
---@param endpoint string
---@param model? string
---@return integer buf
function M.create(endpoint, model)
  local buf = vim.api.nvim_create_buf(true, true)
  repeat
    made = made + 1
  until vim.fn.bufexists(NAME:format(made)) == 0
  vim.api.nvim_buf_set_name(buf, NAME:format(made))
  vim.bo[buf].bufhidden = 'hide'
  vim.bo[buf].swapfile = false
  local lines = format.front({ endpoint = endpoint, model = model })
  local system = require('hum.config').get().chat.system
  if system then
    vim.list_extend(lines, { '', format.heading('system'), '' })
    vim.list_extend(lines, format.body(vim.split(vim.trim(system), '\n'), 'system'))
  end
  vim.list_extend(lines, { '', format.heading('user'), '', '' })
  M.without_undo(buf, function() vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines) end)
  M.attach(buf)
  return buf
end

return M
