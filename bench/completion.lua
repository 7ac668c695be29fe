-- The completion half of the benchmark. Ways are interleaved within each repetition.
local arrival = require('arrival')
local keys = require('keys')
local quiet = require('quiet')
local replay = require('replay')
local slow = require('slow')

local M = {}

-- Every so manyth answer of the replays is wrong: a good model, a poor one, and none at all.
local MISSES = { 5, 2, 1 }

---@param run table
---@param repeats integer
---@param note fun(...)
---@return table
function M.measure(run, repeats, note)
  local results = { sizes = keys.SIZES, ways = keys.WAYS, keys = {} }
  for repetition = 1, repeats do
    for _, size in ipairs(keys.SIZES) do
      for _, way in ipairs(keys.WAYS) do
        note('%d/%d keys, %d lines, %s', repetition, repeats, size, way)
        table.insert(results.keys, keys.measure(run, way, size))
      end
    end
  end
  results.arrivals = arrival.measure(run, note)
  note('processes, idling')
  results.quiet = quiet.measure(run)
  note('servers that are slower than the keys')
  results.slow = { counted = slow.count(run.root), measured = slow.measure(run) }
  note('a replayed session, %d at a time', #MISSES)
  results.replays = replay.measure_all(run, MISSES)
  return results
end

return M
