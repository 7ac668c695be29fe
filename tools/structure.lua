-- The plan of the house, checked: which folder may know which, and that no modules know each
-- other in a circle. Part of `make lint`:
--
--   nvim -l tools/structure.lua [ROOT]
--
-- Of C, an edge is an #include "..." in src/; of Lua, a require of 'hum...' in lua/, be it
-- lazy or in a string, and a look into package.loaded. Exits with 1 and names each fault.
local root = arg[1] or '.'

-- What a folder may know beside itself; "*": everything.
local C = {
  ['proto'] = {},
  ['base'] = { 'proto' },
  ['nvim'] = { 'proto', 'base' },
  ['server'] = { 'proto', 'base' },
  ['job'] = { 'proto', 'base', 'nvim', 'server' },
  ['complete/trim'] = { 'base' },
  ['complete'] = { 'proto', 'base', 'nvim', 'server', 'complete/trim' },
  ['.'] = { '*' },
}

local LUA = {
  ['hum/base'] = {},
  ['hum/server'] = { 'hum/base' },
  ['hum/chat/text'] = { 'hum/base' },
  ['hum/chat/view'] = { 'hum/base', 'hum/chat/text' },
  ['hum/chat/reply'] = { 'hum/base', 'hum/server', 'hum/chat/text', 'hum/chat/view' },
  ['hum/chat'] = { 'hum/base', 'hum/server', 'hum/chat/text', 'hum/chat/view', 'hum/chat/reply' },
  ['hum/complete/ghost'] = { 'hum/base' },
  ['hum/complete/backend'] = { 'hum/base', 'hum/server' },
  ['hum/complete'] = { 'hum/base', 'hum/server', 'hum/complete/ghost', 'hum/complete/backend' },
  ['hum'] = { '*' },
}

-- Modules that stand in lua/hum/ itself and below everything else.
local LUA_BASE = { 'config', 'events', 'interrupt', 'log', 'notify', 'spelling', 'status', 'url' }

---@class Graph
---@field edges table<string, table<string, string>>  from, to, where
---@field floor fun(module: string): string
---@field allowed table<string, string[]>

local function read(path)
  local file = assert(io.open(path))
  local text = file:read('*a')
  file:close()
  return text
end

local function files(folder, pattern)
  local found = {}
  for name, kind in vim.fs.dir(vim.fs.joinpath(root, folder), { depth = 8 }) do
    if kind == 'file' and name:find(pattern) then found[#found + 1] = name end
  end
  table.sort(found)
  return found
end

local function add(edges, from, to, where)
  edges[from] = edges[from] or {}
  if from ~= to then edges[from][to] = edges[from][to] or where end
end

---@return Graph
local function of_c()
  local edges = {}
  for _, name in ipairs(files('src', '%.[ch]$')) do
    local module, line_nr = name:gsub('%.[ch]$', ''), 0
    for line in vim.gsplit(read(vim.fs.joinpath(root, 'src', name)), '\n') do
      line_nr = line_nr + 1
      local included = line:match('^%s*#%s*include%s+"([^"]+)%.h"')
      if included then add(edges, module, included, ('src/%s:%d'):format(name, line_nr)) end
    end
  end
  local function floor(module)
    if module == 'proto' then return 'proto' end
    return module:match('^(.*)/') or '.'
  end
  return { edges = edges, floor = floor, allowed = C }
end

local function module_of(name) return (name:gsub('%.lua$', ''):gsub('/init$', ''):gsub('/', '.')) end

---@return Graph, integer lazy
local function of_lua()
  local edges, lazy, is_module = {}, 0, {}
  local names = files('lua', '%.lua$')
  for _, name in ipairs(names) do
    is_module[module_of(name)] = name:match('^(.*)/')
  end
  for _, name in ipairs(names) do
    local module, line_nr = module_of(name), 0
    edges[module] = edges[module] or {}
    for line in vim.gsplit(read(vim.fs.joinpath(root, 'lua', name)), '\n') do
      line_nr = line_nr + 1
      local code = line:gsub('^%s*%-%-.*', '')
      for _, called in ipairs({ 'require', 'loaded' }) do
        for wanted in code:gmatch(called .. '%s*[%(%[]?%s*\\?[\'"](hum[%w_.]*)') do
          if not is_module[wanted] then
            io.stderr:write(('lua/%s:%d: there is no module %s\n'):format(name, line_nr, wanted))
            os.exit(1)
          end
          add(edges, module, wanted, ('lua/%s:%d'):format(name, line_nr))
          if wanted ~= module and not code:find('^local [%w_, ]+ = require') then lazy = lazy + 1 end
        end
      end
    end
  end
  local function floor(module)
    for _, base in ipairs(LUA_BASE) do
      if module == 'hum.' .. base or vim.startswith(module, 'hum.' .. base .. '.') then return 'hum/base' end
    end
    return is_module[module]
  end
  return { edges = edges, floor = floor, allowed = LUA }, lazy
end

---@param graph Graph
---@return string[]
local function broken_floors(graph)
  local faults = {}
  for from, targets in vim.spairs(graph.edges) do
    local here = graph.floor(from)
    local allowed = graph.allowed[here]
    if not allowed then
      faults[#faults + 1] = ('%s stands in "%s", which is not in the plan'):format(from, here)
      allowed = { '*' }
    end
    for to, where in vim.spairs(targets) do
      local there = graph.floor(to)
      if there ~= here and not vim.tbl_contains(allowed, there) and not vim.tbl_contains(allowed, '*') then
        faults[#faults + 1] = ('%s: %s may not know %s: "%s" stands below "%s", or beside it'):format(
          where,
          from,
          to,
          here,
          there
        )
      end
    end
  end
  return faults
end

--- Strongly connected components, by Tarjan.
---@param graph Graph
---@return string[]
local function circles(graph)
  local index, low, on_stack, stack, count, found = {}, {}, {}, {}, 0, {}
  local function visit(node)
    count = count + 1
    index[node], low[node] = count, count
    stack[#stack + 1], on_stack[node] = node, true
    for to in vim.spairs(graph.edges[node] or {}) do
      if not index[to] then
        visit(to)
        low[node] = math.min(low[node], low[to])
      elseif on_stack[to] then
        low[node] = math.min(low[node], index[to])
      end
    end
    if low[node] ~= index[node] then return end
    local members = {}
    repeat
      local member = table.remove(stack)
      on_stack[member] = nil
      members[#members + 1] = member
    until member == node
    if #members > 1 then found[#found + 1] = members end
  end
  for node in vim.spairs(graph.edges) do
    if not index[node] then visit(node) end
  end
  local faults = {}
  for _, members in ipairs(found) do
    table.sort(members)
    local lines = { ('%d modules know each other in a circle:'):format(#members) }
    for _, from in ipairs(members) do
      for to, where in vim.spairs(graph.edges[from]) do
        if vim.tbl_contains(members, to) then lines[#lines + 1] = ('  %s: %s -> %s'):format(where, from, to) end
      end
    end
    faults[#faults + 1] = table.concat(lines, '\n')
  end
  return faults
end

local failed = false
local function report(name, graph)
  local faults = vim.list_extend(broken_floors(graph), circles(graph))
  failed = failed or #faults > 0
  for _, fault in ipairs(faults) do
    io.stderr:write(name, ': ', fault, '\n')
  end
  return vim.tbl_count(graph.edges)
end

local c = report('C', of_c())
local graph, lazy = of_lua()
local lua = report('Lua', graph)
print(('structure: %d modules of C, %d of Lua, %d lazy requires'):format(c, lua, lazy))
os.exit(failed and 1 or 0)
