-- Who is asked for a commit message, and what of its context window is for the diff and for the rules of the project.
local config = require('hum.config')
local models = require('hum.server.models')
local rules = require('hum.rules.once')
local window = require('hum.server.window')

local M = {}

--- What answer and instructions take of a context, in tokens; and bytes of rules that are one.
local RESERVE, BYTES_PER_TOKEN = 1500, 3.9

--- As the call says, the prompt, or the options.
---@param run hum.CommitRun
---@return string|nil endpoint, string|nil model
function M.asked(run)
  local options, of = config.get().commit, run.prompt
  return run.opts.endpoint or of.endpoint or options.endpoint, run.opts.model or of.model or options.model
end

---@param run hum.CommitRun
---@return hum.Think
function M.thinking(run)
  if run.prompt.think ~= nil then return run.prompt.think end
  return config.get().commit.think
end

--- The same as far as it is known without asking, and the context window that is asked for.
---@param run hum.CommitRun
---@return string endpoint, string|nil model, integer|nil num_ctx
local function served(run)
  local endpoint, model = M.asked(run)
  local name = models.endpoint(endpoint)
  return name, model or models.decided(name), ((config.get().endpoints[name] or {}).options or {}).num_ctx
end

---@param run hum.CommitRun
---@return integer tokens  for the diff
function M.room(run)
  local name, model, num_ctx = served(run)
  local most = config.get().commit.tokens
  local tokens = model and window.of(name, model, num_ctx)
  local other = RESERVE + math.ceil(#(run.rules or '') / BYTES_PER_TOKEN)
  return tokens and math.max(500, math.min(most, tokens - other)) or most
end

--- Finds the rules for what is to be committed: conventions of commit messages stand in them.
---@param run hum.CommitRun
---@param files hum.DiffFile[]
---@param cb fun()  once, at once or scheduled; not when the run is over
function M.rules(run, files, cb)
  if not config.get().commit.rules then return cb() end
  local top, is_back = run.repository.top, false
  local name, model, num_ctx = served(run)
  local cancel = rules.find({
    project = top,
    named = top and vim.tbl_map(function(file) return vim.fs.joinpath(top, file.path) end, files),
    window = model and function(back) return window.find(name, model, { num_ctx = num_ctx }, back) end or nil,
  }, function(text)
    is_back, run.rules = true, text
    if not run.over then cb() end
  end)
  if not is_back then run.cancel = cancel end
end

return M
