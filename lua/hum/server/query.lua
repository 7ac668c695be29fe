-- One query to a server, outside of chats: through the helper, with the endpoint's
-- key and headers, the answer decoded and what went wrong put into words.
local client = require('hum.server.client')
local endpoints = require('hum.server.endpoint')
local steps_of = require('hum.server.steps').new

local M = {}

---@class hum.ServerError
---@field code? string     as hum.Failure has it, where no answer came
---@field message string
---@field hint? string
---@field status? integer

--- What a status that is no success means, with the cure.
---@param name string
---@param status integer
---@param body string
---@return hum.ServerError
function M.explain(name, status, body)
  local ok, decoded = pcall(vim.json.decode, body, { luanil = { object = true } })
  local said = ok and type(decoded) == 'table' and decoded.error or nil
  said = type(said) == 'table' and said.message or said
  local err = { status = status }
  if status == 401 or (status == 403 and body ~= '') then
    err.message = ('endpoint "%s" denied access (%d)'):format(name, status)
    err.hint = ('check endpoints.%s.key'):format(name)
  elseif status == 403 then
    err.message = ('endpoint "%s" rejects this host name (403, empty body)'):format(name)
    err.hint = 'use "localhost" or an IP address in the URL: Ollama rejects other host names'
  elseif status == 404 and not said then
    err.message = ('endpoint "%s" has no such path (404)'):format(name)
    err.hint = 'set the URL to the base address, without /api or /v1, and check the dialect'
  else
    err.message = ('endpoint "%s" returned HTTP %d'):format(name, status)
    if status == 502 or status == 503 or status == 504 then
      err.hint = 'try again in a moment: the server is busy or still loading'
    end
  end
  if type(said) == 'string' then err.message = err.message .. ': ' .. said:gsub('%s+', ' '):sub(1, 200) end
  return err
end

---@class hum.QuerySpec
---@field method? 'GET'|'POST'
---@field path string
---@field body? table
---@field timeout? number  seconds

--- The JSON of an answer. A null in an object is nothing, one in a list vim.NIL.
---@param name string
---@param path string
---@param result { status: integer, body?: string }
---@return hum.ServerError|nil err, table|nil answer
local function decode(name, path, result)
  if result.status < 200 or result.status > 299 then return M.explain(name, result.status, result.body or '') end
  local ok, answer = pcall(vim.json.decode, result.body or '', { luanil = { object = true } })
  if ok and type(answer) == 'table' then return nil, answer end
  return {
    message = ('endpoint "%s" did not return JSON for %s'):format(name, path),
    hint = 'check that the URL is that of a model server',
  }
end

---@param name string  of the endpoint
---@param spec hum.QuerySpec
---@param cb fun(err: hum.ServerError?, answer: table?)  the decoded JSON; called once at most
---@return hum.Cancel
function M.query(name, spec, cb)
  local steps = steps_of(cb)
  steps.add(endpoints.resolve(name, function(why, resolved)
    if not resolved then return steps.finish({ message = why }) end
    local _, problem = client.query({
      endpoint = resolved.endpoint,
      method = spec.method or 'GET',
      path = spec.path,
      body = spec.body,
      timeout = spec.timeout or 5,
    }, function(err, result)
      if err then return steps.finish(err) end
      ---@cast result { status: integer, body: string }  there is no error
      steps.finish(decode(name, spec.path, result))
    end)
    if problem then steps.finish({ message = problem }) end
  end))
  return steps.cancel
end

--- An error in one line, for messages.
---@param err hum.ServerError
---@return string
function M.text(err) return 'hum: ' .. err.message .. (err.hint and '; ' .. err.hint or '') end

return M
