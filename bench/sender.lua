-- Runs inside the Neovim in which a message is sent: opens a chat of some length, and sends it by `<CR>`,
-- with hum or with the least that does the same.
local M = {}

local hrtime = vim.uv.hrtime

---@param name string
local function announce(name, ...)
  for _, channel in ipairs(vim.api.nvim_list_chans()) do
    if channel.mode == 'rpc' and channel.stream == 'socket' then vim.rpcnotify(channel.id, name, ...) end
  end
end

--- What tells the CPU time of this thread so far, in ns; nil where the system does not.
---@return (fun(): integer)|nil
local function thread_clock()
  local fd = vim.uv.fs_open('/proc/thread-self/schedstat', 'r', 0)
  if not fd then return nil end
  return function() return tonumber((vim.uv.fs_read(fd, 64, 0) or ''):match('^%d+')) or 0 end
end

--- Notes when the loop is away for more than a moment; the time that nothing happens does not count.
local function watch_loop()
  local loop = { stalls = {} }
  local clock = thread_clock() or function() return 0 end
  local worked = clock()
  pcall(vim.uv.loop_configure, 'metrics_idle_time')
  local idle_time = vim.uv.metrics_idle_time
  local last, idle = hrtime(), idle_time()
  loop.handle = assert(vim.uv.new_prepare())
  loop.handle:start(function()
    local now, waited = hrtime(), idle_time() - idle
    local busy = now - last - waited
    if busy > 3e5 then
      local cpu = clock()
      table.insert(loop.stalls, { from = last + waited, ms = busy / 1e6, cpu = (cpu - worked) / 1e6 })
      worked = cpu
    end
    last, idle = now, idle + waited
  end)
  M.loop = loop
end

--- The messages of a chat, as simply as can be.
---@return { role: string, content: string }[]
local function messages()
  local out, lines = {}, {}
  local function finish()
    if #out > 0 then out[#out].content = vim.trim(table.concat(lines, '\n')) end
    lines = {}
  end
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local sign = line:match('^## (\194[\187\171]) ')
    if sign then
      finish()
      out[#out + 1] = { role = sign == '»' and 'user' or 'assistant' }
    else
      lines[#lines + 1] = line
    end
  end
  finish()
  return out
end

--- A client without a helper, a parser, headings, following, errors: text, JSON, a socket.
local function send_bare(spec)
  local body = vim.json.encode({ model = 'fake', messages = messages() })
  local head = 'POST /api/chat HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\n'
    .. 'Connection: close\r\nContent-Length: %d\r\n\r\n'
  local tcp = assert(vim.uv.new_tcp())
  tcp:connect(spec.host, spec.port, function(err)
    assert(not err, err)
    tcp:write({ head:format(spec.host, spec.port, #body), body })
    tcp:read_start(function(_, data)
      if data then return end
      tcp:close()
      vim.schedule(function()
        vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', '## « fake', '', 'ok', '', '## » You', '', '' })
        announce('finished')
      end)
    end)
  end)
end

local OPEN = {
  bare = function(spec)
    vim.cmd('enew')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { '## » You', '', '' })
    vim.keymap.set('n', '<CR>', function() send_bare(spec) end, { buffer = true })
  end,
  hum = function(spec)
    assert(require('hum').setup({
      endpoints = {
        ollama = {
          url = spec.url,
          model = 'fake',
          dialect = spec.dialect,
          options = { max_tokens = spec.tokens, num_ctx = spec.window },
        },
      },
      chat = { window = 'current' },
      reference = spec.large and { large = spec.large } or nil,
    }))
    vim.cmd('Hum chat')
    vim.api.nvim_create_autocmd('User', {
      pattern = 'HumRequestFinished',
      callback = function(event) announce('finished', event.data.stats or vim.empty_dict()) end,
    })
  end,
}

---@param spec { way: string, url: string, host?: string, port?: integer, history: string[], dialect?: string,
---tokens?: integer, window?: integer, large?: integer }
function M.open(spec)
  OPEN[spec.way](spec)
  local heading = vim.fn.search('^## » You', 'cw') - 1
  vim.api.nvim_buf_set_lines(0, heading, heading, false, spec.history)
  vim.cmd('normal! G')
end

function M.begin() watch_loop() end

---@return { from: number, ms: number, cpu: number }[]
function M.stalls()
  M.loop.handle:stop()
  M.loop.handle:close()
  return M.loop.stalls
end

return M
