-- Runs inside the measured Neovim: a file, and what streams into it: an edit of a range, or a bare client's text.
local probe = require('probe')

local M = {}

--- Lines of code, no two alike.
---@param count integer
---@return string[]
function M.lines(count)
  local lines = {}
  for i = 1, count do
    lines[i] = ('local value_%d = compute(other_%d, %d)'):format(i, i % 97, i * 7 % 1000)
  end
  return lines
end

local function file(spec)
  vim.cmd('enew')
  vim.api.nvim_buf_set_name(0, 'range.lua')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, M.lines(spec.file))
  vim.bo.filetype = 'lua'
  vim.bo.modified = false
  vim.api.nvim_win_set_cursor(0, { spec.first, 0 })
  vim.cmd('normal! zz')
end

local function edit(spec)
  assert(require('hum').setup({ endpoints = { ollama = { url = spec.url, model = 'fake' } } }))
  assert(require('hum').edit({
    first = spec.first,
    last = spec.last,
    instruction = 'Improve it.',
  }))
end

local function bare(spec)
  local buf, win = vim.api.nvim_get_current_buf(), vim.api.nvim_get_current_win()
  local argv = { spec.bare, spec.host, spec.port, buf, win, vim.api.nvim_buf_line_count(buf) }
  M.channel = vim.fn.jobstart(vim.tbl_map(tostring, argv), { rpc = true })
end

---@param spec table  way, url, host, port, bare, file, first, last
function M.prepare(spec)
  M.spec = spec
  if spec.way == 'bare' then return vim.cmd('enew') end
  file(spec)
end

---@return integer pid  of the process that reads from the server
function M.go()
  if M.spec.way == 'bare' then
    bare(M.spec)
    return vim.fn.jobpid(M.channel)
  end
  edit(M.spec)
  vim.wait(10000, function() return require('hum.server.helper').state().channel ~= nil end)
  return vim.fn.jobpid(require('hum.server.helper').state().channel)
end

--- Hunks that have finished, and those that show.
---@return integer
function M.finished()
  local hunks = M.spec.way == 'hum' and require('hum').hunks(0) or {}
  return #vim.tbl_filter(function(hunk) return hunk.state == 'finished' end, hunks)
end

M.begin = probe.begin

return M
