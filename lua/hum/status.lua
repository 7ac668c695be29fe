-- What runs, in words: for the statusline, and for what a chat shows of its reply. It keeps what requests report. While
-- a model is waited for, the seconds go on in statuslines: whenever one is drawn, the next drawing is ordered. Where
-- none shows the text there is no timer.
local M = {}

---@class hum.Running
---@field buf? integer     the chat that it is for
---@field model string
---@field state string     one of WORDS
---@field since integer    ms
---@field share? number    of the prompt that the server has read, from 0 to 1
---@field due? integer     ms: the server was busy, and is asked again then

local running = {} ---@type table<integer, hum.Running>  by request id
local timer ---@type uv.uv_timer_t|nil

--- By the names that the helper has for them, but for two: src/job/job.h.
local WORDS = {
  preparing = 'preparing', -- the front's own
  waiting = 'waiting',
  loading = 'loading',
  prompt = 'reading the prompt', -- as the server tells, or what it has loaded
  thinking = 'thinking',
  text = 'writing',
  reading = 'reading',
  stopping = 'stopping',
  ending = 'ending',
}

--- States in which nothing comes that can be seen.
local SILENT = { waiting = true, loading = true, prompt = true }

--- What a job is doing, for users.
---@param state string
---@return string
function M.word(state) return WORDS[state] or state end

local on_change = function(_) end ---@type fun(buf: integer)

--- Sets the function that is called when something else is known of what runs for a chat than events tell.
---@param fn fun(buf: integer)
function M.on_change(fn) on_change = fn end

local function redraw()
  vim.schedule(function() vim.cmd.redrawstatus({ bang = true }) end)
end

-- ---- what is told ----------------------------------------------------------------------------

---@param id integer
---@param model string
---@param buf? integer  the chat that it is for
function M.started(id, model, buf)
  running[id] = { buf = buf, model = (model:gsub('%c', '')), state = 'waiting', since = vim.uv.now() }
  redraw()
end

--- Something comes.
---@param id integer
---@param part 'thinking'|'text'
function M.on_part(id, part)
  local one = running[id]
  if one then running[id] = { buf = one.buf, model = one.model, state = part, since = vim.uv.now() } end
  redraw()
end

--- What the server does before anything comes.
---@param id integer
---@param state 'waiting'|'loading'|'prompt'
---@param share? number  of the prompt that it has read
function M.before(id, state, share)
  local one = running[id]
  if not one or not M.is_silent(one) then return end
  if one.state ~= state and one.state ~= 'waiting' then one.since = vim.uv.now() end
  one.state, one.share, one.due = state, share, nil
  if one.buf then on_change(one.buf) end
end

--- The server was busy, and is asked again in so many seconds.
---@param id integer
---@param seconds number
function M.again(id, seconds)
  local one = running[id]
  if not one then return end
  one.state, one.due = 'waiting', vim.uv.now() + math.floor(seconds * 1000)
  one.since, one.share = one.due, nil
  if one.buf then on_change(one.buf) end
end

---@param id integer
function M.finished(id)
  running[id] = nil
  redraw()
end

--- Called by hum.events before the autocommands run, so that they see the new state.
---@param name hum.EventName
---@param data table
function M.on_event(name, data)
  if name == 'HumRequestStarted' then
    M.started(data.id, data.model, data.buf)
  elseif name == 'HumPartStarted' then
    M.on_part(data.id, data.part)
  elseif name == 'HumRequestFinished' then
    M.finished(data.id)
  end
end

--- Whether nothing has come yet that can be seen.
---@param one hum.Running
---@return boolean
function M.is_silent(one) return SILENT[one.state] == true end

--- What runs for a chat.
---@param buf integer
---@return hum.Running|nil, integer? id
function M.of(buf)
  for id, one in pairs(running) do
    if one.buf == buf then return one, id end
  end
end

-- ---- in words --------------------------------------------------------------------------------

--- How long it is since then: " 3 s".
---@param since integer  ms
---@return string  '' within the first second
function M.elapsed(since)
  -- A clock that ticks each second may be early by a little.
  local seconds = math.floor((vim.uv.now() - since) / 1000 + 0.1)
  return seconds > 0 and (' %d s'):format(seconds) or ''
end

---@param one hum.Running
---@return string
local function seconds_of(one) return M.elapsed(one.since) end

--- Whether its server was busy and is asked again later.
---@param one hum.Running
---@return boolean
function M.is_due(one) return one.due ~= nil and one.due > vim.uv.now() end

---@param one hum.Running
---@return string|nil  nil: it is not
local function again_text(one)
  return M.is_due(one) and ('asking again in %d s'):format(math.ceil((one.due - vim.uv.now()) / 1000)) or nil
end

--- What it is doing, and for how long: "waiting 3 s", "reading the prompt 43 %, 3 s", "writing 12 s".
---@param one hum.Running
---@return string
function M.doing(one)
  local again = again_text(one)
  if again then return again end
  local word, seconds = M.word(one.state), seconds_of(one)
  if one.state == 'loading' then word = 'loading the model' end
  if not one.share then return word .. seconds end
  local percent = (' %d %%'):format(math.floor(one.share * 100))
  return word .. percent .. (seconds ~= '' and ',' .. seconds or '')
end

--- The same with the name of the model, as a sentence: "waiting for qwen3:8b 3 s", "qwen3:8b is thinking".
---@param one hum.Running
---@return string
function M.sentence(one)
  local again = again_text(one)
  if again then return again end
  if one.state == 'waiting' then return ('waiting for %s'):format(one.model) .. seconds_of(one) end
  if one.state == 'loading' then return ('loading %s'):format(one.model) .. seconds_of(one) end
  return ('%s is %s'):format(one.model, M.word(one.state)) .. (M.is_silent(one) and seconds_of(one) or '')
end

--- A statusline shows the seconds, and would stand still: it is drawn again with the next one.
---@param one hum.Running
local function count_on(one)
  if timer then return end
  timer = assert(vim.uv.new_timer())
  local past = (vim.uv.now() - one.since) % 1000
  timer:start(1000 - past, 0, function()
    if timer then timer:close() end
    timer = nil
    redraw()
  end)
end

--- '' while nothing runs, 'qwen3:8b is thinking', or '3 replies' when several run.
---@return string
function M.text()
  local id, one = next(running)
  if not id or not one then
    return ''
  elseif next(running, id) then
    return ('%d replies'):format(vim.tbl_count(running))
  end
  if M.is_silent(one) then count_on(one) end
  -- Names come from outside, and statuslines give a meaning to "%".
  return (M.sentence(one):gsub('[%%%c]', ''))
end

return M
