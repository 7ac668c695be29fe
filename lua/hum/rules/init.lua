-- The rules that a model is to follow in a project, and the user's own: found, trusted, and no more of them than a
-- share of the model's context window. Whole files are left out, never a part of one.
local config = require('hum.config')
local disk = require('hum.rules.disk')
local find = require('hum.rules.find')
local invisible = require('hum.invisible')
local names = require('hum.rules.names')
local trust = require('hum.trust')

local M = {}

--- Where the context window is not known, rules may have so many tokens: 32 kB, as Codex has it.
local UNKNOWN = 8192

---@alias hum.RuleState
---| 'ok'        # it is used
---| 'asks'      # the user would be asked
---| 'denied'    # the user does not want it
---| 'refused'   # it cannot be used: what nobody sees, secrets, no text
---| 'left out'  # there is no room for it
---| 'unused'    # it is for other files

---@class hum.Rule
---@field path string    '' if it stands in the configuration
---@field title string   as users and models know it
---@field text string
---@field tokens integer  an estimate
---@field state hum.RuleState
---@field why? string    it is not used
---@field own? boolean      the user's own
---@field outside? boolean  of the project: by an import or a link

---@class hum.RulesWanted
---@field project? string  its root; nil: none
---@field file? string     at hand
---@field named? string[]   other files that they are to be for, too
---@field window? fun(cb: fun(tokens: integer?)): fun()?  finds the model's context window; nil, or nil: not known
---@field dry? boolean     nothing is asked or told

--- Rules of so few tokens fit into any: no server is asked for its context window then.
local FEW = 200

--- Bytes of prose that are a token, by measurement: English 3.9, Markdown 4.2, CJK 3.5 to 4.6.
---@param text string
---@return integer
local function tokens_of(text) return math.ceil(#text / 3.9) end

---@param list string[]
---@param project string
---@return boolean
local function is_excluded(list, project)
  for _, one in ipairs(list) do
    local folder = vim.fs.normalize(one)
    if folder == project or vim.startswith(project, folder .. '/') then return true end
    local ok, peg = pcall(vim.glob.to_lpeg, folder)
    if ok and peg:match(project) then return true end
  end
  return false
end

---@param found hum.RulesFound
---@return hum.Rule
local function rule_of(found)
  local rule = {
    path = found.path,
    title = found.title,
    text = found.text,
    tokens = tokens_of(found.text),
    state = 'ok',
    own = found.own,
    outside = found.outside,
  }
  if found.state ~= 'found' then
    rule.state, rule.why = found.state, found.why
  end
  return rule
end

--- Those that stand in the configuration.
---@return hum.Rule|nil
local function configured()
  local text = vim.trim(config.get().rules.text or '')
  if text == '' then return nil end
  return { path = '', title = 'rules.text', text = text, tokens = tokens_of(text), state = 'ok', own = true }
end

---@param rule hum.Rule
---@return hum.TrustItem
local function item_of(rule)
  local title = rule.outside and rule.title .. ' (outside the project)' or rule.title
  return { path = rule.path, text = rule.text, what = 'rules', title = title }
end

--- What is known without asking.
---@param rule hum.Rule
local function judge(rule)
  if rule.state ~= 'ok' then return end
  if rule.own then
    local hidden = invisible.find(rule.text)
    if #hidden > 0 then
      rule.state, rule.why = 'refused', ('it has invisible characters: %s'):format(invisible.words(hidden))
    end
    return
  end
  local state, why = trust.state(item_of(rule))
  if state == 'allowed' then return end
  if state == 'new' then
    rule.state = 'asks'
  else
    rule.state, rule.why = state == 'refused' and 'refused' or 'denied', why
  end
end

---@param rule hum.Rule
---@return boolean
local function is_candidate(rule) return rule.state == 'ok' or rule.state == 'asks' end

--- Leaves out what there is no room for: the most distant first, the user's own last. What is larger than all that
--- there is need not be looked at.
---@param rules hum.Rule[]
---@param window? integer
local function fit(rules, window)
  local room = window and math.floor(window * config.get().rules.share) or UNKNOWN ---@type number
  for _, rule in ipairs(rules) do
    if rule.tokens <= room then judge(rule) end
  end
  local function take(rule)
    if rule.tokens <= room then
      room = room - rule.tokens --[[@as integer]]
      return
    end
    rule.state, rule.why = 'left out', 'there is no room for it: rules.share'
  end
  for _, own in ipairs({ true, false }) do
    for i = #rules, 1, -1 do
      if is_candidate(rules[i]) and (rules[i].own == true) == own then take(rules[i]) end
    end
  end
end

--- Finds out how much room there is, if that matters.
---@param rules hum.Rule[]
---@param wanted hum.RulesWanted
---@param cb fun(window: integer?)
---@return fun()? cancel
local function measure(rules, wanted, cb)
  local tokens = 0
  for _, rule in ipairs(rules) do
    if is_candidate(rule) then tokens = tokens + rule.tokens end
  end
  if not wanted.window or tokens == 0 or (tokens <= FEW and config.get().rules.share >= 0.1) then return cb(nil) end
  return wanted.window(cb)
end

--- Tells what cannot be used: not before the user has answered what he is asked.
---@param rules hum.Rule[]
local function tell(rules)
  for _, rule in ipairs(rules) do
    if rule.state == 'refused' then
      trust.tell_refused(item_of(rule), rule.why --[[@as string]])
    end
  end
end

---@param rules hum.Rule[]
---@param dry boolean
---@param cb fun()
---@return fun()? cancel
local function settle(rules, dry, cb)
  if dry then return cb() end
  local items = {}
  -- What is not the project's own is named first: of many files the question names three.
  for _, outside in ipairs({ true, false }) do
    for _, rule in ipairs(rules) do
      if rule.state == 'asks' and (rule.outside == true) == outside then items[#items + 1] = item_of(rule) end
    end
  end
  local function finish()
    tell(rules)
    cb()
  end
  if #items == 0 then return finish() end
  return trust.ask(items, function(allowed)
    for _, rule in ipairs(rules) do
      if rule.state == 'asks' then
        rule.state = allowed[rule.path] and 'ok' or 'denied'
        rule.why = rule.state == 'denied' and select(2, trust.state(item_of(rule))) or nil
      end
    end
    finish()
  end)
end

--- Whether rules are to be used in a project.
---@param project? string
---@return boolean
function M.enabled(project)
  local options = config.get().rules
  return options.enabled and not (project and is_excluded(options.exclude, project))
end

---@param wanted hum.RulesWanted
---@return hum.RulesSearch
local function search_of(wanted)
  local project = wanted.project
  return {
    project = project and M.enabled(project) and project or nil,
    file = wanted.file,
    named = wanted.named,
    files = config.get().rules.files or names.DEFAULT,
    own = vim.fs.joinpath(vim.fn.stdpath('config') --[[@as string]], 'hum', 'rules.md'),
    home = vim.uv.os_homedir() or '/',
  }
end

--- Whether there is anything to look for: where one works without a project and without rules, a message goes at once.
---@param search hum.RulesSearch
---@return boolean
local function is_idle(search) return not search.project and not vim.uv.fs_stat(search.own) and not configured() end

--- The rules for files of a project. What is new of them is asked for in one question.
---@param wanted hum.RulesWanted
---@param cb fun(err: string?, rules: hum.Rule[]?, window: integer?)  once, scheduled, or at once
---@return fun() cancel  cb is not called any more
function M.collect(wanted, cb)
  local over, asking = false, nil ---@type boolean, fun()|nil
  local search = search_of(wanted)
  if not config.get().rules.enabled or is_idle(search) then
    cb(nil, {})
    return function() end
  end
  local reading = disk.run(function() return find.all(search) end, function(err, found)
    if not found then return cb(err) end
    local rules = vim.tbl_map(rule_of, found) ---@type hum.Rule[]
    local own = configured()
    if own then table.insert(rules, 1, own) end
    asking = measure(rules, wanted, function(window)
      if over then return end
      fit(rules, window)
      asking = settle(rules, wanted.dry == true, function()
        if not over then cb(nil, rules, window) end
      end)
    end) or asking
  end)
  return function()
    over = true
    reading()
    if asking then asking() end
  end
end

local INTRODUCTION = [[
These are rules of the user and of the project. Follow them. Those in a folder are for the files below it. Where two of
them disagree, the later one holds; what the user says in the conversation comes before all of them.]]

---@param rule hum.Rule
---@return string
local function text_of(rule)
  local path = rule.path ~= '' and not (rule.own and rule.title == 'your own rules') and rule.title or nil
  local name = path and (' path="%s"'):format((path:gsub('[%c"]', '_'))) or ''
  return ('<rules%s>\n%s\n</rules>'):format(name, rule.text)
end

--- The rules that are used, as a part of a system message. It has no dates and no figures: what a server has read of it
--- once stays good.
---@param rules hum.Rule[]
---@return string|nil  nil: none is
function M.text(rules)
  local parts = {}
  for _, rule in ipairs(rules) do
    if rule.state == 'ok' then parts[#parts + 1] = text_of(rule) end
  end
  if #parts == 0 then return nil end
  return INTRODUCTION .. '\n\n' .. table.concat(parts, '\n\n')
end

--- Of rules with no room: what to tell the user.
---@param rules hum.Rule[]
---@param window? integer
---@return string|nil
function M.left_out(rules, window)
  local titles = {}
  for _, rule in ipairs(rules) do
    if rule.state == 'left out' then titles[#titles + 1] = ('%s (%d tokens)'):format(rule.title, rule.tokens) end
  end
  if #titles == 0 then return nil end
  local share = window
      and ('%g %% of the %d tokens of the context window'):format(config.get().rules.share * 100, window)
    or ('%d tokens, as the context window is not known'):format(UNKNOWN)
  local be = #titles == 1 and 'is' or 'are'
  return ('%s %s left out: rules may take %s.\nShorten them, or set rules.share.'):format(
    table.concat(titles, ', '),
    be,
    share
  )
end

return M
