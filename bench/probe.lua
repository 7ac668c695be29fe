-- Runs inside the measured Neovim: fills the buffer, starts a way to stream, notes when text
-- arrives and how long the loop is away. The same for every way, and cheap: one on_bytes
-- listener, one prepare callback for each turn of the loop.
local M = {}

local hrtime = vim.uv.hrtime

local state ---@type table

---@param name string
local function announce(name, ...)
  for _, channel in ipairs(vim.api.nvim_list_chans()) do
    if channel.mode == 'rpc' and channel.stream == 'socket' then vim.rpcnotify(channel.id, name, ...) end
  end
end

--- Notes the changes of a buffer until `total` bytes have been added.
---@param buf integer
---@param opening integer  bytes of the first token
---@param total integer
local function watch(buf, opening, total)
  local times, sizes, n, sum = {}, {}, 0, 0
  state = { buf = buf, times = times, sizes = sizes }
  vim.api.nvim_buf_attach(buf, false, {
    on_bytes = function(_, _, _, _, _, _, _, _, old_bytes, _, _, new_bytes)
      n = n + 1
      times[n] = hrtime()
      local before = sum
      sum = sum + new_bytes - old_bytes
      sizes[n] = sum
      if before < opening and sum >= opening then
        announce('opened')
      elseif before < total and sum >= total then
        state.events = n
        announce('arrived')
      end
    end,
  })
end

--- How long the loop was away: time between two turns less the time spent waiting for events.
local function watch_loop()
  local loop = { worst = 0 }
  pcall(vim.uv.loop_configure, 'metrics_idle_time')
  local idle_time, last, idle = vim.uv.metrics_idle_time, hrtime(), vim.uv.metrics_idle_time()
  loop.handle = assert(vim.uv.new_prepare())
  loop.handle:start(function()
    local now, waited = hrtime(), idle_time()
    local busy = (now - last) - (waited - idle)
    if busy > loop.worst then loop.worst = busy end
    last, idle = now, waited
  end)
  M.loop = loop
end

local function with_history(buf, row, lines)
  vim.api.nvim_buf_set_lines(buf, row, row, false, lines)
  vim.cmd('normal! G')
end

local function plain(spec)
  vim.cmd('enew')
  with_history(0, 0, spec.history)
end

local function markdown(spec)
  plain(spec)
  vim.cmd('setfiletype markdown')
  vim.treesitter.start() -- 0.12's file type does it by itself
end

local function bare(spec)
  local buf, win = vim.api.nvim_get_current_buf(), vim.api.nvim_get_current_win()
  watch(buf, spec.opening, spec.total)
  local argv = { spec.bare, spec.host, spec.port, buf, win, vim.api.nvim_buf_line_count(buf) }
  state.channel = vim.fn.jobstart(vim.tbl_map(tostring, argv), { rpc = true })
end

-- As plugins do: a process for each request, its lines decoded and appended on the main loop.
local function curl(spec)
  local buf, win = vim.api.nvim_get_current_buf(), vim.api.nvim_get_current_win()
  watch(buf, spec.opening, spec.total)
  local unfollowed = 0
  local function append(text)
    vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.split(text, '\n', { plain = true }))
    unfollowed = unfollowed + #text
    if unfollowed >= 64 or text:find('\n', 1, true) then
      unfollowed = 0
      vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(buf), 2147483647 })
    end
  end
  local rest = ''
  local body = vim.json.encode({ model = 'fake', messages = { { role = 'user', content = 'go' } } })
  state.channel = vim.fn.jobstart({ 'curl', '-sN', spec.url .. '/api/chat', '-d', body }, {
    on_stdout = function(_, data)
      data[1] = rest .. data[1]
      rest = table.remove(data)
      for _, line in ipairs(data) do
        local record = line ~= '' and vim.json.decode(line)
        if record and record.message and record.message.content ~= '' then append(record.message.content) end
      end
    end,
  })
end

local function open_chat(spec, chat)
  assert(require('hum').setup({
    helper = spec.helper,
    endpoints = { ollama = { url = spec.url, model = 'fake' } },
    chat = vim.tbl_extend('force', { window = 'current' }, chat or {}),
  }))
  vim.cmd('Hum chat')
  local buf = vim.api.nvim_get_current_buf()
  local heading = vim.fn.search('^## » You') - 1
  with_history(buf, heading, spec.history)
  vim.api.nvim_create_autocmd('User', {
    pattern = 'HumRequestFinished',
    callback = function(event) announce('finished', event.data) end,
  })
end

local function open_raw(spec) open_chat(spec, { dress = false }) end

-- What plugins that dress Markdown ask for: treesitter's highlighter, with its marks concealed.
local function open_concealed(spec)
  open_raw(spec)
  local buf = vim.api.nvim_get_current_buf()
  vim.wait(50) -- hum stops a highlighter that starts with the file type
  vim.treesitter.start(buf, 'markdown')
  vim.wo.conceallevel = 2
end

---@param name string
---@param setup string     Lua
---@return fun(spec: table)
local function dressed_by(name, setup)
  return function(spec)
    vim.opt.runtimepath:append(assert(spec.folders[name], 'no folder of ' .. name))
    vim.cmd('runtime! plugin/*.lua plugin/**/*.lua')
    assert(loadstring(setup))()
    open_chat(spec)
  end
end

local function send(spec)
  local buf = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { 'go' })
  vim.cmd('normal! G')
  require('hum').send(buf)
  watch(buf, spec.opening, spec.total)
end

local function send_and_leave(spec)
  send(spec)
  vim.cmd('belowright 1new')
end

local WAYS = {
  bare = { plain, bare },
  ['bare+md'] = { markdown, bare },
  hum = { open_chat, send },
  ['hum, other window'] = { open_chat, send_and_leave },
  ['hum, raw'] = { open_raw, send },
  ['hum+md, concealed'] = { open_concealed, send },
  ['hum, render-markdown'] = {
    dressed_by('render_markdown', [[require('render-markdown').setup({ file_types = { 'markdown', 'hum' } })]]),
    send,
  },
  ['hum, markview'] = {
    dressed_by('markview', [[require('markview').setup({ preview = { filetypes = { 'markdown', 'hum' } } })]]),
    send,
  },
  curl = { plain, curl },
  ['curl+md'] = { markdown, curl },
}

---@param spec table  way, url, host, port, bare, history, opening, total
function M.prepare(spec)
  M.spec = spec
  WAYS[spec.way][1](spec)
end

---@return integer pid  of the process that reads from the server
function M.go()
  WAYS[M.spec.way][2](M.spec)
  return vim.fn.jobpid(state.channel or require('hum.server.helper').state().channel)
end

--- The measured part begins.
function M.begin() watch_loop() end

---@return table  times and sizes of the edits up to the last token, worst stall in ns
function M.take()
  M.loop.handle:stop()
  local n = state.events or #state.times
  return {
    times = vim.list_slice(state.times, 1, n),
    sizes = vim.list_slice(state.sizes, 1, n),
    stall = M.loop.worst,
    lines = vim.api.nvim_buf_line_count(state.buf),
  }
end

return M
