-- What stands between hum and its server in the world: TLS in front of the fake server (nginx, with certificates of
-- a private authority) and forward proxies (tinyproxy). Each is started once for all cases of a file, at the first
-- that wants it, and ends with the driver. A case whose program is not to be had is skipped.
local fake = require('lib.fake')
local harness = require('harness')
local proc = require('lib.proc')
local slow = require('lib.slow')
local task = require('lib.task')
local uv = vim.uv

local M = {}

-- Runs a server until the driver is gone, then takes its folder away.
local GUARD = [[dir=$1; shift; "$@" & cat >/dev/null; kill $!; wait; rm -rf "$dir"]]

-- The certificates, by what is the matter with them. "hum.test" is a name that no resolver knows.
local CERTIFICATES = [[
set -e
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
authority() { # name
  key "$1"
  openssl req -x509 -new -key "$1.key" -subj "/CN=hum test authority $1" -days 2 -out "$1.pem"
}
certificate() { # name authority days names
  key "$1"
  printf 'subjectAltName=%s\n' "$4" >"$1.ext"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.pem"
}
here='DNS:localhost,DNS:hum.test,IP:127.0.0.1,IP:::1'
[ -z "$1" ] || here="$here,IP:$1"
authority ca
authority other
certificate good ca 2 "$here"
certificate expired ca -1 "$here"
certificate elsewhere ca 2 DNS:elsewhere.test
certificate client ca 2 DNS:client.test
certificate stranger other 2 DNS:client.test
openssl req -x509 -new -key ca.key -subj /CN=localhost -addext "subjectAltName=$here" -days 2 -out self.pem
mkdir hashed
cp ca.pem hashed
openssl rehash hashed
openssl ec -in client.key -aes128 -passout pass:secret -out locked.key
]]

local NGINX = [[
daemon off;
master_process off;
pid %(dir)/nginx.pid;
error_log %(dir)/error.log;
events { worker_connections 64; }
http {
  access_log %(dir)/access.log;
  client_body_temp_path %(dir)/body;
  proxy_temp_path %(dir)/proxy;
  fastcgi_temp_path %(dir)/fastcgi;
  uwsgi_temp_path %(dir)/uwsgi;
  scgi_temp_path %(dir)/scgi;
  proxy_buffering off;
  proxy_http_version 1.1;
  ssl_certificate %(dir)/good.pem;
  ssl_certificate_key %(dir)/good.key;
  server { listen %(good) ssl; %(six) include %(dir)/fake.conf; }
  server {
    listen %(expired) ssl;
    ssl_certificate %(dir)/expired.pem;
    ssl_certificate_key %(dir)/expired.key;
    include %(dir)/fake.conf;
  }
  server {
    listen %(elsewhere) ssl;
    ssl_certificate %(dir)/elsewhere.pem;
    ssl_certificate_key %(dir)/elsewhere.key;
    include %(dir)/fake.conf;
  }
  server {
    listen %(self) ssl;
    ssl_certificate %(dir)/self.pem;
    ssl_certificate_key %(dir)/ca.key;
    include %(dir)/fake.conf;
  }
  server {
    listen %(client) ssl;
    ssl_verify_client on;
    ssl_client_certificate %(dir)/ca.pem;
    include %(dir)/fake.conf;
  }
  server { listen %(plain); listen unix:%(dir)/hum.sock; include %(dir)/fake.conf; }
}
]]

--- So many ports that are free now, taken at the same time so that all differ.
---@param n integer
---@return integer[]
local function free_ports(n)
  local sockets, ports = {}, {}
  for i = 1, n do
    sockets[i] = uv.new_tcp()
    assert(sockets[i]:bind('0.0.0.0', 0))
    ports[i] = sockets[i]:getsockname().port
  end
  for _, socket in ipairs(sockets) do
    socket:close()
  end
  return ports
end

---@return integer
function M.free_port() return free_ports(1)[1] end

--- The first address of this machine of a kind, if it has one.
---@param family 'inet'|'inet6'
---@param internal boolean  loopback
---@return string|nil
local function address_of(family, internal)
  for _, addresses in vim.spairs(uv.interface_addresses()) do
    for _, address in ipairs(addresses) do
      if address.internal == internal and address.family == family then return address.ip end
    end
  end
end

local function write(path, text)
  local f = assert(io.open(path, 'w'))
  f:write(text)
  f:close()
end

---@param port integer
---@return boolean
local function listens(port)
  local tcp, done, failed = uv.new_tcp(), false, nil
  tcp:connect('127.0.0.1', port, function(err)
    done, failed = true, err
  end)
  task.await(function() return done end, slow.LIMITS.answer)
  tcp:close()
  return done and not failed
end

--- Runs a server with the program that tools/get has put into .deps.
---@param name string
---@param dir string
---@param args string[]
---@param port integer  that it listens on once it is ready
---@return test.Proc
local function serve(name, dir, args, port)
  local program = harness.root .. '/.deps/bin/' .. name
  local argv = { 'sh', '-c', GUARD, 'sh', dir, program }
  local server = proc.spawn(vim.list_extend(argv, args), {})
  local deadline = slow.now() + slow.LIMITS.start
  while not listens(port) do
    if server.code or slow.now() > deadline then
      server:kill()
      error(name .. ' did not start: ' .. server.out .. server.err)
    end
    task.pause(5)
  end
  return server
end

--- Skips the case unless the program runs.
---@param name string
local function need(name)
  local path = name == 'openssl' and name or harness.root .. '/.deps/bin/' .. name
  local runs = vim.fn.executable(path) == 1 and proc.run({ path, name == 'openssl' and 'version' or '-v' }).code == 0
  if not runs then harness.skip(name .. ' is not to be had here') end
end

--- Makes something once, also if several cases want it at the same time.
---@generic T
---@param make fun(): T
---@return fun(): T
local function once(make)
  local state, value
  return function()
    if state == 'making' then task.await(function() return state ~= 'making' end, slow.LIMITS.start) end
    if not state then
      state = 'making'
      local ok, made = pcall(make)
      state, value = ok and 'made' or 'failed', made
    end
    if state == 'failed' then error(value, 0) end
    return value
  end
end

---@class test.Site  nginx in front of a fake server
---@field dir string        of the certificates: ca.pem, client.pem, ...
---@field url table<string, string>  good, expired, elsewhere, self, client: by certificates; plain: without any
---@field port integer     of the good one
---@field outer? string     its address that is not loopback
---@field six? string       its address by IPv6
---@field socket string     path of a Unix socket
---@field fake test.Fake

---@return test.Site
M.tls = once(function()
  need('nginx')
  need('openssl')
  local dir = assert(uv.fs_mkdtemp((vim.env.TMPDIR or '/tmp') .. '/hum-site-XXXXXX'))
  local address, six = address_of('inet', false), address_of('inet6', true)
  local made = proc.run({ 'sh', '-c', CERTIFICATES, 'sh', address or '' }, { cwd = dir })
  assert(made.code == 0, made.err)
  local names = { 'good', 'expired', 'elsewhere', 'self', 'client', 'plain' }
  local ports = free_ports(#names)
  local backend = fake.start(harness.root)
  local values, url = { dir = dir, six = '' }, {}
  for i, name in ipairs(names) do
    values[name] = tostring(ports[i])
    url[name] = ('%s://127.0.0.1:%d'):format(name == 'plain' and 'http' or 'https', ports[i])
  end
  write(dir .. '/fake.conf', ('location / { proxy_pass %s; }\n'):format(backend.url))
  if six then values.six = ('listen [::1]:%d ssl;'):format(ports[1]) end
  write(dir .. '/nginx.conf', (NGINX:gsub('%%%((%w+)%)', values)))
  serve('nginx', dir, { '-p', dir, '-c', dir .. '/nginx.conf', '-e', dir .. '/error.log' }, ports[1])
  return {
    dir = dir,
    url = url,
    port = ports[1],
    outer = address and ('https://%s:%d'):format(address, ports[1]),
    six = six and ('https://[::1]:%d'):format(ports[1]),
    socket = dir .. '/hum.sock',
    fake = backend,
  }
end)

---@class test.Proxy
---@field url string
---@field log fun(): string  what it did so far

---@param lines string  of its configuration
---@return test.Proxy
local function tinyproxy(lines)
  need('tinyproxy')
  local dir = assert(uv.fs_mkdtemp((vim.env.TMPDIR or '/tmp') .. '/hum-proxy-XXXXXX'))
  local port = free_ports(1)[1]
  local general = 'Port %d\nListen 127.0.0.1\nTimeout 600\nMaxClients 50\nLogLevel Connect\nLogFile "%s/log"\n'
  write(dir .. '/conf', general:format(port, dir) .. lines)
  serve('tinyproxy', dir, { '-d', '-c', dir .. '/conf' }, port)
  return {
    url = 'http://127.0.0.1:' .. port,
    log = function()
      local f = io.open(dir .. '/log')
      local text = f and f:read('*a') or ''
      if f then f:close() end
      return text
    end,
  }
end

--- One that lets everybody everywhere, and knows where "hum.test" is.
---@return test.Proxy
M.proxy = once(function()
  local plain = M.tls().url.plain:gsub('^http://', '')
  return tinyproxy(('Upstream http %s "hum.test"\n'):format(plain))
end)

--- One that lets nobody connect to a port.
---@return test.Proxy
M.strict_proxy = once(function() return tinyproxy('ConnectPort 1\n') end)

--- One that wants a user, "jane", and the password "open-sesame".
---@return test.Proxy
M.login_proxy = once(function() return tinyproxy('BasicAuth jane open-sesame\n') end)

--- A port of this machine where every connection is taken and nothing is said, until the case ends.
---@param t test.Case
---@return integer port
function M.silent(t)
  local server, links = uv.new_tcp(), {}
  assert(server:bind('127.0.0.1', 0))
  assert(server:listen(4, function()
    local link = uv.new_tcp()
    server:accept(link)
    table.insert(links, link)
  end))
  t:finally(function()
    server:close()
    for _, link in ipairs(links) do
      link:close()
    end
  end)
  return server:getsockname().port
end

return M
