-- `:Hum model` without a name: the models of all endpoints in one list. All servers are asked at the
-- same time; what one of them does not answer in time, or refuses, costs its own rows only. A server
-- that can be reached only by a command for its key, or a service that is not configured, is not
-- asked before it is chosen.
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local listing = require('hum.server.listing')
local lists = require('hum.server.lists')
local log = require('hum.log')
local models = require('hum.server.models')
local pick = require('hum.server.pick')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new
local wrap = require('hum.wrap')

local M = {}

--- What has come until then is shown, if it is anything. In ms.
local GRACE = 2000

---@class hum.InUse
---@field endpoint string
---@field model? string
---@field on_wait? fun(names: string[])  called when there is nothing to show for a while: the endpoints waited for

---@class hum.ModelSource  an endpoint
---@field name string
---@field asked boolean
---@field done boolean
---@field chosen? boolean  by the user, to be waited for
---@field names? string[]
---@field err? hum.ServerError

---@class hum.ModelRow
---@field name string    of the endpoint
---@field model? string  nil: its models are asked for, then shown
---@field in_use? boolean
---@field shown string

--- The endpoint in use first.
---@param in_use hum.InUse
---@return hum.ModelSource[]
local function sources_of(in_use)
  local names = vim.tbl_filter(function(name) return name ~= in_use.endpoint end, config.endpoint_names())
  table.insert(names, 1, in_use.endpoint)
  return vim.tbl_map(function(name)
    local asked = name == in_use.endpoint or endpoints.is_at_hand(name)
    return { name = name, asked = asked, done = not asked }
  end, names)
end

--- Whether nobody misses an endpoint: Ollama at its usual address is configured by default.
---@param source hum.ModelSource
---@param in_use hum.InUse
---@return boolean
local function is_unused(source, in_use)
  local endpoint, variable = config.get().endpoints[source.name], lists.provider(source.name).host_variable
  if not endpoint or endpoint.url or not variable or source.name == in_use.endpoint then return false end
  return (vim.env[variable] or '') == '' and source.err ~= nil and source.err.code == 'connect'
end

--- The row of an endpoint whose models are asked for once it is chosen.
---@param name string
---@return string
local function invitation(name) return name .. ': choose a model …' end

--- What there is to say of an endpoint besides its models; nil: nothing.
---@param source hum.ModelSource
---@return string|nil
local function remark(source)
  if source.err then
    local text = query.text(source.err):gsub('^hum: ', '')
    return ('%s: %s'):format(source.name, wrap.joined(text))
  elseif not source.asked then
    return invitation(source.name)
  elseif not source.done then
    return source.name .. ': no answer yet, choose this to wait for it'
  elseif #source.names == 0 then
    return (models.none_text(source.name):gsub('^hum: ', ''))
  end
end

--- The models of an endpoint as far as they are known.
---@param source hum.ModelSource
---@return string[]
local function names_of(source)
  if source.err then return {} end
  return source.names or models.known(source.name)
end

---@param source hum.ModelSource
---@param in_use hum.InUse
---@return hum.ModelRow[]
local function rows_of(source, in_use)
  local rows = {} ---@type hum.ModelRow[]
  local name = source.name
  if is_unused(source, in_use) then return rows end
  for _, model in ipairs(names_of(source)) do
    local used = name == in_use.endpoint and model == in_use.model
    rows[#rows + 1] = { name = name, model = model, in_use = used, shown = name .. '/' .. model }
  end
  local said = remark(source)
  rows[#rows + 1] = said and { name = name, shown = said } or nil
  return rows
end

--- Shows those that are models in columns.
---@param rows hum.ModelRow[]
local function align(rows)
  local of_models = vim.tbl_filter(function(row) return row.model ~= nil end, rows)
  local function listed(row)
    return { text = row.shown, in_use = row.in_use == true, facts = models.facts(row.name, row.model) }
  end
  local lines = listing.lines(vim.tbl_map(listed, of_models), vim.o.columns)
  for i, row in ipairs(of_models) do
    row.shown = lines[i]
  end
end

--- Lets the user choose a row.
---@param rows hum.ModelRow[]
---@param cb fun(err: string?, row: hum.ModelRow?)
---@return hum.Cancel
local function choose_row(rows, cb)
  align(rows)
  local items, by_item = {}, {} ---@type string[], table<string, hum.ModelRow>
  for i, row in ipairs(rows) do
    items[i] = row.name .. '/' .. (row.model or '')
    by_item[items[i]] = row
  end
  return pick.choose({
    prompt = 'Select a model:',
    items = items,
    shown = function(item) return by_item[item] and by_item[item].shown or item end,
  }, function(err, item) cb(err, by_item[item]) end)
end

---@param sources hum.ModelSource[]
---@return string[] waiting  names of those that have not answered
---@return boolean some      there are models all the same
local function progress(sources)
  local waiting, some = {}, false
  for _, source in ipairs(sources) do
    waiting[#waiting + 1] = not source.done and source.name or nil
    some = some or #names_of(source) > 0
  end
  return waiting, some
end

--- Asks all sources. Calls back once all have answered, or, after a while, if there is something to
--- be shown; the others are waited for all the same, so that their lists are known the next time.
---@param sources hum.ModelSource[]
---@param in_use hum.InUse
---@param steps hum.Steps
---@param cb fun()
local function ask_all(sources, in_use, steps, cb)
  local late, over = false, false
  local function look()
    local waiting, some = progress(sources)
    local enough = late and some and not sources[1].chosen
    if over or (#waiting > 0 and not enough) then return end
    over = true
    cb()
  end
  for _, source in ipairs(sources) do
    if source.asked then
      steps.add(models.ask(source.name, true, function(err, names)
        source.done, source.err, source.names = true, err, names
        look()
      end))
    end
  end
  look()
  if over then return end
  local timer = vim.defer_fn(function()
    late = true
    look()
    if not over and in_use.on_wait then in_use.on_wait((progress(sources))) end
  end, GRACE)
  steps.add(function()
    over = true
    if not timer:is_closing() then timer:close() end
  end)
end

--- Nothing can be chosen: says why for the endpoint in use; of the others the log has it.
---@param sources hum.ModelSource[]  the one in use first
---@return string
local function failure(sources)
  for i, source in ipairs(sources) do
    if i > 1 and source.err then log.write('warn', (query.text(source.err):gsub('^hum: ', ''))) end
  end
  local err = sources[1].err
  return err and query.text(err) or models.none_text(sources[1].name)
end

--- All rows, those of services that the user has a key for and has not configured at the end.
---@param sources hum.ModelSource[]
---@param in_use hum.InUse
---@return hum.ModelRow[] rows
---@return integer count   of endpoints and services that have some
---@return boolean usable  there is something to choose among them
local function all_rows(sources, in_use)
  local rows, count, usable = {}, 0, false
  for _, source in ipairs(sources) do
    local own = rows_of(source, in_use)
    count = count + (#own > 0 and 1 or 0)
    usable = usable or not source.asked or (#own > 0 and own[1].model ~= nil)
    vim.list_extend(rows, own)
  end
  for _, offer in ipairs(config.offers()) do
    rows[#rows + 1] = { name = offer.name, shown = invitation(offer.name) }
    count, usable = count + 1, true
  end
  return rows, count, usable
end

---@param source hum.ModelSource  that has answered
---@param in_use hum.InUse
---@param steps hum.Steps
local function choose_of(source, in_use, steps)
  local used = source.name == in_use.endpoint and in_use.model or models.decided(source.name)
  steps.add(
    models.pick(source.name, source.names or {}, used, function(err, model) steps.finish(err, source.name, model) end)
  )
end

--- Lets the user choose among the models of one endpoint, or of a service that becomes one by that.
---@param name string
---@param in_use hum.InUse
---@param cb fun(err: string?, name: string?, model: string?)  called once at most
---@return hum.Cancel
function M.one(name, in_use, cb)
  config.adopt(name)
  local steps = steps_of(cb)
  local source = { name = name, asked = true, done = false, chosen = true } ---@type hum.ModelSource
  ask_all({ source }, in_use, steps, function()
    if not source.names or #source.names == 0 then return steps.finish(failure({ source })) end
    choose_of(source, in_use, steps)
  end)
  return steps.cancel
end

--- Lets the user choose among the models of all endpoints.
---@param in_use hum.InUse
---@param cb fun(err: string?, name: string?, model: string?)  of the endpoint; called once at most
---@return hum.Cancel
function M.any(in_use, cb)
  local steps, sources = steps_of(cb), sources_of(in_use)
  ask_all(sources, in_use, steps, function()
    local rows, count, usable = all_rows(sources, in_use)
    if not usable then
      return steps.finish(failure(sources))
    elseif count == 1 and sources[1].names then
      return choose_of(sources[1], in_use, steps)
    end
    steps.add(choose_row(rows, function(err, row)
      if not row or row.model then return steps.finish(err, row and row.name, row and row.model) end
      steps.add(M.one(row.name, in_use, steps.finish))
    end))
  end)
  return steps.cancel
end

return M
