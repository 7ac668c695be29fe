-- `:Hum compact`: old turns of a chat are replaced, in what is sent, by a summary that the model writes. It is a turn
-- of its own, `## § Summary`; the old turns stay above it, folded. One change of the text, which `u` takes back;
-- until it is whole nothing is changed, so that a summary that fails or is stopped costs nothing.
local chats = require('hum.chat.chats')
local count = require('hum.count')
local edit = require('hum.chat.text.edit')
local fault = require('hum.fault')
local fitting = require('hum.chat.fitting')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local generate = require('hum.generate')
local ledgers = require('hum.chat.context.ledger')
local lists = require('hum.server.lists')
local measure = require('hum.chat.fit.measure')
local models = require('hum.server.models')
local notify = require('hum.notify')
local olds = require('hum.chat.fit.old')
local persona = require('hum.chat.persona')
local prepare = require('hum.chat.prepare')
local progress = require('hum.chat.view.progress')
local steps_of = require('hum.server.steps').new
local summaries = require('hum.chat.text.summary')
local tokens = require('hum.server.tokens')
local turns = require('hum.chat.text.turns')
local unseen = require('hum.chat.context.unseen')
local windows = require('hum.server.window')

local M = {}

--- Tokens that a summary may have, those of the words around what is summarized, and, where the window is unknown, of
--- what is summarized at a time.
local LONGEST, AROUND, UNKNOWN = 1200, 300, 6000

--- The part of what it replaces that a summary may have at the most.
local SHORTER = 0.8

--- Tokens of old messages of which a summary that nobody asked for came to nothing: it is not tried again before there
--- are twice as many.
local in_vain = {} ---@type table<integer, integer>  by buffer
chats.on_drop('summaries that came to nothing', function(buf) in_vain[buf] = nil end)

local SYSTEM = [[
You summarize conversations between a user and an assistant, so that the assistant can go on without them.]]

local PROMPT = [[
Summarize the conversation below, in its own language, as Markdown without headings. Keep what is needed to go on: what
the user wants, decisions and their reasons, facts, names, paths, commands, code that is still used (verbatim, if it is
short), what was tried and failed, and what is open. Leave out courtesies and what was superseded. Write at most %d
words, and nothing but the summary.%s

<conversation>
%s
</conversation>]]

---@class hum.Compacting
---@field buf integer
---@field endpoint string
---@field model? string
---@field options table
---@field window? integer
---@field wish string      what the user wants kept
---@field on_text fun(text: string)
---@field is_cut? boolean  the model has come to its limit of length

---@param buf integer
---@return hum.Compacting
local function begin(buf, wish)
  local endpoint = models.endpoint(front.endpoint(buf))
  local settings, num_ctx = persona.current(buf, endpoint)
  local options = vim.deepcopy(settings.options or {})
  local model = front.model(buf) or models.decided(endpoint)
  options[lists.provider(endpoint).reply_limit or 'max_tokens'] = LONGEST
  return {
    buf = buf,
    endpoint = endpoint,
    model = model,
    options = options,
    window = model and windows.of(endpoint, model, num_ctx),
    wish = wish,
    on_text = function() end,
  }
end

--- Tokens of a portion of the chat that is summarized at a time.
---@param one hum.Compacting
---@return integer
local function room_of(one)
  if not one.window then return UNKNOWN end
  return math.max(256, math.floor(one.window * 0.9) - math.min(LONGEST, math.floor(one.window / 4)) - AROUND)
end

---@param one hum.Compacting
---@param text string
---@param cb fun(err: string?, summary: string?, is_full: boolean?)
---@return fun() cancel
local function ask(one, text, cb)
  local pieces = {}
  local words = one.window and math.min(400, math.floor(one.window / 12)) or 400
  local wish = one.wish ~= '' and ('\nThe user asks above all: ' .. one.wish) or ''
  local generation = generate.start({
    messages = { { role = 'system', content = SYSTEM }, { role = 'user', content = PROMPT:format(words, wish, text) } },
    endpoint = one.endpoint,
    model = one.model,
    options = one.options,
    think = false,
    on_text = function(piece)
      pieces[#pieces + 1] = piece
      one.on_text(piece)
    end,
    on_done = function(result)
      local summary = vim.trim(table.concat(pieces))
      local error = result.error
      if result.status == 'done' and summary ~= '' then
        one.is_cut = one.is_cut or result.ending == 'cut'
        return cb(nil, summary)
      end
      if result.status == 'cancelled' then return cb('it was stopped') end
      if error then
        return cb(error.message .. (error.hint and '\n' .. error.hint or ''), nil, error.code == 'overflow')
      end
      cb(result.message or 'the model wrote nothing')
    end,
  })
  return generation.stop
end

--- Summarizes texts, in portions if they do not fit at once: each with the summary of those before it.
---@param one hum.Compacting
---@param texts string[]
---@param sizes integer[]
---@param room integer
---@param cb fun(err: string?, summary: string?)
---@return hum.Cancel
local function summarize(one, texts, sizes, room, cb)
  local steps = steps_of(cb)
  local portions = olds.portions(texts, sizes, room)
  local function go_on(i, before)
    if i > 1 then one.on_text('\n') end
    local text = before and ('Summary of what came before: %s\n\n%s'):format(before, portions[i]) or portions[i]
    steps.add(ask(one, text, function(err, summary, is_full)
      if is_full and room > 512 then -- the window is smaller than it seemed
        steps.add(summarize(one, texts, sizes, math.floor(room / 2), steps.finish))
      elseif err or not summary then
        steps.finish(err)
      elseif i == #portions then
        steps.finish(nil, summary)
      else
        go_on(i + 1, summary)
      end
    end))
  end
  go_on(1)
  return steps.cancel
end

--- Writes the summary before the first turn that stays: the one that was there when it was begun.
---@param buf integer
---@param old hum.OldTurns
---@param summary string
---@return boolean|nil ok, string|nil err
local function write(buf, old, summary)
  local now = olds.of(turns.of(buf).turns)
  if not now or not vim.deep_equal(now.texts, old.texts) then return nil, 'the chat was changed meanwhile' end
  local row = now.row
  local heading = format.heading('system', summaries.NAME)
  local lines = vim.list_extend({ heading, '' }, format.body({ { type = 'text', text = summary } }, 'system'))
  lines[#lines + 1] = ''
  local ok, err = pcall(edit.allowed, buf, function() vim.api.nvim_buf_set_lines(buf, row, row, true, lines) end)
  if not ok then return nil, tostring(err) end
  local ledger = ledgers.has(buf) and ledgers.get(buf) or nil
  if ledger and ledger.fit.from then
    ledger.fit.from = nil
    ledgers.save(buf)
  end
  fitting.mark(buf)
  return true
end

---@class hum.CompactOpts
---@field wish? string     what is to be kept above all
---@field quiet? boolean   nobody has asked for it: nothing is said where there is nothing to do
---@field done? fun(is_done: boolean)  called once, unless it is stopped

---@param text string
---@param quiet? boolean
local function tell(text, quiet)
  if not quiet then notify.info(text) end
end

--- Measures, asks and writes.
---@param chat hum.Chat
---@param one hum.Compacting
---@param old hum.OldTurns
---@param opts hum.CompactOpts
---@param finish fun(is_done: boolean)
local function run(chat, one, old, opts, finish)
  local buf = chat.buf
  local before, after = 0, 0
  local titles, attached = unseen.above(buf, turns.of(buf).turns, old.row)
  local function work(cb)
    local steps = steps_of(cb)
    steps.add(measure.texts(old.texts, function(sizes)
      for i, size in ipairs(sizes) do
        sizes[i] = tokens.of(one.endpoint, one.model or '', size)
      end
      before = measure.total(sizes) + tokens.of(one.endpoint, one.model or '', attached)
      local is_vain = opts.quiet and before < 2 * (in_vain[buf] or 0)
      if is_vain or not olds.is_worth(before) then return steps.finish(nil, false) end
      local list = turns.of(buf).turns
      local title = ('Summarizing %s'):format(count.of(old.turns, 'message'))
      one.on_text = progress.begin(buf, list[#list].row, title) -- where the user is, as a rule
      steps.add(summarize(one, old.texts, sizes, room_of(one), steps.finish))
    end))
    return function()
      if opts.quiet then in_vain[buf] = before end
      progress.stop(buf)
      steps.cancel()
    end
  end
  prepare.work(chat, one.endpoint, one.model, 'summarizing old messages', work, function(err, summary)
    progress.stop(buf)
    if not vim.api.nvim_buf_is_loaded(buf) or chats.get(buf) ~= chat then return end
    if summary == false then
      tell(
        ('hum: nothing to compact: the older messages have only about %s tokens'):format(count.grouped(before)),
        opts.quiet
      )
      return finish(false)
    end
    local ok, why = nil, err
    after = tokens.of(one.endpoint, one.model or '', math.ceil(#(summary or '') / 4))
    if summary and after > before * SHORTER then
      why = ('the model wrote about %s tokens for %s'):format(count.grouped(after), count.grouped(before))
    elseif summary then
      ok, why = write(buf, old, summary)
    end
    in_vain[buf] = not ok and opts.quiet and before or nil
    if not ok then
      notify.warn('hum: there is no summary, and nothing was changed: ' .. tostring(why))
      return finish(false)
    end
    local are = old.turns == 1 and 'is' or 'are'
    notify.info(
      ('hum: %s (about %s tokens) %s replaced by a summary of about %s\n'):format(
        count.of(old.turns, 'message'),
        count.grouped(before),
        are,
        count.grouped(after)
      )
        .. (one.is_cut and 'Read its end: it was cut at its limit of length. ' or '')
        .. 'They stay above it, folded; u takes it back, and the summary can be edited.'
        .. (#titles > 0 and ' ' .. unseen.words(titles) or '')
    )
    finish(true)
  end)
end

--- Replaces the old turns of a chat by a summary.
---@param chat hum.Chat
---@param opts? hum.CompactOpts
function M.run(chat, opts)
  opts = opts or {}
  local buf, done = chat.buf, opts.done or function() end
  local old = olds.of(turns.of(buf).turns)
  if not old then
    tell('hum: nothing to compact: the last messages stay as they are, and there are no older ones', opts.quiet)
    return done(false)
  end
  run(chat, begin(buf, opts.wish or ''), old, opts, function(is_done) fault.guard('a summary', done, is_done) end)
end

--- Sends all of a chat again: the last summary goes, and what was left out comes back.
---@param buf integer
function M.take_back(buf)
  local list = turns.of(buf).turns
  local at = summaries.find(list)
  local ledger = ledgers.has(buf) and ledgers.get(buf) or nil
  local was_left = ledger ~= nil and ledger.fit.from ~= nil
  if not at and not was_left then return notify.info('hum: nothing of this chat is left out') end
  if at then
    edit.allowed(buf, function() vim.api.nvim_buf_set_lines(buf, list[at].row, list[at].last + 1, true, {}) end)
  end
  if ledger and was_left then
    ledger.fit.from = nil
    ledgers.save(buf)
  end
  fitting.mark(buf)
  notify.info('hum: all messages are sent again, as far as they fit')
end

return M
