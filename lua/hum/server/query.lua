-- One question to a server, outside of chats: through the helper, with the endpoint's
-- key and headers, the answer decoded and what went wrong put into words.
local M = {}

---@class hum.ServerError
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

---@class hum.Ask
---@field method? 'GET'|'POST'
---@field path string
---@field body? table
---@field timeout? number  seconds

---@param name string  of the endpoint
---@param ask hum.Ask
---@param cb fun(err: hum.ServerError?, answer: any)  the decoded JSON
function M.query(name, ask, cb)
  require('hum.server.endpoint').resolve(name, function(why, resolved)
    if not resolved then return cb({ message = why }) end
    local _, problem = require('hum.server.client').query({
      endpoint = resolved.endpoint,
      method = ask.method or 'GET',
      path = ask.path,
      body = ask.body,
      timeout = ask.timeout or 5,
    }, function(err, result)
      if err then
        return cb(type(err) == 'table' and err or { message = tostring(err) })
      elseif result.status < 200 or result.status > 299 then
        return cb(M.explain(name, result.status, result.body or ''))
      end
      local ok, answer = pcall(vim.json.decode, result.body, { luanil = { object = true, array = true } })
      if not ok or type(answer) ~= 'table' then
        return cb({
          message = ('endpoint "%s" did not return JSON for %s'):format(name, ask.path),
          hint = 'check that the URL is that of a model server',
        })
      end
      cb(nil, answer)
    end)
    if problem then cb({ message = problem }) end
  end)
end

--- An error in one line, for messages.
---@param err hum.ServerError
---@return string
function M.text(err) return 'hum: ' .. err.message .. (err.hint and '; ' .. err.hint or '') end

return M
