-- What is done with a prompt that is filled in, by its mode: a chat, a float at the cursor, an edit of the lines, text
-- at the cursor, a commit message.
local chats = require('hum.chat.chats')
local compose = require('hum.chat.compose')
local endpoints = require('hum.server.endpoint')
local models = require('hum.server.models')
local names = require('hum.chat.kept.name')
local notify = require('hum.notify')
local placeholders = require('hum.prompt.placeholders')
local places = require('hum.edit.where')
local problems = require('hum.edit.collect.problems')
local send = require('hum.chat.send')
local thread = require('hum.edit.thread')
local values_of = require('hum.prompt.values')

local M = {}

---@class hum.PromptRun
---@field prompt hum.Prompt
---@field about hum.PromptAbout
---@field opts hum.PromptOpts
---@field filled hum.FilledPrompt
---@field input string
---@field persona? hum.Persona

--- The endpoint and model: as the call says, else the prompt. Of a file that was written for others a model is taken
--- only if it is known here.
---@param run hum.PromptRun
---@return string|nil endpoint, string|nil model
local function asked_of(run)
  local opts, prompt = run.opts, run.prompt
  local model = opts.model or prompt.model
  if not opts.model and model and prompt.foreign and not models.is_known(model) then
    notify.info(
      ('hum: the prompt "%s" names the model "%s", which is not known here: yours is used'):format(prompt.name, model)
    )
    model = nil
  end
  local endpoint = opts.endpoint or (not opts.model and prompt.endpoint or nil)
  if not model then return endpoint, nil end
  local named, name = endpoints.split_model(model)
  return endpoint or named, name
end

--- Of the turns, those that stand there already, and those that are asked.
---@param turns hum.PromptTurn[]
---@return hum.PromptTurn[] history, string[] asked
local function apart(turns)
  local history, asked, last = {}, {}, 0
  for i, turn in ipairs(turns) do
    if turn.role == 'assistant' then last = i end
  end
  for i, turn in ipairs(turns) do
    if i <= last then
      history[#history + 1] = turn
    else
      asked[#asked + 1] = turn.text
    end
  end
  return history, asked
end

--- Messages behind the first: each goes when the reply before it has ended.
---@param buf integer
---@param asked string[]
---@param sends boolean
local function queue_rest(buf, asked, sends)
  for i = 2, #asked do
    local chat = chats.get(buf)
    if not chat then return end
    local ok, err = compose.write(chat, { question = asked[i] })
    if not ok then return notify.complain(err) end
    if sends and send.is_busy(chat) then require('hum.chat').send(buf) end
  end
end

--- What a chat is called that begins with a prompt: most of its first message is always the same.
---@param run hum.PromptRun
---@return string
local function title_of(run)
  local range = run.about.range
  local file = range and vim.fs.basename(vim.api.nvim_buf_get_name(range.buf)) or ''
  local what = run.input
  if range and run.filled.quoted and file ~= '' then
    what = ('%s %s'):format(file, run.input ~= '' and run.input or places.words(range))
  end
  return names.title(what ~= '' and ('%s %s'):format(run.prompt.name, what) or run.prompt.name)
end

---@param run hum.PromptRun
---@param more hum.ChatOpts
---@return integer|nil buf, string|nil err
local function open_chat(run, more)
  local prompt, filled = run.prompt, run.filled
  local endpoint, model = asked_of(run)
  local history, asked = apart(filled.turns)
  local is_new = run.opts.new ~= false or chats.latest() == nil
  local question = asked[1]
  if not question then
    local why = ('write what is meant behind the name: the prompt "%s" asks nothing without that'):format(prompt.name)
    notify.complain(why)
    return nil, why
  end
  -- A chat that has begun keeps what the model was told first.
  if not is_new and filled.system then question = filled.system .. '\n\n' .. question end
  local opts = vim.tbl_extend('force', {
    question = question,
    endpoint = endpoint,
    model = model,
    new = is_new,
    mods = run.opts.mods,
    draft = prompt.draft,
    quoted = filled.quoted and run.about.range and values_of.quoted(run.about.range) or nil,
    persona = is_new and run.persona and run.persona.name or nil,
    setup = is_new and {
      title = title_of(run),
      system = filled.system,
      think = prompt.think,
      options = prompt.options,
      history = history,
    } or nil,
  }, more)
  local chat = require('hum.chat')
  local buf, err = chat.open(opts)
  if not buf then return nil, err end
  queue_rest(buf, asked, not prompt.draft)
  return buf
end

---@param run hum.PromptRun
---@param more table
---@return boolean|nil ok, string|nil err
local function start_edit(run, more)
  local prompt, filled = run.prompt, run.filled
  local own = run.persona or {} ---@type hum.Persona|{}
  local endpoint, model = asked_of(run)
  if not model and not endpoint and own.model then
    local named
    named, model = endpoints.split_model(own.model)
    endpoint = own.endpoint or named
  end
  local told = { own.system }
  told[#told + 1] = filled.system
  local system = table.concat(told, '\n\n')
  local text = filled.text
  if own.references and #own.references > 0 then text = text .. '\n\n' .. table.concat(own.references, ' ') end
  local think = prompt.think
  if think == nil then think = own.think end
  local label = run.input ~= '' and ('%s: %s'):format(prompt.name, run.input) or prompt.name
  local handle, err = thread.start(vim.tbl_extend('force', {
    instruction = text,
    label = label,
    prompt = system ~= '' and { system = system } or nil,
    endpoint = endpoint or own.endpoint,
    model = model,
    think = think,
    options = vim.tbl_extend('force', own.options or {}, prompt.options or {}),
    on_done = run.opts.on_done,
  }, more))
  return handle ~= nil, err
end

---@param run hum.PromptRun
---@return hum.EditRange|nil  where text is inserted: behind lines that were named, else at the cursor
local function insertion(run)
  local range = run.about.range
  if not run.about.named or not range then
    local is_here = run.about.buf == vim.api.nvim_get_current_buf() and vim.bo[run.about.buf].filetype ~= 'hum'
    return is_here and places.here() or range
  end
  local c = range.chars
  local line = vim.api.nvim_buf_get_lines(range.buf, range.last, range.last + 1, false)[1] or ''
  local col = c and c[3] == range.last and c[4] or #line
  return { buf = range.buf, first = range.last, last = range.last, chars = { range.last, col, range.last, col } }
end

---@type table<hum.PromptMode, fun(run: hum.PromptRun): any, string|nil>
M.RUN = {
  chat = function(run) return open_chat(run, {}) end,
  float = function(run)
    local config = require('hum.config').get()
    local window = config.chat.ask == 'float' and 'cursor' or nil
    return open_chat(run, { new = true, window = window })
  end,
  edit = function(run)
    local range = run.about.range
    if not range then return nil, 'open the file to edit first' end
    local wants_problems = placeholders.has(run.prompt.text, { 'diagnostics' })
    if wants_problems and run.input == '' and problems.text(range) == '' then
      local cure = ('say what is wrong: ":Hum prompt %s {what}", or ":Hum edit {instruction}"'):format(run.prompt.name)
      return nil, ('nothing to fix is known in %s\n%s'):format(places.words(range), cure)
    end
    return start_edit(run, places.place(range))
  end,
  insert = function(run)
    local range = insertion(run)
    if not range then return nil, 'open the file to write in first' end
    return start_edit(run, vim.tbl_extend('force', places.place(range), { insert = true }))
  end,
  commit = function(run)
    local endpoint, model = asked_of(run)
    require('hum.commit').start({
      prompt = run.prompt,
      instruction = run.input ~= '' and run.input or nil,
      endpoint = run.opts.endpoint and endpoint or nil,
      model = run.opts.model and model or nil,
      mods = run.opts.mods,
      on_done = run.opts.on_done,
    })
    return true
  end,
}

return M
