-- Commands and <Plug> maps only: nothing is required before it is used.
if vim.g.loaded_hum then
  return
end
vim.g.loaded_hum = 1

vim.api.nvim_create_user_command('Hum', function(opts)
  require('hum.command').run(opts)
end, {
  nargs = '*',
  range = true,
  bang = true,
  desc = 'Chat with a language model',
  complete = function(...)
    return require('hum.command').complete(...)
  end,
})

local function map(name, call)
  vim.keymap.set('n', '<Plug>(hum-' .. name .. ')', call, { desc = 'hum: ' .. name })
end

for _, name in ipairs({ 'chat', 'send', 'stop', 'retry', 'model', 'ask' }) do
  map(name, function()
    require('hum')[name]()
  end)
end
map('new', function()
  require('hum').chat({ new = true })
end)

-- In visual mode the selected lines are quoted: "chat" leaves the question to be
-- written in the chat, "ask" asks for it.
vim.keymap.set('x', '<Plug>(hum-chat)', ':Hum chat<CR>', { silent = true, desc = 'hum: quote in a chat' })
vim.keymap.set('x', '<Plug>(hum-ask)', function()
  local first, last = vim.fn.line('v'), vim.fn.line('.')
  vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'nx', false)
  require('hum').ask({
    buf = vim.api.nvim_get_current_buf(),
    first = math.min(first, last),
    last = math.max(first, last),
  })
end, { desc = 'hum: ask about the selection' })
