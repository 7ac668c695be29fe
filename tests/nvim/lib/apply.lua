-- A chat with an answer that names files, in a project of its own.
local chat = require('lib.chat')

local M = {}

--- A search/replace block below the name of its file.
---@param name string
---@param search string  '': a new file
---@param replace string
---@return string
function M.block(name, search, replace)
  local lines = { name, '```', '<<<<<<< SEARCH' }
  if search ~= '' then lines[#lines + 1] = search end
  vim.list_extend(lines, { '=======', replace, '>>>>>>> REPLACE', '```', '' })
  return table.concat(lines, '\n')
end

--- Writes the files, makes their folder the project and asks a question that gets this answer. Returns the chat.
---@param t test.Case
---@param files table<string, string>
---@param answer string
---@param config? table
---@param script? table  more of what the server is to do
---@return integer chat
function M.chat(t, files, answer, config, script)
  for name, text in pairs(files) do
    t:write_file('work/' .. name, text)
  end
  local srv = t:fake()
  srv:script(vim.tbl_extend('force', { tokens = { answer } }, script or {}))
  t:lua([[vim.fn.mkdir(... .. '/.git', 'p') vim.cmd.cd(...)]], t.dir .. '/work')
  chat.configure(t, srv, nil, config)
  t:cmd('Hum chat change it, please?')
  t.answers = (t.answers or 0) + 1
  chat.finished(t, t.answers)
  return t:eval('bufnr()')
end

--- Applies with hum.apply(), as a script does, and waits. Returns what `on_done` was given.
---@param t test.Case
---@param opts? table
---@return table
function M.apply(t, opts)
  t:lua(
    [[
    local opts = ...
    _G.applied = nil
    opts.on_done = function(result) _G.applied = result end
    _G.apply_err = select(2, require('hum').apply(opts))]],
    vim.tbl_extend('force', { [true] = nil }, opts or vim.empty_dict())
  )
  return t:wait(
    function() return t:lua('return _G.applied or _G.apply_err and { err = _G.apply_err }') end,
    'it is applied'
  )
end

--- The text of a file's buffer.
---@param t test.Case
---@param name string
---@return string|nil
function M.text(t, name)
  return t:lua(
    [[
    local path = vim.uv.fs_realpath(vim.fn.getcwd()) .. '/' .. ...
    for _, buf in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_get_name(buf) == path and vim.api.nvim_buf_is_loaded(buf) then
        return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n')
      end
    end]],
    name
  )
end

--- Accepts or rejects all hunks of a file, or one by its number in the list.
---@param t test.Case
---@param what 'accept'|'reject'
---@param name string
---@param nth? integer
function M.decide(t, what, name, nth)
  local why = t:lua(
    [[
    local what, name, nth = ...
    local buf = vim.fn.bufnr(name)
    local id = nth and require('hum.edit').hunks(buf)[nth].id or 'all'
    local n, err = require('hum.edit')[what]({ buf = buf, id = id })
    return err]],
    what,
    name,
    nth
  )
  assert(not why, why)
end

return M
