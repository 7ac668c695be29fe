-- The check of which module may know which: does it see an arrow that should not be?
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

-- A tree that is as it should be, with all that the check looks at.
local SOUND = {
  ['src/proto.h'] = '#define HUM_PROTOCOL 1\n',
  ['src/base/buf.h'] = '#include <stddef.h>\n',
  ['src/base/buf.c'] = '#include "base/buf.h"\n',
  ['src/base/value.h'] = '#include "base/buf.h"\n#include "proto.h"\n',
  ['src/nvim/rpc.h'] = '#include "base/value.h"\n',
  ['src/server/http.h'] = '#include "proto.h"\n',
  ['src/job/chat.c'] = '#include "nvim/rpc.h"\n#include "server/http.h"\n',
  ['src/main.c'] = '#include "nvim/rpc.h"\n',
  ['lua/hum/init.lua'] = "local config = require('hum.config')\nreturn { open = function() require('hum.chat').open() end }\n",
  ['lua/hum/config.lua'] = 'return {}\n',
  ['lua/hum/config/schema.lua'] = 'return {}\n',
  ['lua/hum/private.lua'] = 'return { redraw = vim.api.nvim__redraw, fold = vim._foldupdate }\n',
  ['lua/hum/server/client.lua'] = "local private = require('hum.private')\nreturn {}\n",
  ['lua/hum/chat/init.lua'] = "local client = require('hum.server.client')\nlocal view = require('hum.chat.view.fold')\nreturn {}\n",
  ['lua/hum/chat/view/fold.lua'] = "-- See require('hum.chat') for who calls it.\nreturn {}\n",
  ['plugin/hum.lua'] = "vim.keymap.set('n', '<Plug>(hum)', function() require('hum').open() end)\n",
}

--- Checks the sound tree with some files more, or other ones.
---@param t test.Case
---@param planted table<string, string>
---@return test.Proc ended
local function check(t, planted)
  for path, text in pairs(vim.tbl_extend('force', SOUND, planted)) do
    t:write_file('tree/' .. path, text)
  end
  local run = t:spawn({ t.root .. '/.deps/bin/nvim-new', '-l', t.root .. '/tools/structure.lua', t.dir .. '/tree' })
  T.ok(run:join(20000), 'the check did not end')
  return run
end

test('a sound tree passes, and its modules and lazy requires are counted', { nvim = false }, function(t)
  local run = check(t, {})
  eq('', run.err)
  eq('structure: 7 modules of C, 7 of Lua, 1 lazy requires\n', run.out)
  eq(0, run.code)
end)

-- What is planted, and what must be said of it.
local FAULTS = {
  {
    name = 'base includes a header of server',
    plant = { ['src/base/buf.c'] = '#include "base/buf.h"\n#include "server/http.h"\n' },
    say = 'C: src/base/buf.c:2: base/buf may not know server/http: "base" stands below "server", or beside it',
  },
  {
    name = 'nvim includes a header of server',
    plant = { ['src/nvim/rpc.h'] = '#include "base/value.h"\n  # include "server/http.h"\n' },
    say = 'C: src/nvim/rpc.h:2: nvim/rpc may not know server/http: "nvim" stands below "server", or beside it',
  },
  {
    name = 'two modules of C include each other',
    plant = { ['src/base/buf.c'] = '#include "base/buf.h"\n#include "base/value.h"\n' },
    say = 'C: 2 modules know each other in a circle:\n'
      .. '  src/base/buf.c:2: base/buf -> base/value\n'
      .. '  src/base/value.h:1: base/value -> base/buf\n',
  },
  {
    name = 'an included header does not exist',
    plant = { ['src/main.c'] = '#include "nvim/rcp.h"\n' },
    say = 'C: src/main.c:1: there is no src/nvim/rcp.h',
  },
  {
    name = 'a folder of C is not in the plan',
    plant = { ['src/extra/new.c'] = '' },
    say = 'C: extra/new stands in "extra", which is not in the plan',
  },
  {
    name = 'config requires chat, lazily',
    plant = { ['lua/hum/config.lua'] = "return { apply = function()\n  require('hum.chat').renew()\nend }\n" },
    say = 'Lua: lua/hum/config.lua:2: hum.config may not know hum.chat: "hum/base" stands below "hum/chat", or beside it',
  },
  {
    name = 'what lies under config requires server',
    plant = { ['lua/hum/config/schema.lua'] = "local ok, client = pcall(require, 'hum.server.client')\n" },
    say = 'Lua: lua/hum/config/schema.lua:1: hum.config.schema may not know hum.server.client: "hum/base" stands below',
  },
  {
    name = 'a circle through package.loaded',
    plant = {
      ['lua/hum/chat/send.lua'] = "local chat = package.loaded['hum.chat']\nreturn {}\n",
      ['lua/hum/chat/init.lua'] = "local send = require('hum.chat.send')\nreturn {}\n",
    },
    say = 'Lua: 2 modules know each other in a circle:\n'
      .. '  lua/hum/chat/init.lua:1: hum.chat -> hum.chat.send\n'
      .. '  lua/hum/chat/send.lua:1: hum.chat.send -> hum.chat\n',
  },
  {
    name = 'a circle through a command in a string',
    plant = {
      ['lua/hum/chat/maps.lua'] = [[vim.keymap.set('n', 'q', "<Cmd>lua require('hum.chat').stop()<CR>")]],
      ['lua/hum/chat/init.lua'] = 'require("hum.chat.maps")\n',
    },
    say = 'Lua: 2 modules know each other in a circle:\n'
      .. '  lua/hum/chat/init.lua:1: hum.chat -> hum.chat.maps\n'
      .. '  lua/hum/chat/maps.lua:1: hum.chat.maps -> hum.chat\n',
  },
  {
    name = 'a circle through a string with quotes in it, with no brackets',
    plant = {
      ['lua/hum/chat/view/fold.lua'] = [[vim.wo.foldexpr = 'v:lua.require\'hum.chat.view.wait\'.level()']],
      ['lua/hum/chat/view/wait.lua'] = 'local fold = require "hum.chat.view.fold"',
    },
    say = 'Lua: 2 modules know each other in a circle:\n'
      .. '  lua/hum/chat/view/fold.lua:1: hum.chat.view.fold -> hum.chat.view.wait\n',
  },
  {
    name = 'a circle of three',
    plant = {
      ['lua/hum/chat/a.lua'] = "local b = require('hum.chat.b')",
      ['lua/hum/chat/b.lua'] = "local c = require('hum.chat.c')",
      ['lua/hum/chat/c.lua'] = "return function() return require('hum.chat.a') end",
    },
    say = 'Lua: 3 modules know each other in a circle:\n  lua/hum/chat/a.lua:1: hum.chat.a -> hum.chat.b\n',
  },
  {
    name = 'a required module does not exist',
    plant = { ['lua/hum/init.lua'] = "return { open = function() require('hum.chta').open() end }\n" },
    say = 'Lua: lua/hum/init.lua:1: there is no module hum.chta',
  },
  {
    name = 'a private function of Neovim, outside of hum.private',
    plant = { ['lua/hum/chat/view/fold.lua'] = '-- vim._foldupdate\nvim._foldupdate(0, 0, 1)\n' },
    say = 'private: lua/hum/chat/view/fold.lua:2: vim._foldupdate is for lua/hum/private.lua alone',
  },
  {
    name = 'an experimental function of its API, in plugin/',
    plant = { ['plugin/hum.lua'] = 'vim.api.nvim__redraw({ flush = true })\n' },
    say = 'private: plugin/hum.lua:1: nvim__redraw is for lua/hum/private.lua alone',
  },
}

for _, case in ipairs(FAULTS) do
  test('is found: ' .. case.name, { nvim = false }, function(t)
    local run = check(t, case.plant)
    eq(case.say, run.err:sub(1, #case.say))
    local _, faults = ('\n' .. run.err):gsub('\n%a', '') -- what belongs to one is indented
    eq(1, faults, run.err)
    eq(1, run.code)
  end)
end
