-- The prompt library as it is used: a prompt is found by its name, trusted if it is a project's, filled in and run as
-- its mode says.
local about_of = require('hum.library.about')
local allow = require('hum.prompt.allow')
local fill = require('hum.prompt.fill')
local modes = require('hum.library.modes')
local notify = require('hum.notify')
local personas = require('hum.persona')
local prompts = require('hum.prompt')

local M = {}

---@class hum.PromptOpts
---@field input? string        what the user says: {{input}}
---@field buf? integer         default: the current buffer
---@field first? integer       line; default: what is around the cursor
---@field last? integer
---@field range? integer[]     instead of lines: row, column, row and column from 0, without what is at the last
---@field values? table<string, string>  of what the prompt asks for, by name
---@field mode? hum.PromptMode default: that of the prompt
---@field endpoint? string     default: that of the prompt
---@field model? string        default: that of the prompt
---@field new? boolean         false: a chat goes on in the latest one
---@field mods? table          window modifiers
---@field quiet? boolean       hum's own: the user is asked for nothing
---@field on_done? fun(result: table)  of an edit, when its answer has ended; of a commit message

--- What of a prompt's file is left as text or means nothing here.
---@param prompt hum.Prompt
local function tell_notes(prompt)
  local unknown = vim.tbl_filter(function(note) return note:find('take out {{', 1, true) ~= nil end, prompt.notes or {})
  if #unknown == 0 then return end
  local name = vim.fn.fnamemodify(prompt.path or prompt.name, ':t')
  notify.warn(('hum: %s, %s'):format(name, table.concat(unknown, '\nhum: ')))
end

--- The persona of a prompt, once it may be used.
---@param prompt hum.Prompt
---@param root? string
---@param cb fun(persona: hum.Persona|nil, err: string|nil)
local function persona_of(prompt, root, cb)
  if not prompt.persona then return cb(nil) end
  local found, err = personas.get(prompt.persona, root)
  if not found then return cb(nil, err) end
  personas.ask(found, function(allowed)
    if allowed then return cb(found) end
    cb(nil, ('the persona "%s" of this project is not used: it is not trusted (:Hum trust)'):format(found.name))
  end)
end

---@param prompt hum.Prompt
---@param about hum.PromptAbout
---@param opts hum.PromptOpts
---@param cb fun(ok: boolean, err: string|nil, is_told: boolean|nil)
local function run(prompt, about, opts, cb)
  local mode = opts.mode or prompt.mode
  local act = modes.RUN[mode == 'ask' and 'float' or mode]
  if not act then
    local all = vim.tbl_keys(modes.RUN)
    table.sort(all)
    return cb(false, ('the mode of a prompt is one of %s: "%s" is none'):format(table.concat(all, ', '), mode))
  end
  tell_notes(prompt)
  local is_chat = mode == 'chat' or mode == 'float' or mode == 'ask'
  if mode == 'commit' then
    local filled = { turns = {}, text = '', quoted = false }
    local ok, err = act({ prompt = prompt, about = about, opts = opts, filled = filled, input = opts.input or '' })
    return cb(ok and true or false, err)
  end
  fill.prompt(prompt, about, opts, is_chat, function(filled, input)
    if not filled then return cb(false, nil) end
    if filled.text == '' then
      local what = ('there is nothing to ask: the prompt "%s" is empty here'):format(prompt.name)
      return cb(false, what .. '\nwrite what you want behind its name, or name lines')
    end
    if filled.lacks then
      local what = ('there are no lines here for the prompt "%s"'):format(prompt.name)
      return cb(false, what .. ('\nput the cursor on the code, or name lines, as in :5,9Hum %s'):format(prompt.name))
    end
    persona_of(prompt, about.root, function(persona, why)
      if why then return cb(false, why) end
      local ok, err =
        act({ prompt = prompt, about = about, opts = opts, filled = filled, input = input, persona = persona })
      cb(ok and true or false, err, is_chat) -- which tells it itself
    end)
  end)
end

--- Runs a prompt.
---@param name string
---@param opts hum.PromptOpts
---@return boolean ok  false: it was not begun, and the user is told why
---@return string|nil err
function M.run(name, opts)
  local about = about_of.of(opts)
  local entry, names = prompts.find(name, about.root)
  if not entry then
    local why = prompts.missing(name, names)
    notify.complain(why)
    return false, why
  end
  return M.run_entry(entry, opts, about)
end

--- Runs the prompt of an entry.
---@param entry hum.PromptEntry
---@param opts hum.PromptOpts
---@param about? hum.PromptAbout
---@return boolean ok, string|nil err  as far as is known at once
function M.run_entry(entry, opts, about)
  about = about or about_of.of(opts)
  local done, failed = true, nil ---@type boolean, string|nil
  allow.ask(entry, function(prompt, why)
    if not prompt then
      if why then notify.complain(why) end
      done, failed = false, why
      return
    end
    run(prompt, about, opts, function(ok, err, is_told)
      if err and not is_told then notify.complain(err) end
      done, failed = ok, err
    end)
  end)
  return done, failed
end

return M
