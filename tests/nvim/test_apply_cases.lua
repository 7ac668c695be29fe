-- The answers of tests/cases/edit.jsonl that name files: each is put into a chat, applied, accepted and written; then
-- all files are as wanted, and there are no others. Then it is taken back.
local T = require('harness')
local chat = require('lib.chat')
local edit_cases = require('lib.edit_cases')
local pieces = require('lib.pieces')

T.once()

--- Cases in one Neovim.
local AT_ONCE = 8

--- What the child Neovim needs: it gathers what is told, applies, accepts, and writes.
local PLAYER = [[
  _G.told = {}
  vim.notify = function(text) table.insert(_G.told, text) end
  vim.api.nvim_create_autocmd('User', { pattern = 'HumEditFinished', callback = function(event)
    table.insert(_G.told, vim.inspect(event.data)) end })
  function _G.previewed()
    return vim.tbl_filter(function(buf) return #require('hum.edit').hunks(buf) > 0 end,
      vim.tbl_filter(vim.api.nvim_buf_is_loaded, vim.api.nvim_list_bufs()))
  end
  function _G.hunks()
    return vim.tbl_map(function(buf)
      local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':.')
      return { name, vim.tbl_map(function(one) return { one.first, one.last, one.new, one.state } end,
        require('hum.edit').hunks(buf)) }
    end, _G.previewed())
  end
  --- A preview alone changes nothing.
  function _G.touched()
    return vim.tbl_filter(function(buf)
      return vim.bo[buf].modified or vim.api.nvim_buf_call(buf, vim.fn.undotree).seq_last > 0
    end, _G.previewed())
  end
  local function text(buf) return vim.api.nvim_buf_get_lines(buf, 0, -1, true) end
  --- Returns the buffers that one `:undo` does not bring back to what they were.
  function _G.accept_all()
    local failed = {}
    for _, buf in ipairs(_G.previewed()) do
      local before = text(buf)
      local n, err = require('hum').accept({ buf = buf, id = 'all' })
      if err then table.insert(_G.told, err) end
      local after = text(buf)
      local function step(command) vim.api.nvim_buf_call(buf, function() vim.cmd('silent ' .. command) end) end
      step('undo')
      if n and not vim.deep_equal(before, text(buf)) then failed[#failed + 1] = vim.api.nvim_buf_get_name(buf) end
      step('redo')
      if not vim.deep_equal(after, text(buf)) then failed[#failed + 1] = vim.api.nvim_buf_get_name(buf) end
    end
    vim.cmd('silent! wall')
    return failed
  end
]]

local function put_files(t, folder, files)
  for _, file in ipairs(files) do
    t:write_file(folder .. '/' .. file.name, file.text)
  end
  t:lua([[vim.fn.mkdir(... .. '/.git', 'p') vim.cmd.cd(...)]], t.dir .. '/' .. folder)
end

--- All files below a folder, but for git's.
local function files_in(t, folder)
  local found = {}
  local root = t.dir .. '/' .. folder
  for name, kind in vim.fs.dir(root, { depth = 20 }) do
    if kind ~= 'directory' and not name:find('^%.git/') then found[name] = t:read_file(folder .. '/' .. name) end
  end
  return found
end

local function as_map(files)
  local map = {}
  for _, file in ipairs(files) do
    map[file.name] = file.text ~= vim.NIL and file.text or nil
  end
  return map
end

--- Why the files are not as wanted.
---@return string|nil
local function why_not(want, case, played)
  local wanted = as_map(case.files)
  for _, file in ipairs(want.files or {}) do
    wanted[file.name] = file.text ~= vim.NIL and file.text or nil
  end
  if not vim.deep_equal(wanted, played.files) then return 'files are ' .. vim.inspect(played.files) end
end

local function play(t, srv, case, how, folder)
  put_files(t, folder, case.files)
  srv:script({ tokens = pieces.cut(case.answer, how), done_reason = case.finish })
  t:lua('_G.told = {} _G.done = false')
  t:lua([[
    _G.answered = false
    vim.api.nvim_create_autocmd('User', { pattern = 'HumRequestFinished', once = true,
      callback = function() _G.answered = true end })]])
  t:cmd('Hum new')
  chat.ask(t, case.instruction)
  t:wait(function() return t:lua('return _G.answered') end, 'the answer is there')
  t:lua([[
    local ok, err = require('hum').apply({ on_done = function(result)
      table.insert(_G.told, vim.inspect(result))
      _G.done = true
    end })
    if not ok then table.insert(_G.told, tostring(err)) _G.done = true end]])
  t:wait(function() return t:lua('return _G.done') end, 'it is applied')
  local played = { hunks = t:lua('return _G.hunks()'), touched = t:lua('return #_G.touched()') }
  played.not_undone = t:lua('return _G.accept_all()')
  played.files, played.told = files_in(t, folder), t:lua('return _G.told')
  t:lua([[if #_G.previewed() > 0 then require('hum').undo() end]])
  t:cmd('silent! wall')
  played.back = files_in(t, folder)
  t:cmd('silent! %bwipeout!')
  return played
end

local function check(t, srv, case, n)
  local first
  for i, how in ipairs(case.pieces) do
    local folder = ('p%d-%d'):format(n, i)
    local played = play(t, srv, case, how, folder)
    local where = ('%s (%s)'):format(case.name, how)
    local why = edit_cases.why_not(case.want, played.told, function(want) return why_not(want, case, played) end)
    T.ok(not why, ('%s: %s'):format(where, why))
    T.eq(0, played.touched, where .. ': a preview alone changes nothing')
    T.eq({}, played.not_undone, where .. ': one undo')
    T.no_match('internal error', table.concat(played.told, '\n'), true)
    T.eq(as_map(case.files), played.back, where .. ': it is taken back')
    for _, path in ipairs(case.outside or {}) do
      T.ok(not vim.uv.fs_stat(t.dir .. '/' .. folder .. '/' .. path), where .. ': outside the project')
    end
    if first then T.eq(first, played.hunks, where .. ': the pieces make no difference') end
    first = played.hunks
  end
end

edit_cases.each(function(form) return form == 'blocks' end, AT_ONCE, function(t, cases)
  local srv = t:fake()
  chat.configure(t, srv)
  t:lua(PLAYER)
  for i, case in ipairs(cases) do
    check(t, srv, case, i)
  end
end)
