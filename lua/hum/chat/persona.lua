-- The persona of a chat: "persona: NAME" in its front matter, `:Hum persona`. Its model stands in the front matter as
-- well, where `:Hum model` may set another one; its system prompt and its options come from where it is defined, so a
-- chat that is somebody else's file can name one and bring none.
local chats = require('hum.chat.chats')
local config = require('hum.config')
local endpoint = require('hum.server.endpoint')
local edit = require('hum.chat.text.edit')
local folder = require('hum.chat.kept.folder')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local models = require('hum.server.models')
local notify = require('hum.notify')
local persona = require('hum.persona')
local question = require('hum.question')
local settings_of = require('hum.chat.text.settings').of
local turns = require('hum.chat.text.turns')

local M = {}

--- What `:Hum persona` takes back.
M.NONE = 'none'

local default = nil ---@type string|nil  that of new chats, set by `:Hum persona` outside of one
local applied = {} ---@type table<integer, string>  by chat: the persona whose model its front matter has
local asking = {} ---@type table<integer, fun()>  by buffer: ends what is asked about a persona

---@param buf? integer  a chat
---@return string|nil
local function project_of(buf)
  local values = buf and front.values(buf)
  local found = values and values.project or folder.project(vim.api.nvim_get_current_buf())
  return found and found.root
end

--- Asks whether a persona may be used. A dialog that is still open, or was closed without a word, counts no more.
---@param buf integer
---@param found hum.Persona
---@param cb fun(allowed: boolean)
local function ask(buf, found, cb)
  if asking[buf] then asking[buf]() end
  local is_back = false
  local cancel = persona.ask(found, function(allowed)
    is_back, asking[buf] = true, nil
    cb(allowed)
  end)
  asking[buf] = not is_back and cancel or nil
end

--- The persona that a chat names.
---@param buf integer
---@return hum.Persona|nil persona  nil, nil: it names none, or one that the user does not trust
---@return string|nil err
function M.of(buf)
  local name = front.value(buf, 'persona')
  if not name then return nil end
  local found, err = persona.get(name, project_of(buf))
  if not found then return nil, err end
  return persona.is_trusted(found) and found or nil
end

--- What a persona asks for, under what the chat itself says.
---@param buf integer
---@param settings hum.Settings
---@return hum.Settings|nil settings
---@return string|nil err  the persona is not there
function M.settings(buf, settings)
  local found, err = M.of(buf)
  if err then return nil, err end
  if not found then return settings end
  local options = vim.tbl_extend('force', found.options or {}, settings.options or {})
  local think = settings.think
  if think == nil then think = found.think end
  return vim.tbl_extend('force', settings, { think = think, options = next(options) and options or nil })
end

--- What a chat would be sent with now, as far as it can be used.
---@param buf integer
---@param name string  of its endpoint
---@return hum.Settings settings
---@return integer|nil num_ctx  the context window that is asked for
function M.current(buf, name)
  local own = settings_of({ values = front.all(buf), rows = {}, first = 0, last = 0 }) or {}
  local settings = M.settings(buf, own) or own
  local configured = (config.get().endpoints[name] or {}).options or {}
  local num_ctx = tonumber((settings.options or {}).num_ctx or configured.num_ctx)
  return settings, num_ctx and math.floor(num_ctx)
end

--- References that count as if they stood in the chat's first message.
---@param buf integer
---@return string[]
function M.references(buf)
  local found = M.of(buf)
  return found and found.references or {}
end

--- The endpoint and the model of a persona.
---@param found? hum.Persona
---@return string|nil endpoint, string|nil model
function M.model_of(found)
  if not found then return nil end
  local name, model = endpoint.split_model(found.model or '')
  name = name or found.endpoint
  return name, model or (name and models.decided(name)) or nil
end

---@param buf integer
---@return boolean  something was said in it
local function has_answers(buf)
  for _, turn in ipairs(turns.of(buf).turns) do
    if turn.role == 'assistant' then return true end
  end
  return false
end

--- The System turn, if it says what is configured: a persona's prompt takes its place, and gives it back.
---@param buf integer
---@param found? hum.Persona
local function settle_system(buf, found)
  local list = turns.of(buf).turns
  local system, first = vim.trim(config.get().chat.system or ''), list[1]
  if system == '' or not first then return end
  if found and found.system and first.role == 'system' and first.text == system then
    edit.replace(buf, first.row, list[2] and list[2].row or first.last + 1, {})
  elseif not found and first.role ~= 'system' and not has_answers(buf) then
    local lines = { format.heading('system'), '' }
    vim.list_extend(lines, format.body({ { type = 'text', text = system } }, 'system'))
    lines[#lines + 1] = ''
    edit.replace(buf, first.row, first.row, lines)
  end
end

--- Writes what a persona asks for into a chat.
---@param buf integer
---@param found? hum.Persona  nil: none
---@return boolean ok  false: the user was told why not
local function write(buf, found)
  local why = front.refusal(buf)
  if why then
    notify.complain(why)
    return false
  end
  local name, model = nil, nil ---@type string|nil, string|nil
  if found then
    name, model = M.model_of(found)
  end
  local ok, err = pcall(function()
    front.set(buf, { persona = found and found.name or false, endpoint = name, model = model })
    settle_system(buf, found)
  end)
  if not ok then notify.complain(err) end
  applied[buf] = found and found.name or nil
  return ok
end

---@param found hum.Persona
---@return string  "model m2, options, references"
local function words(found)
  local name, model = M.model_of(found)
  local parts = {} ---@type string[]
  if model then parts[1] = ('model %s'):format(name and name .. '/' .. model or model) end
  if found.system then parts[#parts + 1] = 'its system prompt' end
  if next(found.options or {}) then parts[#parts + 1] = 'its options' end
  return #parts > 0 and ': ' .. table.concat(parts, ', ') or ''
end

---@param buf integer
---@param found? hum.Persona
local function use_here(buf, found)
  local goes_on = has_answers(buf)
  if not write(buf, found) then return end
  if not found then return notify.info('hum: this chat has no persona any more') end
  local anew = goes_on and found.system and '; the system prompt changes: the server reads the chat anew' or ''
  notify.info(('hum: this chat uses persona "%s"%s%s'):format(found.name, words(found), anew))
end

---@param found? hum.Persona
local function use_in_new(found)
  default = found and found.name
  if not found then return notify.info('hum: new chats have no persona') end
  notify.info(('hum: new chats use persona "%s"%s'):format(found.name, words(found)))
end

---@param found hum.Persona
---@return string|nil why  its endpoint cannot be used
local function fault_of(found)
  local name = M.model_of(found)
  return name and select(2, endpoint.url(name)) or nil
end

--- Sets the persona: of a chat, else of new chats.
---@param buf integer
---@param name string  "none": none any more
---@param cb? fun(err: string?)  once it is set, or is not
function M.set(buf, name, cb)
  cb = cb or function(err)
    if err then notify.complain(err) end
  end
  local chat = chats.get(buf)
  local function use(found)
    if not chat then
      use_in_new(found)
    elseif vim.api.nvim_buf_is_loaded(chat.buf) then
      use_here(chat.buf, found)
    end
    cb(nil)
  end
  if name == M.NONE then return use(nil) end
  local found, err = persona.get(name, project_of(chat and chat.buf))
  if not found then return cb(err) end
  local why = fault_of(found)
  if why then return cb(why) end
  ask(buf, found, function(allowed)
    if allowed then return use(found) end
    cb(('persona "%s" is not used: you have not allowed its file (:Hum trust changes that)'):format(name))
  end)
end

--- Lets the user choose one.
---@param buf integer
function M.choose(buf)
  local chat = chats.get(buf)
  local list = vim.tbl_filter(function(entry) return entry.persona ~= nil end, persona.list(project_of(chat and buf)))
  if #list == 0 then
    local path = vim.fn.fnamemodify(vim.fs.joinpath(persona.folder(), 'NAME.md'), ':~')
    return notify.info(('hum: write %s, or set "personas": there is no persona (:help hum-personas)'):format(path))
  end
  local now = chat and front.value(buf, 'persona') or not chat and default or nil
  local items = vim.tbl_map(function(entry) return entry.name end, list)
  if now then items[#items + 1] = M.NONE end
  local function shown(name)
    local what = M.explain(name, buf)
    return what and ('%s  %s'):format(name, what) or name
  end
  local opts = { prompt = 'Persona:', kind = 'hum.persona', format_item = shown }
  question.ask(items, opts, function(_, name)
    if name and (not chat or vim.api.nvim_buf_is_loaded(buf)) then M.set(buf, name) end
  end)
end

--- What a persona is, in one line.
---@param name string
---@param buf? integer
---@return string|nil
function M.explain(name, buf)
  if name == M.NONE then return 'no persona' end
  local found = persona.get(name, project_of(buf and chats.get(buf) and buf or nil))
  if not found then return nil end
  local text = found.description ~= '' and found.description or vim.split(found.system or '', '\n')[1]
  if text == '' then text = found.model or '' end
  return text ~= '' and (text:gsub('%c', '?')) or nil
end

--- Names for a command line.
---@param typed string
---@return string[]
function M.complete(typed)
  local buf = vim.api.nvim_get_current_buf()
  local names = persona.names(project_of(chats.get(buf) and buf or nil))
  names[#names + 1] = M.NONE
  return vim.tbl_filter(function(name) return vim.startswith(name, typed) end, names)
end

-- ---- new chats, sending -----------------------------------------------------------------------

--- The persona of a chat that is begun now, as far as it can be used without asking.
---@param name? string  default: that of new chats
---@return hum.Persona|nil persona, string|nil err
function M.of_new(name)
  local is_said = name ~= nil
  name = name or default
  if not name or name == M.NONE then return nil end
  local found, err = persona.get(name, project_of())
  if not found and not is_said then
    default = nil
    return notify.warn('hum: new chats have no persona any more: ' .. err)
  end
  if not found then return nil, err end
  if persona.is_trusted(found) then return found end
  return nil, ('run :Hum persona %s first: you have not allowed its file'):format(name)
end

--- A chat was opened: the model in its front matter is the one that holds, whatever its persona is.
---@param buf integer
function M.opened(buf)
  local name = front.value(buf, 'persona')
  applied[buf] = name and front.value(buf, 'model') and name or nil
end

--- The endpoint and the model with which a message would go now, where the persona's are not written down yet.
---@param buf integer
---@param name? string
---@param model? string
---@return string|nil endpoint, string|nil model
function M.choice(buf, name, model)
  local found = M.of(buf)
  if not found or applied[buf] == found.name then return name, model end
  local own_name, own_model = M.model_of(found)
  return own_name or name, own_model or model
end

--- Before a message is read: a persona that was written into the front matter by hand gets its model, and a project's
--- is asked for.
---@param buf integer
---@param cb fun()  at once unless the user is asked
function M.settle(buf, cb)
  local name = front.value(buf, 'persona')
  if not name then
    applied[buf] = nil
    return cb()
  end
  local found = persona.get(name, project_of(buf))
  if not found then return cb() end -- told when the message is read
  ask(buf, found, function(allowed)
    if not vim.api.nvim_buf_is_loaded(buf) then return end
    if allowed and applied[buf] ~= name then write(buf, found) end
    cb()
  end)
end

return M
