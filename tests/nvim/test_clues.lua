-- Plugins that show which keys there are: which-key.nvim and mini.clue, where HUM_WHICH_KEY and HUM_MINI_CLUE name the
-- folders with them.
local T = require('harness')
local chat = require('lib.chat')
local test = T.test

local PLUGINS = {
  ['which-key.nvim'] = {
    variable = 'HUM_WHICH_KEY',
    setup = "require('which-key').setup({ delay = 0 })",
  },
  ['mini.clue'] = {
    variable = 'HUM_MINI_CLUE',
    setup = [[require('mini.clue').setup({
      triggers = { { mode = 'n', keys = 'g' }, { mode = 'n', keys = ']' } },
      window = { delay = 0, config = { width = 70 } },
    })]],
  },
}

--- A chat in a Neovim that has a plugin.
---@param t test.Case
---@param plugin { variable: string, setup: string }
local function open(t, plugin)
  local folder = vim.env[plugin.variable] or ''
  if folder == '' then T.skip(('%s is not set'):format(plugin.variable)) end
  t:lua('vim.opt.runtimepath:prepend(...)', folder)
  t:lua(plugin.setup)
  chat.open(t, t:fake())
end

for name, plugin in vim.spairs(PLUGINS) do
  test(('%s shows what the keys of a chat do'):format(name), { ui = { 120, 50 } }, function(t)
    open(t, plugin)
    t:keys('g')
    t:wait_screen('yank the code block', true)
    local text = t:screen()
    for _, desc in ipairs({ 'select the model', 'list these keys', 'regenerate the last reply', 'fork the chat here' }) do
      T.match(desc, text, true)
    end
    t:keys('<Esc>]')
    t:wait_screen('jump to the next code block', true)
    t:keys('<Esc>g?')
    t:wait_screen('Keys of a chat', true)
  end)
end
