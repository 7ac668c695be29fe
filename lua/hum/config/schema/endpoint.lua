-- Options of a server: `endpoints.NAME`.
local parts = require('hum.config.schema.parts')

local DIALECTS = vim.tbl_keys(require('hum.server.provider')) ---@type string[]
table.sort(DIALECTS)

---@type hum.Node
return {
  kind = 'group',
  fields = {
    {
      name = 'preset',
      kind = 'string',
      or_false = true,
      also = { 'service', 'template' },
      default_help = 'the one with the name of the endpoint, if there is one',
      help = [[
Which server or service this is, see |hum-presets|: hum then knows its address, the variable
of its key and the peculiarities of its API. What you set yourself takes precedence. `false`:
none of them.]],
    },
    {
      name = 'url',
      kind = 'string',
      also = { 'base_url', 'host', 'endpoint', 'address' },
      default_help = [[
that of the preset; of "ollama" $OLLAMA_HOST, else "http://127.0.0.1:11434"]],
      help = [[
Address of the server, as given in its documentation: `http://` or `https://`, host, port and
path, see |hum-addresses|; `unix:///run/server.sock` is a Unix socket. User names, passwords
and keys are not accepted here; see `key`.]],
    },
    {
      name = 'path',
      kind = 'string',
      help = [[
The whole path of a chat, instead of the usual one: `/v2/chat`.]],
    },
    {
      name = 'query',
      kind = 'map',
      item = { kind = 'scalar' },
      default = {},
      also = { 'url_params', 'query_params' },
      help = [[
Parameters that are added to the URL of every request: `{ ['api-version'] = '2025-04-01' }`.
Keys are not accepted here; see `key`.]],
    },
    {
      name = 'dialect',
      kind = 'enum',
      values = DIALECTS,
      default_help = 'that of the preset, else "ollama"',
      also = { 'type', 'provider', 'api', 'kind' },
      help = [[
Which API the server speaks: "ollama" for Ollama's native `/api/chat`, "openai" for
`/v1/chat/completions` as provided by llama-server, vLLM, SGLang, LiteLLM and others,
"anthropic" for `/v1/messages`, see |hum-anthropic|.]],
    },
    {
      name = 'model',
      kind = 'string',
      default_help = 'you are asked once, see |hum-models|',
      help = [[
The model for new chats. If it is not set, hum uses the server's only model, or asks you
to select one with |vim.ui.select()| and remembers your choice.]],
    },
    {
      name = 'models',
      kind = 'list',
      default = {},
      help = [[
The models that `:Hum model` offers, for servers that have no list of them. The server is
then not asked for a list.]],
    },
    {
      name = 'resource',
      kind = 'string',
      help = 'Name of your Azure resource, see |hum-azure|.',
    },
    {
      name = 'deployment',
      kind = 'string',
      help = 'Name of the deployment in your Azure resource; also the model, if `model` is not set.',
    },
    {
      name = 'api_version',
      kind = 'string',
      help = "Version of Azure's API, if you use its older addresses.",
    },
    {
      name = 'options',
      kind = 'json',
      reserved = parts.RESERVED,
      default = {},
      also = { 'params', 'parameters' },
      help = [[
Sampling and load options, passed to the server unchanged: `temperature`, `num_ctx` and
so on for "ollama", top-level fields such as `max_tokens` for the others. Ollama reloads
the model whenever `num_ctx` differs from the previous request. `vim.NIL` removes a field that
hum would send: `{ stream_options = vim.NIL }`.]],
    },
    {
      name = 'headers',
      kind = 'map',
      item = { kind = 'header' },
      default = {},
      help = [[
Additional HTTP headers by name. A value is a string or, for anything secret,
`{ env = 'NAME' }` or `{ command = { ... } }` as in `key`; `prefix = '...'` in there is put
before the secret. A header of yours replaces the one that hum would send.]],
    },
    {
      name = 'key',
      kind = 'secret',
      also = { 'api_key', 'apikey', 'token', 'secret', 'password' },
      help = [[
The API key; with a preset, it is taken from the usual environment variable of the service. It
is sent as `Authorization: Bearer ...`, with the dialect "anthropic" as
`x-api-key`; see |hum-api-keys|. A header `Authorization` in `headers` replaces it. Plain text is
rejected: use `{ env = 'NAME' }` for an environment variable, or
`{ command = { 'pass', 'show', 'x' } }` for a command that prints the key on its first
line. The command runs in the background when the key is first needed; the key is kept
in memory only.]],
    },
    {
      name = 'keep_alive',
      kind = 'duration',
      help = [[
How long Ollama keeps the model loaded after a request: a duration such as "10m", a
number of seconds, or "-1s" for no limit.]],
    },
    {
      name = 'think',
      kind = 'think',
      also = { 'thinking', 'reasoning' },
      help = [[
Whether a thinking model thinks: `true`, `false`, a level ("none", "minimal", "low",
"medium", "high", "xhigh" or "max"), or the most tokens that it may spend on it. If it is not
set, the server decides. How each value is sent: |hum-think|.]],
    },
    {
      name = 'thoughts',
      kind = 'string',
      or_false = true,
      default_help = 'the one that the service documents',
      help = [[
Name of the field in which the thinking of earlier replies is sent back to the model, such
as "reasoning_content"; `false`: it is not sent back.]],
    },
    {
      name = 'ca',
      kind = 'string',
      also = { 'cacert', 'ca_bundle', 'ca_file', 'cafile', 'capath' },
      default_help = [[
$CURL_CA_BUNDLE, else $SSL_CERT_FILE and $SSL_CERT_DIR, else the system's]],
      help = [[
File or directory with the certificates of the only authorities that are trusted for this
endpoint; see |hum-tls|.]],
    },
    {
      name = 'client_cert',
      kind = 'string',
      also = { 'cert', 'certificate' },
      help = 'File with the client certificate that the server requires, in PEM format.',
    },
    {
      name = 'client_key',
      kind = 'string',
      help = 'File with the key of that certificate, if it is not in `client_cert`. It must not have a passphrase.',
    },
    {
      name = 'insecure',
      kind = 'boolean',
      default = false,
      also = { 'allow_insecure', 'verify' },
      help = [[
Do not check the server's certificate: anybody on the network in between can read and change
what is sent, including the key. You are warned when the endpoint is first used. Put the server's own
certificate into `ca` instead.]],
    },
    {
      name = 'proxy',
      kind = 'string',
      or_false = true,
      default_help = '$http_proxy, $https_proxy or $all_proxy, but none for servers on this machine',
      help = [[
URL of the proxy: `http://`, `https://`, `socks5://` or `socks5h://`, host and port;
`false` for none. It is also used for servers on this machine; see |hum-proxy|.]],
    },
    {
      name = 'no_proxy',
      kind = 'list',
      default_help = '$no_proxy, if the proxy is one of the variables',
      help = [[
Hosts that are reached without the proxy: names (with all subdomains), addresses and
networks (`10.0.0.0/8`).]],
    },
    {
      name = 'connect_timeout',
      kind = 'number',
      min = 0.3,
      max = 600,
      default = 10,
      help = 'Seconds to wait for a connection.',
    },
    {
      name = 'first_timeout',
      kind = 'number',
      min = 0,
      default = 0,
      also = { 'timeout' },
      help = [[
Seconds to wait for the first token; 0 waits indefinitely. A server sends nothing while
it loads a model or processes a long prompt, which can take minutes. Headers, comments
and pings are no token.]],
    },
    {
      name = 'idle_timeout',
      kind = 'number',
      min = 0,
      default = 120,
      help = [[
Abort a reply after this many seconds without a token, counted from the first one on; 0
waits indefinitely. What a server sends to keep the connection alive is no token.]],
    },
  },
}
