-- Lines that are secrets, whatever the file is called. Most texts have none of the plain texts that are looked for
-- first, so that this costs little.
local M = {}

---@class hum.SensitiveLine
---@field has string       a plain text that every such line has
---@field pattern string   what it looks like
---@field what string
---@field data? boolean    only data has it: code has examples, and names
---@field key? boolean     some of the key itself stands behind it
---@field beside? string   what another line looks like; each begins with a line break
---@field but? string      what it looks like if it is an example

--- Lines below the head of a key in which some of the key must be: there may be headers, and an empty line.
local BELOW = 6

--- Of a key that is written as code: so many letters in one piece.
local KEY = ('[%w+/]'):rep(40)

---@param n integer
---@return string
local function letters(n) return ('[%w_-]'):rep(n) end

---@type hum.SensitiveLine[]
local LINES = {
  -- RFC 7468, OpenSSH, RFC 4880, RFC 4716, PuTTY
  {
    has = 'PRIVATE KEY',
    pattern = '%-%-%-%-[- ]BEGIN [%u%d ]*PRIVATE KEY[%u ]*%-%-%-%-',
    what = 'a private key',
    data = true,
  },
  {
    has = 'PRIVATE KEY',
    pattern = '%-%-%-%-[- ]BEGIN [%u%d ]*PRIVATE KEY[%u ]*%-%-%-%-',
    what = 'a private key',
    key = true,
  },
  -- The same in base64, as Kubernetes has it; a certificate goes on in other letters.
  { has = 'LS0tLS1CRUdJTi', pattern = 'LS0tLS1CRUdJTiBQUklW', what = 'a private key' },
  { has = 'LS0tLS1CRUdJTi', pattern = 'LS0tLS1CRUdJTiBSU0Eg', what = 'a private key' },
  { has = 'LS0tLS1CRUdJTi', pattern = 'LS0tLS1CRUdJTiBFQyBQ', what = 'a private key' },
  { has = 'LS0tLS1CRUdJTi', pattern = 'LS0tLS1CRUdJTiBFTkNS', what = 'a private key' },
  { has = 'LS0tLS1CRUdJTi', pattern = 'LS0tLS1CRUdJTiBPUEVO', what = 'a private key' },
  { has = 'LS0tLS1CRUdJTi', pattern = 'LS0tLS1CRUdJTiBEU0Eg', what = 'a private key' },
  -- RFC 7517; docs: OpenVPN, minisign and signify
  {
    has = '"d"',
    pattern = '"d"%s*:%s*"[%w_-]' .. letters(30),
    beside = '[^\n]-"kty"%s*:',
    what = 'a private key',
    data = true,
  },
  { has = 'BEGIN OpenVPN Static key', pattern = '%-%-%-BEGIN OpenVPN Static key', what = 'a private key', data = true },
  { has = 'secret key', pattern = '^untrusted comment: .*secret key', what = 'a private key', data = true },
  { has = 'PuTTY-User-Key-File', pattern = '^PuTTY%-User%-Key%-File%-%d:', what = 'a private key' },
  -- age(1); the header of ansible-vault; the values and metadata of sops
  { has = 'AGE-SECRET-KEY-', pattern = 'AGE%-SECRET%-KEY%-1%w%w%w%w%w%w%w%w', what = 'a private key' },
  { has = 'AGE-PLUGIN-', pattern = 'AGE%-PLUGIN%-%w+%-1%w%w%w%w%w%w%w%w', what = 'a private key' },
  {
    has = '$ANSIBLE_VAULT',
    pattern = '^%s*%$ANSIBLE_VAULT;%d',
    what = 'text encrypted by ansible-vault',
    data = true,
  },
  { has = 'ENC[AES', pattern = 'ENC%[AES256_GCM,data:', what = 'values encrypted by sops', data = true },
  -- gitleaks, the rules of these names: aws-access-token, github-pat, gitlab-pat, slack-bot-token, stripe-access-token,
  -- anthropic-api-key, openai-api-key, npm-access-token, huggingface-access-token, pypi-upload-token
  {
    has = 'secret_access_key',
    pattern = 'secret_access_key["\']?%s*[=:]%s*["\']?[%w+/]' .. ('[%w+/]'):rep(15),
    what = 'an AWS key',
  },
  {
    has = 'SECRET_ACCESS_KEY',
    pattern = 'SECRET_ACCESS_KEY["\']?%s*[=:]%s*["\']?[%w+/]' .. ('[%w+/]'):rep(15),
    what = 'an AWS key',
  },
  {
    has = 'ecretAccessKey',
    pattern = '[sS]ecretAccessKey["\']?%s*[=:]%s*["\']' .. KEY .. '["\']',
    what = 'an AWS key',
  },
  { has = 'secret_key', pattern = 'secret_key["\']?%s*[=:]%s*["\']' .. KEY .. '["\']', what = 'an AWS key' },
  {
    has = 'IA',
    pattern = '%f[%w]A[KS]IA' .. ('[%u2-7]'):rep(16) .. '%f[%W]',
    but = 'A[KS]IA%w*EXAMPLE',
    what = 'an AWS key',
  },
  { has = 'AIza', pattern = '%f[%w]AIza' .. letters(35), what = 'a Google key' },
  { has = 'ya29.', pattern = '%f[%w]ya29%.' .. letters(30), what = 'a Google token' },
  { has = 'gh', pattern = '%f[%w]gh[pousr]_' .. ('%w'):rep(36), what = 'a GitHub token' },
  { has = 'github_pat_', pattern = 'github_pat_' .. letters(36), what = 'a GitHub token' },
  { has = 'glpat-', pattern = '%f[%w]glpat%-' .. letters(20), what = 'a GitLab token' },
  { has = 'xox', pattern = '%f[%w]xox[abeoprs]%-%d+%-[%w-]' .. letters(10), what = 'a Slack token' },
  { has = 'xapp-', pattern = '%f[%w]xapp%-%d%-%w+%-%d+%-' .. ('%w'):rep(20), what = 'a Slack token' },
  {
    has = 'hooks.slack.com',
    pattern = 'hooks%.slack%.com/services/T%w+/B%w+/' .. ('%w'):rep(20),
    what = 'a Slack webhook',
  },
  { has = '/api/webhooks/', pattern = 'discord[%w.]*/api/webhooks/%d+/' .. letters(40), what = 'a Discord webhook' },
  { has = ':AA', pattern = '%f[%d]%d%d%d%d%d%d%d%d+:AA' .. letters(33), what = 'a Telegram token' },
  { has = 'k_live_', pattern = '%f[%w][rs]k_live_' .. ('%w'):rep(16), what = 'a Stripe key' },
  { has = 'whsec_', pattern = '%f[%w]whsec_' .. ('[%w+/]'):rep(24), what = 'a Stripe key' },
  { has = 'sk-ant-', pattern = '%f[%w]sk%-ant%-%w+%-' .. letters(24), what = 'an Anthropic key' },
  { has = 'sk-proj-', pattern = '%f[%w]sk%-proj%-' .. letters(32), what = 'an OpenAI key' },
  { has = 'T3BlbkFJ', pattern = '%f[%w]sk%-[%w_-]+T3BlbkFJ' .. letters(16), what = 'an OpenAI key' },
  { has = 'sk-or-v1-', pattern = '%f[%w]sk%-or%-v1%-' .. ('%x'):rep(32), what = 'an OpenRouter key' },
  { has = 'gsk_', pattern = '%f[%w]gsk_' .. ('%w'):rep(48), what = 'a Groq key' },
  { has = 'xai-', pattern = '%f[%w]xai%-' .. ('%w'):rep(64), what = 'an xAI key' },
  { has = 'pplx-', pattern = '%f[%w]pplx%-' .. ('%w'):rep(48), what = 'a Perplexity key' },
  { has = 'nvapi-', pattern = '%f[%w]nvapi%-' .. letters(60), what = 'an NVIDIA key' },
  { has = 'r8_', pattern = '%f[%w]r8_' .. ('%w'):rep(37), what = 'a Replicate token' },
  { has = 'npm_', pattern = '%f[%w]npm_' .. ('%w'):rep(36), what = 'an npm token' },
  { has = 'hf_', pattern = '%f[%w]hf_' .. ('%a'):rep(34), what = 'a Hugging Face token' },
  { has = 'pypi-AgEIcHlwaS5vcmc', pattern = 'pypi%-AgEIcHlwaS5vcmc' .. letters(20), what = 'a PyPI token' },
  { has = 'SG.', pattern = '%f[%w]SG%.' .. letters(20) .. '[%w_-]*%.' .. letters(39), what = 'a SendGrid key' },
  { has = 'SK', pattern = '%f[%w]SK' .. ('%x'):rep(32) .. '%f[%W]', what = 'a Twilio key' },
  { has = 'xkeysib-', pattern = '%f[%w]xkeysib%-' .. ('%x'):rep(64), what = 'a Brevo key' },
  { has = '_v1_', pattern = '%f[%w]do[por]_v1_' .. ('%x'):rep(64), what = 'a DigitalOcean token' },
  { has = 'hv', pattern = '%f[%w]hv[sbr]%.' .. letters(24), what = 'a Vault token' },
  { has = 'dckr_pat_', pattern = '%f[%w]dckr_pat_' .. letters(24), what = 'a Docker token' },
  { has = 'dp.', pattern = '%f[%w]dp%.%l+%.' .. ('%w'):rep(40), what = 'a Doppler token' },
  { has = 'lin_api_', pattern = '%f[%w]lin_api_' .. ('%w'):rep(40), what = 'a Linear key' },
  { has = 'shp', pattern = '%f[%w]shp[acps][ast]_' .. ('%x'):rep(32), what = 'a Shopify token' },
  { has = 'glsa_', pattern = '%f[%w]glsa_' .. ('%w'):rep(32), what = 'a Grafana token' },
  { has = 'tskey-', pattern = '%f[%w]tskey%-%l+%-%w+%-' .. ('%w'):rep(20), what = 'a Tailscale key' },
  { has = 'ATATT3', pattern = '%f[%w]ATATT3' .. letters(40), what = 'an Atlassian token' },
  { has = 'sntry', pattern = '%f[%w]sntry[su]_[%w+/=]' .. letters(40), what = 'a Sentry token' },
  { has = 'rubygems_', pattern = '%f[%w]rubygems_' .. ('%x'):rep(48), what = 'a RubyGems key' },
  {
    has = 'eyJ',
    pattern = '%f[%w]eyJ' .. letters(10) .. '[%w_-]*%.eyJ' .. letters(10) .. '[%w_-]*%.[%w_-]' .. letters(10),
    what = 'a token',
    data = true,
  },
  -- docs: kubernetes, kubectl, docker, terraform, wireguard, crypt(5), slapd, netrc(5), git-credential-store
  { has = 'Secret', pattern = '^kind:%s*["\']?Secret["\']?%s*$', what = 'a Kubernetes Secret', data = true },
  { has = 'Secret', pattern = '^kind:%s*["\']?Secret["\']?%s+#', what = 'a Kubernetes Secret', data = true },
  -- In the lists of kubectl; elsewhere such a line refers to one.
  {
    has = 'Secret',
    pattern = '^[%s-]+kind:%s*["\']?Secret["\']?%s*$',
    beside = '[%s-]*s?t?r?i?n?g?[dD]ata:%s*\n',
    what = 'a Kubernetes Secret',
    data = true,
  },
  {
    has = '"Secret"',
    pattern = '"kind"%s*:%s*"Secret"',
    beside = '[^\n]-"s?t?r?i?n?g?[dD]ata"%s*:',
    what = 'a Kubernetes Secret',
    data = true,
  },
  { has = 'client-key-data', pattern = '^%s*client%-key%-data:%s*%S', what = 'a Kubernetes key', data = true },
  { has = 'token', pattern = '^%s*["\']?token["\']?:%s*["\']?eyJ[%w_-]', what = 'a Kubernetes token', data = true },
  {
    has = '"auth"',
    pattern = '"auth"%s*:%s*"[%w+/=][%w+/=][%w+/=][%w+/=]',
    beside = '[^\n]-"auths"%s*:',
    what = 'a Docker password',
    data = true,
  },
  {
    has = '"lineage"',
    pattern = '"lineage"%s*:%s*"',
    beside = '[^\n]-"terraform_version"',
    what = 'infrastructure state',
    data = true,
  },
  {
    has = 'Key',
    pattern = '^%s*Pr[%a]+Key%s*=%s*[%w+/]' .. ('[%w+/]'):rep(42) .. '=',
    what = 'a WireGuard key',
    data = true,
  },
  {
    has = ':$',
    pattern = '^[%w_.@-]+:%$%w+%$[%w./$=,+-][%w./$=,+-][%w./$=,+-][%w./$=,+-]',
    but = '^PATH:',
    what = 'password hashes',
    data = true,
  },
  { has = ':{S', pattern = '^[%w_.@-]+:{SS?HA%d*}%S', what = 'password hashes', data = true },
  { has = ' password ', pattern = '^%s*machine%s+%S+%s+login%s+%S+%s+password%s+%S', what = 'a password', data = true },
  {
    has = 'machine ',
    pattern = '^%s*machine%s+%S+%s*$',
    beside = '%s*password%s+%S+%s*\n',
    what = 'a password',
    data = true,
  },
  { has = '://', pattern = '^%l+://[^%s:/@]+:[^%s:/@]+@[%w.-]+/?$', what = 'a password', data = true },
}

---@param text string
---@return boolean
local function has_key(text)
  for run in text:gmatch(KEY .. '[%w+/=]*') do
    if run:find('%d') and run:find('%u') and run:find('%l') then return true end
  end
  return false
end

---@param one hum.SensitiveLine
---@param lines string[]
---@param row integer
---@return boolean
local function is_meant(one, lines, row)
  if one.but and lines[row]:find(one.but) then return false end
  if not one.key then return true end
  for at = row, math.min(row + BELOW, #lines) do
    if has_key(lines[at]) then return true end
  end
  return false
end

---@param one hum.SensitiveLine
---@param lines string[]
---@return integer? row  from 1
local function row_of(one, lines)
  for row, line in ipairs(lines) do
    if line:find(one.has, 1, true) and line:find(one.pattern) and is_meant(one, lines, row) then return row end
  end
end

--- The first kind of secret that one of these lines holds.
---@param lines string[]
---@param is_data boolean  the file is neither code nor prose
---@return string? what
---@return integer? row  from 1
function M.find(lines, is_data)
  local text = '\n' .. table.concat(lines, '\n') .. '\n'
  for _, one in ipairs(LINES) do
    local may = (is_data or not one.data) and text:find(one.has, 1, true)
    if may and (not one.beside or text:find('\n' .. one.beside)) then
      local row = row_of(one, lines)
      if row then return one.what, row end
    end
  end
end

return M
