-- Chats with the fake server, as most cases need them.
local M = {}

--- Configures hum for a server: the endpoint "ollama" speaks to it unless `name` says other.
---@param t test.Case
---@param srv {url: string}
---@param endpoint table? more fields of the endpoint
---@param config table? more options of hum
function M.configure(t, srv, endpoint, config)
  local opts = vim.tbl_deep_extend('force', {
    endpoints = { ollama = vim.tbl_extend('force', { url = srv.url, model = 'fake' }, endpoint or {}) },
  }, config or {})
  assert(t:lua([[return require('hum').setup(...)]], opts), 'setup() refused the options')
end

--- Configures hum, opens a chat in the current window and gives its buffer.
---@return integer buf
function M.open(t, srv, endpoint, config)
  config = vim.tbl_deep_extend('keep', config or {}, { chat = { window = 'current' } })
  M.configure(t, srv, endpoint, config)
  t:cmd('Hum new')
  return t:wait(function()
    local buf = t:lua('return vim.api.nvim_get_current_buf()')
    return t:lua('return vim.bo[...].filetype', buf) == 'hum' and buf
  end, 'a chat opens')
end

--- Writes under the last heading of a chat and sends it.
---@param buf integer? default: the current one
function M.ask(t, text, buf)
  t:lua(
    [[
    local buf, text = ...
    buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
    vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.split(text, '\n'))
    require('hum').send(buf)
  ]],
    buf or 0,
    text
  )
end

--- The data of the `n`th request that finished.
function M.finished(t, n) return t:wait_event('HumRequestFinished', n) end

--- The text of the last reply, whole or as far as it has come.
---@return string
function M.reply(t, buf)
  local text = t:text(buf)
  local at
  for pos in ('\n' .. text):gmatch('()\n## « ') do
    at = pos
  end
  local body = text:sub(at or #text + 1):gsub('^## « [^\n]*\n\n?', '')
  return (body:gsub('\n\n## » You\n*$', ''))
end

--- Roles and texts of the nth request.
---@param srv test.Fake
---@param n integer
---@param path? string
---@return string[][]
function M.sent(srv, n, path)
  return vim.tbl_map(function(message)
    local content = message.content
    return { message.role, type(content) == 'table' and content[1].text or content }
  end, srv:requests(path or '/v1/chat/completions')[n].body.messages)
end

--- `n` tokens of 7 bytes each, all different, with a line end every twelfth, the last with a blank.
---@return string[] tokens
---@return string text
function M.tokens(n)
  local tokens = {}
  for i = 1, n do
    tokens[i] = ('%06d%s'):format(i, i % 12 == 0 and i < n and '\n' or ' ')
  end
  return tokens, table.concat(tokens)
end

--- 12 MB in 3000 tokens, all different.
---@return string[]
function M.long_tokens()
  local tokens = {}
  for i = 1, 3000 do
    tokens[i] = ('%07d'):format(i) .. ('x'):rep(3992) .. '\n'
  end
  return tokens
end

--- Lets `n` tokens through the gate, 16 at a time, after each of which `wait(i)` returns once the `i`th is there.
--- Tokens merge only behind a full window of 64 edits without an answer, so these must not.
function M.pass_by_16(gate, n, wait)
  for i = 16, n, 16 do
    gate:pass(16)
    wait(i)
  end
  gate:pass()
end

--- Where the user may be while text comes into a buffer, by words for the name of a case.
---@type table<string, fun(t: table)>
M.SITUATIONS = {
  ['in the current buffer'] = function() end,
  ['in a buffer that is not shown'] = function(t) t:cmd('enew') end,
  ['in another window'] = function(t) t:cmd('new') end,
  ['while the user is in insert mode'] = function(t)
    t:keys('gg0i')
    t:wait(function() return t.child:mode().mode == 'i' end, 'insert mode')
  end,
}

--- Writes "MINE " before the token 000003 in the current buffer, as an edit inside the text that comes.
function M.edit_inside(t)
  t:lua([[
    local row = vim.fn.search('000003', 'w') - 1
    local col = vim.fn.getline(row + 1):find('000003', 1, true) - 1
    vim.api.nvim_buf_set_text(0, row, col, row, col, { 'MINE ' })]])
end

--- Presses a key whose mapping waits for another one, such as "l": no text can be changed meanwhile.
---@param buf integer? default: the current one
function M.lock(t, buf)
  t:lua([[vim.keymap.set('n', '<F5>', function() return vim.fn.getcharstr() end, { expr = true })]])
  t:keys('<F5>')
  t:wait(
    function() return not t:lua('return (pcall(vim.api.nvim_buf_set_lines, ..., 0, 0, false, {}))', buf or 0) end,
    'textlock'
  )
end

--- Presses keys that change the current buffer's text.
function M.press(t, keys)
  local before = t:eval('b:changedtick')
  t:keys(keys)
  t:wait(function() return t:eval('b:changedtick') ~= before end, keys .. ' changes the text')
end

--- First and last line of the closed fold at a line, "open" or "none".
---@return string
function M.fold(t, lnum)
  return t:lua(
    [[
    local l = ...
    if vim.fn.foldlevel(l) == 0 then return 'none' end
    if vim.fn.foldclosed(l) == -1 then return 'open' end
    return vim.fn.foldclosed(l) .. '-' .. vim.fn.foldclosedend(l)]],
    lnum
  )
end

--- From now on `lines_read()` in the child returns how many lines of buffers were read since it was last called.
M.COUNT_LINES = [[
  local get_lines, count = vim.api.nvim_buf_get_lines, 0
  vim.api.nvim_buf_get_lines = function(...)
    local lines = get_lines(...)
    count = count + #lines
    return lines
  end
  function lines_read()
    local n = count
    count = 0
    return n
  end
]]

--- Counts changes of a buffer from now on, by the number of bytes each inserts.
function M.count_changes(t, buf)
  t:lua(
    [[
    local changes = {}
    hum_test.changes = changes
    vim.api.nvim_buf_attach(..., false, { on_bytes = function(_, _, _, _, _, _, _, _, removed, _, _, bytes)
      if removed == 0 then
        changes[bytes] = (changes[bytes] or 0) + 1
      end
      return changes ~= hum_test.changes
    end })
  ]],
    buf
  )
end

--- How often a change inserted exactly `bytes` bytes.
function M.changes(t, bytes) return t:lua('return hum_test.changes[...] or 0', bytes) end

return M
