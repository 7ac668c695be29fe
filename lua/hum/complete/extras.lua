-- What prompts may show beside the text, if the user wants it (complete.extras): diagnostics near the
-- cursor, and definitions of what the cursor's line names, from language servers. Found out when the user
-- pauses, and of each name once, never for a key. The last edits are the helper's business.
local allow = require('hum.complete.allow')
local attach = require('hum.complete.attach')
local channel = require('hum.complete.channel')
local config = require('hum.config')
local ignored = require('hum.ignored')
local sensitive = require('hum.sensitive')
local symbols = require('hum.symbols')

local M = {}

--- Who types nothing for so long pauses, in ms.
local STAYS = 100

--- Diagnostics: so many lines around the cursor, so many of them, so much text of each.
local AROUND, MOST, TEXT = 20, 6, 200

--- Definitions: of so many names of a line, so many lines of each; larger files are not read.
local NAMES, LINES, FILE_BYTES = 4, 16, 1048576

---@class hum.Extra
---@field name string  of the pseudo file
---@field text string

---@type { buf: integer, row: integer, sent: string }|nil  where extras were last looked for
local place
---@type table<integer, table<string, hum.Extra|false>>  by buffer and name; false: none, or asked
local known = {}

-- ---- diagnostics ----------------------------------------------------------------------------

local words = { 'error', 'warning', 'info', 'hint' } ---@type table<vim.diagnostic.Severity?, string>

---@param buf integer
---@param row integer
---@return hum.Extra|nil
local function diagnostics(buf, row)
  local near = vim.tbl_filter(function(d) return math.abs(d.lnum - row) <= AROUND end, vim.diagnostic.get(buf))
  table.sort(near, function(a, b)
    if a.severity ~= b.severity then return a.severity < b.severity end
    return math.abs(a.lnum - row) < math.abs(b.lnum - row)
  end)
  local lines = {}
  for _, d in ipairs(vim.list_slice(near, 1, MOST)) do
    local line = vim.api.nvim_buf_get_lines(buf, d.lnum, d.lnum + 1, false)[1] or ''
    -- Its text and not its number, which changes with each line above.
    local text = ('%s: %s: %s'):format(words[d.severity], d.message:match('^[^\n]*'), vim.trim(line))
    lines[#lines + 1] = text:sub(1, TEXT)
  end
  if #lines == 0 then return nil end
  return { name = 'diagnostics.txt', text = table.concat(lines, '\n') }
end

-- ---- definitions ----------------------------------------------------------------------------

---@param path string
---@return string[]|nil  nil: it must not be read
---@return boolean? later  git has to say so first
local function lines_of(path)
  local buf = vim.fn.bufnr(path)
  if buf > 0 and vim.api.nvim_buf_is_loaded(buf) then
    if allow.mode(buf) == 'off' or allow.refusal(buf) then return nil end
    return vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  end
  local stat = vim.uv.fs_stat(path)
  local why = allow.refusal_of_file(path)
  if why or not stat or stat.size > FILE_BYTES then return nil, why == ignored.ASKED end
  local ok, lines = pcall(vim.fn.readfile, path)
  return ok and not sensitive.of_lines(lines, path) and lines or nil
end

---@param result any  of textDocument/definition: a location, a link, or a list of those
---@param buf integer
---@param row integer
---@return hum.Extra|nil
---@return boolean? later  it may be known later
local function definition(result, buf, row)
  local at = symbols.location(result)
  if not at then return nil end
  local path, first = at.path, at.first
  local is_here = vim.uv.fs_realpath(path) == vim.uv.fs_realpath(vim.api.nvim_buf_get_name(buf))
  if is_here and math.abs(first - row) <= 2 * AROUND then return nil end -- the prompt has it
  local lines, later = lines_of(path)
  local text = lines and symbols.piece(lines, first, LINES) or ''
  return text ~= '' and { name = symbols.shown(path), text = text } or nil, later
end

---@param line string
---@param cursor integer  column; what ends there is still being typed
---@return table<string, integer> columns  by name, from 0
---@return string[] names  the nearest to the line's end first
local function names_in(line, cursor)
  local columns, names = {}, {}
  for at, name, behind in line:gmatch('()([%a_][%w_]+)()') do
    if behind - 1 ~= cursor then
      if not columns[name] then table.insert(names, 1, name) end
      columns[name] = at - 1
    end
  end
  return columns, vim.list_slice(names, 1, NAMES)
end

local send ---@type fun(buf: integer, row: integer)

---@param buf integer
---@return vim.lsp.Client|nil
local function server(buf) return vim.lsp.get_clients({ bufnr = buf, method = 'textDocument/definition' })[1] end

--- What is answered is sent if the user is still there.
---@param buf integer
---@param name string
---@param position { line: integer, character: integer }  where it stands
local function ask(buf, name, position)
  known[buf][name] = false
  local params = { textDocument = { uri = vim.uri_from_bufnr(buf) }, position = position }
  vim.lsp.buf_request(buf, 'textDocument/definition', params, function(err, result)
    if err or not known[buf] or not vim.api.nvim_buf_is_valid(buf) then return end
    local got, later = definition(result, buf, position.line)
    if got then
      known[buf][name] = got
      if place and place.buf == buf and place.row == position.line then send(buf, position.line) end
    elseif later then
      known[buf][name] = nil
    end
  end)
end

--- Asks for what is not known yet.
---@param buf integer
---@param row integer
---@return hum.Extra[]  what is known, servers that answer at once included
local function definitions(buf, row)
  local client = server(buf)
  if not client then return {} end
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  local columns, names = names_in(line, vim.api.nvim_win_get_cursor(0)[2])
  known[buf] = known[buf] or {}
  for _, name in ipairs(names) do
    if known[buf][name] == nil then
      ask(buf, name, { line = row, character = symbols.character(client, line:sub(1, columns[name])) })
    end
  end
  local found = {} ---@type hum.Extra[]
  for _, name in ipairs(names) do
    found[#found + 1] = known[buf][name] or nil
  end
  return found
end

-- ---- both -----------------------------------------------------------------------------------

---@param a hum.Extra
---@param b hum.Extra
---@return boolean
local function is_before(a, b) return a.name .. a.text < b.name .. b.text end

function send(buf, row)
  local wanted = config.get().complete.extras
  local list = wanted.definitions and definitions(buf, row) or {}
  table.sort(list, is_before) -- the same ones give the same prompt
  list[#list + 1] = wanted.diagnostics and diagnostics(buf, row) or nil
  local sent = vim.inspect(list)
  if place and sent ~= place.sent then
    place.sent = sent
    channel.notify('extras', buf, list)
  end
end

--- The user pauses.
local function on_stay()
  local buf = vim.api.nvim_get_current_buf()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  if not attach.is_attached(buf) or vim.api.nvim_get_mode().mode:sub(1, 1) ~= 'i' then return end
  if not place or place.buf ~= buf then place = { buf = buf, row = row, sent = vim.inspect({}) } end
  place.row = row
  send(buf, row)
end

--- Whether Lua has to look for any of them: where not, no key costs anything.
---@return boolean
local function is_wanted()
  local wanted = config.get().complete.extras
  return wanted.diagnostics or wanted.definitions
end

-- What may be read is another question now; what was sent is replaced at the next pause.
config.on_change(function()
  known = {}
  if place then place.sent = '' end
end)

---@param group integer
---@param guarded fun(fn: function): function
function M.start(group, guarded)
  local timer = assert(vim.uv.new_timer())
  local stays = vim.schedule_wrap(guarded(on_stay))
  local rows = vim.api.nvim_create_augroup('hum.complete.extras', {})
  local function wait() timer:start(STAYS, 0, stays) end
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, callback = guarded(callback) })
  end
  on('InsertEnter', function()
    vim.api.nvim_clear_autocmds({ group = rows })
    if not is_wanted() then return end
    vim.api.nvim_create_autocmd('CursorMovedI', { group = rows, callback = wait })
    wait()
  end)
  on({ 'BufWritePost', 'BufUnload' }, function(ev) known[ev.buf] = nil end)
end

return M
