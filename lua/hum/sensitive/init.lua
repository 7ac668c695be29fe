-- Files that may hold secrets, and must never be read by a model: by their names and places, by words in their names,
-- and by what stands in them. The user's own list goes before all of that.
--
--   kinds     names and places, by what such files hold
--   words     words in names, such as "password"
--   types     code, prose or data: in code words say nothing
--   content   lines that are secrets
local content = require('hum.sensitive.content')
local kinds = require('hum.sensitive.kinds')
local types = require('hum.sensitive.types')
local words = require('hum.sensitive.words')

local M = {}

-- ---- the list ---------------------------------------------------------------------------------

---@class hum.SensitivePattern
---@field text string      as it stands in the list
---@field find? string     as a pattern of Lua, for a path that begins with a slash
---@field kind hum.SensitiveKind
---@field data boolean

---@class hum.SensitiveList
---@field names table<string, hum.SensitivePattern[]>    the last part of a path
---@field folders table<string, hum.SensitivePattern[]>  any other part of it
---@field others hum.SensitivePattern[]

---@param text string
---@return string
local function lua_pattern(text)
  local escaped = text:gsub('%p', '%%%0'):gsub('%%%*', '[^/]*'):gsub('%%#', '%%d'):gsub('%%@', '%%x')
  if vim.endswith(text, '/') then return '/' .. escaped end
  return (text:find('^%w') and '/%.?' or '/') .. escaped .. '$'
end

---@param map table<string, hum.SensitivePattern[]>
---@param key string
---@param pattern hum.SensitivePattern
local function put(map, key, pattern)
  map[key] = map[key] or {}
  table.insert(map[key], pattern)
end

---@param list hum.SensitiveList
---@param kind hum.SensitiveKind
---@param text string
local function add(list, kind, text)
  -- Such a name may be that of any project's folder, or the beginning of that of its code.
  local is_vague = text:find('^%w[^/]*/$') or text:find('^[%w_].*%*$')
  local pattern = { text = text, kind = kind, data = kind.data or is_vague ~= nil }
  if text:find('[*#@]') or text:find('/.') then
    pattern.find = lua_pattern(text)
    table.insert(list.others, pattern)
  elseif vim.endswith(text, '/') then
    put(list.folders, text:sub(1, -2), pattern)
  else
    put(list.names, text, pattern)
    if vim.startswith(text, '.') then put(list.names, text:sub(2), { text = text, kind = kind, data = true }) end
  end
end

local list ---@type hum.SensitiveList|nil

---@return hum.SensitiveList
local function get_list()
  if not list then
    list = { names = {}, folders = {}, others = {} }
    for _, kind in ipairs(kinds) do
      for _, text in ipairs(kind) do
        add(list, kind, text)
      end
    end
  end
  return list
end

-- ---- the name of a file -----------------------------------------------------------------------

--- Ends of the names of copies: of editors, of packages, of sudoedit(8) and vipw(8).
local COPIES = {
  '~$',
  '%.bak$',
  '%.backup$',
  '%.old$',
  '%.orig$',
  '%.save$',
  '%.saved$',
  '%.copy$',
  '%.tmp$',
  '%.temp$',
  '%.edit$',
  '%.swp$',
  '%.new$',
  '%.disabled$',
  '%.dpkg%-%a+$',
  '%.rpm%a+$',
  '%.%d+$',
  '#$',
  ' copy$',
  '%s*%(%d+%)$',
}

---@param name string
---@return string  without what makes it the name of a copy
local function original(name)
  local before
  name = name:gsub('^%.?#(.)', '%1')
  repeat
    before = name
    for _, copy in ipairs(COPIES) do
      local less = name:gsub(copy, '')
      name = less ~= '' and less or name
    end
  until name == before
  return name
end

--- The parts of a path, in which repositories of dotfiles write "dot_" for a dot (chezmoi) and backups "%" for a
--- slash. Where a scheme says how it is read, the rest says what it is. A drive is of Windows.
---@param path string
---@return string  begins with a slash
local function plain(path)
  path = path:gsub('^%a[%w+.-]*://', '/'):gsub('::', '/')
  if path:find('^%a:[\\/]') then path = path:gsub('\\', '/') end
  if path:find('/%%[^/]*%%[^/]*$') then path = path:gsub('%%', '/') end
  path = ('/' .. path):gsub('/+', '/')
  local dotted = path:gsub('/%l[%l_]*dot_', '/.'):gsub('/dot_', '/.')
  return dotted ~= path and dotted:gsub('%.tmpl$', '') or dotted
end

--- sudoedit(8) gives its copies eight random characters.
---@param path string
---@return string
local function without_random(path)
  local folder, name = path:match('^(.*/tmp/)([^/]+)$')
  if not folder or not name then return path end
  local stem = name:match('^(.+)%.%w%w%w%w%w%w%w%w$')
  if stem then return folder .. stem end
  local head, ending = name:match('^(.+)%w%w%w%w%w%w%w%w(%.%w+)$')
  return head and folder .. head .. ending or path
end

--- Examples are there to be read: GitHub's .gitignore for Node excepts ".env.example". What is "local" is none.
local EXAMPLES = { 'example', 'sample', 'template', 'tmpl', 'dist', 'skel', 'defaults', 'schema', 'dummy' }

---@param name string
---@return boolean
local function is_example(name)
  if vim.endswith(name, '.local') then return false end
  for _, word in ipairs(EXAMPLES) do
    if
      name:find('[._-]' .. word .. '$')
      or name:find('[._-]' .. word .. '%.[^.]+$')
      or (word ~= 'dist' and name:find('^' .. word .. '[._-]'))
    then
      return true
    end
  end
  return false
end

---@class hum.SensitiveName
---@field path string     all lower case
---@field name string     its last part
---@field is_data boolean
---@field is_example boolean

---@param patterns hum.SensitivePattern[]
---@param of hum.SensitiveName
---@return hum.SensitivePattern?
local function first(patterns, of)
  for _, one in ipairs(patterns) do
    local applies = (of.is_data or not one.data) and (one.kind.strict or not of.is_example)
    if applies and (not one.find or of.path:find(one.find)) then return one end
  end
end

---@param of hum.SensitiveName
---@return hum.SensitivePattern?
local function listed(of)
  local all = get_list()
  local found = all.names[of.name] and first(all.names[of.name], of)
  if found then return found end
  for folder in of.path:gmatch('/([^/]+)%f[/]') do
    found = all.folders[folder] and first(all.folders[folder], of)
    if found then return found end
  end
  return first(all.others, of)
end

--- Folders whose data is what their names say.
local FOLDER_WORDS = { 'secrets', 'secret', 'credentials', 'passwords', 'private-keys', 'private_keys', 'tokens' }

---@param of hum.SensitiveName
---@return string? folder
local function secret_folder(of)
  if not of.is_data then return nil end
  for _, word in ipairs(FOLDER_WORDS) do
    if of.path:find('/' .. word .. '/', 1, true) or of.path:find('/.' .. word .. '/', 1, true) then return word end
  end
end

--- Folders of texts about such things: words in names say nothing in them.
local TEXTS = {
  'doc',
  'docs',
  'locale',
  'locales',
  'i18n',
  'l10n',
  'lang',
  'langs',
  'translations',
  'messages',
  'schemas',
  'schema',
  'workflows',
}

---@param of hum.SensitiveName
---@return boolean
local function is_among_texts(of)
  for _, folder in ipairs(TEXTS) do
    if of.path:find('/' .. folder .. '/', 1, true) then return true end
  end
  return false
end

---@param path string
---@return string? why
local function of_plain(path)
  local name = original(vim.fs.basename(path))
  if name == '' then return nil end
  local whole = (path:sub(1, #path - #vim.fs.basename(path)) .. name):lower()
  local of = { path = whole, name = name:lower(), is_data = types.of(name:lower()) == 'data', is_example = false }
  of.is_example = is_example(of.name)
  local found = listed(of)
  if found then return ('it may hold %s ("%s")'):format(found.kind.what, found.text) end
  local folder = secret_folder(of)
  if folder then return ('it may hold secrets (its directory is called "%s")'):format(folder) end
  local word = not of.is_example and not is_among_texts(of) and words.find(name)
  if word then return ('it may hold secrets (its name has the word "%s")'):format(word) end
end

--- Why a file must not be read, by its name and place.
---@param path string  as whole as it is known; may be a name like "scp://host/file"
---@return string? why  continues "it is not read: "
function M.of_path(path)
  path = plain(path)
  local copied = without_random(path)
  return of_plain(path) or (copied ~= path and of_plain(copied) or nil)
end

-- ---- the user's list --------------------------------------------------------------------------

--- A pattern without a slash is for the last part of a name.
---@param path string
---@param pattern string
---@return boolean
local function matches(path, pattern)
  local subject = pattern:find('/', 1, true) and path or vim.fs.basename(path)
  return vim.regex([[\c]] .. vim.fn.glob2regpat(pattern)):match_str(subject) ~= nil
end

--- The last pattern that matches decides; "!" in front of it allows what it matches.
---@param path string
---@param own string[]
---@return string? pattern
local function own_pattern(path, own)
  for i = #own, 1, -1 do
    if matches(path, (own[i]:gsub('^!', ''))) then return own[i] end
  end
end

---@class hum.SensitiveVerdict
---@field why? string       the file must not be read
---@field allowed? boolean  by the user, whatever is in it

---@param path string
---@param own string[]
---@param verdict hum.SensitiveVerdict
local function judge(path, own, verdict)
  local pattern = own_pattern(path, own)
  if pattern and vim.startswith(pattern, '!') then
    verdict.allowed = true
  else
    verdict.why = verdict.why or (pattern and ('complete.exclude contains %s'):format(pattern)) or M.of_path(path)
  end
end

--- The name of a file on the disk, of which the last part may be new.
---@param name string
---@return string?
local function resolved(name)
  local real = vim.uv.fs_realpath(name)
  if real then return real end
  local folder = vim.uv.fs_realpath(vim.fs.dirname(name))
  return folder and vim.fs.joinpath(folder, vim.fs.basename(name)) or nil
end

--- What was found of a file. Resolving its name reads from the disk, which may be far away.
---@type table<string[], table<string, hum.SensitiveVerdict>>  by the user's list, then by name
local verdicts = setmetatable({}, { __mode = 'k' })

--- The same with the user's own list and with what the name stands for on the disk, which is looked up once.
---@param name string
---@param own string[]  file patterns, see complete.exclude
---@return hum.SensitiveVerdict
function M.of_file(name, own)
  local known = verdicts[own] or {}
  verdicts[own] = known
  if not known[name] then
    local verdict = {}
    judge(name, own, verdict)
    local real = resolved(name)
    if real and real ~= name then judge(real, own, verdict) end
    known[name] = verdict
  end
  return known[name]
end

-- ---- its lines --------------------------------------------------------------------------------

--- Why a file must not be read, by these lines of it.
---@param lines string[]
---@param name string  of the file, "" if it has none
---@return string? why
---@return integer? row  in `lines`, from 1
function M.of_lines(lines, name)
  local ending = original(vim.fs.basename(plain(name))):lower()
  local what, row = content.find(lines, types.of(ending) == 'data')
  if what then return ('it holds %s'):format(what), row end
end

return M
