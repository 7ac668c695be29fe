-- The plan of the house, checked: which folder may know which, that no modules know each other
-- in a circle, that one file alone touches Neovim's private functions, and that no source of C calls
-- what glibc alone has. Part of `make lint`:
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
  ['job'] = { 'proto', 'base', 'nvim', 'server', 'text', 'edit', 'gather' },
  ['gather'] = { 'proto', 'base', 'text', 'edit' },
  ['edit'] = { 'proto', 'base', 'text' },
  ['text'] = { 'base' },
  ['complete/trim'] = { 'base', 'text' },
  ['complete'] = { 'proto', 'base', 'nvim', 'server', 'job', 'text', 'complete/trim' },
  ['.'] = { '*' },
}

local LUA = {
  ['hum/server/provider'] = {},
  ['hum/base'] = { 'hum/server/provider' },
  ['hum/server'] = { 'hum/base', 'hum/server/provider' },
  ['hum/place'] = { 'hum/base' },
  ['hum/look'] = { 'hum/base' },
  ['hum/chat/text'] = { 'hum/base' },
  ['hum/chat/view'] = { 'hum/base', 'hum/look', 'hum/chat/text' },
  ['hum/chat/view/dress'] = { 'hum/base', 'hum/look', 'hum/chat/text', 'hum/chat/view' },
  ['hum/chat/kept'] = { 'hum/base', 'hum/chat/text' },
  ['hum/sets'] = { 'hum/base', 'hum/place', 'hum/chat/text', 'hum/chat/kept' },
  ['hum/apply'] = {
    'hum/base',
    'hum/server',
    'hum/chat/text',
    'hum/chat/kept',
    'hum/sets',
    'hum/edit',
  },
  ['hum/chat/reply'] = {
    'hum/base',
    'hum/server',
    'hum/server/provider',
    'hum/place',
    'hum/look',
    'hum/chat/text',
    'hum/chat/view',
  },
  ['hum/chat/code'] = { 'hum/base', 'hum/place', 'hum/look', 'hum/chat/text', 'hum/chat/view' },
  ['hum/chat'] = {
    'hum/base',
    'hum/generate',
    'hum/server',
    'hum/look',
    'hum/chat/text',
    'hum/chat/view',
    'hum/chat/view/dress',
    'hum/chat/code',
    'hum/chat/kept',
    'hum/chat/reply',
    'hum/chat/context',
    'hum/chat/fit',
    'hum/apply',
    'hum/persona',
    'hum/prompt',
    'hum/reference',
    'hum/rules',
  },
  ['hum/chat/context'] = {
    'hum/base',
    'hum/server',
    'hum/reference',
    'hum/chat/text',
    'hum/chat/kept',
    'hum/chat/fit',
  },
  ['hum/chat/fit'] = { 'hum/base', 'hum/server', 'hum/look', 'hum/chat/text', 'hum/chat/kept', 'hum/chat/view' },
  ['hum/reference/source'] = { 'hum/base', 'hum/server' },
  ['hum/reference/kinds'] = { 'hum/base', 'hum/server', 'hum/reference/source' },
  ['hum/reference'] = { 'hum/base', 'hum/server', 'hum/look', 'hum/chat/text', 'hum/reference/kinds' },
  ['hum/rules'] = { 'hum/base', 'hum/server' },
  ['hum/persona'] = { 'hum/base', 'hum/chat/text' },
  ['hum/edit/context'] = { 'hum/base' },
  ['hum/edit'] = {
    'hum/base',
    'hum/server',
    'hum/server/provider',
    'hum/place',
    'hum/look',
    'hum/sets',
    'hum/prompt',
    'hum/reference',
    'hum/rules',
    'hum/edit/context',
    'hum/chat/kept',
    'hum/edit/collect',
    'hum/edit/view',
  },
  ['hum/prompt'] = { 'hum/base', 'hum/chat/text', 'hum/edit/collect', 'hum/reference' },
  ['hum/library'] = {
    'hum/base',
    'hum/look',
    'hum/server',
    'hum/prompt',
    'hum/persona',
    'hum/generate',
    'hum/background',
    'hum/edit',
    'hum/edit/collect',
    'hum/commit',
    'hum/chat',
    'hum/chat/code',
    'hum/chat/kept',
    'hum/chat/text',
  },
  ['hum/edit/collect'] = { 'hum/base' },
  ['hum/edit/view'] = { 'hum/base', 'hum/look' },
  ['hum/generate'] = {
    'hum/base',
    'hum/server',
    'hum/server/provider',
    'hum/place',
    'hum/persona',
    'hum/reference',
  },
  ['hum/commit'] = { 'hum/base', 'hum/generate', 'hum/prompt', 'hum/rules', 'hum/server', 'hum/place' },
  ['hum/review'] = { 'hum/base', 'hum/look', 'hum/sets', 'hum/edit', 'hum/apply', 'hum/chat', 'hum/chat/text' },
  ['hum/compare'] = {
    'hum/base',
    'hum/server',
    'hum/look',
    'hum/chat',
    'hum/chat/context',
    'hum/chat/text',
    'hum/chat/view',
  },
  ['hum/complete/ghost'] = { 'hum/base', 'hum/look' },
  ['hum/complete/backend'] = { 'hum/base', 'hum/server', 'hum/server/provider' },
  ['hum/complete'] = {
    'hum/base',
    'hum/look',
    'hum/server',
    'hum/server/provider',
    'hum/complete/ghost',
    'hum/complete/backend',
  },
  ['hum/check'] = { 'hum/base', 'hum/generate', 'hum/server', 'hum/server/provider', 'hum' },
  ['hum/health'] = {
    'hum/base',
    'hum/server',
    'hum/server/provider',
    'hum/prompt',
    'hum/library',
    'hum/reference',
    'hum/reference/source',
    'hum/chat',
    'hum/reference',
    'hum/reference/source',
    'hum/complete',
  },
  ['hum/inspect'] = { 'hum/base', 'hum/look', 'hum/server', 'hum/chat', 'hum/chat/code', 'hum/inspect' },
  ['hum'] = { '*' },
}

-- Modules that stand in lua/hum/ itself and below everything else.
local LUA_BASE = {
  'address',
  'aside',
  'bufload',
  'columns',
  'config',
  'count',
  'definition',
  'disclosed',
  'echo',
  'errno',
  'events',
  'fault',
  'git',
  'ignored',
  'interrupt',
  'invisible',
  'linediff',
  'log',
  'notice',
  'notify',
  'patterns',
  'private',
  'question',
  'repository',
  'selection',
  'sensitive',
  'slices',
  'spelling',
  'status',
  'store',
  'symbols',
  'trust',
  'updated',
  'url',
  'wrap',
}

-- Functions that glibc alone has: macOS builds the helper, too. Of what _GNU_SOURCE gives, memmem and strcasestr are
-- everywhere.
local GLIBC = vim.split(
  'memrchr rawmemchr mempcpy strchrnul strfry qsort_r pipe2 accept4 dup3 execvpe fcloseall get_current_dir_name '
    .. 'canonicalize_file_name secure_getenv statx renameat2 copy_file_range getrandom',
  ' '
)

-- Neovim's functions that may go or change without notice, and the one file that may use them.
local PRIVATE = { 'vim%._%w+', 'nvim__%w+' }
local PRIVATE_HOME = 'lua/hum/private.lua'

---@class Graph
---@field edges table<string, table<string, string>>  from, to, where
---@field floor fun(module: string): string
---@field plan table<string, string[]>  what each floor may know

local faults = {}
local function fault(...) faults[#faults + 1] = string.format(...) end

--- The files below a folder whose names match, sorted.
---@param folder string
---@param pattern string
---@return string[]
local function files(folder, pattern)
  local found = {}
  for name, kind in vim.fs.dir(vim.fs.joinpath(root, folder), { depth = 8 }) do
    if kind == 'file' and name:find(pattern) then found[#found + 1] = name end
  end
  table.sort(found)
  return found
end

--- Calls `visit` with each line of a file and with where it stands.
---@param path string
---@param visit fun(line: string, where: string)
local function each_line(path, visit)
  local nr = 0
  for line in io.lines(vim.fs.joinpath(root, path)) do
    nr = nr + 1
    visit(line, ('%s:%d'):format(path, nr))
  end
end

--- A module's place in the graph, with no edges yet.
local function node(edges, module) edges[module] = edges[module] or {} end

local function edge(edges, from, to, where)
  if from ~= to then edges[from][to] = edges[from][to] or where end
end

--- A header and the source beside it are one module.
---@return Graph
local function of_c()
  local edges, names = {}, files('src', '%.[ch]$')
  for _, name in ipairs(names) do
    node(edges, (name:gsub('%.[ch]$', '')))
  end
  for _, name in ipairs(names) do
    local module = name:gsub('%.[ch]$', '')
    each_line('src/' .. name, function(line, where)
      local included = line:match('^%s*#%s*include%s+"([^"]+)%.h"')
      if not included then return end
      if not edges[included] then return fault('C: %s: there is no src/%s.h', where, included) end
      edge(edges, module, included, where)
    end)
  end
  local function floor(module)
    if module == 'proto' then return 'proto' end
    return module:match('^(.*)/') or '.'
  end
  return { edges = edges, floor = floor, plan = C }
end

--- Names of modules that a line of Lua asks for, in code or in a string: require('hum.x'),
--- pcall(require, 'hum.x'), "<Cmd>lua require\"hum.x\"", package.loaded['hum.x'].
---@param line string
---@return string[]
local function wanted(line)
  local found = {}
  if line:find('^%s*%-%-') then return found end
  for _, word in ipairs({ 'require', 'loaded' }) do
    for name in line:gmatch(word .. '[%s%(%[,]*\\?[\'"](hum[%w_.]*)') do
      if name == 'hum' or name:find('^hum%.') then found[#found + 1] = name end
    end
  end
  return found
end

---@return Graph, integer lazy
local function of_lua()
  local edges, folder, lazy, names = {}, {}, 0, files('lua', '%.lua$')
  local function module_of(name) return (name:gsub('%.lua$', ''):gsub('/init$', ''):gsub('/', '.')) end
  for _, name in ipairs(names) do
    node(edges, module_of(name))
    folder[module_of(name)] = name:match('^(.*)/')
  end
  for _, name in ipairs(names) do
    local module = module_of(name)
    each_line('lua/' .. name, function(line, where)
      for _, other in ipairs(wanted(line)) do
        if not edges[other] then
          fault('Lua: %s: there is no module %s', where, other)
        else
          edge(edges, module, other, where)
          if other ~= module and not line:find('^local [%w_, ]+ = require') then lazy = lazy + 1 end
        end
      end
    end)
  end
  local function floor(module)
    for _, base in ipairs(LUA_BASE) do
      if module == 'hum.' .. base or vim.startswith(module, 'hum.' .. base .. '.') then return 'hum/base' end
    end
    return folder[module] or '.'
  end
  return { edges = edges, floor = floor, plan = LUA }, lazy
end

---@param language string
---@param graph Graph
local function check_floors(language, graph)
  for from, targets in vim.spairs(graph.edges) do
    local here = graph.floor(from)
    local allowed = graph.plan[here]
    if not allowed then
      fault('%s: %s stands in "%s", which is not in the plan', language, from, here)
      allowed = { '*' }
    end
    for to, where in vim.spairs(targets) do
      local there = graph.floor(to)
      if there ~= here and not vim.tbl_contains(allowed, there) and not vim.tbl_contains(allowed, '*') then
        local why = '%s: %s: %s may not know %s: "%s" stands below "%s", or beside it'
        fault(why, language, where, from, to, here, there)
      end
    end
  end
end

--- Strongly connected components of more than one module, by Tarjan.
---@param edges table<string, table<string, string>>
---@return string[][]
local function components(edges)
  local index, low, on_stack, stack, count, found = {}, {}, {}, {}, 0, {}
  local function visit(module)
    count = count + 1
    index[module], low[module] = count, count
    stack[#stack + 1], on_stack[module] = module, true
    for to in vim.spairs(edges[module]) do
      if not index[to] then
        visit(to)
        low[module] = math.min(low[module], low[to])
      elseif on_stack[to] then
        low[module] = math.min(low[module], index[to])
      end
    end
    if low[module] ~= index[module] then return end
    local members = {}
    repeat
      local member = table.remove(stack)
      on_stack[member] = nil
      members[#members + 1] = member
    until member == module
    if #members > 1 then found[#found + 1] = members end
  end
  for module in vim.spairs(edges) do
    if not index[module] then visit(module) end
  end
  return found
end

---@param language string
---@param graph Graph
local function check_circles(language, graph)
  for _, members in ipairs(components(graph.edges)) do
    table.sort(members)
    local lines = {}
    for _, from in ipairs(members) do
      for to, where in vim.spairs(graph.edges[from]) do
        if vim.tbl_contains(members, to) then lines[#lines + 1] = ('\n  %s: %s -> %s'):format(where, from, to) end
      end
    end
    fault('%s: %d modules know each other in a circle:%s', language, #members, table.concat(lines))
  end
end

local function check_private()
  for _, folder in ipairs({ 'autoload', 'ftplugin', 'lua', 'plugin' }) do
    for _, name in ipairs(files(folder, '%.%w+$')) do
      local path = folder .. '/' .. name
      each_line(path, function(line, where)
        if path == PRIVATE_HOME or line:find('^%s*%-%-') then return end
        for _, pattern in ipairs(PRIVATE) do
          local used = line:match('%f[%w]' .. pattern)
          if used then fault('private: %s: %s is for %s alone', where, used, PRIVATE_HOME) end
        end
      end)
    end
  end
end

local function check_portable()
  for _, name in ipairs(files('src', '%.[ch]$')) do
    each_line('src/' .. name, function(line, where)
      for called in line:gmatch('([%w_]+)%(') do
        if vim.tbl_contains(GLIBC, called) then fault('C: %s: %s is not on macOS', where, called) end
      end
    end)
  end
end

local function check(language, graph)
  check_floors(language, graph)
  check_circles(language, graph)
  return vim.tbl_count(graph.edges)
end

local c = check('C', of_c())
local graph, lazy = of_lua()
local lua = check('Lua', graph)
check_private()
check_portable()
for _, text in ipairs(faults) do
  io.stderr:write(text, '\n')
end
io.stdout:write(('structure: %d modules of C, %d of Lua, %d lazy requires\n'):format(c, lua, lazy))
os.exit(#faults > 0 and 1 or 0)
