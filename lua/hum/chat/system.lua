-- What the one system message of a chat says beside its own System turn: the persona's prompt, then the rules. It is
-- decided at the chat's first message and kept with it, so that the beginning of the conversation never changes by
-- itself; there is no date and no figure in it.
local config = require('hum.config')
local front = require('hum.chat.front')
local notify = require('hum.notify')
local personas = require('hum.chat.persona')
local rules = require('hum.rules')
local window = require('hum.server.window')

local M = {}

--- What is kept of a rule with the chat: not its text, which stands in the message.
---@param rule hum.Rule
---@return hum.SystemNote
local function note_of(rule)
  return { path = rule.path, title = rule.title, tokens = rule.tokens, state = rule.state, why = rule.why }
end

---@class hum.SystemWanted
---@field project? string   its root
---@field file? string      at hand
---@field files? string[]   that the messages refer to
---@field system? string    text of the chat's own System turns
---@field endpoint? string
---@field model? string
---@field num_ctx? integer
---@field dry? boolean      nothing is asked or told

local OFF = { ['false'] = true, off = true, no = true }

--- Whether a chat has rules.
---@param buf integer
---@return boolean
local function wants_rules(buf) return config.get().rules.enabled and not OFF[front.value(buf, 'rules') or ''] end

--- Where one works without a project, the working directory is as good, but for that of all one's files.
---@param given? string
---@return string|nil
local function project_of(given)
  local found = vim.uv.fs_realpath(given and given ~= '' and given or vim.fn.getcwd())
  return found ~= '/' and found ~= vim.uv.fs_realpath(vim.uv.os_homedir() or '/') and found or nil
end

---@param wanted hum.SystemWanted
---@return (fun(cb: fun(tokens: integer?)): fun()?)|nil
local function window_of(wanted)
  local name, model = wanted.endpoint, wanted.model
  if not name or not model then return nil end
  return function(cb)
    if wanted.dry then return cb(window.of(name, model, wanted.num_ctx)) end
    return window.find(name, model, { num_ctx = wanted.num_ctx }, cb)
  end
end

--- Decides it. Rules that are new are asked for in one question.
---@param buf integer
---@param wanted hum.SystemWanted
---@param cb fun(text: string?, notes: hum.SystemNote[], replaces: boolean)  once, at once or scheduled; replaces: the
---  chat's own System turn, which says what is configured, is not sent
---@return fun() cancel  cb is not called any more
function M.decide(buf, wanted, cb)
  local persona = personas.of(buf)
  local own, configured = persona and persona.system, vim.trim(config.get().chat.system or '')
  local replaces = own ~= nil and configured ~= '' and wanted.system == configured
  local function finish(list)
    local parts = { own }
    parts[#parts + 1] = rules.text(list)
    cb(#parts > 0 and table.concat(parts, '\n\n') or nil, vim.tbl_map(note_of, list), replaces)
  end
  if not wants_rules(buf) then
    finish({})
    return function() end
  end
  local search = {
    project = project_of(wanted.project),
    file = wanted.file,
    named = wanted.files,
    window = window_of(wanted),
    dry = wanted.dry,
  }
  return rules.collect(search, function(err, list, tokens)
    if not list then
      notify.warn(('hum: no rules were read: %s'):format(err))
      return finish({})
    end
    local left_out = not wanted.dry and rules.left_out(list, tokens)
    if left_out then notify.warn('hum: ' .. left_out) end
    finish(list)
  end)
end

local LATE = "rules are decided at a chat's first message"

--- Rules that hold for what a chat refers to by now, and that it does not have: nothing is asked.
---@param buf integer
---@param known hum.SystemNote[]  as they were decided
---@param wanted hum.SystemWanted
---@param cb fun(notes: hum.SystemNote[])  once, at once or scheduled
function M.late(buf, known, wanted, cb)
  if not wants_rules(buf) or #(wanted.files or {}) == 0 then return cb({}) end
  local had = {} ---@type table<string, true>
  for _, note in ipairs(known) do
    had[note.path or ''] = true
  end
  local search = { project = project_of(wanted.project), named = wanted.files, dry = true }
  rules.collect(search, function(_, list)
    local late = vim.tbl_filter(
      function(rule) return not had[rule.path] and (rule.state == 'ok' or rule.state == 'asks') end,
      list or {}
    )
    cb(
      vim.tbl_map(
        function(rule)
          return { path = rule.path, title = rule.title, tokens = rule.tokens, state = 'left out', why = LATE }
        end,
        late
      )
    )
  end)
end

return M
