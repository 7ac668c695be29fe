-- What of a project may be sent to a model as instructions: its rules, prompts and personas, and commands that a user
-- allows for good. The user is asked once for all that is new, by path and content, in one question; what has changed
-- is new. A text with characters that nobody sees, or with a secret, is refused, whatever is answered.
local facts = require('hum.trust.facts')
local notify = require('hum.notify')
local questions = require('hum.question')
local store = require('hum.trust.store')
local words = require('hum.trust.words')

local M = {}

---@class hum.TrustItem
---@field path string   absolute, links resolved; or what else names it
---@field text string
---@field what string   'rules', 'prompt', 'persona'
---@field title? string  as users know it; default: the path from the home directory

---@alias hum.TrustState
---| 'allowed'
---| 'never'    # the user does not want to be asked
---| 'later'    # the user said no in this session
---| 'new'      # to be asked
---| 'refused'  # it has characters that nobody sees, or a secret

local later = {} ---@type table<string, string>   path to the hash that the user said no to, in this session
local seen = {} ---@type table<string, hum.TrustItem>  what was asked or told of in this session, by path
local told = {} ---@type table<string, true>  by path and hash

---@param text string
---@return string
local function hash_of(text) return facts.of(text).hash end

--- What is known of a text, without asking.
---@param item hum.TrustItem
---@return hum.TrustState state
---@return string|nil why  in words, unless it is allowed
function M.state(item)
  local refusal = facts.refusal(item.text)
  if refusal then return 'refused', refusal end
  local entry, hash = store.entries()[item.path], hash_of(item.text)
  if entry and entry.never then return 'never', 'you never want to use it (:Hum trust changes that)' end
  if entry and vim.list_contains(entry.allowed, hash) then return 'allowed' end
  if later[item.path] == hash then return 'later', 'you said no (:Hum trust changes that)' end
  return 'new', 'you have not been asked yet'
end

-- ---- telling ----------------------------------------------------------------------------------

---@param item hum.TrustItem
---@return boolean  it is told for the first time
local function is_untold(item)
  local key = item.path .. '\0' .. hash_of(item.text)
  local first = not told[key]
  told[key] = true
  return first
end

--- Tells of what is refused, once for each content.
---@param item hum.TrustItem
---@param why string
function M.tell_refused(item, why)
  seen[item.path] = item
  if not is_untold(item) then return end
  local cure = facts.refusal(item.text) and '\nRemove that from it; :Hum trust shows where.' or ''
  notify.warn(('hum: %s is not used: %s%s'):format(words.title(item), why, cure))
end

---@param items hum.TrustItem[]
---@param how string
local function tell_denied(items, how)
  local new = vim.tbl_filter(is_untold, items)
  if #new == 0 then return end
  local be = #new == 1 and 'is' or 'are'
  notify.info(('hum: %s %s not used%s (:Hum trust changes that)'):format(words.names(new), be, how))
end

-- ---- asking -----------------------------------------------------------------------------------

---@param item hum.TrustItem
---@return boolean  another content of it is allowed
local function is_changed(item)
  local entry = store.entries()[item.path]
  return entry ~= nil and #entry.allowed > 0
end

--- Neovim's own list needs somebody at a screen.
---@return boolean
local function can_ask() return #vim.api.nvim_list_uis() > 0 or not questions.is_builtin('select') end

--- Runs `fn` once the keys that are typed do not go to a command line.
---@param fn fun()
local function when_free(fn)
  if not vim.api.nvim_get_mode().mode:find('^c') then return fn() end
  vim.api.nvim_create_autocmd('ModeChanged', {
    once = true,
    callback = vim.schedule_wrap(function() when_free(fn) end),
  })
end

---@param items hum.TrustItem[]
---@param word 'yes'|'no'|'never'
local function decide(items, word)
  if word == 'yes' then
    store.change(function(entries)
      for _, item in ipairs(items) do
        store.allow(entries, item.path, hash_of(item.text), item.what)
      end
    end)
    for _, item in ipairs(items) do
      later[item.path] = nil
    end
    return
  end
  for _, item in ipairs(items) do
    seen[item.path], later[item.path] = item, hash_of(item.text)
  end
  if word == 'never' then
    store.change(function(entries)
      for _, item in ipairs(items) do
        entries[item.path] = { what = item.what, allowed = {}, never = true }
      end
    end)
  end
end

local ask ---@type fun(items: hum.TrustItem[], done: fun(word: 'yes'|'no'|'never'), prompt?: string)

--- Asks by vim.ui.select, which the user may have replaced.
---@param items hum.TrustItem[]
---@param done fun(word: 'yes'|'no'|'never')  once
---@param prompt? string
function ask(items, done, prompt)
  local one = #items == 1
  local yes = one and 'Yes, use it' or 'Yes, use them'
  local never = one and 'Never use it' or 'Never use them'
  local view = one and 'View it first' or 'View them first'
  local opts = { prompt = prompt or words.question(items, is_changed), kind = 'hum.trust' }
  questions.ask({ yes, 'No, not now', view, never }, opts, function(i)
    if i == 3 then
      if not require('hum.trust.view').show(items, done) then done('no') end
      return
    end
    done(i == 1 and 'yes' or i == 4 and 'never' or 'no')
  end)
end

---@class hum.trust.Job
---@field items hum.TrustItem[]
---@field cb fun(allowed: table<string, true>)
---@field cancelled? boolean
---@field asking? boolean

local jobs = {} ---@type hum.trust.Job[]  the first is being asked about
local next_job ---@type fun()

---@param job hum.trust.Job
---@param wanted hum.TrustState
---@return hum.TrustItem[]
local function in_state(job, wanted)
  return vim.tbl_filter(function(item) return M.state(item) == wanted end, job.items)
end

---@param job hum.trust.Job
local function finish(job)
  if jobs[1] ~= job then return end -- it was cancelled while its question was open
  local allowed = {} ---@type table<string, true>
  for _, item in ipairs(job.items) do
    local state, why = M.state(item)
    if state == 'allowed' then
      allowed[item.path] = true
    elseif state == 'refused' then
      M.tell_refused(item, why --[[@as string]])
    else
      seen[item.path] = item
    end
  end
  table.remove(jobs, 1)
  if not job.cancelled then require('hum.fault').guard('what is trusted', job.cb, allowed) end
  next_job()
end

function next_job()
  local job = jobs[1]
  if not job then return end
  local new = job.cancelled and {} or in_state(job, 'new')
  if #new == 0 then return finish(job) end
  if not can_ask() then
    tell_denied(new, ': nobody can be asked here')
    return finish(job)
  end
  when_free(function()
    if job.cancelled then return finish(job) end
    job.asking = true
    ask(new, function(word)
      decide(new, word)
      if word ~= 'yes' then tell_denied(new, '') end
      finish(job)
    end)
  end)
end

--- Asks once for all of some texts that are new. What is known is not asked again: then `cb` is called at once. Two
--- calls never ask at the same time, and the second asks only for what the first has not.
---@param items hum.TrustItem[]  several of one path: each by its content
---@param cb fun(allowed: table<string, true>)  by path; once
---@return fun() cancel  cb is not called any more
function M.ask(items, cb)
  local job = { items = items, cb = cb } ---@type hum.trust.Job
  jobs[#jobs + 1] = job
  if #jobs == 1 then next_job() end
  return function()
    job.cancelled = true
    if not job.asking or jobs[1] ~= job then return end
    -- Its dialog may have been closed without an answer: nothing waits for that.
    table.remove(jobs, 1)
    next_job()
  end
end

--- Whether a text is allowed under a name, without asking: for what has a question of its own.
---@param key string
---@param text string
---@return boolean
function M.allowed(key, text)
  local entry = store.entries()[key]
  return entry ~= nil and vim.list_contains(entry.allowed, hash_of(text))
end

--- Allows it for good.
---@param key string
---@param text string
---@param what? string  default: 'command'
function M.allow(key, text, what)
  store.change(function(entries) store.allow(entries, key, hash_of(text), what or 'command') end)
end

-- ---- the list ---------------------------------------------------------------------------------

---@class hum.Trusted
---@field path string
---@field what string
---@field state hum.TrustState
---@field why? string         of what is refused
---@field item? hum.TrustItem  if it was met in this session

--- All that the user has decided on, and what was refused in this session, by path.
---@return hum.Trusted[]
function M.list()
  local found = {} ---@type table<string, hum.Trusted>
  for path, entry in pairs(store.entries()) do
    local state = entry.never and 'never' or 'allowed'
    found[path] = { path = path, what = entry.what, state = state, item = seen[path] }
  end
  for path, item in pairs(seen) do
    local state, why = M.state(item)
    if state == 'later' or state == 'refused' then
      found[path] = { path = path, what = item.what, state = state, why = why, item = item }
    end
  end
  local list = vim.tbl_values(found)
  table.sort(list, function(a, b) return a.path < b.path end)
  return list
end

--- Forgets what the user has decided on a path: he is asked again.
---@param path string
function M.revoke(path)
  later[path], seen[path] = nil, nil
  store.change(function(entries) entries[path] = nil end)
end

--- Decides on something of the list.
---@param one hum.Trusted
---@param word 'yes'|'never'
function M.decide(one, word)
  if one.item then decide({ one.item }, word) end
end

return M
