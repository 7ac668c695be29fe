-- Runs the black-box tests in a real Neovim:
--
--   nvim -l tests/nvim/run.lua --nvim PATH [options] [test files]
--
--   --nvim PATH      the Neovim under test (default: nvim)
--   --only TEXT      only cases whose name contains TEXT
--   --times N        each of them so often (1)
--   --jobs N         cases at the same time (two for each processor: a case waits for half of its time)
--   --share K/N      of the cases that one Neovim is enough for, the Kth of N shares: others play the others
--   --helper PATH    another helper than build/hum, such as a sanitizer build ($HUM_HELPER)
--   --valgrind       the helper under valgrind
--   --list           only the names
--
-- The Neovim that runs this script may be another one than the Neovim under test.
local here = vim.fs.dirname(vim.uv.fs_realpath(debug.getinfo(1, 'S').source:sub(2)))
local root = vim.fs.dirname(vim.fs.dirname(here))
package.path = here .. '/?.lua;' .. package.path

local harness = require('harness')
local proc = require('lib.proc')
local report = require('lib.report')
local slow = require('lib.slow')
local task = require('lib.task')

harness.root = root

local function usage(why)
  io.stderr:write('tests/nvim/run.lua: ' .. why .. '\n')
  os.exit(2)
end

local function parse(argv)
  local jobs = math.min(2 * vim.uv.available_parallelism(), 16)
  local opts = { nvim = 'nvim', jobs = jobs, times = 1, files = {}, helper = vim.env.HUM_HELPER }
  local takes = {
    ['--nvim'] = 'nvim',
    ['--only'] = 'only',
    ['--times'] = 'times',
    ['--jobs'] = 'jobs',
    ['--helper'] = 'helper',
    ['--share'] = 'share',
  }
  local flags = { ['--valgrind'] = 'valgrind', ['--list'] = 'list' }
  local i = 1
  while argv[i] do
    if takes[argv[i]] then
      opts[takes[argv[i]]] = argv[i + 1] or usage('a value is missing after ' .. argv[i])
      i = i + 1
    elseif flags[argv[i]] then
      opts[flags[argv[i]]] = true
    elseif argv[i]:sub(1, 1) == '-' then
      usage('no such option: ' .. argv[i])
    else
      table.insert(opts.files, argv[i])
    end
    i = i + 1
  end
  opts.jobs = tonumber(opts.jobs) or usage('--jobs wants a number')
  opts.times = tonumber(opts.times) or usage('--times wants a number')
  if opts.helper == '' then opts.helper = nil end
  for _, key in ipairs({ 'nvim', 'helper' }) do
    local path = opts[key]
    if path and vim.fn.executable(path) == 0 then usage('not executable: ' .. path) end
    opts[key] = path and vim.fn.fnamemodify(vim.fn.exepath(path), ':p')
  end
  return opts
end

local function load_cases(opts)
  local files = opts.files
  if #files == 0 then files = vim.fn.sort(vim.fn.glob(here .. '/test_*.lua', false, true)) end
  for _ = 1, opts.times do
    for _, file in ipairs(files) do
      harness.plays_once = nil
      harness.file = vim.fs.basename(file):gsub('^test_', ''):gsub('%.lua$', '')
      dofile(file)
    end
  end
  local part, parts = (opts.share or '1/1'):match('^(%d+)/(%d+)$')
  if not part then usage('--share wants K/N') end
  local nth = 0
  return vim.tbl_filter(function(case)
    if opts.only and not (case.file .. ': ' .. case.name):find(opts.only, 1, true) then return false end
    if not case.opts.once then return true end
    nth = nth + 1
    return nth % parts == part % parts
  end, harness.cases)
end

-- Outlives this driver however it ends, and takes away what it left: terminals and files.
local GUARD = [[
trap '' INT TERM HUP
cat >/dev/null
for s in "$1"/*/*.tmux; do [ -S "$s" ] && tmux -S "$s" kill-server; done 2>/dev/null
rm -rf "$1"]]

local function guard(dir) return proc.spawn({ 'setsid', 'sh', '-c', GUARD, 'sh', dir }) end

-- A program of its own for valgrind, because the helper's option is a path and not a command.
local function valgrind_wrapper(dir, helper)
  local path = dir .. '/hum-valgrind'
  local f = assert(io.open(path, 'w'))
  f:write(([[#!/bin/sh
exec valgrind -q --leak-check=full --show-leak-kinds=definite,indirect \
  --errors-for-leak-kinds=definite,indirect --log-file="$HOME/valgrind.%%p" '%s' "$@"
]]):format(helper))
  f:close()
  vim.uv.fs_chmod(path, 493)
  return path
end

-- What sanitizers and valgrind wrote, if they ran; nil if there was nothing to say.
local function checked(dir)
  for _, pattern in ipairs({ '/sanitizer.*', '/valgrind.*' }) do
    for _, path in ipairs(vim.fn.glob(dir .. pattern, false, true)) do
      local f = io.open(path)
      local text = f and f:read('*a') or ''
      if f then f:close() end
      if text:find('%S') then return 'the helper misbehaved:\n' .. text:sub(1, 8000) end
    end
  end
end

local function environment(dir)
  local log = 'log_path=' .. dir .. '/sanitizer'
  return {
    ASAN_OPTIONS = log .. ':detect_leaks=1:abort_on_error=0',
    UBSAN_OPTIONS = log .. ':print_stacktrace=1',
    LSAN_OPTIONS = 'log_threads=0',
  }
end

-- A traceback without the harness's own frames; a table is the word of T.skip.
local function traceback(err)
  if type(err) == 'table' then return err end
  local text = tostring(err)
  if not text:find('stack traceback:', 1, true) then text = debug.traceback(text, 2) end
  local lines = vim.tbl_filter(
    function(line)
      return not (
        line:find('^\t%[C%]')
        or line:find('^\t.*tests/nvim/lib/')
        or line:find('^\t.*tests/nvim/run.lua')
        or line:find('^\t.*tests/nvim/harness.lua')
      )
    end,
    vim.split(text, '\n')
  )
  return table.concat(lines, '\n')
end

local function run_case(case, run, dir)
  vim.fn.mkdir(dir, 'p')
  local t = harness.new_case(case, run, dir)
  local ok, err = xpcall(function()
    if case.opts.nvim ~= false then t.child = t:start() end
    case.fn(t)
  end, traceback)
  local skipped = not ok and type(err) == 'table' and err.skip
  local dump = not ok and not skipped and t:dump()
  local complaint = t:finish()
  if not skipped and complaint then
    ok, err = false, (ok and '' or err .. '\n') .. complaint
  end
  vim.fn.delete(dir, 'rf')
  return { ok = ok, skip = skipped, err = err, dump = dump }
end

-- Cases that want the machine for themselves come last, one after the other.
local function order(a, b)
  local alone_a, alone_b = a.opts.alone or false, b.opts.alone or false
  if alone_a ~= alone_b then return not alone_a end
  return a.n < b.n
end

local function run_all(cases, run, base, jobs, results)
  local next_case, running, alone = 1, 0, false
  task.run(function()
    while cases[next_case] and running < jobs and not alone do
      local case = cases[next_case]
      if case.opts.alone and running > 0 then return end
      next_case, running, alone = next_case + 1, running + 1, case.opts.alone
      local started = task.now()
      task.spawn(function()
        local result = run_case(case, run, ('%s/%d'):format(base, case.n))
        results:add(case, result, (task.now() - started) / 1000)
      end, function(ok, err)
        running, alone = running - 1, false
        if not ok then results:add(case, { err = 'the harness itself failed: ' .. tostring(err) }, 0) end
      end, slow.LIMITS.case)
    end
  end)
end

local function main()
  local opts = parse(_G.arg)
  local cases = load_cases(opts)
  if opts.list then
    for _, case in ipairs(cases) do
      io.stdout:write(case.file, ': ', case.name, '\n')
    end
    return 0
  end
  local base = assert(vim.uv.fs_mkdtemp((vim.env.TMPDIR or '/tmp') .. '/hum-test-XXXXXX'))
  local guardian = guard(base)
  if opts.valgrind then opts.helper = valgrind_wrapper(base, opts.helper or root .. '/build/hum') end
  local version = vim.fn.system({ opts.nvim, '--version' }):match('NVIM v(%d+%.%d+%.%d+)') or '?'
  local results = report.new(version, root .. '/build/test-logs')
  table.sort(cases, order)
  run_all(cases, {
    nvim = opts.nvim,
    version = version,
    root = root,
    helper = opts.helper,
    valgrind = opts.valgrind,
    env = environment,
    checked = checked,
  }, base, opts.jobs, results)
  guardian:finish()
  return results:summary()
end

local ok, code = xpcall(main, debug.traceback)
if not ok then io.stderr:write(code .. '\n') end
io.stdout:flush()
os.exit(ok and code or 1)
