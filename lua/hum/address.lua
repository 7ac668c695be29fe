-- Where the API of a configured endpoint is: `url`, `path` and `query` to the addresses that the
-- helper asks. Pure. The path of a URL may stop at the server, at the API's version or at the whole
-- path of a chat; what each dialect takes for what stands in its provider.
local patterns = require('hum.patterns')
local preset = require('hum.server.provider.preset')
local providers = require('hum.server.provider')
local url = require('hum.url')

local M = {}

--- Where Ollama listens, by its own variable.
local HOST = 'OLLAMA_HOST'

---@class hum.Address  |hum-protocol|
---@field url string          base of the API; what all requests are below
---@field url_from? string    the environment variable that has it, "$NAME"
---@field root? string        base of what is not the API's own
---@field as_written? string  another base, for where `url` holds nothing
---@field chat_url? string    the whole URL of a chat
---@field fill_url? string    the whole URL of filling in
---@field query? string       added to every URL
---@field socket? string      of a server that listens there; the URL's host is a name only

---@class hum.AddressOpts
---@field path? string   the whole path of a chat
---@field query? table<string, string|number|boolean>

--- A version of an API: v1, v4, v2.0, v1beta, v1alpha1.
---@param segment string
---@return boolean
local function is_version(segment)
  local word = segment:lower():match('^v%d[%d.]*[-_]?(%a*)%d*$')
  return word == '' or word == 'alpha' or word == 'beta' or word == 'preview'
end

---@param path string
---@return string parent, string last  segment; '' if there is none
local function split_last(path)
  local parent, last = path:match('^(.*)/([^/]+)$')
  return parent or '', last or ''
end

--- Words in names of parameters whose values are secret as a rule.
local SECRET = { key = true, apikey = true, token = true, secret = true, password = true, auth = true, sig = true }

---@param name string
---@return boolean
local function is_secret(name)
  for word in name:lower():gmatch('%a+') do
    if SECRET[word] then return true end
  end
  return false
end

---@class hum.QueryPair
---@field name string
---@field text string  "name=value", escaped

--- The parameters of a URL as they stand.
---@param text string
---@return hum.QueryPair[]
local function pairs_of_text(text)
  local found = {}
  for pair in text:gmatch('[^&]+') do
    local clean = pair:gsub("[^%w%-%._~!$'()*+,;=:@/%%?]", function(char) return ('%%%02X'):format(char:byte()) end)
    found[#found + 1] = { name = vim.uri_decode(clean:match('^[^=]*')), text = clean }
  end
  return found
end

---@param map table<string, string|number|boolean>
---@return hum.QueryPair[]
local function pairs_of_map(map)
  local found = {}
  for name, value in vim.spairs(map) do
    found[#found + 1] = { name = name, text = url.escaped(name) .. '=' .. url.escaped(tostring(value)) }
  end
  return found
end

--- Of parameters with one name the last counts.
---@param all hum.QueryPair[]
---@return string|nil query, string|nil err
local function joined(all)
  local at, texts = {}, {}
  for _, pair in ipairs(all) do
    if is_secret(pair.name) then
      return nil, ('the parameter "%s" is not accepted in an address, use key or headers'):format(pair.name)
    end
    at[pair.name] = at[pair.name] or #texts + 1
    texts[at[pair.name]] = pair.text
  end
  return #texts > 0 and table.concat(texts, '&') or nil
end

--- The base of an API whose version is part of it.
---@param origin string
---@param path string
---@param own hum.ProviderPath
---@param is_whole boolean  path stood in front of the API's own
---@return hum.Address
local function versioned(origin, path, own, is_whole)
  local parent, last = split_last(path)
  if is_version(last) then
    return { url = origin .. path, root = origin .. parent }
  elseif is_whole or patterns.any(path:lower(), own.stands or {}) then
    local other = own.other and own.other[last:lower()]
    if not other then return { url = origin .. path, root = origin .. path } end
    return { url = origin .. path, root = origin .. parent, as_written = origin .. parent .. other }
  end
  local as_written = path ~= '' and origin .. path or nil
  return { url = origin .. path .. own.version, root = origin .. path, as_written = as_written }
end

--- The addresses below a server.
---@param origin string
---@param path string
---@param provider hum.Provider
---@return hum.Address
local function below(origin, path, provider)
  local own, base = provider.path, path
  for _, pattern in ipairs(own.ends) do
    base = base:gsub(pattern, '%1')
  end
  if own.version then return versioned(origin, base, own, base ~= path) end
  if base == path and patterns.any(path, own.whole or {}) then
    return { url = origin .. split_last(path), chat_url = origin .. path }
  end
  return { url = origin .. base }
end

--- What to say about a path that cannot be right.
---@param path string
---@param provider hum.Provider
---@return string|nil why
local function path_fault(path, provider)
  for _, rule in ipairs(provider.path.refused) do
    if path:find(rule[1]) then return rule[2] end
  end
end

--- "http://" is missing, or "https://".
---@param text string
---@return string
local function no_scheme(text)
  local why = 'expected a URL that begins with http:// or https://'
  if text:find('[@?#%s]') or text:find('://', 1, true) or not text:find('^[%w%[]') then return why end
  local host = text:match('^[^/:]*') --[[@as string]]
  local is_near = text:find(':', 1, true) or host == 'localhost' or host:find('^[%d.]+$')
  return ('%s: "%s%s"'):format(why, is_near and 'http://' or 'https://', text)
end

--- "unix:///run/hum.sock", with a path behind it or behind a colon: "unix:///run/hum.sock:/v1".
---@param text string
---@return string|nil socket, string path, string|nil err
local function split_socket(text)
  local rest = text:match('^unix://(/.*)$') or text:match('^unix:(/[^/].*)$')
  if not rest then return nil, '', 'expected the whole path of a socket: "unix:///run/server.sock"' end
  local socket, path = rest:match('^(.-):(/.*)$')
  if not socket then
    socket, path = rest:match('^(.-%.sock)(/.*)$')
  end
  return vim.uri_decode(socket or rest), path or ''
end

---@class hum.UrlParts
---@field origin string
---@field path string
---@field query string
---@field socket? string

---@param text string
---@return hum.UrlParts|nil parts, string|nil err
local function split(text)
  if text:find('#', 1, true) then return nil, 'a URL with "#" is not accepted' end
  if text:lower():find('^unix:') then
    local before, query = text:match('^([^?]*)%??(.*)$')
    local socket, path, err = split_socket(before --[[@as string]])
    if not socket then return nil, err end
    return {
      origin = 'http://localhost',
      path = path,
      query = query --[[@as string]],
      socket = socket,
    }
  end
  local scheme, address = text:match('^(%a[%w+.-]*)://(.*)$')
  scheme = (scheme or ''):lower()
  if scheme ~= 'http' and scheme ~= 'https' then return nil, no_scheme(text) end
  ---@cast address string  it comes with `scheme`
  local authority, path, query = address:match('^([^/?]*)([^?]*)%??(.*)$')
  local origin, err = url.origin(scheme, authority --[[@as string]])
  if not origin then return nil, err end
  ---@cast path string  the pattern matches any text
  return {
    origin = origin,
    path = path,
    query = query --[[@as string]],
  }
end

--- The addresses of an endpoint with this `url`.
---@param text string
---@param dialect hum.Dialect
---@param opts? hum.AddressOpts
---@return hum.Address|nil address, string|nil err
function M.of(text, dialect, opts)
  opts = opts or {}
  local parts, err = split(vim.trim(text))
  if not parts then return nil, err end
  local chat_path, chat_query = (opts.path or ''):match('^([^?]*)%??(.*)$')
  ---@cast chat_path string  the pattern matches any text
  ---@cast chat_query string
  local path, chat = url.clean_path(parts.path, true), url.clean_path(chat_path, true)
  local provider = providers[dialect]
  local why = path_fault(path, provider)
  if why then return nil, why end
  -- Where a chat is says where the rest of its API is, unless `url` says it.
  local by_chat = path == '' and patterns.any(chat, provider.path.ends)
  local address = below(parts.origin, by_chat and chat or path, provider)
  if opts.path then
    address.chat_url, address.as_written = parts.origin .. chat, nil
  end
  local all = vim.list_extend(pairs_of_text(parts.query), pairs_of_text(chat_query))
  address.query, why = joined(vim.list_extend(all, pairs_of_map(opts.query or {})))
  if why then return nil, why end
  address.socket = parts.socket
  return address
end

-- ---- of an endpoint ---------------------------------------------------------------------------

--- What stands in the braces of a preset's address.
---@param what string
---@param endpoint hum.Endpoint
---@return string|nil value, string|nil err, boolean|nil late  err is one of the environment
local function part_of(what, endpoint)
  if what == 'resource' then
    local resource = endpoint.resource or ''
    if resource:find('^%w[%w-]*$') then return resource end
    return nil, 'resource: expected the name of your Azure resource, "NAME" of https://NAME.openai.azure.com'
  end
  local variable = 'CLOUDFLARE_ACCOUNT_ID'
  local account = vim.trim(vim.env[variable] --[[@as string|nil]] or '')
  if account:find('^[%w-]+$') then return account end
  return nil, ('url: set $%s to the id of your account, or url to the whole address'):format(variable), true
end

--- The address of a preset.
---@param text string
---@param endpoint hum.Endpoint
---@return string|nil text, string|nil err, boolean|nil late
local function expanded(text, endpoint)
  local what = text:match('{(%a+)}')
  if not what then return text end
  local value, err, late = part_of(what, endpoint)
  if not value then return nil, err, late end
  return (text:gsub('{%a+}', value))
end

--- The older way of Azure has the deployment in the path and a version behind it; in today's the
--- deployment is the model.
---@param text string
---@param endpoint hum.Endpoint
---@return string
local function of_deployment(text, endpoint)
  if not endpoint.api_version then return text end
  local origin = text:match('^(%a+://[^/]+)/?$') or text:match('^(%a+://[^/]+)/openai/v1$')
  if not origin then return text end
  return ('%s/openai/deployments/%s'):format(origin, url.escaped(endpoint.deployment or ''))
end

--- The `url` of an endpoint, or what stands for it.
---@param endpoint hum.Endpoint
---@return string|nil text, string|nil err, boolean|nil late  no err either: OLLAMA_HOST says it
local function text_of(endpoint)
  local known = preset.of(endpoint)
  local text = endpoint.url
  if not text then
    local usual = known and known.url or providers[endpoint.dialect].default_url
    if usual == '' then return nil end
    if not usual then return nil, 'url: expected the address of the server' end
    local filled, err, late = expanded(usual, endpoint)
    if not filled then return nil, err, late end
    text = filled
  end
  if not known or not known.resource then return text end
  local origin = text:match('^(%a+://[^/]+)/?$')
  return of_deployment(origin and origin .. '/openai/v1' or text, endpoint)
end

--- Where Ollama is, by its own variable. A path that stops at the API's is a fault of the environment,
--- which |:checkhealth| tells.
---@param endpoint hum.Endpoint
---@param opts hum.AddressOpts
---@return hum.Address|nil address, string|nil err
local function of_ollama(endpoint, opts)
  local host = vim.env[HOST] --[[@as string|nil]]
  local found, err = url.ollama_host(host)
  if not found then return nil, err end
  local address = { url = found.url } ---@type hum.Address|nil
  if endpoint.dialect ~= 'ollama' or opts.path or next(opts.query or {}) then
    address, err = M.of(found.url, endpoint.dialect, opts)
  end
  if address and host and host ~= '' then address.url_from = '$' .. HOST end
  return address, err
end

--- Where a service fills in, if not at the usual path: "/beta/completions" is below what stands in
--- front of the API's version, or of "/beta" itself.
---@param known hum.Preset|nil
---@param found hum.Address
---@return string|nil
local function fill_url(known, found)
  local fill = known and known.fill
  if not fill then return nil end
  local root, first = found.root or found.url, fill:match('^/[^/]+') --[[@as string]]
  if vim.endswith(root, first) then root = root:sub(1, -#first - 1) end
  return root .. fill
end

--- The addresses of an endpoint.
---@param endpoint hum.Endpoint
---@return hum.Address|nil address, string|nil err, boolean|nil late  err is one of the environment, else it begins
---with the name of the option
function M.of_endpoint(endpoint)
  local text, why, late = text_of(endpoint)
  if why then return nil, why, late end
  local opts = {
    path = endpoint.path,
    query = vim.tbl_extend('keep', endpoint.query or {}, { ['api-version'] = endpoint.api_version }),
  }
  if not text then
    local found, err = of_ollama(endpoint, opts)
    return found, err, found == nil
  end
  local found, err = M.of(text, endpoint.dialect, opts)
  if not found then return nil, 'url: ' .. err end
  found.fill_url = fill_url(preset.spoken(endpoint), found)
  return found
end

--- Whether an address is the one that a preset has, so that its key may go there.
---@param known hum.Preset
---@param found hum.Address
---@return boolean
function M.is_own(known, found)
  local origin = found.url:match('^%a+://[^/]+')
  return origin ~= nil and not found.socket and preset.is_own(known, origin)
end

return M
