-- What servers send, and what the user must get: the cases of tests/cases, played to a real Neovim.
local T = require('harness')
local wire = require('lib.wire')
local test = T.test

T.once()

--- Cases that hum does not fulfil yet. One that it fulfils has no place here.
---@type table<string, string>
local NOT_YET = {}

--- So many cases share a Neovim.
local GROUP = 40

---@param names string
---@return table<string, true>
local function set_of(names)
  local set = {}
  for name in (names or ''):gmatch('%S+') do
    set[name] = true
  end
  return set
end

---@param not_yet table<string, true>
---@param case table
---@param complaints string[]
---@return string|nil
local function verdict(not_yet, case, complaints)
  if not_yet[case.name] then
    return #complaints == 0 and case.name .. ' is fulfilled: take it out of NOT_YET' or nil
  elseif #complaints > 0 then
    return ('%s (%s): %s'):format(case.name, case.about, table.concat(complaints, '; '))
  end
end

---@param name string
---@param cases table[]
---@param not_yet table<string, true>
local function group(name, cases, not_yet)
  test(name, { init = wire.INIT, env = wire.ENV }, function(t)
    local srv, wrong = t:fake(), {}
    for _, case in ipairs(cases) do
      wrong[#wrong + 1] = verdict(not_yet, case, wire.play(t, srv, case))
    end
    T.ok(#wrong == 0, table.concat(wrong, '\n'))
  end)
end

for _, file in ipairs({ 'wire', 'anthropic', 'more' }) do
  local cases, not_yet = wire.read(('%s/tests/cases/%s.jsonl'):format(T.root, file)), set_of(NOT_YET[file])
  for at = 1, #cases, GROUP do
    local some = vim.list_slice(cases, at, at + GROUP - 1)
    group(('cases of %s.jsonl, from "%s"'):format(file, some[1].name), some, not_yet)
  end
  test(('no case of %s.jsonl is named that is not there'):format(file), { nvim = false }, function()
    local unknown = vim.deepcopy(not_yet)
    for _, case in ipairs(cases) do
      unknown[case.name] = nil
    end
    T.eq({}, unknown)
  end)
end
