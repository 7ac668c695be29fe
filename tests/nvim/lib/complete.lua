-- Completion as a whole: Neovim, the real helper and a fake server that fills in.
local http = require('lib.http')
local suggest = require('lib.suggest')

local M = { type = suggest.type, type_at_once = suggest.type_at_once, settle = suggest.settle, call = suggest.call }

--- Kinds of requests: the server that has them and the endpoint's dialect.
M.APIS = {
  completions = { dialect = 'openai', script = { server = 'llama-server', models = { 'coder' } } },
  infill = { dialect = 'openai', script = { server = 'llama-server', models = { 'coder' } } },
  generate = {
    dialect = 'ollama',
    script = { server = 'ollama', models = { { name = 'fake', capabilities = { 'completion', 'insert' } } } },
  },
}

-- With 'showmode' messages would wait for the end of insert mode.
M.OPTS = {
  ui = { 100, 40 },
  init = [[
    vim.o.shortmess = vim.o.shortmess .. 'I'
    vim.o.autoindent = false
    vim.o.showmode = false
  ]],
}

local WORDS = {
  'amber',
  'birch',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'heath',
  'inlet',
  'jetty',
  'knoll',
  'larch',
  'marsh',
  'north',
  'ocean',
  'plain',
  'quarry',
  'ridge',
  'stone',
  'trail',
  'urchin',
  'valley',
  'willow',
  'yarrow',
  'zephyr',
}

--- Lines of code no two of which are alike, nor any part of them for long.
---@param n integer
---@param seed integer?
---@return string[]
function M.lines(n, seed)
  local lines, state = {}, seed or 1
  local function word()
    state = (state * 1103515245 + 12345) % 2147483648
    return WORDS[math.floor(state / 65536) % #WORDS + 1]
  end
  for i = 1, n do
    lines[i] = ('%s_%d = %s(%s, "%s %s")'):format(word(), i, word(), word(), word(), word())
  end
  return lines
end

--- An answer that goes on in these lines.
---@param lines string[]
---@param fields table?
function M.continue(lines, fields)
  return vim.tbl_extend('force', { continue = table.concat(lines, '\n') .. '\n' }, fields or {})
end

--- The script of a server that answers requests to fill in by `rule`, or by these rules.
---@param rule table
---@param api string?
---@param more table? further fields of the script
function M.script(srv, rule, api, more)
  local script = vim.deepcopy(M.APIS[api or 'completions'].script)
  script.rules = vim.islist(rule) and rule or { rule }
  srv:script(vim.tbl_extend('force', script, more or {}))
end

--- Forgets what the server saw.
function M.reset(srv) assert(http.request(srv.host, srv.port, 'POST', '/_fake/reset', '') == 200) end

---@return table  figures of the fake server
function M.state(srv)
  local _, answer = http.request(srv.host, srv.port, 'GET', '/_fake/state')
  return vim.json.decode(answer)
end

--- Requests to fill in, in their order.
function M.requests(srv)
  return vim.tbl_filter(
    function(request) return request.fill ~= nil and request.fill.prompt_bytes > 0 end,
    srv:requests()
  )
end

--- Tells the helper another backend than hum found: these fields of its spec, `false` for none.
function M.change_backend(t, fields)
  local former = M.backends(t)
  t:lua(
    [[
    local fields = ...
    require('hum.complete.backend').resolve(function(_, spec)
      for name, value in pairs(fields) do spec[name] = value or nil end
      require('hum.complete.channel').notify('backend', spec)
    end)]],
    fields
  )
  t:wait(function() return M.backends(t) > former end, 'the helper knows the other backend')
end

--- With a llama-server that tells its fill-in tokens hum makes the prompts itself; not so from
--- now on.
function M.use_infill(t) M.change_backend(t, { api = 'infill', tokens = false }) end

--- A debounce that no case lives to see the end of: longer than hum's options allow.
function M.never_rest(t) M.change_backend(t, { debounce_ms = 3600000 }) end

--- Configures hum to complete with a server, and waits until it has found out how.
---@param opts { api: string?, config: table?, complete: table?, endpoint: table? }?
function M.configure(t, srv, opts)
  opts = opts or {}
  local dialect = M.APIS[opts.api or 'completions'].dialect
  local endpoint = vim.tbl_extend('force', { url = srv.url, dialect = dialect }, opts.endpoint or {})
  local complete = vim.tbl_extend('force', { mode = 'on', debounce = 0, prefetch = false }, opts.complete or {})
  local config = vim.tbl_extend('force', { endpoints = { ollama = endpoint }, complete = complete }, opts.config or {})
  local former = M.backends(t)
  assert(
    t:lua(
      [[
    assert(require('hum').setup(...))
    require('hum.complete').start()
    return require('hum.complete.channel').open()]],
      config
    ),
    'no helper'
  )
  t:wait(function() return M.backends(t) > former end, 'the helper knows the backend')
  if opts.api == 'infill' then M.use_infill(t) end
end

--- Opens a case: a server that answers by `rule`, hum that completes with it, no requests so far.
---@param rule table|table[]
---@param opts table? as for configure(), and `more`: fields of the script, `gate`: with one (lib/gate.lua)
---@return test.Fake
---@return test.Gate?
function M.start(t, rule, opts)
  local srv = t:fake()
  local gate = opts and opts.gate and t:gate(srv)
  M.script(srv, { text = '' }, opts and opts.api, opts and opts.more)
  M.configure(t, srv, opts)
  M.script(srv, rule, opts and opts.api, opts and opts.more)
  M.reset(srv)
  return srv, gate
end

--- How often the helper was sent a backend.
---@return integer
function M.backends(t) return select(2, t:log():gsub('backend: ', '')) end

--- A file with these lines, the cursor behind the last of them or at `row` and `col`.
---@param lines string[]
---@param opts { name: string?, row: integer?, col: integer? }?
---@return integer buf
function M.open(t, lines, opts)
  opts = opts or {}
  local name = opts.name or 'code.src'
  if t:eval('expand("%:t")') ~= name then
    t:cmd('edit ' .. name)
    t:cmd('noautocmd setlocal filetype=code') -- without one it would be taken for prose
  end
  return t:lua(
    [[
    local lines, row, col = ...
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
    vim.cmd('let &l:undolevels = &l:undolevels')
    vim.api.nvim_win_set_cursor(0, { row, col })
    return vim.api.nvim_get_current_buf()
  ]],
    lines,
    opts.row or #lines,
    opts.col or #lines[opts.row or #lines]
  )
end

--- The same, in insert mode.
function M.insert(t, lines, opts)
  local buf = M.open(t, lines, opts)
  local at_end = not opts or not opts.col or opts.col >= #lines[opts.row or #lines]
  M.type(t, at_end and 'A' or 'i')
  return buf
end

--- The ghost text at the cursor.
---@return string? nil: there is none
function M.ghost(t)
  return t:lua([[
    local ns = vim.api.nvim_create_namespace('hum.complete')
    local mark = vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })[1]
    if not mark then
      return nil
    end
    local lines = { mark[4].virt_text }
    vim.list_extend(lines, mark[4].virt_lines or {})
    return table.concat(vim.tbl_map(function(chunks)
      return table.concat(vim.tbl_map(function(chunk)
        return chunk[2] == 'HumGhost' and chunk[1] or ''
      end, chunks))
    end, lines), '\n')]])
end

--- Waits for this ghost text, or, without one, for any.
---@param text string?
---@return string
function M.wait_ghost(t, text)
  local seen
  local ok, err = pcall(t.wait, t, function()
    seen = M.ghost(t)
    return text and seen == text or not text and seen
  end, text and ('the suggestion %q'):format(text) or 'a suggestion')
  if not ok then error(('%s\nlast seen: %s'):format(err, vim.inspect(seen)), 0) end
  return seen
end

--- The same, and the answer is over: whole, it is known from now on.
function M.wait_answer(t, text)
  M.wait_ghost(t, text)
  M.wait_idle(t)
end

---@return table<string, integer>  what the helper has counted
function M.info(t)
  return t:lua([[return vim.rpcrequest(require('hum.server.helper').state().channel, 'info').complete]])
end

--- Waits until a count is at least that.
function M.wait_count(t, name, n)
  return t:wait(function()
    local info = M.info(t)
    return info[name] >= n and info
  end, ('%d %s'):format(n, name))
end

--- Waits until no request is under way. It looks twice: between them the helper has done
--- what a key made due at once.
function M.wait_idle(t)
  return t:wait(function()
    local info = M.info(t).live == 0 and M.info(t)
    return info and info.live == 0 and info
  end, 'no request is under way')
end

return M
