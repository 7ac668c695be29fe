-- What `:checkhealth hum` says about completion: whether it will work, how, and if not, what
-- to do about it.
local allow = require('hum.complete.allow')
local answers = require('hum.server.answer')
local attach = require('hum.complete.attach')
local backend = require('hum.complete.backend')
local catalog = require('hum.server.catalog')
local config = require('hum.config')
local providers = require('hum.server.provider')
local query = require('hum.server.query')
local window = require('hum.complete.backend.window')

local M = {}

local health ---@type table  the page; see hum.health.page

---@param complete hum.CompleteConfig
---@return string
local function modes(complete)
  local own = {}
  for filetype, mode in vim.spairs(complete.filetypes) do
    own[#own + 1] = ('%s: %s'):format(filetype, mode)
  end
  local forced = allow.overridden()
  local mode = forced and ('%s (switched %s in this session)'):format(forced, forced) or complete.mode
  return #own == 0 and mode or ('%s; %s'):format(mode, table.concat(own, ', '))
end

---@param complete hum.CompleteConfig
---@param buf integer
---@return boolean  somewhere it is on
local function is_wanted(complete, buf)
  local any = complete.mode ~= 'off' or allow.mode(buf) ~= 'off'
  for _, mode in pairs(complete.filetypes) do
    any = any or mode ~= 'off'
  end
  return any
end

---@param buf integer  where the check was called
local function check_buffer(buf)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':t')
  name = name == '' and 'the unnamed buffer' or '"' .. name .. '"'
  local mode, why = allow.mode(buf)
  why = why or allow.refusal(buf)
  if why then
    health.info(('no completion in %s: %s'):format(name, why))
  elseif attach.is_attached(buf) then
    health.ok(('completion is active in %s (mode "%s")'):format(name, mode))
  else
    health.ok(('completion in %s starts with insert mode (mode "%s")'):format(name, mode))
  end
end

---@param found hum.FoundBackend
---@param complete hum.CompleteConfig
---@param name string  of the endpoint
---@param provider hum.Provider
local function check_context(found, complete, name, provider)
  local sizes = window.of(found.context, complete)
  local needs = sizes.window_tokens + sizes.ring_tokens + complete.max_tokens
  local has = found.context or provider.usual_context
  if not has then return end
  local sum = ('window_tokens + ring_tokens + max_tokens = %d'):format(needs)
  if needs <= has then return health.ok(('%s fits into the context window of %d tokens'):format(sum, has)) end
  local cure = provider.more_context:format(name)
  health.warn(('%s exceeds the context window of %d tokens: prompts will be truncated'):format(sum, has), {
    ('Lower them in "complete", or %s.'):format(cure),
  })
end

---@param found hum.FoundBackend
---@param name string
---@param path string  of the models that are loaded
---@param wait_for fun(start: fun(done: fun(...))): any
local function check_loaded(found, name, path, wait_for)
  local err, answer = wait_for(function(done) query.query(name, { path = path, at_root = true }, done) end)
  if err or type(answer) ~= 'table' then return end
  local item = catalog.entry_of(answers.objects(answer, 'models'), found.model)
  if not item then
    health.info('the model is not loaded yet; it will be loaded when you enter insert mode, which may take a while')
    return
  end
  found.context = found.context or answers.number(item.context_length)
  health.ok('the model is loaded')
end

local function check_maps()
  for _, key in ipairs(require('hum.complete.maps').state()) do
    local text = ('%s: %s'):format(key.key, key.desc)
    if key.over then
      health.warn(('%s, but something else is mapped now: %s'):format(text, key.over), {
        'Enter insert mode once; if that does not help, map one of the two to another key, see |hum-complete-maps|.',
      })
    else
      local others = table.concat(key.others, ', ')
      health.ok(others == '' and text or ('%s; without a suggestion: %s'):format(text, others))
    end
  end
end

---@param err string
local function report(err)
  local text = err:gsub('^hum: ', ''):gsub('^completion: ', '')
  local message, cure = text:match('^(.-)\n(.*)$')
  if not message then
    message, cure = text:match('^(.-); (.*)$')
  end
  if not message or not cure then return health.error(text) end
  health.error(message, { (cure:gsub('^%l', string.upper)) })
end

---@param page table      where it is said: hum.health.page
---@param usable boolean  the helper runs
---@param wait_for fun(start: fun(done: fun(...))): any  bounded
function M.check(page, usable, wait_for)
  health = page
  local options = config.get()
  local complete, buf = options.complete, vim.fn.bufnr('#')
  buf = buf > 0 and buf or vim.api.nvim_get_current_buf()
  local name = complete.endpoint or options.endpoint
  health.start('completion')
  health.info('mode: ' .. modes(complete))
  check_maps()
  if not is_wanted(complete, buf) then
    return health.info('see |hum-complete| for what it does and how to switch it on')
  end
  check_buffer(buf)
  if not usable then return health.warn('not checked: needs the helper') end
  local err, found = wait_for(backend.find)
  if not found then return report(err) end
  health.ok('FIM model: ' .. backend.describe(found))
  if found.slots then health.info(('the server processes %d request(s) at a time'):format(found.slots)) end
  local provider = found.native and providers.ollama or providers[options.endpoints[name].dialect]
  if provider.loaded then check_loaded(found, name, provider.loaded, wait_for) end
  check_context(found, complete, name, provider)
  local last_error = require('hum.complete').last_error()
  if last_error then health.warn('last error at ' .. last_error) end
end

return M
