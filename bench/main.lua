-- Plans and runs the benchmark; bench/run starts it. Ways are interleaved within each cell, so
-- that what else the machine does meets all of them alike.
local root = vim.fs.dirname(vim.fs.dirname(vim.uv.fs_realpath(debug.getinfo(1, 'S').source:sub(2))))
package.path = ('%s/bench/?.lua;%s/tests/nvim/?.lua;%s'):format(root, root, package.path)

local cell = require('cell')
local chats = require('chats')
local completion = require('completion')
local context = require('context')
local completion_report = require('completion_report')
local edit = require('edit')
local extras = require('extras')
local fake = require('lib.fake')
local follow_up = require('follow_up')
local references = require('references')
local report = require('report')
local send = require('send')
local system = require('system')

local PLACES = { 'empty', 'long', 'paragraph' }
-- Tokens a second, and how many: enough for a 99th percentile, few enough for all the cells.
local RATES = { { 200, 300 }, { 333, 500 }, { 1000, 1000 }, { 0, 20000 } }
local QUICK = { { 200, 150 }, { 1000, 500 }, { 0, 20000 } }
-- In one line of 100 kB each edit copies the line: 20,000 of them are minutes for anyone.
local FLAT_OUT_PARAGRAPH = 2000

local USAGE = [[
usage: bench/run [--quick] [--repeat N] [--chat | --chats | --completion | --edit |
                 --context | --references | --send]
                 [--way NAME] [--place NAME] [--rate N] [--no-extras]

  --quick       one repetition, less of everything
  --chat        only the replies of a chat; --completion: only completion;
                --send: only the way of a message to the server; --chats: only
                the list of chats; --references: 10 MB of them; --context: how
                far estimates of tokens are off, and what is read again
  --way         of the chat only these ways (may be repeated); the ratios need "bare"
  --place       empty, long or paragraph; --rate 200, 333, 1000, or 0 for flat out
]]

local PARTS =
  { chat = true, chats = true, completion = true, context = true, edit = true, references = true, send = true }

local function parse(args)
  local opts = { repeats = 3, rates = RATES, ways = {}, places = {}, only = {} }
  local function value(i) return (assert(args[i + 1], USAGE)) end
  local i = 1
  while args[i] do
    local name = args[i]
    if name == '--quick' then
      opts.quick, opts.repeats, opts.rates = true, 1, QUICK
    elseif name == '--no-extras' then
      opts.no_extras = true
    elseif PARTS[name:sub(3)] then
      opts.part = name:sub(3)
    elseif name == '--repeat' then
      opts.repeats = assert(tonumber(value(i)), USAGE)
    elseif name == '--way' or name == '--place' then
      table.insert(opts[name:sub(3) .. 's'], value(i))
    elseif name == '--rate' then
      opts.only[tonumber(value(i))] = true
    else
      io.stderr:write(USAGE)
      os.exit(2)
    end
    i = i + ((name == '--quick' or name == '--no-extras' or PARTS[name:sub(3)]) and 1 or 2)
  end
  return opts
end

--- Other looks of hum's chats, measured where they are asked for by name.
local LOOKS = { 'hum, raw', 'hum+md, concealed', 'hum, render-markdown', 'hum, markview' }

--- Markdown ways need the parsers that come with Neovim.
local function ways(opts)
  local all = { 'bare', 'bare+md', 'hum', 'hum, other window', 'curl', 'curl+md' }
  vim.list_extend(all, vim.tbl_filter(function(way) return vim.tbl_contains(opts.ways, way) end, LOOKS))
  local ok, added = pcall(vim.treesitter.language.add, 'markdown_inline')
  local parsers = ok and added
  return vim.tbl_filter(function(way)
    local wanted = #opts.ways == 0 or vim.tbl_contains(opts.ways, way)
    return wanted and (parsers or not way:find('+md', 1, true))
  end, all),
    parsers
end

local function note(...) io.stderr:write(string.format(...), '\n') end

local function measure_all(run, opts)
  local results = {}
  local places = #opts.places > 0 and opts.places or PLACES
  for repetition = 1, opts.repeats do
    for _, place in ipairs(places) do
      for _, rate in ipairs(opts.rates) do
        if not next(opts.only) or opts.only[rate[1]] then
          local count = rate[1] == 0 and place == 'paragraph' and FLAT_OUT_PARAGRAPH or rate[2]
          for _, way in ipairs(run.ways) do
            note('%d/%d %s, %s tokens/s, %s', repetition, opts.repeats, place, rate[1] > 0 and rate[1] or 'max', way)
            table.insert(results, cell.measure(run, way, rate[1], place, count))
          end
        end
      end
    end
  end
  return results
end

local function write(path, text)
  local f = assert(io.open(path, 'w'))
  f:write(text)
  f:close()
end

---@return string text, table figures
local function chat(run, opts)
  run.ways, run.parsers = ways(opts)
  local results = measure_all(run, opts)
  write(root .. '/build/bench.json', vim.json.encode({ results = results }))
  local figures = opts.no_extras and {} or extras.measure(run, note)
  return report.markdown(run, results, figures), { results = results, extras = figures }
end

---@return string text, table figures
local function complete(run, opts)
  local results = completion.measure(run, opts.repeats, note)
  return completion_report.markdown(results), results
end

local function main()
  local opts = parse(arg)
  local started = vim.uv.hrtime()
  local dir = vim.fn.tempname()
  vim.fn.mkdir(dir, 'p')
  local run = { root = root, dir = dir, fake = fake.start(root), quick = opts.quick }
  local machine = system.describe()
  local texts, figures = {}, {}
  local function is_wanted(part) return (opts.part or part) == part end
  if is_wanted('chat') then
    texts[1], figures = chat(run, opts)
  end
  if is_wanted('send') then
    figures.send = send.measure(run, opts.repeats, note)
    texts[#texts + 1] = send.markdown(figures.send)
    local why
    figures.follow_up, why = follow_up.measure(run)
    texts[#texts + 1] = follow_up.markdown(figures.follow_up, why)
  end
  if is_wanted('references') then
    figures.references = references.measure(run, opts.repeats, note)
    texts[#texts + 1] = references.markdown(figures.references)
  end
  if is_wanted('context') then
    figures.context = context.measure(run, note)
    texts[#texts + 1] = context.markdown(figures.context)
  end
  if is_wanted('chats') then
    figures.chats = chats.measure(run, note)
    texts[#texts + 1] = chats.markdown(figures.chats)
  end
  if is_wanted('edit') then
    figures.edit = edit.measure(run, opts.repeats, note)
    texts[#texts + 1] = edit.markdown(figures.edit)
  end
  if is_wanted('completion') then
    texts[#texts + 1], figures.completion = complete(run, opts)
  end
  run.fake:stop()
  vim.fn.delete(dir, 'rf')
  local seconds = (vim.uv.hrtime() - started) / 1e9
  table.insert(texts, 1, ('%s. Neovim %s, %.0f s.\n'):format(machine, tostring(vim.version()), seconds))
  local text = table.concat(texts, '\n')
  write(root .. '/build/bench.md', text)
  write(root .. '/build/bench.json', vim.json.encode(figures))
  io.stdout:write(text)
end

main()
