-- What language servers say of a name: where it is defined, and where it is used. All that are attached are asked at
-- once; what has not come in time is done without, which is said.
local symbols = require('hum.symbols')

local M = {}

--- All questions together, in ms.
local PATIENCE = 5000

--- So many places are taken of one answer.
local MOST = 500

--- Kinds of symbols (LSP, SymbolKind) that go before variables and fields of the same name.
local STRONG = { [2] = 1, [3] = 1, [5] = 1, [6] = 1, [9] = 1, [10] = 1, [11] = 1, [12] = 1, [23] = 1 }

---@class hum.ReferenceSymbol
---@field name string
---@field container? string  what it is a part of
---@field path string   absolute
---@field first integer  rows from 0
---@field last integer
---@field at lsp.Position  of its name
---@field strong boolean  a function, a class or the like
---@field client vim.lsp.Client

---@class hum.ReferenceServers
---@field symbols hum.ReferenceSymbol[]  all that the servers told: of the buffer, and of the project by that name
---@field late boolean  not all answered in time

---@class hum.ReferenceInquiry
---@field pending integer
---@field over boolean
---@field late boolean
---@field cancels fun()[]

---@param client vim.lsp.Client
---@param method string
---@param params table
---@param cb fun(err: any, result: any)
---@param buf integer
---@return integer|nil id
local function request(client, method, params, cb, buf)
  local sent, id
  if vim.fn.has('nvim-0.11') == 1 then
    sent, id = client:request(method --[[@as vim.lsp.protocol.Method.ClientToServer.Request]], params, cb, buf)
  else
    ---@type fun(method: string, params: table, cb: function, buf: integer): boolean, integer?
    local send = client.request --[[@as any]]
    sent, id = send(method, params, cb, buf)
  end
  return sent and id or nil
end

---@param client vim.lsp.Client
---@param id integer
local function forget(client, id)
  if vim.fn.has('nvim-0.11') == 1 then
    pcall(client.cancel_request, client, id)
  else
    local cancel = client.cancel_request --[[@as fun(id: integer)]]
    pcall(cancel, id)
  end
end

--- Asks several things at once.
---@param ask fun(put: fun(client: vim.lsp.Client, method: string, params: table, buf: integer, on: fun(result: any)))
---@param cb fun(late: boolean)  scheduled, once
---@return fun() cancel
local function inquire(ask, cb)
  local inquiry = { pending = 1, over = false, late = false, cancels = {} } ---@type hum.ReferenceInquiry
  local timer = assert(vim.uv.new_timer())
  local function finish()
    if inquiry.over then return end
    inquiry.over = true
    timer:close()
    for _, cancel in ipairs(inquiry.cancels) do
      cancel()
    end
    vim.schedule(function() cb(inquiry.late) end)
  end
  local function answered()
    inquiry.pending = inquiry.pending - 1
    if inquiry.pending == 0 then finish() end
  end
  local function put(client, method, params, buf, on)
    inquiry.pending = inquiry.pending + 1 -- one in this process may answer before this returns
    local heard = false
    local ok, id = pcall(request, client, method, params, function(err, result)
      if heard or inquiry.over then return end
      heard = true
      if not err and type(result) == 'table' then pcall(on, result) end
      answered()
    end, buf)
    if not ok or not id then
      if not heard then answered() end
      heard = true
      return
    end
    inquiry.cancels[#inquiry.cancels + 1] = function()
      if not heard then forget(client, id) end
    end
  end
  timer:start(
    PATIENCE,
    0,
    vim.schedule_wrap(function()
      inquiry.late = inquiry.pending > 0
      finish()
    end)
  )
  ask(put)
  answered()
  return function()
    if inquiry.over then return end
    inquiry.over = true
    timer:close()
    for _, cancel in ipairs(inquiry.cancels) do
      cancel()
    end
  end
end

---@param uri any
---@return string|nil  absolute
local function path_of(uri)
  if type(uri) ~= 'string' or not vim.startswith(uri, 'file:') then return nil end
  return vim.fs.normalize(vim.uri_to_fname(uri))
end

--- The symbols of an answer, those within others too.
---@param result table
---@param client vim.lsp.Client
---@param path string|nil  of the document; nil: each says its own
---@param list hum.ReferenceSymbol[]
---@param container? string
local function flatten(result, client, path, list, container)
  for _, one in ipairs(result) do
    if #list >= 10 * MOST then return end
    local range = one.range or (one.location and one.location.range)
    local file = one.location and path_of(one.location.uri) or path
    if type(one.name) == 'string' and range and file then
      list[#list + 1] = {
        name = one.name,
        container = container or (one.containerName ~= vim.NIL and one.containerName) or nil,
        path = file,
        first = range.start.line,
        last = range['end'].line,
        at = (one.selectionRange or range).start,
        strong = STRONG[one.kind] ~= nil,
        client = client,
      }
    end
    if type(one.children) == 'table' then flatten(one.children, client, path, list, one.name) end
  end
end

--- Servers of the project: those of the code buffer, and those whose folder is in it.
---@param buf integer|nil
---@param where hum.Where
---@return vim.lsp.Client[]
local function of_project(buf, where)
  return vim.tbl_filter(function(client)
    if buf and client.attached_buffers and client.attached_buffers[buf] then return true end
    local root = client.config and client.config.root_dir
    return type(root) == 'string' and where.is_inside(vim.uv.fs_realpath(root) or root)
  end, vim.lsp.get_clients({ method = 'workspace/symbol' }))
end

--- Which symbols there are: all of the code buffer, and those of the project that fit the name.
---@param name string
---@param buf integer|nil
---@param path string|nil  of its file
---@param where hum.Where
---@param cb fun(found: hum.ReferenceServers)  scheduled, once
---@return fun() cancel
function M.symbols(name, buf, path, where, cb)
  local list = {}
  local function ask(put)
    local clients = buf and vim.lsp.get_clients({ bufnr = buf, method = 'textDocument/documentSymbol' })
    for _, client in ipairs(clients or {}) do
      local params = {
        textDocument = {
          uri = vim.uri_from_bufnr(buf --[[@as integer]]),
        },
      }
      put(client, 'textDocument/documentSymbol', params, buf, function(result) flatten(result, client, path, list) end)
    end
    for _, client in ipairs(of_project(buf, where)) do
      local at = buf or next(client.attached_buffers or {}) or 0
      put(client, 'workspace/symbol', { query = name }, at, function(result) flatten(result, client, nil, list) end)
    end
  end
  return inquire(ask, function(late) cb({ symbols = list, late = late }) end)
end

---@param result table
---@param client vim.lsp.Client
---@param name string
---@param list hum.ReferenceSymbol[]
local function locations(result, client, name, list)
  if result.uri or result.targetUri then result = { result } end
  for i, one in ipairs(result) do
    if i > MOST then return end
    local path = path_of(one.uri or one.targetUri)
    local range = one.range or one.targetRange
    if path and range then
      list[#list + 1] = {
        name = name,
        path = path,
        first = range.start.line,
        last = range['end'].line,
        at = (one.targetSelectionRange or range).start,
        strong = true,
        client = client,
      }
    end
  end
end

--- Where that is defined which stands at a place of the buffer.
---@param name string
---@param buf integer
---@param at { row: integer, before: string }
---@param cb fun(found: hum.ReferenceServers)  scheduled, once
---@return fun() cancel
function M.definition(name, buf, at, cb)
  local list = {}
  local function ask(put)
    for _, client in ipairs(vim.lsp.get_clients({ bufnr = buf, method = 'textDocument/definition' })) do
      local params = {
        textDocument = { uri = vim.uri_from_bufnr(buf) },
        position = { line = at.row, character = symbols.character(client, at.before) },
      }
      put(client, 'textDocument/definition', params, buf, function(result) locations(result, client, name, list) end)
    end
  end
  return inquire(ask, function(late) cb({ symbols = list, late = late }) end)
end

--- Where symbols are used, but for where they are defined.
---@param of hum.ReferenceSymbol[]
---@param buf integer|nil
---@param cb fun(found: hum.ReferenceServers)  scheduled, once
---@return fun() cancel
function M.uses(of, buf, cb)
  local list = {}
  local function ask(put)
    for _, symbol in ipairs(of) do
      local client = symbol.client
      local at = buf or next(client.attached_buffers or {}) or 0
      local can = vim.tbl_contains(vim.lsp.get_clients({ method = 'textDocument/references' }), client)
      local params = {
        textDocument = { uri = vim.uri_from_fname(symbol.path) },
        position = symbol.at,
        context = { includeDeclaration = false },
      }
      if can then
        put(
          client,
          'textDocument/references',
          params,
          at,
          function(result) locations(result, client, symbol.name, list) end
        )
      end
    end
  end
  return inquire(ask, function(late) cb({ symbols = list, late = late }) end)
end

return M
