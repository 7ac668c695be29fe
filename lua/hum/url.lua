-- URLs: OLLAMA_HOST as Ollama itself reads it, and what hum.address puts together. Pure. All are of
-- one form: scheme and host in lower case where that is safe, no port where it is the usual one, no
-- slash at the end, so that the path of an API call can be appended as it is.

local M = {}

M.DEFAULT = 'http://127.0.0.1:11434'

--- A server that listens on "every address" is reached on loopback.
local CONNECTABLE = { ['0.0.0.0'] = '127.0.0.1', ['::'] = '::1', [''] = '127.0.0.1' }

---@param text string
---@return string
local function trim_quotes(text)
  -- U+00A0 and the byte-order mark come along when a value is copied from a web page.
  local function trim(s)
    s = s:gsub('\194\160', ' '):gsub('\239\187\191', '')
    return vim.trim(s)
  end
  return trim((trim(text):gsub('^["\']+', ''):gsub('["\']+$', '')))
end

---@param text string
---@return boolean
local function is_ipv4(text)
  local parts = { text:match('^(%d+)%.(%d+)%.(%d+)%.(%d+)$') } ---@type (string?)[]
  for _, part in ipairs(parts) do
    if #part > 3 or tonumber(part) > 255 then return false end
  end
  return #parts == 4
end

---@param text string
---@return boolean
local function is_ipv6(text)
  local before, after = text:gsub('%%[^%%]+$', ''):match('^(.-)::(.*)$')
  local groups = 0
  local function count(part)
    for group in (part .. ':'):gmatch('([^:]*):') do
      local v4 = group:find('.', 1, true) ~= nil
      if not (v4 and is_ipv4(group) or group:match('^%x%x?%x?%x?$')) then return false end
      groups = groups + (v4 and 2 or 1)
    end
    return true
  end
  if not before then return text:find(':', 1, true) ~= nil and count((text:gsub('%%[^%%]+$', ''))) and groups == 8 end
  return (before == '' or count(before)) and (after == '' or count(after)) and groups < 8
end

--- Go's net.SplitHostPort, as far as it decides anything here.
---@param text string
---@return string|nil host, string|nil port  nil if it fails
local function split_host_port(text)
  local bracketed, behind = text:match('^%[([^%[%]]*)%](.*)$')
  if bracketed then
    ---@cast behind string  it comes with `bracketed`
    local port = behind:match('^:([^:]*)$')
    return port and bracketed, port
  end
  if text:find('[%[%]]') then return nil end
  local host, port = text:match('^([^:]*):([^:]*)$')
  return host, port
end

---@param host string  without brackets
---@return string
local function for_url(host)
  if host:find(':', 1, true) then return '[' .. host:gsub('%%', '%%25') .. ']' end
  return host
end

--- Path segments joined by single slashes, with what a URL path may not hold escaped.
---@param path string
---@param escapes? boolean  "%2F" and its like are escapes already
---@return string  '' or '/a/b'
function M.clean_path(path, escapes)
  local escaped = path:gsub('%%(%x?%x?)', function(hex) return escapes and #hex == 2 and '%' .. hex or '%25' .. hex end)
  escaped = escaped:gsub("[^%w%-%._~!$&'()*+,;=:@/%%]", function(char) return ('%%%02X'):format(char:byte()) end)
  local kept = {}
  for segment in escaped:gmatch('[^/]+') do
    if segment == '..' then
      table.remove(kept)
    elseif segment ~= '.' then
      kept[#kept + 1] = segment
    end
  end
  return #kept > 0 and '/' .. table.concat(kept, '/') or ''
end

---@param text string
---@return string  with all escaped that has a meaning in a URL, so that it can be the value of a parameter
function M.escaped(text)
  return (text:gsub('[^%w%-._~]', function(char) return ('%%%02X'):format(char:byte()) end))
end

---@type table<string, integer>
local PORTS = { http = 80, https = 443 }

---@class hum.Url
---@field base string  as Ollama's own tools write it
---@field url string   the same in a form that can be connected to

--- What OLLAMA_HOST means. Follows envconfig/config.go of Ollama 0.33 step by step,
--- with two differences: addresses to bind to become addresses to connect to, and what
--- Ollama accepts only to fail on use is refused here.
---@param value string|nil
---@return hum.Url|nil, string|nil err
function M.ollama_host(value)
  local text = trim_quotes(value or '')
  if text == '' then return { base = M.DEFAULT, url = M.DEFAULT } end
  local function refuse(why)
    -- What stands before an "@" is a password as a rule.
    local seen = text:gsub('[^/]*@', '…@')
    return nil, ('OLLAMA_HOST is "%s": %s'):format(seen, why)
  end

  local scheme, address = text:match('^(.-)://(.*)$')
  local usual_port = PORTS[scheme] or 11434
  if text == 'ollama.com' then
    scheme, address = 'https', 'ollama.com:443'
  elseif text:find('^https?:/') and not scheme then
    return refuse('a slash is missing after the scheme')
  elseif not scheme then
    scheme, address = 'http', text
  end
  local lower = scheme:lower()
  if not PORTS[lower] then return refuse(('unknown scheme "%s", use http:// or https://'):format(scheme)) end

  ---@cast address string  it comes with `scheme`
  local authority, path = address:match('^([^/]*)/?(.*)$')
  ---@cast authority string  the pattern matches any text
  ---@cast path string
  if authority:find('@', 1, true) then return refuse('user names and passwords are not supported here') end
  local host, port = split_host_port(authority)
  if not host then
    local bare = authority:gsub('^%[', ''):gsub('%]$', '')
    host, port = (is_ipv4(bare) or is_ipv6(bare)) and bare or authority, nil
    if host == '' then
      host = '127.0.0.1'
    elseif host == authority and host:find('[:%[%]]') and not is_ipv6(host) then
      return refuse('cannot tell host and port apart')
    end
  end
  local number = port and port:match('^%+?%d+$') and tonumber(port)
  if not number or number > 65535 then number = usual_port end
  if number == 0 then return refuse('port 0 is not a valid port') end
  if host:find('[%s%c"<>\\^`{|}?#]') then return refuse('the host name has invalid characters') end

  local port_and_path = (':%d%s'):format(number, M.clean_path(path))
  local reached = CONNECTABLE[host] or host
  return {
    base = scheme .. '://' .. for_url(host) .. port_and_path,
    url = lower .. '://' .. for_url(reached) .. port_and_path,
  }
end

--- Scheme, host and port of a configured endpoint, in one form.
---@param scheme string
---@param authority string  what stands between "//" and the path
---@return string|nil origin, string|nil err
function M.origin(scheme, authority)
  if authority:find('@', 1, true) then
    return nil, 'a user name or password in a URL is not accepted, use key or headers'
  end
  local host, port = split_host_port(authority)
  if not host then
    host = authority:match('^%[(.*)%]$') or authority
    if host:find(':', 1, true) and not (is_ipv6(host) and host ~= authority) then
      return nil, 'an IPv6 address needs brackets: http://[::1]:11434'
    end
  end
  host = host:gsub('%%25', '%%') -- RFC 6874: the "%" in front of a zone is escaped
  if host == '' then
    return nil, 'the URL has no host'
  elseif host:find('[%s%c"<>\\^`{|}%[%]]') then
    return nil, 'the host name has invalid characters'
  elseif host:find(':', 1, true) and not is_ipv6(host) then
    return nil, 'not a valid IPv6 address'
  end
  host = for_url(CONNECTABLE[host] or host)
  if port == nil or port == '' then return scheme .. '://' .. host end
  if not port:match('^%d+$') or tonumber(port) < 1 or tonumber(port) > 65535 then
    return nil, 'expected a port from 1 to 65535'
  end
  if tonumber(port) == PORTS[scheme] then return scheme .. '://' .. host end
  return ('%s://%s:%d'):format(scheme, host, tonumber(port))
end

---@param url string
---@return boolean  whether it stays on this machine
function M.is_loopback(url)
  local host = url:match('^%a+://%[([^%]]+)%]') or url:match('^%a+://([^:/]+)') or ''
  return host == 'localhost' or host:find('%.localhost$') ~= nil or host == '::1' or host:find('^127%.') ~= nil
end

---@param url string
---@return string|nil  '/api' or '/v1' if OLLAMA_HOST ends in the path of the API
function M.api_suffix(url) return url:match('(/api)$') or url:match('(/v1)$') end

return M
