-- A commit message from what is staged: the model's text streams into the message that git has opened, or into one that
-- is opened for it.
local answers = require('hum.commit.answer')
local bound = require('hum.commit.diff')
local config = require('hum.config')
local generate = require('hum.generate')
local git = require('hum.git')
local message = require('hum.commit.message')
local notify = require('hum.notify')
local prompt = require('hum.commit.prompt')
local prompts = require('hum.prompt')
local sensitive = require('hum.sensitive')
local served = require('hum.commit.served')
local staged = require('hum.commit.staged')
local texts = require('hum.commit.text')
local windows = require('hum.commit.window')

local M = {}

---@class hum.CommitOpts
---@field buf? integer          the message, default: the one that is open, else a new one
---@field instruction? string   what else the model is told
---@field endpoint? string
---@field model? string
---@field mods? table           window modifiers for a new one
---@field on_done? fun(result: hum.CommitResult)
---@field prompt? hum.Prompt    default: the one named "commit"

---@class hum.CommitResult
---@field status 'done'|'error'|'cancelled'
---@field buf? integer
---@field lines? string[]       the message
---@field left_out? string[]    of the diff
---@field error? { message: string, hint?: string }

---@class hum.CommitRun
---@field opts hum.CommitOpts
---@field buf? integer
---@field opens boolean  a buffer for the message
---@field repository? hum.Repository
---@field prompt hum.Prompt
---@field facts? hum.CommitFacts  what git said
---@field comment string   what comments begin with
---@field diff? hum.BoundedDiff
---@field rules? string  of the project and the user
---@field text? hum.CommitText
---@field cancel fun()   of what is under way
---@field over? boolean

local runs = {} ---@type table<hum.CommitRun, true>

---@param run hum.CommitRun
---@param result hum.CommitResult
local function finish(run, result)
  if run.over then return end
  run.over, runs[run] = true, nil
  if run.text then texts.close(run.text) end
  result.buf, result.lines = run.buf, run.text and run.text.lines
  result.left_out = run.diff and run.diff.left_out
  if result.error then notify.error(result.error.message) end
  if not run.opts.on_done then return end
  local ok, err = pcall(run.opts.on_done, result)
  if not ok then notify.error(('hum: the function for hum.commit() failed: %s'):format(err)) end
end

---@param run hum.CommitRun
---@param text string
---@param hint? string
local function fail(run, text, hint)
  local told = hint and ('hum: %s\n%s'):format(text, hint) or 'hum: ' .. text
  finish(run, { status = 'error', error = { message = told, hint = hint } })
end

-- ---- the subject -----------------------------------------------------------------------------

---@param run hum.CommitRun
local function tell_done(run)
  local left_out = run.diff.left_out
  if #left_out > 0 then
    local more = #left_out > 3 and (' and %d more'):format(#left_out - 3) or ''
    notify.info('hum: not shown to the model: ' .. table.concat(vim.list_slice(left_out, 1, 3), ', ') .. more)
  end
  finish(run, { status = 'done' })
end

--- A subject that is too long is asked for once more, shorter.
---@param run hum.CommitRun
---@param text hum.CommitText
local function settle_subject(run, text)
  local most = config.get().commit.subject
  local subject = text.lines[1]
  if not subject or vim.fn.strdisplaywidth(subject) <= most then return tell_done(run) end
  local endpoint, model = served.asked(run)
  local pieces = {}
  local generation = generate.start({
    prompt = prompt.shorten(subject, most),
    endpoint = endpoint,
    model = model,
    think = false,
    on_text = function(piece) pieces[#pieces + 1] = piece end,
    on_done = function(result)
      if run.over then return end
      local shorter = answers.reader(run.comment, most):feed(table.concat(pieces), true)[1]
      local fits = result.status == 'done' and shorter and vim.fn.strdisplaywidth(shorter) <= most
      if not (fits and texts.replace_subject(text, shorter)) then
        notify.warn(('hum: shorten the first line: it is longer than %d characters'):format(most))
      end
      tell_done(run)
    end,
  })
  run.cancel = generation.stop
end

-- ---- the message -----------------------------------------------------------------------------

---@param run hum.CommitRun
---@param text hum.CommitText
---@param result hum.GenerateResult
local function on_end(run, text, result)
  if run.over then return end
  if result.status == 'error' then return fail(run, result.error.message, result.error.hint) end
  if result.status == 'cancelled' then return finish(run, { status = 'cancelled' }) end
  if #text.lines == 0 then return fail(run, 'the model answered without a message', 'try again, or another model') end
  if result.ending ~= 'good' then notify.warn('hum: ' .. (result.message or 'the message is not complete')) end
  texts.close(text)
  settle_subject(run, text)
end

---@param run hum.CommitRun
local function ask(run)
  local buf = run.buf --[[@as integer]]
  local options = config.get().commit
  local endpoint, model = served.asked(run)
  local ok, text = pcall(texts.open, buf, run.comment, function(why)
    fail(run, 'the message was lost: ' .. why)
    run.cancel()
  end)
  if not ok then return fail(run, 'the message cannot be written: ' .. tostring(text):gsub('^.*E%d+: ', '')) end
  run.text = text
  local reader = answers.reader(run.comment, options.width)
  local system, wish = prompt.fill(run.prompt, {
    branch = run.facts.branch,
    diff = run.diff.text,
    input = run.opts.instruction or '',
    left_out = table.concat(run.diff.left_out, '\n'),
    length = tostring(options.subject),
    recent = run.facts.recent,
    written = vim.trim(table.concat(text.beside, '\n')),
  }, run.rules)
  local generation = generate.start({
    system = system,
    prompt = wish,
    endpoint = endpoint,
    model = model,
    think = served.thinking(run),
    options = run.prompt.options,
    on_text = function(piece)
      if not run.over then texts.add(text, reader:feed(piece)) end
    end,
    on_done = function(result)
      if not run.over and result.status == 'done' then texts.add(text, reader:feed('', true)) end
      on_end(run, text, result)
    end,
  })
  run.cancel = generation.stop
end

---@param run hum.CommitRun
---@param diff string
local function on_diff(run, diff)
  local exclude = config.get().complete.exclude
  local top = run.repository.top or run.repository.dir
  local files = bound.read(diff)
  served.rules(run, files, function()
    run.diff = bound.bound(
      files,
      served.room(run),
      function(path) return sensitive.of_file(vim.fs.joinpath(top, path), exclude).why end
    )
    ask(run)
  end)
end

-- ---- what git knows --------------------------------------------------------------------------

---@param run hum.CommitRun
---@return hum.AskGit  as long as it is not over
local function asker(run)
  return function(args, cb)
    run.cancel = git.run({ repository = run.repository }, args, function(answer)
      if not run.over then cb(answer) end
    end)
  end
end

--- The whole commit that is amended: HEAD's message stands there, nothing else is staged, or a rebase squashes.
---@param run hum.CommitRun
---@param diff string  of what is staged
---@return boolean
local function amends(run, diff)
  local head = vim.trim(run.facts.head)
  if head == '' or not run.buf then return false end
  local lines = vim.api.nvim_buf_get_lines(run.buf, 0, -1, false)
  local place = message.place(lines, run.comment)
  local text = vim.trim(table.concat(place.text, '\n'))
  if text == head or vim.endswith(text, '\n' .. head) then return true end -- what stands above it may be hum's
  return (diff == '' and text ~= '') or vim.uv.fs_stat(run.repository.dir .. '/rebase-merge/message-squash') ~= nil
end

---@param run hum.CommitRun
local function read_diff(run)
  local function is_amended(diff) return amends(run, diff) end
  staged.diff(asker(run), assert(run.facts), is_amended, function(diff, why, hint)
    if not diff then return fail(run, tostring(why), hint) end
    on_diff(run, diff)
  end)
end

--- Two messages that are to be opened for one repository would come into one buffer.
---@param run hum.CommitRun
---@param dir string
local function stop_others(run, dir)
  for other in pairs(runs) do
    if other ~= run and other.opens and other.repository and other.repository.dir == dir then
      other.cancel()
      finish(other, { status = 'cancelled' })
    end
  end
end

--- Where the message goes, and what a new one says.
---@param run hum.CommitRun
local function prepare(run)
  local lines = run.buf and vim.api.nvim_buf_get_lines(run.buf, 0, -1, false) or {}
  -- Of several settings the last one holds.
  run.comment = message.comment(lines, run.facts.configured:match('\n([^%z]*)%z?$'))
  if run.buf then return read_diff(run) end
  asker(run)({ '-c', 'status.short=false', 'status', '--untracked-files=no' }, function(status)
    if not status.out:find('to be committed') then return fail(run, staged.NOTHING, staged.STAGE) end
    local repository = run.repository --[[@as hum.Repository]]
    stop_others(run, repository.dir)
    run.buf = windows.open(repository, run.comment, status.out, run.opts.mods)
    read_diff(run)
  end)
end

---@param run hum.CommitRun
local function begin(run)
  local function on_found(repository, why)
    if run.over then return end
    if not repository then return fail(run, why or 'there is no git repository') end
    run.repository = repository
    staged.facts(asker(run), function(facts)
      run.facts = facts
      prepare(run)
    end)
  end
  local own = run.buf and windows.repository(run.buf)
  if own then return on_found(own) end
  run.cancel = git.find(run.buf or vim.api.nvim_get_current_buf(), on_found)
end

--- Writes a commit message. Wrong options raise an error; what goes wrong later is told, and given to `on_done`.
---@param opts hum.CommitOpts
---@return { stop: fun() }
function M.start(opts)
  local buf = opts.buf == 0 and vim.api.nvim_get_current_buf() or opts.buf or windows.find()
  if buf then M.stop(buf) end
  local found, why = opts.prompt, nil ---@type hum.Prompt|nil, string|nil
  if not found then
    found, why = prompts.get('commit')
  end
  ---@type hum.CommitRun
  local run = {
    opts = opts,
    buf = buf,
    opens = buf == nil,
    prompt = found --[[@as hum.Prompt]],
    comment = '#',
    cancel = function() end,
  }
  runs[run] = true
  if not found then
    vim.schedule(function() fail(run, tostring(why)) end)
  elseif buf and not vim.bo[buf].modifiable then
    vim.schedule(function() fail(run, 'the message cannot be changed', 'use :set modifiable first') end)
  else
    begin(run)
  end
  return {
    stop = function()
      if run.over then return end
      run.cancel()
      finish(run, { status = 'cancelled' })
    end,
  }
end

--- Stops the message that comes into a buffer, or all. What has come stays.
---@param buf? integer
---@return boolean  there was one
function M.stop(buf)
  local stopped = false
  for run in pairs(runs) do
    if not buf or run.buf == buf then
      run.cancel()
      finish(run, { status = 'cancelled' })
      stopped = true
    end
  end
  return stopped
end

return M
