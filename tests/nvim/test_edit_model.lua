-- hum's model of an edit: where hunks are, and what they are, whatever happens to the buffer. Sessions at random; the
-- answer's events are played. `HUM_STORM` is how many rounds there are; a failure names its seed.
local T = require('harness')
local test = T.test

local ROUNDS = tonumber(os.getenv('HUM_STORM')) or 1
local SESSIONS = 150

--- Plays sessions in the child, a few in a call.
---@param t test.Case
---@param what 'outside'|'anywhere'
---@param seed integer
local function play(t, what, seed)
  local lib = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h') .. '/lib/edit_random.lua'
  for round = 1, ROUNDS do
    for first = 1, SESSIONS, 30 do
      t:lua(
        [[
        local lib, what, seed = ...
        vim.o.swapfile = false
        RANDOM = RANDOM or dofile(lib)
        for i = seed, seed + 29 do
          RANDOM[what](i)
        end
      ]],
        lib,
        what,
        seed + round * 1000 + first
      )
    end
  end
end

-- In the suite the same sessions each time: what they show is known by its seed.
local seed = tonumber(os.getenv('HUM_TEST_SEED')) or (ROUNDS > 1 and os.time() % 100000 * 100 or 1)

test(
  ('all is known while the user edits elsewhere (seed %d)'):format(seed),
  {},
  function(t) play(t, 'outside', seed) end
)

test(
  ('hunks are where they say, whatever the user edits (seed %d)'):format(seed),
  {},
  function(t) play(t, 'anywhere', seed) end
)
