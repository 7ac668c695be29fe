-- `:Hum trust`: what the user has allowed and what not, to look at and to change.
local notify = require('hum.notify')
local question = require('hum.question')
local trust = require('hum.trust')

local M = {}

local WORDS = {
  allowed = 'allowed',
  never = 'never used',
  later = 'not used: you said no',
  refused = 'refused',
}

---@param path string
---@return string
local function short(path) return vim.fn.fnamemodify(path, ':~') end

---@param one hum.Trusted
---@return string
local function line_of(one)
  local why = one.state == 'refused' and ': ' .. vim.split(one.why or '', ': ', { plain = true })[1] or ''
  return ('%s%s  %s (%s)'):format(WORDS[one.state], why, short(one.path), one.what)
end

local REVOKE, VIEW, ALLOW, NEVER = 'Ask again', 'View it', 'Use it', 'Never use it'

--- What can be done with it. A text is known of what was met in this session, or can be read.
---@param one hum.Trusted
---@return string[]
local function actions_of(one)
  local actions = {}
  if one.item and one.state == 'later' then actions[#actions + 1] = ALLOW end
  if one.state ~= 'refused' then actions[#actions + 1] = REVOKE end
  if one.item or one.what ~= 'command' then actions[#actions + 1] = VIEW end
  if one.state == 'later' then actions[#actions + 1] = NEVER end
  return actions
end

--- Shows the text that was met in this session, else the file.
---@param one hum.Trusted
local function view(one)
  if one.item then return require('hum.trust.view').show({ one.item }) end
  local stat = vim.uv.fs_stat(one.path)
  if not stat or stat.type ~= 'file' then return notify.info(('hum: %s is gone'):format(short(one.path))) end
  local ok, err = pcall(vim.cmd.sview, { args = { vim.fn.fnameescape(one.path) } })
  if not ok then notify.complain(err) end
end

---@param one hum.Trusted
---@param action? string
local function act(one, action)
  if action == REVOKE then
    trust.revoke(one.path)
    notify.info(('hum: you will be asked again before %s is used'):format(short(one.path)))
  elseif action == VIEW then
    view(one)
  elseif action == ALLOW or action == NEVER then
    trust.decide(one, action == ALLOW and 'yes' or 'never')
    notify.info(('hum: %s: %s'):format(short(one.path), action == ALLOW and 'allowed' or 'never used'))
  end
end

--- Lets the user choose one, and what becomes of it.
function M.show()
  local list = trust.list()
  if #list == 0 then return notify.info('hum: nothing was allowed or refused yet (:help hum-trust)') end
  question.ask(list, { prompt = 'Trust:', kind = 'hum.trust', format_item = line_of }, function(_, one)
    if not one then return end
    local opts = { prompt = short(one.path) .. ':', kind = 'hum.trust' }
    question.ask(actions_of(one), opts, function(_, action) act(one, action) end)
  end)
end

return M
