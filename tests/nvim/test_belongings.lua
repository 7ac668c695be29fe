-- What belongs to a chat but is not its text: kept by content in a private folder beside the file.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

--- Calls a function of hum.chat.kept.belongings with a list of arguments.
local function call(t, name, ...)
  return t:lua(
    [[
    local name, args = ...
    local got = { require('hum.chat.kept.belongings')[name](unpack(args)) }
    return { got[1] or vim.NIL, got[2] or vim.NIL }]],
    name,
    { ... }
  )
end

---@return string ref
local function put(t, ...)
  local got = call(t, 'put', ...)
  eq(vim.NIL, got[2])
  return got[1]
end

--- What may be kept, by words for it.
local CONTENTS = {
  ['a text'] = 'one\ntwo\n',
  ['nothing'] = '',
  ['bytes with a NUL'] = '\137PNG\0\1\255\r\n\26\n',
  ['much'] = ('x'):rep(3 * 1024 * 1024),
}

for name, bytes in vim.spairs(CONTENTS) do
  test(name .. ' belongs to a chat and is there once', { ui = false }, function(t)
    local path = t.dir .. '/chats/über uns.md'
    local ref = put(t, path, bytes, 'png')
    T.match('^' .. ('%x'):rep(64) .. '%.png$', ref)
    eq(ref, put(t, path, bytes, 'png'))
    local dir = t.dir .. '/chats/über uns.files'
    eq({ ref }, vim.fn.readdir(dir))
    eq('rwx------', vim.fn.getfperm(dir))
    eq('rw-------', vim.fn.getfperm(dir .. '/' .. ref))
    eq(true, call(t, 'get', path, ref)[1] == bytes)
  end)
end

test('what is missing or was changed is named', { ui = false }, function(t)
  local path = t.dir .. '/a.md'
  local ref = put(t, path, 'text')
  local file = t.dir .. '/a.files/' .. ref
  t:write_file('a.files/' .. ref, 'TEXT')
  eq({ vim.NIL, file .. ' was changed, and is not used' }, call(t, 'get', path, ref))
  vim.fn.delete(file)
  eq({ vim.NIL, file .. ' is missing, which belongs to this chat' }, call(t, 'get', path, ref))
  eq(ref, put(t, path, 'text'))
  eq('text', call(t, 'get', path, ref)[1])
end)

test('a reference leads nowhere else', { ui = false }, function(t)
  local path = t.dir .. '/a.md'
  t:write_file('secret', 'secret')
  for _, ref in ipairs({ '../secret', '/etc/passwd', '', '..', ('a'):rep(63), ('a'):rep(64) .. '/../../secret' }) do
    local got = call(t, 'get', path, ref)
    eq(vim.NIL, got[1])
    T.match('is no reference', got[2], true)
  end
  T.match('^%x+%.secret$', put(t, path, 'x', '../secret'))
end)

test('what belongs to a chat is copied, moved and deleted with it', { ui = false }, function(t)
  local a, b, c = t.dir .. '/a.md', t.dir .. '/b.md', t.dir .. '/sub/c.md'
  local ref = put(t, a, 'one', 'txt')
  eq({ true, vim.NIL }, call(t, 'copy', a, b))
  eq('one', call(t, 'get', a, ref)[1])
  eq('one', call(t, 'get', b, ref)[1])
  local other = put(t, c, 'two')
  eq({ true, vim.NIL }, call(t, 'move', b, c))
  eq(0, vim.fn.isdirectory(t.dir .. '/b.files'))
  eq('one', call(t, 'get', c, ref)[1])
  eq('two', call(t, 'get', c, other)[1])
  eq({ true, vim.NIL }, call(t, 'delete', c))
  eq(0, vim.fn.isdirectory(t.dir .. '/sub/c.files'))
  eq('one', call(t, 'get', a, ref)[1])
  for _, name in ipairs({ 'copy', 'move' }) do
    eq({ true, vim.NIL }, call(t, name, t.dir .. '/none.md', t.dir .. '/to.md'))
    eq({ true, vim.NIL }, call(t, name, a, a))
  end
  eq({ true, vim.NIL }, call(t, 'delete', t.dir .. '/none.md'))
  eq('one', call(t, 'get', a, ref)[1])
end)

test('a place that cannot be written is told in words', { ui = false }, function(t)
  t:write_file('a.files', 'a file')
  local got = call(t, 'put', t.dir .. '/a.md', 'x')
  eq(vim.NIL, got[1])
  T.match('a.files', got[2], true)
  T.no_match('ENOTDIR', got[2], true)
  T.no_match('stack traceback', got[2], true)
end)
