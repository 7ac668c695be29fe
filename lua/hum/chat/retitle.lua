-- A title by the model, for those who want it (`chat.title = 'model'`): after the first reply it is asked once for some
-- words. Whatever goes wrong, the title that the question gave stays.
local front = require('hum.chat.front')
local generate = require('hum.generate')
local log = require('hum.log')
local manage = require('hum.chat.manage')
local name = require('hum.chat.kept.name')
local notify = require('hum.notify')
local turns = require('hum.chat.text.turns')

local M = {}

--- So much of question and reply is shown, and so much is taken of the answer, in characters.
local SHOWN, MOST = 2000, 200

local PROMPT = [[
Below are the first question of a conversation and its answer. Write a title for the conversation: at most six words, in
the language of the question. Answer with the title alone.

<question>
%s
</question>

<answer>
%s
</answer>]]

---@param buf integer
---@return string|nil question, string|nil answer  of a chat with one exchange, whose title is of hum's making
local function first_exchange(buf)
  local said = vim.tbl_filter(function(turn) return turn.role ~= 'system' and turn.text ~= '' end, turns.of(buf).turns)
  local question, answer = said[1], said[2]
  if not answer or said[3] or question.role ~= 'user' or answer.role ~= 'assistant' then return end
  if front.title(buf) ~= name.title(question.text) then return end
  return question.text, answer.text
end

--- Quotation marks beyond ASCII.
local QUOTES = { '“', '”', '„', '«', '»' }

---@param line string
---@return string  without quotation marks and Markdown around it
local function bare(line)
  for _, quote in ipairs(QUOTES) do
    line = line:gsub(quote, '"')
  end
  return (line:gsub('^[%s"\'`*_#]+', ''):gsub('[%s"\'`*_]+$', ''))
end

---@param text string
---@return string  '' if there is none in it
local function title_in(text)
  local line = bare(vim.trim(text):match('^[^\n]*') or '')
  line = bare((line:gsub('^[Tt]itle:%s*', '')))
  return line ~= '' and name.title(line) or ''
end

---@param buf integer
---@param text string
local function take(buf, text)
  local title = title_in(text)
  if title == '' or not vim.api.nvim_buf_is_loaded(buf) or not first_exchange(buf) then return end
  local ok, err = manage.rename(buf, title, true)
  if not ok then log.write('warn', 'a title: ' .. tostring(err)) end
end

---@param buf integer
---@param question string
---@param answer string
local function ask(buf, question, answer)
  local pieces, bytes = {}, 0
  local generation ---@type { stop: fun() }
  generation = generate.start({
    prompt = PROMPT:format(vim.fn.strcharpart(question, 0, SHOWN), vim.fn.strcharpart(answer, 0, SHOWN)),
    endpoint = front.endpoint(buf),
    model = front.model(buf),
    think = false,
    on_text = function(text)
      pieces[#pieces + 1], bytes = text, bytes + #text
      if bytes > MOST * 4 then generation.stop() end
    end,
    on_done = function(result)
      if result.status == 'done' then return take(buf, table.concat(pieces)) end
      log.write('info', 'no title by the model: ' .. (result.error and result.error.message or result.status))
    end,
  })
end

--- A reply has ended.
---@param data { buf: integer, status: string }
function M.on_finished(data)
  if data.status ~= 'done' or not vim.api.nvim_buf_is_loaded(data.buf) then return end
  local question, answer = first_exchange(data.buf)
  if not question or not answer then return end
  local ok, err = pcall(ask, data.buf, question, answer)
  if not ok then log.write('warn', 'no title by the model: ' .. notify.plain(tostring(err))) end
end

return M
