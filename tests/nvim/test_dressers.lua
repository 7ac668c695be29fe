-- Plugins that dress Markdown, the real ones where a variable names their folders: HUM_RENDER_MARKDOWN (of
-- MeanderingProgrammer/render-markdown.nvim), HUM_MARKVIEW (of OXY2DEV/markview.nvim).
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local REPLY = '# A heading\n\nSome **strong** and `code`.\n\n- item\n\n> quote\n\n```lua\nlocal x = 1\n```\n\nend'

--- Opens a chat and has it answered.
local function answered(t)
  local srv = t:fake()
  srv:script({ tokens = { REPLY } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'why', buf)
  chat.finished(t)
  t:keys('gg')
  t:wait_screen('end')
  return buf
end

-- The recipes of the help.
local PLUGINS = {
  ['render-markdown.nvim'] = {
    variable = 'HUM_RENDER_MARKDOWN',
    setup = [[require('render-markdown').setup({ file_types = { 'markdown', 'hum' } })]],
    shown = { '● item', '▋ quote' },
    -- It raises errors of its own before, with a list in any file of Markdown, when Neovim ends.
    since = 'nvim-0.11',
  },
  ['markview.nvim'] = {
    variable = 'HUM_MARKVIEW',
    setup = [[require('markview').setup({
      preview = { filetypes = { 'markdown', 'hum' } },
      markdown = { headings = { heading_2 = { style = 'simple' } }, metadata_minus = { enable = false } },
    })]],
    shown = { '● item', '▋ quote' },
  },
}

for name, plugin in vim.spairs(PLUGINS) do
  local folder = os.getenv(plugin.variable)
  local init = ('vim.opt.runtimepath:append(%q)\n%s'):format(folder or '', plugin.setup)
  test(name .. ' dresses a chat, and hum says who speaks', { ui = { 90, 40 }, init = folder and init }, function(t)
    if not folder then T.skip(plugin.variable .. ' names no folder') end
    local is_new = not plugin.since or t:lua('return vim.fn.has(...)', plugin.since) == 1
    if not is_new then T.skip('it does not work in this Neovim') end
    answered(t)
    for _, text in ipairs(plugin.shown) do
      t:wait_screen(text, true)
    end
    t:wait_screen('\n You ')
    t:wait_screen('\n fake ')
    t:wait_screen('Some strong and +code *%.')
    local shown = t:screen()
    T.no_match('╭', shown)
    T.no_match('• item', shown)
    eq(true, t:lua('return next(vim.treesitter.highlighter.active) == nil'))
    eq('', t:lua('return vim.trim(vim.v.errmsg)'))
  end)
end

--- What render-markdown.nvim leaves in a buffer that it dresses.
local ATTACH = [[
  vim.api.nvim_create_autocmd('TextChanged', {
    group = vim.api.nvim_create_augroup('RenderMarkdown', {}),
    buffer = vim.api.nvim_get_current_buf(),
    callback = function() end,
  })
  vim.api.nvim_exec_autocmds('FileType', { group = 'hum.dresser', buffer = 0 })]]

test('hum leaves Markdown to another plugin, and takes it back', { ui = { 80, 40 } }, function(t)
  answered(t)
  t:wait_screen('• item')
  t:lua(ATTACH)
  t:wait_screen('\n- item\n')
  t:wait_screen('\n```lua\n')
  t:wait_screen('\n You ')
  t:lua([[
    vim.api.nvim_create_augroup('RenderMarkdown', {})
    vim.api.nvim_exec_autocmds('FileType', { group = 'hum.dresser', buffer = 0 })]])
  t:wait_screen('• item')
end)
