-- How an endpoint is reached, in words, for the health check: proxy, certificates, socket. The helper decides it
-- (src/server/reach.c, proxy.c); this says what it will find.
local endpoints = require('hum.server.endpoint')
local config = require('hum.config')
local url = require('hum.url')

local M = {}

---@class hum.WayNote
---@field text string
---@field advice? string  the note is a warning

local VARIABLES = {
  http = { 'http_proxy', 'all_proxy', 'ALL_PROXY' },
  https = { 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY' },
}

--- The first of these variables that is set.
---@param names string[]
---@return string|nil name, string|nil value
local function first_set(names)
  for _, name in ipairs(names) do
    local value = vim.env[name] --[[@as string|nil]]
    if value and value ~= '' then return name, value end
  end
end

--- A proxy's address without the login in it.
---@param proxy string
---@return string
local function shown(proxy)
  local scheme, rest = proxy:match('^(%a[%w+.-]*://)(.*)$')
  rest = (rest or proxy):gsub('^.*@', '')
  return (scheme or '') .. rest:match('^[^/?#]*')
end

---@param spec hum.EndpointSpec
---@return hum.WayNote|nil
local function proxy_note(spec)
  if spec.socket then return { text = 'the server listens on the socket ' .. spec.socket } end
  if spec.proxy == '' then return nil end
  if spec.proxy then
    local but = spec.no_proxy and spec.no_proxy ~= '' and ', but for ' .. spec.no_proxy or ''
    return { text = ('through the proxy %s (option proxy)%s'):format(shown(spec.proxy), but) }
  end
  local name, value = first_set(VARIABLES[spec.url:match('^%a+')] or {})
  if not name or not value then return nil end
  if url.is_loopback(spec.url) then
    return { text = ('$%s is set, but not used for servers on this machine'):format(name) }
  end
  local but = spec.no_proxy and 'the option no_proxy' or first_set({ 'no_proxy', 'NO_PROXY' })
  but = but and (but:gsub('^no_proxy$', '$no_proxy'):gsub('^NO_PROXY$', '$NO_PROXY'))
  return {
    text = ('through the proxy %s ($%s)%s'):format(
      shown(value),
      name,
      but and ', unless ' .. but .. ' has the host' or ''
    ),
  }
end

---@param name string
---@param path string
---@param what string
---@param from string
---@return hum.WayNote
local function file_note(name, path, what, from)
  local stat = vim.uv.fs_access(path, 'R')
  if stat then return { text = ('%s: %s (%s)'):format(what, path, from) } end
  return {
    text = ('%s: %s (%s) cannot be read'):format(what, path, from),
    advice = ('Correct %s, see |hum-tls|.'):format(
      from:find('^%$') and from or ('endpoints.%s.%s'):format(name, from:match('%S+$'))
    ),
  }
end

---@param spec hum.EndpointSpec
---@return hum.WayNote[]
local function certificate_notes(spec)
  local tls, notes = spec.tls or {}, {}
  if tls.insecure then
    notes[1] = {
      text = "the server's certificate is not checked: whoever is on the way can read and change everything",
      advice = ('Remove endpoints.%s.insecure, or set its ca to the certificate, see |hum-tls|.'):format(spec.name),
    }
  elseif tls.ca then
    notes[1] = file_note(spec.name, tls.ca, 'trusted certificates', 'option ca')
  else
    local names = first_set({ 'CURL_CA_BUNDLE' }) and { 'CURL_CA_BUNDLE' } or { 'SSL_CERT_FILE', 'SSL_CERT_DIR' }
    for _, name in ipairs(names) do
      local _, value = first_set({ name })
      if value and name ~= 'SSL_CERT_DIR' then
        notes[#notes + 1] = file_note(spec.name, value, 'trusted certificates', '$' .. name)
      elseif value then
        notes[#notes + 1] = { text = ('trusted certificates: %s ($%s)'):format(value, name) }
      end
    end
  end
  for _, option in ipairs({ 'client_cert', 'client_key' }) do
    if tls[option] then
      local what = option == 'client_cert' and 'client certificate' or 'its key'
      notes[#notes + 1] = file_note(spec.name, tls[option], what, 'option ' .. option)
    end
  end
  return notes
end

--- What is to be said of the way to an endpoint; nothing of the usual one.
---@param name string
---@return hum.WayNote[]
function M.notes(name)
  local spec = config.get().endpoints[name] and endpoints.without_secrets(name)
  if not spec then return {} end
  local notes = {} ---@type hum.WayNote[]
  notes[1] = proxy_note(spec)
  if vim.startswith(spec.url, 'https:') then vim.list_extend(notes, certificate_notes(spec)) end
  return notes
end

return M
