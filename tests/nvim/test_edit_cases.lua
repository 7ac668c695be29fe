-- The answers of tests/cases/edit.jsonl to an edit of a range, or at the cursor: each is streamed in several kinds of
-- pieces; then all is accepted, or rejected, and written. README.md there says what must hold.
local T = require('harness')
local chat = require('lib.chat')
local edit_cases = require('lib.edit_cases')
local pieces = require('lib.pieces')
local eq = T.eq

T.once()

--- Cases in one Neovim.
local AT_ONCE = 10

--- What the child needs. It looks at all that must hold while an answer comes, at each event.
local PLAYER = [[
  vim.o.swapfile, vim.o.fixendofline = false, true
  PLAY = {}
  vim.notify = function(text) table.insert(PLAY.told, text) end

  local function add(fault) table.insert(PLAY.faults, fault) end

  local function look()
    if PLAY.ended then return end
    local buf = PLAY.buf
    local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
    if not vim.deep_equal(lines, PLAY.lines) then add('the buffer has changed') end
    if vim.bo[buf].modified then add("it is 'modified'") end
    if vim.fn.undotree().seq_last ~= 0 then add('there is an undo entry') end
    for _, one in ipairs(require('hum').hunks(buf)) do
      if one.state ~= 'pending' then
        local key = { one.first, one.last, one.old, one.new }
        local known = PLAY.known[one.id]
        if known and not vim.deep_equal(known, key) then add('hunk ' .. one.id .. ' has changed') end
        PLAY.known[one.id] = key
      end
    end
    for id in pairs(PLAY.known) do
      local is_there = vim.iter(require('hum').hunks(buf)):any(function(one) return one.id == id end)
      if not is_there then add('hunk ' .. id .. ' is gone') end
    end
  end

  vim.api.nvim_create_autocmd('User', { pattern = 'HumEditHunk', callback = function(event)
    if event.data.state == 'finished' then look() end
  end })
  vim.api.nvim_create_autocmd('User', { pattern = 'HumEditFinished', callback = function(event)
    table.insert(PLAY.told, vim.inspect(event.data))
    look()
    PLAY.over = true
  end })

  function PLAY_BEGIN(path, case)
    PLAY = { told = {}, faults = {}, known = {} }
    vim.cmd.edit(vim.fn.fnameescape(path))
    PLAY.buf = vim.api.nvim_get_current_buf()
    PLAY.lines = vim.api.nvim_buf_get_lines(PLAY.buf, 0, -1, false)
    if case.form == 'insert' then
      vim.api.nvim_win_set_cursor(0, { case.at, 0 })
      return vim.cmd('Hum insert ' .. case.instruction)
    end
    local handle, err = require('hum').edit({
      first = case.first,
      last = case.last,
      instruction = case.instruction,
      on_done = function(result) table.insert(PLAY.told, vim.inspect(result)) end,
    })
    if not handle then
      table.insert(PLAY.told, err)
      PLAY.over = true
    end
  end

  --- Accepts or rejects all, writes, and goes back.
  function PLAY_END(what)
    local hum, buf = require('hum'), PLAY.buf
    PLAY.ended = true
    local out = { hunks = vim.tbl_map(function(one) return { one.first, one.last, one.new } end, hum.hunks(buf)) }
    local ok, err = hum[what]({ buf = buf, id = 'all' })
    if not ok then table.insert(PLAY.told, err) end
    out.accepted, out.undo = ok or 0, vim.fn.undotree().seq_last
    out.states = vim.iter(hum.hunks(buf)):map(function(one) return one.state end):totable()
    if what == 'accept' then vim.cmd('silent write') end
    out.bytes = vim.fn.readblob(vim.api.nvim_buf_get_name(buf))
    out.left = vim.deep_equal(vim.api.nvim_buf_get_lines(buf, 0, -1, false), PLAY.lines)
    out.marks = 0
    for name, ns in pairs(vim.api.nvim_get_namespaces()) do
      local is_own = name:find('^hum') ~= nil
      out.marks = out.marks + (is_own and #vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, {}) or 0)
    end
    if out.undo > 0 then
      vim.cmd('silent undo')
      out.undone = vim.deep_equal(vim.api.nvim_buf_get_lines(buf, 0, -1, false), PLAY.lines)
      out.again = vim.iter(hum.hunks(buf)):map(function(one) return one.state end):totable()
    end
    out.told, out.faults = PLAY.told, PLAY.faults
    vim.cmd('bwipeout!')
    return out
  end
]]

local FAULTS = { error = 'error', drop = 'close' }

--- The script of the fake server for a case.
local function script_of(case, how)
  if (case.finish or ''):find('^status') then
    return { status = tonumber(case.finish:match('%d+')), json = { error = { message = case.answer } } }
  end
  local script = { tokens = pieces.cut(case.answer, how), thinking = case.think }
  if case.finish == 'length' then script.done_reason = 'length' end
  local fault = FAULTS[case.finish]
  if fault then script.faults = { { ['do'] = fault, text = fault == 'error' and 'it has crashed' or nil } } end
  if case.answer == '' then
    script.tokens, script.text = nil, ''
  end
  return script
end

--- Why the file is not as wanted.
---@return string|nil
local function why_not(want, case, played)
  if want.unchanged and #played.hunks > 0 then return 'hunks are ' .. vim.inspect(played.hunks) end
  local after = (want.unchanged or want.refused) and case.file.text or want.after
  if played.bytes ~= after then return 'the file is ' .. vim.inspect(played.bytes) end
end

--- Why the hunks are not as wanted.
---@return string|nil
local function why_not_hunks(want, played)
  if want.count and want.count ~= #played.hunks then return ('%d hunks, not %d'):format(#played.hunks, want.count) end
  for _, line in ipairs(want.untouched or {}) do
    for _, hunk in ipairs(played.hunks) do
      if line >= hunk[1] and line <= hunk[2] then return ('line %d is in a hunk'):format(line) end
    end
  end
end

local function play(t, srv, case, how, what, folder)
  local path = t:write_file(folder .. '/' .. case.file.name, case.file.text)
  srv:script(script_of(case, how))
  t:lua(
    'PLAY_BEGIN(...)',
    path,
    { form = case.form, at = case.at, first = case.first, last = case.last, instruction = case.instruction }
  )
  t:wait(function() return t:lua('return PLAY.over == true') end, case.name .. ': the answer has ended')
  return t:lua('return PLAY_END(...)', what)
end

local function check(t, srv, case, n)
  local first
  for i, how in ipairs(case.pieces) do
    local what = i == 2 and 'reject' or 'accept'
    local where = ('%s (%s)'):format(case.name, how)
    local played = play(t, srv, case, how, what, ('p%d-%d'):format(n, i))
    eq({}, played.faults, where)
    if what == 'accept' then
      local why = edit_cases.why_not(case.want, played.told, function(want) return why_not(want, case, played) end)
        or why_not_hunks(case.hunks or {}, played)
      T.ok(not why, ('%s: %s'):format(where, why))
      eq(played.accepted > 0 and 1 or 0, played.undo, where .. ': accepting is one undo step')
      if played.undo > 0 then T.ok(played.undone, where .. ': undo brings the old lines back') end
    else
      T.ok(played.left, where .. ': rejecting leaves the lines')
      eq({ 0, 0 }, { played.undo, played.marks }, where .. ': rejecting leaves no trace')
    end
    if first then eq(first, played.hunks, where .. ': the pieces make no difference') end
    first = played.hunks
  end
end

edit_cases.each(function(form) return form ~= 'blocks' end, AT_ONCE, function(t, cases)
  local srv = t:fake()
  t:lua(PLAYER)
  for i, case in ipairs(cases) do
    chat.configure(t, srv, { dialect = case.dialect or 'openai' })
    check(t, srv, case, i)
  end
end)
