-- `:Hum check`: tries an endpoint out, from its address to the tokens of a reply, and says in plain words what is
-- found. It asks a model, which may cost something: so it runs by command only. Nothing waits; what is found is added
-- to a window as it comes in.
local arrival = require('hum.check.arrival')
local client = require('hum.server.client')
local config = require('hum.config')
local count = require('hum.count')
local endpoints = require('hum.server.endpoint')
local generate = require('hum.generate')
local identify = require('hum.server.identify')
local learned = require('hum.server.learned')
local models = require('hum.server.models')
local notify = require('hum.notify')
local preset = require('hum.server.provider.preset')
local providers = require('hum.server.provider')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new

local M = {}

--- What is asked: enough tokens to see how they arrive, and no more.
local PROMPT = 'Count from 1 to 60, with a blank between the numbers, and say nothing else.'
local MOST_TOKENS = 64

---@class hum.CheckRun
---@field name string
---@field buf integer
---@field cancel fun()  ends what runs for it
---@field over? boolean

local current ---@type hum.CheckRun|nil

-- ---- the window -----------------------------------------------------------------------------

--- Shows a new, empty report, in the window of the last one if that is still there.
---@return integer buf
local function open_window()
  local old = current and vim.api.nvim_buf_is_valid(current.buf) and vim.fn.bufwinid(current.buf) or -1
  local buf = vim.api.nvim_create_buf(false, true)
  if old > 0 then
    vim.api.nvim_win_set_buf(old, buf)
  else
    local win = vim.api.nvim_open_win(buf, true, { split = 'below', win = -1, height = 14 })
    vim.wo[win][0].wrap, vim.wo[win][0].linebreak = true, true
  end
  vim.bo[buf].bufhidden, vim.bo[buf].modifiable = 'wipe', false
  vim.bo[buf].syntax = 'checkhealth'
  vim.api.nvim_buf_set_name(buf, 'hum://check/' .. buf)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buf, nowait = true, desc = 'close' })
  return buf
end

---@param run hum.CheckRun
---@param ... string
local function say(run, ...)
  if not vim.api.nvim_buf_is_valid(run.buf) then return end
  local lines = {}
  for _, text in ipairs({ ... }) do
    vim.list_extend(lines, vim.split(text, '\n'))
  end
  local empty = vim.api.nvim_buf_line_count(run.buf) == 1 and vim.api.nvim_buf_get_lines(run.buf, 0, 1, false)[1] == ''
  vim.bo[run.buf].modifiable = true
  vim.api.nvim_buf_set_lines(run.buf, empty and 0 or -1, -1, false, lines)
  vim.bo[run.buf].modifiable = false
end

---@param run hum.CheckRun
---@param text string
local function ok(run, text) say(run, '- OK ' .. text) end

---@param run hum.CheckRun
---@param kind 'WARNING'|'ERROR'
---@param text string
---@param advice? string[]
local function bad(run, kind, text, advice)
  say(run, ('- %s %s'):format(kind, text))
  for i, line in ipairs(advice or {}) do
    say(run, (i == 1 and '  - ' or '    ') .. line)
  end
end

---@param run hum.CheckRun
local function finish(run)
  if run.over then return end
  run.over = true
  for _, message in ipairs(learned.of(run.name)) do
    say(run, '- ' .. message)
  end
  say(run, '', 'done')
end

---@param run hum.CheckRun
---@param err hum.ServerError|string
local function fail(run, err)
  local text = type(err) == 'string' and err or query.text(err --[[@as hum.ServerError]])
  local message, hint = notify.parts(text)
  bad(run, 'ERROR', message, hint and { hint })
  finish(run)
end

-- ---- the steps ------------------------------------------------------------------------------

---@param stats? hum.Stats
---@return number|nil  ms that the server says it made tokens for
local function took(stats)
  local rate = stats and stats.server and stats.tokens_per_second or 0
  return stats and rate > 0 and stats.tokens / rate * 1000 or nil
end

---@param run hum.CheckRun
---@param model string
---@param times number[]
---@param result hum.GenerateResult
local function judge(run, model, times, result)
  if result.status ~= 'done' then
    local err = result.error
    return fail(
      run,
      err and { message = err.message, hint = err.hint } or ('it was cancelled: %s'):format(result.reason)
    )
  end
  local from = endpoints.key(run.name)
  if from then ok(run, ('the key is accepted%s'):format(from.env and ' ($' .. from.env .. ')' or '')) end
  if #times == 0 then
    bad(
      run,
      'WARNING',
      ('"%s" answered without any text'):format(model),
      { result.message or ('it said "%s"'):format(result.reason) }
    )
    return finish(run)
  end
  local first = times[1]
  ok(run, ('"%s" answers: first token after %.2f s'):format(model, first / 1000))
  local good, text, advice = arrival.describe(arrival.judge(times, took(result.stats)), first)
  if good then
    ok(run, text)
  else
    bad(run, 'WARNING', text, advice)
  end
  finish(run)
end

--- Asks the model for a short reply, and notes when each piece of it comes.
---@param run hum.CheckRun
---@param model string
local function ask(run, model)
  say(run, ('- asking "%s" for a short reply; it may have to be loaded first'):format(model))
  local endpoint = config.get().endpoints[run.name]
  local times, since = {}, vim.uv.hrtime()
  local function note() times[#times + 1] = (vim.uv.hrtime() - since) / 1e6 end
  local limit = endpoint.options.max_completion_tokens and 'max_completion_tokens'
  limit = limit or providers[endpoint.dialect].reply_limit
  local generation = generate.start({
    prompt = PROMPT,
    endpoint = run.name,
    model = model,
    options = { [limit] = MOST_TOKENS },
    on_text = note,
    on_thinking = note,
    on_wait = function(seconds, message) say(run, ('- asking again in %.0f s: %s'):format(seconds, message)) end,
    on_done = function(result)
      vim.schedule(function() judge(run, model, times, result) end)
    end,
  })
  run.cancel = generation.stop
end

---@param run hum.CheckRun
---@param err string?
---@param names string[]?
local function choose(run, err, names)
  local model = models.decided(run.name)
  if names then
    ok(
      run,
      ('%s: %s%s'):format(
        count.of(#names, 'model'),
        table.concat(names, ', ', 1, math.min(#names, 5)),
        #names > 5 and ' …' or ''
      )
    )
    model = model or names[1]
  elseif model then
    bad(run, 'WARNING', (notify.parts(tostring(err))))
  end
  if not model then return fail(run, err or models.none_text(run.name)) end
  ask(run, model)
end

---@param run hum.CheckRun
local function start(run)
  local endpoint = config.get().endpoints[run.name]
  local known = preset.of(endpoint)
  local url = endpoints.url(run.name)
  say(run, ('hum: check of endpoint "%s"'):format(run.name), '')
  say(run, ('- %s, dialect "%s"%s'):format(url, endpoint.dialect, known and ', ' .. known.title or ''))
  client.forget(run.name) -- a server may have been updated
  local steps = steps_of(function() end)
  run.cancel = steps.cancel
  steps.add(identify.ask(run.name, function(err, found)
    if err then return fail(run, err) end
    if found then ok(run, ('reachable: %s %s'):format(found.title, found.version or '(version unknown)')) end
    if not endpoints.list(run.name) then
      return choose(run, ('endpoint "%s" has no list of models'):format(run.name))
    end
    steps.add(models.list(run.name, function(why, names) choose(run, why, names) end))
  end))
end

--- Checks an endpoint; a check that still runs is given up.
---@param name? string  default: the one of new chats
function M.run(name)
  name = models.endpoint(name)
  local url, err = endpoints.url(name)
  if not url then return notify.complain(err) end
  local last = current
  local run = { name = name, buf = open_window(), cancel = function() end }
  current = run
  if last then last.cancel() end
  vim.api.nvim_create_autocmd('BufWipeout', { buffer = run.buf, once = true, callback = function() run.cancel() end })
  start(run)
end

return M
