-- A project of a case's own, as tests/nvim/test_context_cases.lua and others need it: code that is open in a window, files
-- that are not, some that nobody should be sent, and a user who says yes or no to what is asked.
local chat = require('lib.chat')

local M = {}

--- A PNG, 8 by 8.
local PIC = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mM4ISeHFTEMLQkAkL9BAc9woTwAAAAASUVORK5CYII='

---@return string
local function code()
  local lines = { 'local M = {}', '' }
  for i = 1, 38 do
    lines[#lines + 1] = ('local alpha_%d = %d'):format(i, i)
  end
  vim.list_extend(lines, { '', '--- Adds.', 'function M.compute(a, b)', '  return a + b', 'end', '', 'return M' })
  return table.concat(lines, '\n') .. '\n'
end

---@return string
local function betas()
  local lines = {}
  for i = 1, 59 do
    lines[i] = ('local beta_%d = %d'):format(i, i)
  end
  return table.concat(lines, '\n') .. '\n'
end

---@return string
local function all_bytes()
  local bytes = {}
  for i = 0, 255 do
    bytes[#bytes + 1] = string.char(i)
  end
  return table.concat(bytes):rep(4)
end

--- Writes the project and makes it the working directory; src/a.lua is open in a window.
---@param t test.Case
function M.new(t)
  t.project = t.dir .. '/project'
  local function write(name, text) t:write_file('project/' .. name, text) end
  write('src/a.lua', code())
  write('src/b.lua', betas())
  write('src/deep/c.lua', 'local gamma = 1\n')
  write('src/notes.txt', 'Some notes.\n')
  write('.env', 'API_KEY=planted-0123456789abcdef\n')
  write('.gitignore', 'ignored.txt\n')
  write('ignored.txt', 'ignored words\n')
  write('pic.png', vim.base64.decode(PIC))
  write('data.bin', all_bytes())
  t:write_file('outside.txt', 'words from outside\n')
  local env = { HOME = t.dir, PATH = vim.env.PATH, GIT_CONFIG_NOSYSTEM = '1' }
  local script = [[
    git init -q -b trunk
    git -c user.name=A -c user.email=a@example.org add -A
    git -c user.name=A -c user.email=a@example.org commit -q -m first]]
  local done = vim
    .system({ 'sh', '-euc', script }, { cwd = t.project, env = env, text = true, clear_env = true })
    :wait()
  assert(done.code == 0, done.stderr)
  t:lua('vim.cmd.cd(...)', t.project)
  t:cmd('edit src/a.lua')
end

--- From now on the user answers every question with yes or no; `asked()` has them.
---@param t test.Case
---@param answer 'yes'|'no'
function M.answers(t, answer)
  t:lua(
    [[
    local answer = ...
    asked = asked or {}
    local function is_no(text) return text:lower():find('^no') or text:lower():find('cancel') or text:lower():find('not') end
    vim.ui.select = function(items, opts, cb)
      local shown = vim.tbl_map(opts.format_item or tostring, items)
      table.insert(asked, { prompt = opts.prompt or '', items = shown })
      if answer == 'yes' then return cb(items[1], 1) end
      for i, text in ipairs(shown) do
        if is_no(text) then return cb(items[i], i) end
      end
      cb(nil)
    end
    vim.ui.input = function(opts, cb)
      table.insert(asked, { prompt = opts.prompt or '', items = {} })
      cb(answer == 'yes' and 'yes' or nil)
    end
    vim.fn.confirm = function(text)
      table.insert(asked, { prompt = text, items = {} })
      return answer == 'yes' and 1 or 2
    end
  ]],
    answer
  )
end

--- The questions that were asked.
---@param t test.Case
---@return { prompt: string, items: string[] }[]
function M.asked(t) return t:lua('return asked or {}') end

--- Opens a chat beside the code; `srv` speaks the OpenAI-compatible API unless `endpoint` says other.
---@param t test.Case
---@param srv test.Fake
---@param endpoint? table
---@param config? table
---@return integer buf
function M.chat(t, srv, endpoint, config)
  chat.configure(t, srv, vim.tbl_extend('force', { dialect = 'openai' }, endpoint or {}), config)
  t:cmd('Hum new')
  return t:wait(function()
    local buf = t:lua('return vim.api.nvim_get_current_buf()')
    return t:lua('return vim.bo[...].filetype', buf) == 'hum' and buf
  end, 'a chat opens')
end

--- Requests for a reply, as they came: each with its `raw` body, too.
---@param srv test.Fake
---@return { path: string, raw: string, body: table }[]
function M.requests(srv)
  local found = {}
  for _, request in ipairs(srv:events('request')) do
    local is_chat = request.path == '/v1/chat/completions' or request.path == '/api/chat'
    local ok, body = pcall(vim.json.decode, request.body or '')
    if is_chat and ok and body.messages and #body.messages > 0 then
      found[#found + 1] = { path = request.path, raw = request.body, body = body }
    end
  end
  return found
end

--- The bytes of the list of messages of a request, without its last bracket.
---@param raw string
---@return string
function M.messages(raw)
  local at = assert(raw:find('"messages":[', 1, true), 'no messages') + #'"messages":'
  local depth, i, in_text = 0, at, false
  while i <= #raw do
    local byte = raw:sub(i, i)
    if in_text then
      if byte == '\\' then
        i = i + 1
      elseif byte == '"' then
        in_text = false
      end
    elseif byte == '"' then
      in_text = true
    elseif byte == '[' or byte == '{' then
      depth = depth + 1
    elseif byte == ']' or byte == '}' then
      depth = depth - 1
      if depth == 0 then return raw:sub(at, i - 1) end
    end
    i = i + 1
  end
  error('the list of messages does not end')
end

--- Whether each request begins with the messages of the one before.
---@param srv test.Fake
function M.same_beginning(srv)
  local before
  for i, request in ipairs(M.requests(srv)) do
    local now = M.messages(request.raw)
    if before and not vim.startswith(now, before) then
      error(('request %d does not begin as the one before:\n%s\n--- now\n%s'):format(i, before, now))
    end
    before = now
  end
end

--- All words of a request's messages.
---@param request { body: table }
---@param role? string
---@return string
function M.words(request, role)
  local words = {}
  for _, message in ipairs(request.body.messages) do
    for _, part in ipairs(type(message.content) == 'table' and message.content or { { text = message.content } }) do
      if not role or message.role == role then words[#words + 1] = part.text or '' end
    end
  end
  return table.concat(words, '\n')
end

--- How often a text occurs in another.
---@param text string
---@param part string
---@return integer
function M.count(text, part) return select(2, text:gsub(vim.pesc(part), '')) end

--- Sends a message and waits for the nth reply.
---@param t test.Case
---@param text string
---@param buf integer
---@param n? integer
function M.ask(t, text, buf, n)
  chat.ask(t, text, buf)
  chat.finished(t, n)
end

--- Sends a message that must not go: waits until its heading says so.
---@param t test.Case
---@param text string
---@param buf integer
---@return string  what was told, below the message or in messages
function M.refused(t, text, buf)
  chat.ask(t, text, buf)
  t:wait(function() return t:screen():find('Not sent') end, 'the message is refused')
  return t:screen() .. t:messages()
end

return M
