-- The help: found, whole, and in step with the code.
local T = require('harness')
local test, eq = T.test, T.eq

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
    for name in pairs(require('hum.command').subcommands) do table.insert(out, ':Hum-' .. name) end
    for name in pairs(require('hum')) do table.insert(out, 'hum.' .. name .. '()') end
    for _, mode in ipairs({ 'n', 'i' }) do
      for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
        if map.lhs:find('^<Plug>%(hum') then table.insert(out, map.lhs) end
      end
    end
    for name in pairs(require('hum.chat.view.highlight').groups) do table.insert(out, 'hl-' .. name) end
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
    for _, pattern in ipairs({ "nvim_set_hl%(0, '(Hum%a+)'", "default_link%('(Hum%a+)'" }) do
      for group in source:gmatch(pattern) do
        T.ok(found['hl-' .. group], 'no help for ' .. group)
      end
    end
  end
end)

test('the options in the help are those of the schema, and it is 78 columns wide', { ui = false }, function(t)
  local check = t:spawn({ t.root .. '/tools/gen-doc', '--check' })
  T.ok(check:join(require('lib.slow').LIMITS.answer), 'tools/gen-doc ends')
  eq(0, check.code, check.err)
end)
