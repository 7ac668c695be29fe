-- What `:checkhealth hum` says about completion: whether it will work, how, and if not, what
-- to do about it.
local M = {}

local health = vim.health

--- Ollama's own, unless `num_ctx`, its environment or much memory say more.
local USUAL_CONTEXT = 4096

---@param config hum.CompleteConfig
---@return string
local function modes(config)
  local own = {}
  for filetype, mode in vim.spairs(config.filetypes) do
    own[#own + 1] = ('%s: %s'):format(filetype, mode)
  end
  local forced = require('hum.complete.allow').overridden()
  local mode = forced and ('%s (switched %s in this session)'):format(forced, forced) or config.mode
  return (#own == 0 or forced == 'off') and mode or ('%s; %s'):format(mode, table.concat(own, ', '))
end

---@param config hum.CompleteConfig
---@param buf integer
---@return boolean  somewhere it is on
local function is_wanted(config, buf)
  local any = config.mode ~= 'off' or require('hum.complete.allow').mode(buf) ~= 'off'
  for _, mode in pairs(config.filetypes) do
    any = any or mode ~= 'off'
  end
  return any
end

---@param buf integer  where the check was called
local function check_buffer(buf)
  local allow = require('hum.complete.allow')
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':t')
  name = name == '' and 'the unnamed buffer' or '"' .. name .. '"'
  local mode, why = allow.mode(buf)
  why = why or allow.refusal(buf)
  if why then
    health.info(('no completion in %s: %s'):format(name, why))
  elseif require('hum.complete.attach').is_attached(buf) then
    health.ok(('completion is active in %s (mode "%s")'):format(name, mode))
  else
    health.ok(('completion in %s starts with insert mode (mode "%s")'):format(name, mode))
  end
end

---@param found hum.FoundBackend
---@param config hum.CompleteConfig
---@param name string  of the endpoint
---@param is_ollama boolean
local function check_context(found, config, name, is_ollama)
  local needs = config.window_tokens + config.ring_tokens + config.max_tokens
  local has = found.context or (is_ollama and USUAL_CONTEXT)
  if not has then return end
  local sum = ('window_tokens + ring_tokens + max_tokens = %d'):format(needs)
  if needs <= has then return health.ok(('%s fits into the context window of %d tokens'):format(sum, has)) end
  local cure = is_ollama and ('raise endpoints.%s.options.num_ctx'):format(name) or "increase the server's context size"
  health.warn(('%s exceeds the context window of %d tokens: prompts will be truncated'):format(sum, has), {
    ('Lower them in "complete", or %s.'):format(cure),
  })
end

---@param found hum.FoundBackend
---@param name string
---@param wait_for fun(start: fun(done: fun(...))): any
local function check_loaded(found, name, wait_for)
  local err, answer = wait_for(function(done) require('hum.server.query').query(name, { path = '/api/ps' }, done) end)
  if err or type(answer.models) ~= 'table' then return end
  for _, item in ipairs(answer.models) do
    if item.name == found.model or item.name == found.model .. ':latest' then
      found.context = found.context or tonumber(item.context_length)
      return health.ok('the model is loaded')
    end
  end
  health.info('the model is not loaded yet; it will be loaded when you enter insert mode, which may take a while')
end

---@param err string
local function report(err)
  local text = err:gsub('^hum: ', ''):gsub('^completion: ', '')
  local message, cure = text:match('^(.-); (.*)$')
  health.error(message or text, cure and { (cure:gsub('^%l', string.upper)) } or nil)
end

---@param usable boolean  the helper can be asked
---@param wait_for fun(start: fun(done: fun(...))): any  bounded
function M.check(usable, wait_for)
  local config = require('hum.config').get()
  local complete, buf = config.complete, vim.fn.bufnr('#')
  buf = buf > 0 and buf or vim.api.nvim_get_current_buf()
  local name = complete.endpoint or config.endpoint
  health.start('hum: completion')
  health.info('mode: ' .. modes(complete))
  if not is_wanted(complete, buf) then
    return health.info('see |hum-complete| for what it does and how to switch it on')
  elseif not usable then
    return health.warn('not checked: needs the helper')
  end
  local backend = require('hum.complete.backend')
  local err, found = wait_for(backend.find)
  if not found then return report(err) end
  health.ok('FIM model: ' .. backend.describe(found))
  local is_ollama = config.endpoints[name].dialect == 'ollama'
  if is_ollama then check_loaded(found, name, wait_for) end
  check_context(found, complete, name, is_ollama)
  check_buffer(buf)
end

return M
