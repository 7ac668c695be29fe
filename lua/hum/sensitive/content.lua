-- Lines that are secrets, whatever the file is called. Most texts have none of the plain texts that are looked for
-- first, so that this costs little.
local M = {}

---@class hum.SensitiveLine
---@field has string       a plain text that every such line has
---@field pattern string   what it looks like
---@field what string
---@field data? boolean    in code it is an example, or a name
---@field goes_on? boolean it may go on in the next line

--- In lines of a program such a text stands for what is looked for; there must be some of the key itself as well.
local KEY = '[%w+/]' .. ('[%w+/=]'):rep(39)

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
    pattern = '%-%-%-%-[- ]BEGIN [%u%d ]*PRIVATE KEY[%u ]*%-%-%-%-%-?[\\rn"\'%s+,]*' .. KEY,
    what = 'a private key',
    goes_on = true,
  },
  { has = 'PuTTY-User-Key-File', pattern = '^PuTTY%-User%-Key%-File%-%d:', what = 'a private key' },
  -- age(1); the header of ansible-vault; the values and metadata of sops
  { has = 'AGE-SECRET-KEY-', pattern = 'AGE%-SECRET%-KEY%-1%w%w%w%w%w%w%w%w', what = 'a private key' },
  { has = 'AGE-PLUGIN-', pattern = 'AGE%-PLUGIN%-%w+%-1%w%w%w%w%w%w%w%w', what = 'a private key' },
  {
    has = '$ANSIBLE_VAULT',
    pattern = '^%s*%$ANSIBLE_VAULT;%d',
    what = 'text that ansible-vault has encrypted',
    data = true,
  },
  { has = 'ENC[AES', pattern = 'ENC%[AES256_GCM,data:', what = 'values that sops has encrypted', data = true },
  -- gitleaks, the rules of these names: aws-access-token, github-pat, gitlab-pat, slack-bot-token, stripe-access-token,
  -- anthropic-api-key, openai-api-key, npm-access-token, huggingface-access-token, pypi-upload-token
  {
    has = 'secret_access_key',
    pattern = 'secret_access_key["\']?%s*[=:]%s*["\']?[%w+/]' .. ('[%w+/]'):rep(15),
    what = 'a key of AWS',
  },
  {
    has = 'SECRET_ACCESS_KEY',
    pattern = 'SECRET_ACCESS_KEY["\']?%s*[=:]%s*["\']?[%w+/]' .. ('[%w+/]'):rep(15),
    what = 'a key of AWS',
  },
  { has = 'gh', pattern = '%f[%w]gh[pousr]_' .. ('%w'):rep(36), what = 'a token of GitHub' },
  { has = 'github_pat_', pattern = 'github_pat_' .. letters(36), what = 'a token of GitHub' },
  { has = 'glpat-', pattern = '%f[%w]glpat%-' .. letters(20), what = 'a token of GitLab' },
  { has = 'xox', pattern = '%f[%w]xox[abeoprs]%-%d+%-[%w-]' .. letters(10), what = 'a token of Slack' },
  { has = 'k_live_', pattern = '%f[%w][rs]k_live_' .. ('%w'):rep(16), what = 'a key of Stripe' },
  { has = 'sk-ant-', pattern = '%f[%w]sk%-ant%-%w+%-' .. letters(24), what = 'a key of Anthropic' },
  { has = 'sk-proj-', pattern = '%f[%w]sk%-proj%-' .. letters(32), what = 'a key of OpenAI' },
  { has = 'npm_', pattern = '%f[%w]npm_' .. ('%w'):rep(36), what = 'a token of npm' },
  { has = 'hf_', pattern = '%f[%w]hf_' .. ('%a'):rep(34), what = 'a token of Hugging Face' },
  { has = 'pypi-AgEIcHlwaS5vcmc', pattern = 'pypi%-AgEIcHlwaS5vcmc' .. letters(20), what = 'a token of PyPI' },
  -- docs: kubernetes, kubectl, wireguard, crypt(5), netrc(5)
  { has = 'Secret', pattern = '^kind:%s*["\']?Secret["\']?%s*$', what = 'a Secret of Kubernetes', data = true },
  { has = 'client-key-data', pattern = '^%s*client%-key%-data:%s*%S', what = 'a key of Kubernetes', data = true },
  {
    has = 'PrivateKey',
    pattern = '^%s*PrivateKey%s*=%s*[%w+/]' .. ('[%w+/]'):rep(42) .. '=',
    what = 'a key of WireGuard',
    data = true,
  },
  { has = ':$', pattern = '^[%w_.@-]+:%$[%w]+%$', what = 'hashes of passwords', data = true },
  { has = ' password ', pattern = '^%s*machine%s+%S+%s+login%s+%S+%s+password%s+%S', what = 'a password', data = true },
}

---@param one hum.SensitiveLine
---@param lines string[]
---@return integer? row  from 1
local function row_of(one, lines)
  for row, line in ipairs(lines) do
    local text = one.goes_on and line .. '\n' .. (lines[row + 1] or '') or line
    if line:find(one.has, 1, true) and text:find(one.pattern) then return row end
  end
end

--- The first kind of secret that one of these lines holds.
---@param lines string[]
---@param is_data boolean  the file is neither code nor prose
---@return string? what
---@return integer? row  from 1
function M.find(lines, is_data)
  local text = table.concat(lines, '\n')
  for _, one in ipairs(LINES) do
    if (is_data or not one.data) and text:find(one.has, 1, true) then
      local row = row_of(one, lines)
      if row then return one.what, row end
    end
  end
end

return M
