-- The system message of a chat: decided once, at its first message, or when the user has changed what decides it.
local ledgers = require('hum.chat.context.ledger')
local resolve = require('hum.chat.context.resolve')
local summaries = require('hum.chat.text.summary')

local M = {}

--- Of hum's own texts, about.
local BYTES_PER_TOKEN = 4

---@param turns hum.Turn[]
---@return string|nil  of the chat's own system turns
function M.own(turns)
  local texts = {}
  for _, turn in ipairs(turns) do
    local is_own = turn.role == 'system' and turn.text ~= '' and not summaries.is_one(turn)
    if is_own then texts[#texts + 1] = turn.text end
  end
  return texts[1] and table.concat(texts, '\n\n')
end

---@param turns hum.Turn[]
---@return boolean  nothing was answered in the chat
local function is_first(turns)
  for _, turn in ipairs(turns) do
    if turn.role == 'assistant' and turn.text ~= '' then return false end
  end
  return true
end

--- Keeps what was decided.
---@param run hum.ContextRun
---@param key string
---@param text? string
---@param notes? hum.SystemNote[]
---@param replaces? boolean
---@return string|nil err
local function take_system(run, key, text, notes, replaces)
  local kept, err
  if text and text ~= '' then
    kept, err = run.put(text)
    if not kept then return err end
  end
  local bytes = text and #text or 0
  ---@type hum.ContextSystem
  run.system = {
    key = key,
    kept = kept,
    bytes = bytes,
    tokens = math.ceil(bytes / BYTES_PER_TOKEN),
    replaces = replaces == true or nil,
    notes = notes or {},
  }
end

--- The files that the messages refer to, each once; a folder of which the names are sent has a slash behind it.
---@param run hum.ContextRun
---@return string[]
function M.files(run)
  local files, had = {}, {} ---@type string[], table<string, true>
  for _, walked in ipairs(run.walk.pieces) do
    local path = walked.piece.path
    if path and walked.piece.tag == 'listing' then path = path .. '/' end
    if path and walked.form ~= 'gone' and not had[path] then
      had[path] = true
      files[#files + 1] = path
    end
  end
  return files
end

--- Has the system message decided, once for each chat: at its first message, or when the user has changed what it was
--- decided by.
---@param run hum.ContextRun
---@param cb fun(err: string?)
function M.decide(run, cb)
  local given = run.given
  local own = M.own(given.turns)
  local key = ledgers.keys(run.buf)(('%s\0%s'):format(given.front.persona or '', own or ''))
  local known = run.ledger.system
  local is_known = known and known.key == key and not (known.kept and run.lost[known.kept])
  local is_due = not is_known and (known ~= nil or is_first(given.turns) or (given.front.persona or '') ~= '')
  run.system = known
  if not given.decide or not is_due then return cb() end
  resolve.await(
    run,
    function(back)
      return given.decide(
        given.buf,
        vim.tbl_extend('error', given.place(), {
          files = M.files(run),
          system = own,
          front = given.front,
          endpoint = given.endpoint,
          model = given.model,
          num_ctx = given.num_ctx,
          dry = given.dry == true,
        }),
        back
      )
    end,
    function(text, notes, replaces) cb(take_system(run, key, text, notes, replaces)) end
  )
end

return M
