-- What runs in the Neovim that is looked at: it holds the conversation, and says when it has come to its end.
--
--   HUM_LOOKS_ROOT  the repository
--   HUM_LOOKS_URL   the fake server
local root = vim.env.HUM_LOOKS_ROOT
vim.opt.runtimepath:prepend(root)
package.path = root .. '/tools/?.lua;' .. package.path
local conversation = require('sheet.conversation')

vim.o.swapfile = false
vim.o.showtabline = 0
vim.o.laststatus = 3
vim.o.ruler = false
vim.o.showcmd = false
vim.opt.shortmess:append('IF')
vim.opt.fillchars:append('horiz: ')
-- By which it is known that a screen is the one that was asked for.
vim.g.looks_screen = 0
vim.o.statusline = '%{g:looks_screen}'

require('hum').setup({
  endpoints = { ollama = { url = vim.env.HUM_LOOKS_URL, model = conversation.MODEL } },
  chat = { window = 'current', keep = false },
})

local step = 0
vim.g.looks_state = 'begun'

local function ask()
  step = step + 1
  local question = conversation.QUESTIONS[step]
  if not question then return end
  vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { question.text })
  require('hum').send(0)
  if question.goes_on then vim.g.looks_state = 'ended' end
  if not question.stop_after then return end
  local timer = assert(vim.uv.new_timer())
  timer:start(
    20,
    20,
    vim.schedule_wrap(function()
      if timer:is_closing() or #vim.fn.getline('$') + #vim.fn.getline(vim.fn.line('$') - 1) < question.stop_after then
        return
      end
      timer:close()
      vim.cmd('Hum stop')
    end)
  )
end

vim.api.nvim_create_autocmd('User', {
  pattern = 'HumRequestFinished',
  callback = function() vim.defer_fn(ask, 50) end,
})

--- A file below the chat, with an edit in it that is half done.
local function show_edit()
  vim.cmd(('botright %dnew'):format(#conversation.FILE + 8))
  local buf, edit = vim.api.nvim_get_current_buf(), conversation.EDIT
  vim.bo[buf].buftype = 'nofile'
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, conversation.FILE)
  vim.bo[buf].filetype = 'lua'
  vim.treesitter.start(buf, 'lua')
  local preview = require('hum.edit.preview').new({ buf = buf, first = 1, last = #conversation.FILE, label = 'looks' })
  require('hum.edit.view').attach(preview, {})
  for _, data in ipairs(edit) do
    preview:feed('hunks', data)
  end
  vim.cmd('2 | wincmd p')
end

vim.api.nvim_create_autocmd('VimEnter', {
  callback = vim.schedule_wrap(function()
    show_edit()
    vim.cmd('Hum new')
    vim.defer_fn(ask, 50)
  end),
})

--- Shows the conversation from its top in a scheme; the number is that of the screen.
function _G.looks_show(scheme, background, number)
  vim.o.background = background
  vim.cmd.colorscheme(scheme)
  vim.cmd('stopinsert')
  vim.fn.winrestview({ topline = 1, lnum = vim.fn.line('$'), col = 0 })
  vim.g.looks_screen = number
  vim.cmd('redraw!')
  return { scheme = vim.g.colors_name or scheme, background = vim.o.background }
end

--- The colours of groups, as numbers of sRGB or of the terminal.
function _G.looks_groups(names)
  local found = {}
  for _, name in ipairs(names) do
    local look = vim.api.nvim_get_hl(0, { name = name, link = false })
    found[name] = vim.o.termguicolors and { fg = look.fg, bg = look.bg } or { fg = look.ctermfg, bg = look.ctermbg }
  end
  return found
end
