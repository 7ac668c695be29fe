-- The buffer of a chat: made, attached, detached. It is a file's buffer from the start, as any other, so that Neovim's
-- own commands for files hold; hum writes the file as well (hum.chat.kept.file).
local chats = require('hum.chat.chats')
local code = require('hum.chat.view.code')
local config = require('hum.config')
local dress = require('hum.chat.view.dress')
local edit = require('hum.chat.text.edit')
local folder = require('hum.chat.kept.folder')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local highlight = require('hum.chat.view.highlight')
local mark = require('hum.chat.view.mark')
local models = require('hum.server.models')
local name = require('hum.chat.kept.name')
local native = require('hum.chat.kept.native')
local notes = require('hum.chat.view.notes')
local notify = require('hum.notify')
local persona = require('hum.persona')
local references = require('hum.chat.references')
local unkept = require('hum.chat.kept.unkept')
local window = require('hum.chat.view.window')
local writing = require('hum.chat.kept.writing')

local M = {}

local group = vim.api.nvim_create_augroup('hum.chat', {})
local on_attach = function(_) end ---@type fun(buf: integer)

--- Sets the function that is called for each new chat.
---@param fn fun(buf: integer)
function M.on_attach(fn) on_attach = fn end

local unwritten = {} ---@type table<integer, hum.FrontValues>  of chats that were unloaded

---@param buf integer
local function watch(buf)
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  on('BufEnter', function()
    local chat = chats.get(buf)
    if chat then chats.touch(chat) end
  end)
  notes.watch(buf)
  on('BufWinEnter', function() window.setup(buf) end)
  writing.watch(buf)
  on('BufUnload', function()
    if name.is_provisional(vim.api.nvim_buf_get_name(buf)) then unwritten[buf] = front.values(buf) end
    chats.drop(buf)
    vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  end)
end

--- The text of a chat in which nothing has been asked: front matter, system prompt if one is configured, and an empty
--- turn of the user.
---@param values hum.FrontValues
---@return string[]
local function new_text(values)
  local lines = format.front(values)
  local system = config.get().chat.system
  local found = values.persona and persona.get(values.persona, values.project and values.project.root)
  if system and not (found and found.system) then
    vim.list_extend(lines, { '', format.heading('system'), '' })
    vim.list_extend(lines, format.body({ { type = 'text', text = vim.trim(system) } }, 'system'))
  end
  vim.list_extend(lines, { '', format.heading('user'), '' })
  local current = config.get().chat.current_file and references.of_current()
  return vim.list_extend(lines, current and { current, '' } or { '' })
end

---@param buf integer
---@param values hum.FrontValues
local function fill(buf, values)
  local function write() vim.api.nvim_buf_set_lines(buf, 0, -1, false, new_text(values)) end
  vim.api.nvim_buf_call(buf, function()
    if vim.fn.undotree().seq_last == 0 then return edit.without_undo(buf, write) end
    pcall(vim.api.nvim_command, 'silent undojoin') -- with what `:edit!` has taken away
    write()
    vim.bo[buf].modified = false
  end)
end

--- Neovim has opened the file of a new chat, which is not there before the first message: in `:edit`, in a session.
---@param buf integer
---@return boolean
local function is_unwritten(buf)
  local path = vim.api.nvim_buf_get_name(buf)
  return name.is_provisional(path)
    and folder.contains(path)
    and vim.api.nvim_buf_line_count(buf) == 1
    and vim.api.nvim_buf_get_lines(buf, 0, 1, false)[1] == ''
end

--- What a chat's buffer is, whoever opened it. It may be somebody else's text: no modeline in it holds. Neovim looks
--- for them after the autocommands of reading, so this is in time; see plugin/hum.lua for what may come before.
---@param buf integer
local function set_options(buf)
  vim.bo[buf].modeline = false
  if vim.bo[buf].bufhidden == '' then vim.bo[buf].bufhidden = 'hide' end -- a reply goes on where it is not seen
end

--- Makes a buffer a chat; nothing if it is one.
---@param buf integer
function M.attach(buf)
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
  if chats.get(buf) then return end
  if is_unwritten(buf) then
    fill(buf, unwritten[buf] or { endpoint = models.endpoint(), project = folder.project() })
  end
  unwritten[buf] = nil
  chats.new(buf)
  set_options(buf)
  -- Lets plugins that render Markdown find its parser; colours do not come from it.
  vim.treesitter.language.register('markdown', 'hum')
  if vim.bo[buf].filetype ~= 'hum' then
    highlight.stop_treesitter(buf)
    vim.bo[buf].filetype = 'hum'
  end
  watch(buf)
  on_attach(buf)
  if config.get().chat.highlight then
    highlight.attach(buf)
    dress.start()
    mark.start()
    code.attach(buf)
  end
  window.setup(buf)
end

-- `:w NAME` gives a name to a buffer that has none as if it were another buffer: Neovim wipes the autocommands that the
-- nameless one had.
vim.api.nvim_create_autocmd('BufNew', {
  group = group,
  callback = function(event)
    if not chats.get(event.buf) then return end
    watch(event.buf)
    on_attach(event.buf)
    unkept.release(event.buf)
  end,
})

--- The buffer of a new chat, named after the file that its first message will make.
---@param values hum.FrontValues
---@return integer
local function make(values)
  local buf = vim.api.nvim_create_buf(true, false)
  local keep = config.get().chat.keep
  vim.bo[buf].swapfile = false -- as long as there is nothing in it
  if keep then
    vim.api.nvim_buf_set_name(buf, name.provisional(folder.path(values.project)))
  else
    unkept.bind(buf)
  end
  fill(buf, values)
  if keep and vim.go.swapfile and native.has_room_for_swap(buf) then vim.bo[buf].swapfile = true end
  return buf
end

--- Makes a new chat.
---@param endpoint string
---@param model? string
---@param persona_name? string
---@return integer|nil buf, string|nil err
function M.create(endpoint, model, persona_name)
  if not vim.go.modifiable then return nil, 'run ":set modifiable" first: Neovim was started with -M' end
  local project = folder.project(vim.api.nvim_get_current_buf())
  local buf = make({ endpoint = endpoint, model = model, project = project, persona = persona_name })
  M.attach(buf)
  return buf
end

--- The chat in a buffer; the user is warned if there is none.
---@param buf? integer
---@return hum.Chat|nil
function M.here(buf)
  buf = (buf == nil or buf == 0) and vim.api.nvim_get_current_buf() or buf
  -- After hum's modules were reloaded the chats that are open are found again here.
  if not chats.get(buf) and vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].filetype == 'hum' then M.attach(buf) end
  local chat = chats.get(buf)
  if not chat then notify.warn('hum: this buffer is not a chat; open one with :Hum chat') end
  return chat
end

return M
