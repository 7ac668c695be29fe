-- What a real server has to read again for each message of a conversation: its prompt cache keeps what was said, if it
-- comes back as the same bytes.
local editor = require('editor')
local engine = require('real')
local markdown = require('markdown')

local M = {}

local QUESTIONS, REPLY_MS = 6, 300000

---@class bench.FollowUp
---@field prompt integer     tokens of the prompt
---@field cached integer     of them those that the server knew
---@field new integer        those behind what the former prompt had, the former reply's among them

--- What the chat's requests took, in the order of the questions.
---@param run { root: string, dir: string }
---@param url string
---@return bench.FollowUp[]
local function converse(run, url)
  local nvim = editor.start(run.root, run.dir)
  nvim:lua([[require('sender').open(...)]], { way = 'hum', url = url, dialect = 'openai', history = {}, tokens = 60 })
  local out, former = {}, 0
  for i = 1, QUESTIONS do
    nvim.told.finished = nil
    nvim.rpc:notify('nvim_input', ('<Esc>GAquestion %d about the sea<Esc><CR>'):format(i))
    local stats = nvim:wait('finished', REPLY_MS)
    assert(stats, 'no reply of llama-server')
    out[i] = { prompt = stats.prompt_tokens, cached = stats.cached_tokens or 0, new = stats.prompt_tokens - former }
    former = stats.prompt_tokens
  end
  nvim:stop()
  return out
end

---@param run { root: string, dir: string }
---@return bench.FollowUp[]|nil
---@return string|nil why not
function M.measure(run)
  return engine.with(run, {}, function(url) return converse(run, url) end)
end

---@param results bench.FollowUp[]|nil
---@param why? string
---@return string
function M.markdown(results, why)
  local out = { '## What llama-server reads again for a message', '' }
  if not results then return ('%s\nNot measured: %s\n'):format(out[1], why) end
  markdown.head(out, { 'message', 'tokens of the prompt', 'new since the former prompt', 'read' })
  for i, r in ipairs(results) do
    markdown.row(out, { i, r.prompt, r.new, r.prompt - r.cached })
  end
  return table.concat(out, '\n') .. '\n'
end

return M
