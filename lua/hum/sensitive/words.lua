-- Words in the name of a file that say that it holds secrets.
local set = require('hum.sensitive.set')
local types = require('hum.sensitive.types')

local M = {}

--- As a word, and as the end of one: "dbpassword", "accesstoken".
local ENDS =
  { 'secrets?', 'credentials?', 'passwords?', 'passwds?', 'passphrases?', 'passcodes?', 'tokens?', 'apikeys?', 'creds' }

--- As the beginning of a word that goes on in one of these: "passwordlist".
local BEGINS = { 'secret', 'credential', 'password', 'passwd', 'token' }
local GOES_ON = set('key keys list file files store db data dump base manager backup new old')

--- Nothing but the word itself.
local WHOLE = set([[
  creds cred otp totp 2fa mfa pwd pwds pw pws bearer userpass passwort passwörter passwoerter kennwort kennwörter
  kennwoerter motdepasse contraseña contraseñas contrasena contrasenas senha senhas wachtwoord wachtwoorden lösenord
  adgangskode adgangskoder passord salasana salasanat hasło hasła haslo hasla heslo hesla jelszó jelszavak şifre sifre
  пароль пароли секрет секреты 密码 密碼 口令 密钥 パスワード 비밀번호]])

--- A key of what: "api-key", "ACCESS_KEY", "sshkey".
local KEYS = set([[
  api access private secret auth signing encryption ssh master deploy app license account admin ssl tls gpg host aws
  root ec2 gcp azure openai anthropic claude gemini mistral groq cohere deepseek openrouter perplexity huggingface hf
  stripe github gitlab slack discord telegram twilio sendgrid mailgun cloudflare digitalocean heroku firebase supabase
  tailscale datadog sentry wireguard wg age zfs luks jwt ca]])

--- Whose personal access token: "github_pat".
local PATS = set('github gh gitlab azure ado bitbucket my')

--- Tokens that are no secret: of designs, of language models and of parsers.
local TOKENS =
  set('design special added color colour theme css figma semantic spacing typography max stop eos bos vocab merges')

--- Words beside which a secret word is the whole name: "my-passwords.md".
local FILLERS = set([[
  my our your the all old new latest current backup copy prod production dev development stage staging test testing
  local live default main app api db database client user users admin root site server web mail wifi work home private
  personal family list file store data key keys and of for env vars variables config]])

---@param word string
---@return boolean
local function is_secret(word)
  for _, ending in ipairs(ENDS) do
    if word:find(ending .. '%d*$') then return true end
  end
  for _, beginning in ipairs(BEGINS) do
    if vim.startswith(word, beginning) and GOES_ON[word:sub(#beginning + 1)] then return true end
  end
  local key_of = word:match('^(%a+)keys?$')
  if key_of and KEYS[key_of] then return true end
  return WHOLE[(word:gsub('%d+$', ''))] or false
end

--- The words of a name: what is no letter or digit is between them, and so is the hump of a camel.
---@param name string
---@return string[]
local function split(name)
  local words = {}
  local humps = name:gsub('(%l)(%u)', '%1 %2'):gsub('(%u)(%u%l)', '%1 %2')
  for word in humps:gmatch('[%w\128-\255]+') do
    words[#words + 1] = word:lower()
  end
  return words
end

---@param words string[]
---@param i integer
---@return boolean
local function tells(words, i)
  local word, before = words[i], words[i - 1] or ''
  if (word == 'key' or word == 'keys') and KEYS[before] then return true end
  if word == 'pat' and (PATS[before] or #words <= 2) then return true end
  if word == 'passe' and before == 'de' then return true end -- "mots-de-passe"
  return is_secret(word) and not (word:find('^tokens?$') and TOKENS[before])
end

--- The word of a name that says that the file holds secrets. In code it says nothing; in prose and in scripts of a
--- shell it does if there is nothing else in the name.
---@param name string  of the file, without folders
---@return string? word
function M.find(name)
  local kind = types.of(name:lower())
  if kind == 'code' then return nil end
  local words = split(name)
  if kind ~= 'data' then table.remove(words) end -- its end
  local found
  for i, word in ipairs(words) do
    local here = tells(words, i)
    found = found or (here and word) or nil
    if kind ~= 'data' and not here and not FILLERS[word] and not word:find('^%d+$') then return nil end
  end
  return found
end

return M
