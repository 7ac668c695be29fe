-- The help: found, whole, and in step with the code.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

local function help(t) return t:read_file(t.root .. '/doc/hum.txt') end

--- Makes the tags in the case's own directory, as :helptags refuses duplicates.
local function tags(t)
  local dir = t:write_file('site/doc/hum.txt', help(t)):gsub('/doc/hum.txt$', '')
  t:lua('vim.opt.runtimepath:prepend(...) vim.cmd.helptags((...) .. "/doc")', dir)
  local found = {}
  for tag in t:read_file(dir .. '/doc/tags'):gmatch('([^\n\t]+)\t') do
    found[tag] = true
  end
  return found
end

test(':help hum opens, and every reference leads somewhere', function(t)
  local found = tags(t)
  t:cmd('help hum')
  eq('hum.txt', t:eval('expand("%:t")'))
  eq(
    {},
    t:lua([[
    local dead = {}
    for reference in table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n'):gmatch('|([^|%s]+)|') do
      if not pcall(vim.cmd.help, vim.fn.escape(reference, '\\')) then table.insert(dead, reference) end
    end
    return dead
  ]])
  )
  -- :help takes what is near; our own tags have to be exact.
  for reference in help(t):gmatch('|([^|%s]+)|') do
    T.ok(found[reference] or not reference:find('[Hh]um'), '|' .. reference .. '|')
  end
end)

test('help texts in messages and code lead somewhere', { ui = false }, function(t)
  local found = tags(t)
  for _, path in ipairs(vim.fn.glob(t.root .. '/lua/hum/**/*.lua', false, true)) do
    for reference in t:read_file(path):gmatch('|(hum%-[%w-]+)|') do
      T.ok(found[reference], ('%s names |%s|'):format(path, reference))
    end
    for reference in t:read_file(path):gmatch(':help (hum[%w-]+)') do
      T.ok(found[reference], ('%s names :help %s'):format(path, reference))
    end
  end
end)

test('every subcommand, map, event, function and highlight group is described', { ui = false }, function(t)
  local found = tags(t)
  local wanted = t:lua([[
    local out = {}
    for name in pairs(require('hum.subcommands')) do table.insert(out, ':Hum-' .. name) end
    for name in pairs(require('hum')) do table.insert(out, 'hum.' .. name .. '()') end
    for _, mode in ipairs({ 'n', 'i' }) do
      for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
        if map.lhs:find('^<Plug>%(hum') then table.insert(out, map.lhs) end
      end
    end
    for _, group in ipairs(require('hum.look.groups').list) do table.insert(out, 'hl-' .. group.name) end
    return out
  ]])
  T.ok(#wanted > 40)
  for _, tag in ipairs(wanted) do
    T.ok(found[tag], 'no help for ' .. tag)
  end
  for _, path in ipairs(vim.fn.glob(t.root .. '/lua/hum/**/*.lua', false, true)) do
    local source = t:read_file(path)
    for event in source:gmatch("emit%('(Hum%a+)'") do
      T.ok(found[event], 'no help for ' .. event)
    end
    for group in source:gmatch("'(Hum%u%a+)'") do
      local event = found[group] or source:find(("pattern = '%s'"):format(group), 1, true)
      T.ok(found['hl-' .. group] or event, 'no help for ' .. group)
    end
  end
end)

test('the options in the help are those of the schema, and it is 78 columns wide', { ui = false }, function(t)
  local check = t:spawn({ t.root .. '/tools/gen-doc', '--check' })
  T.ok(check:join(require('lib.slow').LIMITS.answer), 'tools/gen-doc ends')
  eq(0, check.code, check.err)
end)

test('the address of the repository is filled in from one place', { ui = false }, function(t)
  local root = t.dir .. '/root'
  for _, name in ipairs({ 'README.md', 'doc/hum.txt', 'lua/hum/repository.lua' }) do
    t:write_file('root/' .. name, t:read_file(t.root .. '/' .. name))
  end
  local function run(...)
    local argv = { t.root .. '/.deps/bin/nvim-new', '-u', 'NONE', '-l', t.root .. '/tools/gen-address.lua', root, ... }
    local done = t:spawn(argv)
    T.ok(done:join(require('lib.slow').LIMITS.answer), 'it ends')
    return done.code
  end
  eq(0, run('--check'))
  local place = t:read_file(root .. '/lua/hum/repository.lua')
  local address = 'https://git.example.org/someone/hum.nvim'
  t:write_file('root/lua/hum/repository.lua', (place:gsub("(M%.address = )'[^']*'", "%1'" .. address .. "'")))
  eq(1, run('--check'))
  eq(0, run())
  eq(0, run('--check'))
  for _, name in ipairs({ 'README.md', 'doc/hum.txt' }) do
    local text = t:read_file(root .. '/' .. name)
    T.no_match('<repository-url>', text, true)
    T.match("'" .. address .. "'", text, true)
    T.match('git clone ' .. address, text, true)
  end
  t:write_file('root/lua/hum/repository.lua', place)
  eq(0, run())
  eq(t:read_file(t.root .. '/README.md'), t:read_file(root .. '/README.md'))
  eq(t:read_file(t.root .. '/doc/hum.txt'), t:read_file(root .. '/doc/hum.txt'))
end)

-- ---- examples ----------------------------------------------------------------------------------

--- The examples in Lua of the help and of README.
local function examples(t)
  local found = {}
  for block in t:read_file(t.root .. '/README.md'):gmatch('```lua\n(.-)```') do
    found[#found + 1] = block
  end
  local lines = nil ---@type string[]|nil
  for _, line in ipairs(vim.split(help(t), '\n')) do
    if lines and line:find('^%S') then
      found[#found + 1] = table.concat(lines, '\n')
      lines = nil
    end
    if lines then lines[#lines + 1] = line end
    if line:find('>lua$') then lines = {} end
  end
  return found
end

-- Runs an example in Neovim and gives what is wrong: as a chunk, whose assignments are options, or as what
-- stands within a table. Other plugins are not there.
local RUN = [[
  local text = ...
  local config, check = require('hum.config'), require('hum.config.check')
  local schema = require('hum.config.schema')
  local assigned = {}
  local fields = loadstring('return {' .. text .. '\n}')
  local chunk = loadstring(text)
  if not chunk and not fields then return { 'it is no Lua' } end
  if not chunk then
    for name, value in pairs(fields()) do table.insert(assigned, { name, value }) end
  elseif text:find('cmp') or text:find('vim%.pack') or text:find('vim%.lsp') or text:find('generate')
    or text:find('markview') or text:find('render%-markdown') then
    return {}
  else
    setfenv(chunk, setmetatable({}, {
      __index = _G,
      __newindex = function(_, name, value) table.insert(assigned, { name, value }) end,
    }))
    vim.g.hum = nil
    local setup, problems = config.setup, {}
    config.setup = function(opts)
      local ok, why = setup(opts)
      vim.list_extend(problems, why or {})
      return ok
    end
    chunk()
    config.setup = setup
    if vim.g.hum ~= nil or #problems > 0 then
      setup()
      return vim.list_extend(problems, config.problems())
    end
    setup()
  end
  local top, inner = {}, {}
  for _, field in ipairs(schema.fields) do top[field.name] = true end
  for _, field in ipairs(check.node(schema, { 'endpoints' }).item.fields) do inner[field.name] = true end
  local problems = {}
  for _, one in ipairs(assigned) do
    local name, value = one[1], one[2]
    local opts = top[name] and { [name] = value }
      or inner[name] and { endpoints = { x = { url = 'https://h', [name] = value } } }
    if opts then
      local _, why = config.setup(opts)
      vim.list_extend(problems, why or {})
    end
  end
  return problems
]]

test('every example in Lua of README and help is taken as it stands', { ui = false }, function(t)
  local all = examples(t)
  T.ok(#all > 30, #all .. ' examples')
  for _, example in ipairs(all) do
    eq({}, t:lua(RUN, example), example)
  end
  T.ok(#t:lua(RUN, "endpoints = { x = { urll = 'y' } }") > 0, 'a wrong one is found')
  T.ok(#t:lua(RUN, "require('hum').setup({ endpoint = 'nobody' })") > 0, 'a wrong call is found')
  T.ok(#t:lua(RUN, "vim.g.hum = { complete = { mode = 'yes' } }") > 0, 'a wrong vim.g.hum is found')
  T.ok(#t:lua(RUN, 'key = { evn = 3 }') > 0, 'a wrong part is found')
end)

test('README and help have every preset', { ui = false }, function(t)
  local readme, presets =
    t:read_file(t.root .. '/README.md'), help(t):match('%*hum%-presets%*(.-)An endpoint with another name')
  for name, known in pairs(t:lua('return require("hum.server.provider.presets")')) do
    T.match('`' .. name .. '`', readme, true)
    local row = presets:match('\n    (' .. name .. ' *[^\n]*)\n')
    T.ok(row, name)
    for _, variable in ipairs(known.key or {}) do
      T.match(variable, row, true)
    end
  end
end)
