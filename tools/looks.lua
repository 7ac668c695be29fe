-- See tools/looks.
local root = vim.fs.dirname(vim.fs.dirname(vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p')))
vim.opt.runtimepath:prepend(root)
package.path = root .. '/tools/?.lua;' .. root .. '/lua/?.lua;' .. package.path
local conversation = require('sheet.conversation')
local figures = require('sheet.figures')
local page = require('sheet.page')
local session = require('sheet.session')
local terminal = require('sheet.terminal')

--- @param text string
local function die(text)
  io.stderr:write('looks: ', text, '\n')
  os.exit(2)
end

local opts = {
  nvim = root .. '/.deps/bin/nvim-new',
  out = root .. '/build/looks',
  colours = 'all,256,16,linux',
  columns = '40,80,120',
}
local i = 1
while arg[i] do
  local name = arg[i]:match('^%-%-(%w+)$')
  if not name or not arg[i + 1] then die('unknown argument ' .. arg[i]) end
  opts[name], i = arg[i + 1], i + 2
end
local function list(text) return text and vim.split(text, ',', { trimempty = true }) or nil end

local screens, faults = {}, 0
vim.fn.mkdir(opts.out, 'p')
for _, colours in ipairs(list(opts.colours)) do
  for _, columns in ipairs(list(opts.columns)) do
    local s =
      session.start({ root = root, nvim = opts.nvim, out = opts.out, colours = colours, columns = tonumber(columns) })
    for _, scheme in ipairs(s:schemes(list(opts.schemes))) do
      local captured, groups = s:show(scheme)
      local screen = { colours = colours, columns = tonumber(columns), scheme = scheme, rows = terminal.read(captured) }
      screen.figures = figures.of(screen, groups, conversation)
      screens[#screens + 1] = screen
      for _, fault in ipairs(screen.figures.faults) do
        faults = faults + 1
        print(('%s %s, %s colours, %s columns: %s'):format(scheme.name, scheme.background, colours, columns, fault))
      end
    end
    s:stop()
  end
end
local path = opts.out .. '/index.html'
page.write(path, screens)
print(('looks: %d screens, %d faults: %s'):format(#screens, faults, path))
os.exit(faults > 0 and 1 or 0)
