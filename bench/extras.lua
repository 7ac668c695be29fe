-- What is not a stream: start-up, idling, the plugin file, instructions.
local cell = require('cell')
local editor = require('editor')
local proc = require('lib.proc')
local system = require('system')
local task = require('lib.task')

local M = {}

local function median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

--- A median of what `fn` gives, n times.
local function often(n, fn)
  local list = {}
  for i = 1, n do
    list[i] = fn()
  end
  return median(list)
end

-- From jobstart() to the helper's first event, in ms.
local FIRST_EVENT = [[
  local client, helper = require('hum.server.client'), require('hum.server.helper')
  local on_event, times = client.on_event, {}
  helper.stop()
  for i = 1, 11 do
    local ready
    client.on_event = function(name, ...)
      ready = ready or vim.uv.hrtime()
      on_event(name, ...)
    end
    local before = vim.uv.hrtime()
    assert(helper.start())
    vim.wait(5000, function() return ready end, 1)
    times[i] = (ready - before) / 1e6
    helper.stop()
  end
  client.on_event = on_event
  table.remove(times, 1) -- modules are loaded
  table.sort(times)
  return times[5]
]]

local function exec_ms(argv)
  local before = vim.uv.hrtime()
  proc.run(argv)
  return (vim.uv.hrtime() - before) / 1e6
end

--- What `--startuptime` says of the plugin file, in ms.
local function plugin_ms(run)
  local path = run.dir .. '/startuptime'
  os.remove(path)
  proc.run({
    run.root .. '/.deps/bin/nvim-new',
    '--headless',
    '--clean',
    '--cmd',
    'set rtp^=' .. run.root,
    '--startuptime',
    path,
    '-c',
    'qa',
  }, { env = require('lib.child').env(run.dir) })
  local f = assert(io.open(path))
  local own = f:read('*a'):match('([%d.]+): sourcing [^\n]*/plugin/hum%.lua')
  f:close()
  return tonumber(own)
end

--- A Neovim whose helper has had one chat; gives the helper's pid too.
local function after_a_chat(run)
  local nvim = editor.start(run.root, run.dir)
  run.fake:script({ text = 'Yes.' })
  nvim:lua([[require('probe').prepare(...)]], {
    way = 'hum',
    url = run.fake.url,
    history = {},
    opening = 1,
    total = 4,
  })
  local pid = nvim:lua([[return require('probe').go()]])
  nvim:wait('finished', 10000)
  task.await(function() return false end, 500)
  return nvim, pid
end

--- System calls of the idle helper in three seconds.
---@return integer? calls
---@return string? why not
function M.idle_calls(pid)
  if vim.fn.executable('strace') == 0 then return nil, 'no strace' end
  local tracer = proc.spawn({ 'strace', '-f', '-c', '-p', tostring(pid) })
  if not task.await(function() return tracer.err:find('attached') or tracer.code end, 5000) or tracer.code then
    return nil, vim.trim(tracer.err)
  end
  task.await(function() return false end, 3000)
  tracer:kill('sigint')
  tracer:join(5000)
  local calls = 0
  for count in tracer.err:gmatch('\n *[%d.]+ +[%d.]+ +%d+ +(%d+)[ %d]* [%w_]+') do
    calls = calls + tonumber(count)
  end
  return calls
end

--- Instructions of a helper under callgrind for a reply of `count` tokens.
local function instructions(run, count, rate)
  local out = run.dir .. '/callgrind.out'
  local wrapper = run.dir .. '/helper'
  local f = assert(io.open(wrapper, 'w'))
  local command = 'valgrind -q --tool=callgrind --callgrind-out-file=%s %s/build/hum "$@"'
  f:write('#!/bin/sh\nexec ', command:format(out, run.root), '\n')
  f:close()
  vim.uv.fs_chmod(wrapper, 493)
  os.remove(out)
  cell.measure(vim.tbl_extend('force', run, { helper = wrapper }), 'hum', rate, 'empty', count)
  -- It writes at the helper's end, which comes with the end of its Neovim.
  local total
  task.await(function()
    local file = io.open(out)
    total = file and file:read('*a'):match('\nsummary: (%d+)')
    return total or (file and file:close() and false)
  end, 10000)
  return assert(tonumber(total), 'callgrind wrote nothing')
end

---@param run table
---@param note fun(...)
---@return table<string, number|string>
function M.measure(run, note)
  local out = {}
  note('start-up, idling')
  local nvim, pid = after_a_chat(run)
  out.helper_kb, out.helper_peak_kb, out.helper_own_kb = system.memory(pid)
  out.idle_calls, out.idle_why = M.idle_calls(pid)
  out.first_event_ms = nvim:lua(FIRST_EVENT)
  nvim:stop()
  out.version_ms = often(11, function() return exec_ms({ run.root .. '/build/hum', '--version' }) end)
  out.true_ms = often(11, function() return exec_ms({ '/bin/true' }) end)
  out.plugin_ms = often(run.quick and 5 or 11, function() return plugin_ms(run) end)
  if vim.fn.executable('valgrind') == 1 and not run.quick then
    note('instructions')
    out.instructions_paced = (instructions(run, 600, 200) - instructions(run, 100, 200)) / 500
    out.instructions_flat = (instructions(run, 20000, 0) - instructions(run, 2000, 0)) / 18000
  end
  return out
end

return M
