-- The demo, as Neovim's init file: see tools/demo.
local QUESTION = 'How do I read a socket line by line in C, without losing what comes between two lines?'
local QUESTION_FOR_STAND_IN = 'Hello! What am I looking at?'
local PATIENCE_MS = 600000 -- for a whole reply, headless: a large model may have to be loaded

local root = vim.fs.dirname(vim.fs.dirname(vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p')))
local headless = vim.tbl_contains(vim.v.argv, '--headless')

vim.opt.runtimepath:prepend(root)
pcall(vim.cmd.helptags, vim.fn.fnameescape(root .. '/doc')) -- for `:help hum`; Git ignores the tags
vim.opt.shortmess:append('I')
vim.o.statusline = ' %t %m%=%{%v:lua.require("hum").status()%} '

local function say(text)
  if headless then
    io.stdout:write(text .. '\n')
    io.stdout:flush()
  else
    -- Wider than the screen, it would wait for a key.
    vim.api.nvim_echo({ { text:sub(1, vim.o.columns - 13), 'MoreMsg' } }, true, {})
  end
end

local function give_up(why)
  say('demo: ' .. why)
  if headless then vim.cmd.cquit() end
end

--- A fault must end the demo and not leave it waiting.
---@generic F: function
---@param fn F
---@return F
local function guarded(fn)
  return function(...)
    local ok, err = xpcall(fn, debug.traceback, ...)
    if not ok then give_up(err) end
  end
end

--- Starts the stand-in; it ends with this Neovim.
---@param cb fun(url: string)
local function stand_in(cb)
  local job = vim.fn.jobstart({ root .. '/build/hum-fake', '--demo', '--stdin-guard' }, {
    on_stdout = function(_, lines)
      local url = table.concat(lines, '\n'):match('listening (http://%S+)')
      if url and cb then
        local found = cb
        cb = nil
        found(url)
      end
    end,
    on_exit = function(_, code)
      if cb then give_up(('the stand-in exited with status %d'):format(code)) end
    end,
  })
  if job <= 0 then give_up('cannot start the stand-in build/hum-fake') end
end

---@param stats table
---@return string
local function figures(stats)
  local parts = {}
  local function add(format, value)
    if value then parts[#parts + 1] = format:format(value) end
  end
  add('%d tokens', stats.tokens)
  add('%.1f tokens/s', stats.tokens_per_second)
  add('first token %.0f ms', stats.ttft_ms)
  add('%.0f ms total', stats.total_ms)
  add('%d edits', stats.edits)
  add('%d merged', stats.merged)
  add('at most %d unacknowledged', stats.max_unacked)
  return table.concat(parts, ', ')
end

--- Prints the chat when its reply has ended, and ends Neovim.
local function report(data)
  say('')
  say(table.concat(vim.api.nvim_buf_get_lines(data.buf, 0, -1, true), '\n'))
  say('')
  if data.status ~= 'done' then
    return give_up(('the reply ended with status "%s": %s'):format(data.status, data.message or ''))
  end
  say('figures: ' .. figures(data.stats))
  vim.cmd('qall!')
end

---@param endpoint string
---@param model string
---@param question string
local function chat(endpoint, model, question)
  if headless then
    vim.api.nvim_create_autocmd('User', {
      pattern = 'HumRequestFinished',
      once = true,
      callback = function(event)
        -- What hum itself does at the end comes first.
        vim.schedule(guarded(function() report(event.data) end))
      end,
    })
    vim.defer_fn(function() give_up('no complete reply within ten minutes') end, PATIENCE_MS)
  end
  local buf, err = require('hum').chat({ new = true, endpoint = endpoint, model = model, question = question })
  if not buf then return give_up(err) end
  if not headless then vim.cmd.only() end
end

local function with_stand_in(why)
  stand_in(guarded(function(url)
    say(('demo: %s; using a built-in stand-in'):format(why))
    require('hum').setup({
      endpoint = 'stand-in',
      endpoints = { ['stand-in'] = { url = url, model = 'hum-demo' } },
    })
    chat('stand-in', 'hum-demo', QUESTION_FOR_STAND_IN)
  end))
end

local function start()
  -- A host that does not answer should not delay the demo for long.
  require('hum').setup({ endpoints = { ollama = { connect_timeout = 2 } } })
  require('hum.server.models').list(
    'ollama',
    guarded(function(err, names)
      local model = vim.iter(names or {}):find(function(name) return not name:find('embed') end)
      if not model then return with_stand_in(err and 'Ollama is not running' or 'Ollama has no chat model') end
      say(('demo: using Ollama with %s'):format(model))
      chat('ollama', model, QUESTION)
    end)
  )
end

vim.api.nvim_create_autocmd('VimEnter', { callback = vim.schedule_wrap(guarded(start)) })
