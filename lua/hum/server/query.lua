-- One query to a server, outside of chats: through the helper, with the endpoint's
-- key and headers, the answer decoded. What went wrong comes in the helper's words.
local client = require('hum.server.client')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local secret = require('hum.server.secret')
local steps_of = require('hum.server.steps').new

local M = {}

---@class hum.ServerError  a hum.Failure, or what was wrong before or behind the request
---@field code? string
---@field message string
---@field hint? string
---@field status? integer

---@class hum.QuerySpec
---@field method? 'GET'|'POST'
---@field path string
---@field at_root? boolean path is not the API's own
---@field at_fill? boolean path is the one that fills in, which an endpoint may have elsewhere
---@field body? table
---@field model? string    that it is about
---@field quiet? boolean   it may fail: not for the log
---@field fills? boolean   for completion
---@field text? boolean    the answer is no JSON: {text = body}
---@field timeout? number  seconds; without one 5, or, with on_record, as long as it takes
---@field on_record? fun(record: table)  the answer is lines of JSON: each as it comes, and `answer` is empty

--- An answer in which no secret of the endpoint is repeated: it may be an error, and be told. Those of
--- headers are the words of what does not stand in the configuration as it is.
---@param endpoint hum.EndpointSpec
---@param body string
---@return string
local function without_secrets(endpoint, body)
  local secrets = {} ---@type string[]
  secrets[1] = endpoint.key
  for header, source in pairs(config.get().endpoints[endpoint.name].headers) do
    local value = type(source) == 'table' and endpoint.headers[header] or ''
    vim.list_extend(secrets, vim.split(value, '%s+'))
  end
  return secret.masked(body, secrets)
end

---@param endpoint hum.EndpointSpec
---@param spec hum.QuerySpec
---@return string
local function address_of(endpoint, spec)
  return (spec.at_root and endpoint.root or endpoint.url) .. spec.path:gsub('%?.*$', '')
end

--- So much is quoted of an answer that is none, in characters.
local QUOTED = 80

--- What people read of a web page: its title, else its text.
---@param page string
---@return string
local function words_of(page)
  local title = page:match('<[tT][iI][tT][lL][eE][^>]*>%s*([^<]-)%s*<')
  if title and title ~= '' then return title end
  local text = page:gsub('<[sS][cC][rR][iI][pP][tT].-</[sS][cC][rR][iI][pP][tT]>', ' ')
  text = text:gsub('<[sS][tT][yY][lL][eE].-</[sS][tT][yY][lL][eE]>', ' ')
  return (text:gsub('<[^>]*>', ' '))
end

--- What an answer is that is no JSON, in words.
---@param body string
---@return string
local function what_is(body)
  local is_page = body:find('^%s*<') ~= nil
  local text = vim.trim((is_page and words_of(body) or body):gsub('%s+', ' '):gsub('%c', ''))
  text = vim.fn.strcharpart(text, 0, QUOTED)
  return (is_page and 'a web page' or 'no JSON') .. (text ~= '' and (' ("%s")'):format(text) or '')
end

--- The JSON of an answer. A null in an object is nothing, one in a list vim.NIL.
---@param name string
---@param address string
---@param result { status: integer, body: string }
---@return hum.ServerError|nil err, table|nil answer
local function decode(name, address, result)
  local body = result.body
  local ok, answer = pcall(vim.json.decode, body, { luanil = { object = true } })
  if ok and type(answer) == 'table' then return nil, answer end
  return {
    message = ('endpoint "%s": %s answered HTTP %d with %s'):format(name, address, result.status, what_is(body)),
    hint = 'check that the URL is that of a model server',
  }
end

--- A line that is no JSON object says nothing.
---@param on_record fun(record: table)
---@param line string
local function hand_on(on_record, line)
  local ok, record = pcall(vim.json.decode, line, { luanil = { object = true } })
  if ok and type(record) == 'table' then on_record(record) end
end

---@param name string  of the endpoint
---@param spec hum.QuerySpec
---@param cb fun(err: hum.ServerError?, answer: table?)  the decoded JSON; called once at most
---@return hum.Cancel
function M.query(name, spec, cb)
  local steps, on_record, given_up = steps_of(cb), spec.on_record, false
  steps.add(endpoints.resolve(name, function(why, resolved)
    if not resolved then return steps.finish({ message = why }) end
    local id, problem = client.query({
      endpoint = resolved.endpoint,
      method = spec.method or 'GET',
      path = spec.path,
      at_root = spec.at_root,
      at_fill = spec.at_fill,
      body = spec.body,
      model = spec.model,
      fills = spec.fills,
      quiet = spec.quiet,
      timeout = spec.timeout or (not on_record and 5 or nil),
      on_record = on_record and function(line)
        if not given_up then hand_on(on_record, line) end
      end,
    }, function(err, result)
      if not result then return steps.finish(err) end -- no error either: it was cancelled
      if on_record then return steps.finish(nil, {}) end
      if spec.text then return steps.finish(nil, { text = result.body }) end
      local endpoint = resolved.endpoint
      result.body = without_secrets(endpoint, result.body)
      steps.finish(decode(name, address_of(endpoint, spec), result))
    end)
    if not id then return steps.finish({ message = problem }) end
    steps.add(function()
      given_up = true
      client.stop(id, true)
    end)
  end))
  return steps.cancel
end

--- An error for messages: what to do stands in a line of its own, which is the last to be cut.
---@param err hum.ServerError
---@return string
function M.text(err) return 'hum: ' .. err.message .. (err.hint and err.hint ~= '' and '\n' .. err.hint or '') end

return M
