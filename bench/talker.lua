-- Runs inside the Neovim of a conversation with a real server: says what a user would, and tells what the server read.
local M = {}

---@param name string
local function announce(name, ...)
  for _, channel in ipairs(vim.api.nvim_list_chans()) do
    if channel.mode == 'rpc' and channel.stream == 'socket' then vim.rpcnotify(channel.id, name, ...) end
  end
end

--- Replies are of one length, whatever the model would like.
local function setup(spec, tokens)
  local options = { max_tokens = tokens, ignore_eos = true, seed = 1 }
  local endpoint = { url = spec.url, model = spec.model, dialect = 'openai', think = spec.think, options = options }
  assert(require('hum').setup({
    endpoint = 'real',
    endpoints = { real = endpoint },
    chat = { window = 'current' },
    reference = { large = 1e8 },
  }))
end

---@param spec { url: string, model: string, think: boolean, tokens: integer }
function M.open(spec)
  M.spec = spec
  setup(spec, spec.tokens)
  vim.cmd('Hum chat')
  vim.api.nvim_create_autocmd('User', {
    pattern = 'HumRequestFinished',
    callback = function(event) announce('finished', event.data.stats or vim.empty_dict()) end,
  })
end

--- Puts a message below the last heading, and sends it.
---@param text string
function M.say(text)
  vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { text })
  require('hum').send(0)
end

--- Sends one whose reply has no end, and stops that when some of it is there.
---@param text string
function M.stopped(text)
  setup(M.spec, 10 * M.spec.tokens)
  local lines = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_attach(0, false, {
    on_lines = function()
      if vim.api.nvim_buf_line_count(0) < lines + 12 then return end
      vim.schedule(function()
        require('hum').stop()
        setup(M.spec, M.spec.tokens)
      end)
      return true
    end,
  })
  M.say(text)
end

--- Changes a word wherever the user has written it.
---@param old string
---@param new string
function M.edit(old, new)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if line:find(old, 1, true) then
      vim.api.nvim_buf_set_lines(0, row - 1, row, true, { (line:gsub(vim.pesc(old), new)) })
    end
  end
end

function M.retry() require('hum').retry(0) end

--- Has old messages replaced by a summary.
function M.compact() require('hum').compact({}) end

---@return boolean
function M.is_compact() return vim.fn.search('^## § Summary', 'nw') > 0 end

return M
