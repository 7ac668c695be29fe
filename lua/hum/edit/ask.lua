-- The prompt for an instruction: a float of one line beside the lines that it is about, which grows with what is
-- written. <Up> and <Down> go through earlier ones as in the command line. Leaving it in any way but <CR> leaves
-- nothing behind.
local float = require('hum.look.float')
local history = require('hum.edit.history')
local marks = require('hum.reference.show')
local notify = require('hum.notify')
local references = require('hum.reference.complete')
local where = require('hum.reference.where')

local M = {}

--- Cells of the text at first and at most; rows at most.
local LEAST, MOST, ROWS = 40, 80, 8

local ns = vim.api.nvim_create_namespace('hum.ask')
local group = vim.api.nvim_create_augroup('hum.ask', {})

---@class hum.AskOpts
---@field title string
---@field buf integer
---@field first integer    row of the lines that it is about, from 0
---@field last integer
---@field mark boolean     they are marked while it is open
---@field chars? integer[] row, col, row, col: it is about this part of them
---@field on_text fun(text: string)
---@field on_cancel? fun(typed: boolean)  `typed`: something was written, which Neovim's "." repeats now

---@class hum.Ask
---@field opts hum.AskOpts
---@field buf integer
---@field win integer
---@field origin integer   the window that it was opened from
---@field inserts boolean  there in insert mode
---@field rows integer     that the text takes
---@field recall? hum.Recall
---@field shown? string    of the history
---@field typed boolean

local open ---@type hum.Ask|nil  there is one at a time

---@param ask hum.Ask
---@return string[]
local function lines_of(ask) return vim.api.nvim_buf_get_lines(ask.buf, 0, -1, false) end

--- Where the lines that it is about are on the screen: rows from 0, clipped to the window.
---@param ask hum.Ask
---@return integer top, integer bottom, integer col
local function span(ask)
  local win, opts = ask.origin, ask.opts
  local top, bottom = vim.fn.line('w0', win), vim.fn.line('w$', win)
  local first = math.max(opts.first + 1, top)
  local last = math.max(first, math.min(opts.last + 1, bottom))
  local from, to =
    vim.fn.screenpos(win, first, 1), vim.fn.screenpos(win, last, math.max(1, vim.fn.col({ last, '$' }, win) - 1))
  local place = vim.fn.win_screenpos(win) --[[@as integer[] ]]
  local info = vim.fn.getwininfo(win)[1]
  local row = from.row > 0 and from.row or place[1]
  return row - 1, math.max(row, to.row) - 1, place[2] - 1 + (info and info.textoff or 0)
end

--- Rows and columns for what is written.
---@param ask hum.Ask
---@return integer width, integer height
local function size(ask)
  local most = math.max(1, math.min(MOST, vim.o.columns - float.FRAME))
  local widest = 0
  for _, line in ipairs(lines_of(ask)) do
    widest = math.max(widest, vim.fn.strdisplaywidth(line) + 1) -- with the cursor
  end
  local width = math.min(most, math.max(LEAST, widest))
  return width, math.max(1, math.min(ask.rows, ROWS, float.rows() - float.FRAME))
end

--- Above the lines, else below them, else over them.
---@param ask hum.Ask
---@return vim.api.keyset.win_config
local function place_of(ask)
  local width, height = size(ask)
  if not vim.api.nvim_win_is_valid(ask.origin) then -- it stays where it is
    local now = vim.api.nvim_win_get_config(ask.win)
    return { relative = 'editor', row = now.row, col = now.col, width = width, height = height }
  end
  local top, bottom, col = span(ask)
  local takes = height + float.FRAME
  local row = top - takes
  if row < 0 then row = bottom + 1 end
  if row + takes > float.rows() then row = math.max(0, math.min(top, float.rows() - takes)) end
  return {
    relative = 'editor',
    row = row,
    col = math.max(0, math.min(col, vim.o.columns - width - float.FRAME)),
    width = width,
    height = height,
  }
end

---@param ask hum.Ask
local function close(ask)
  open = nil
  vim.api.nvim_clear_autocmds({ group = group })
  if vim.api.nvim_buf_is_valid(ask.opts.buf) then vim.api.nvim_buf_clear_namespace(ask.opts.buf, ns, 0, -1) end
  float.forget(ask.win)
  if vim.api.nvim_get_current_win() == ask.win and vim.api.nvim_win_is_valid(ask.origin) then
    vim.api.nvim_set_current_win(ask.origin)
  end
  if vim.api.nvim_win_is_valid(ask.win) then vim.api.nvim_win_close(ask.win, true) end
  if vim.api.nvim_buf_is_valid(ask.buf) then vim.api.nvim_buf_delete(ask.buf, { force = true }) end
  -- Of a float the ruler stands in the message area, and stays there.
  if vim.o.ruler and vim.o.cmdheight > 0 then vim.api.nvim_echo({ { '' } }, false, {}) end
  if ask.inserts and vim.api.nvim_get_current_win() == ask.origin then
    local cursor = vim.api.nvim_win_get_cursor(0)
    vim.cmd.startinsert({ bang = cursor[2] >= #vim.api.nvim_get_current_line() })
  end
end

--- What is written is the instruction. Called by a key, in normal mode.
function M.accept()
  local ask = open
  if not ask then return end
  local text = vim.trim(table.concat(lines_of(ask), '\n'))
  close(ask)
  if text == '' then
    if ask.opts.on_cancel then ask.opts.on_cancel(ask.typed) end
    return
  end
  history.add(text)
  ask.opts.on_text(text)
end

--- It is not wanted.
function M.cancel()
  local ask = open
  if not ask then return end
  close(ask)
  if ask.opts.on_cancel then ask.opts.on_cancel(ask.typed) end
end

---@return boolean
function M.is_open() return open ~= nil end

---@param ask hum.Ask
local function fit(ask)
  if ask ~= open then return end
  float.place(ask.win)
  -- How many rows it takes is known only in its new width.
  local rows = vim.api.nvim_win_text_height(ask.win, {}).all
  if rows == ask.rows then return end
  ask.rows = rows
  float.place(ask.win)
  vim.api.nvim_win_call(ask.win, function() vim.fn.winrestview({ topline = 1 }) end)
end

---@param ask hum.Ask
local function grow(ask)
  if ask ~= open then return end
  ask.typed = true
  fit(ask)
end

--- References in the instruction are completed, and shown with their sizes.
---@param ask hum.Ask
local function watch_references(ask)
  local function here() return where.of({ code = { buf = ask.opts.buf }, dry = true }) end
  local function rows() return { { first = 0, last = vim.api.nvim_buf_line_count(ask.buf) - 1 } } end
  references.attach(ask.buf, here)
  marks.attach(ask.buf, rows, here, function() fit(ask) end)
end

--- Shows an earlier instruction, or a newer one.
---@param ask hum.Ask
---@param step -1|1
---@param alike boolean
local function recall(ask, step, alike)
  local now = table.concat(lines_of(ask), '\n')
  if not ask.recall or now ~= ask.shown then ask.recall = history.recall(now) end
  local text = history.step(ask.recall, step, alike)
  if not text then return end
  ask.shown = text
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_lines(ask.buf, 0, -1, false, lines)
  vim.api.nvim_win_set_cursor(ask.win, { #lines, #lines[#lines] })
  grow(ask)
end

--- No plugin has anything to offer for an instruction but references (|hum-references|), and no option of the user's
--- shapes it.
---@param buf integer
local function set_buffer(buf)
  local bo = vim.bo[buf]
  bo.bufhidden, bo.filetype = 'wipe', 'humprompt'
  bo.textwidth, bo.wrapmargin, bo.autoindent, bo.cindent, bo.smartindent, bo.indentexpr = 0, 0, false, false, false, ''
  bo.complete, bo.omnifunc, bo.completefunc, bo.formatexpr = '', '', '', ''
  local vars = vim.b[buf]
  vars.completion, vars.minicompletion_disable, vars.copilot_enabled, vars.hum_complete = false, true, false, false
  local cmp = package.loaded['cmp']
  if type(cmp) == 'table' and type(cmp.setup) == 'table' then
    vim.api.nvim_buf_call(buf, function() pcall(cmp.setup.buffer, { enabled = false }) end)
  end
end

---@param win integer
local function set_window(win)
  local wo = vim.wo[win][0]
  wo.wrap, wo.linebreak, wo.number, wo.relativenumber, wo.list, wo.spell = true, true, false, false, false, false
  wo.breakindent, wo.showbreak, wo.scrolloff = false, 'NONE', 0
  wo.signcolumn, wo.foldcolumn, wo.statuscolumn, wo.cursorline, wo.colorcolumn = 'no', '0', '', false, ''
  wo.winfixbuf = true
end

---@param ask hum.Ask
local function set_keys(ask)
  local function map(modes, lhs, rhs) vim.keymap.set(modes, lhs, rhs, { buffer = ask.buf, nowait = true }) end
  -- As keys: what is typed behind them, as in a macro, waits until they have been handled.
  local accept, cancel =
    "<Cmd>lua require('hum.edit.ask').accept()<CR>", "<Cmd>lua require('hum.edit.ask').cancel()<CR>"
  vim.keymap.set('i', '<CR>', function()
    local chosen = vim.fn.complete_info({ 'selected' }).selected
    return vim.fn.pumvisible() == 1 and chosen >= 0 and '<C-y>' or '<Esc>' .. accept
  end, { buffer = ask.buf, nowait = true, expr = true })
  map('n', '<CR>', accept)
  for _, key in ipairs({ '<Esc>', '<C-c>', '<C-[>' }) do
    map('i', key, '<Esc>' .. cancel)
    map({ 'n', 'x' }, key, cancel)
  end
  for key, how in pairs({
    ['<Up>'] = { -1, true },
    ['<Down>'] = { 1, true },
    ['<C-p>'] = { -1, false },
    ['<C-n>'] = { 1, false },
  }) do
    map('i', key, function()
      if vim.fn.pumvisible() == 1 then return vim.api.nvim_feedkeys(vim.keycode(key), 'n', false) end
      recall(ask, how[1], how[2])
    end)
  end
end

---@param ask hum.Ask
local function watch(ask)
  local function on(events, callback) vim.api.nvim_create_autocmd(events, { group = group, callback = callback }) end
  on({ 'TextChangedI', 'TextChangedP', 'TextChanged' }, function(ev)
    if ev.buf == ask.buf then grow(ask) end
  end)
  on('WinLeave', function()
    if open == ask and vim.api.nvim_get_current_win() == ask.win then
      vim.schedule(function()
        if open ~= ask then return end
        ask.inserts = false
        vim.cmd.stopinsert()
        M.cancel()
      end)
    end
  end)
  on('WinClosed', function(ev)
    if tonumber(ev.match) == ask.win and open == ask then vim.schedule(M.cancel) end
  end)
end

---@param ask hum.Ask
local function mark(ask)
  local opts = ask.opts
  if not opts.mark then return end
  local c = opts.chars or { opts.first, 0, opts.last + 1, 0 }
  vim.api.nvim_buf_set_extmark(opts.buf, ns, c[1], c[2], {
    end_row = c[3],
    end_col = c[4],
    hl_group = 'Visual',
    hl_eol = not opts.chars,
    strict = false,
  })
end

--- Asks for an instruction.
---@param opts hum.AskOpts
function M.open(opts)
  if vim.fn.getcmdwintype() ~= '' then
    notify.error('hum: close the command-line window first: no instruction can be written in it')
    return opts.on_cancel and opts.on_cancel(false)
  end
  M.cancel()
  local buf = vim.api.nvim_create_buf(false, true)
  ---@type hum.Ask
  local ask = {
    opts = opts,
    buf = buf,
    win = 0,
    origin = vim.api.nvim_get_current_win(),
    inserts = vim.api.nvim_get_mode().mode:sub(1, 1) == 'i',
    rows = 1,
    typed = false,
  }
  open = ask
  set_buffer(buf)
  mark(ask)
  ask.win = float.open_at(buf, function() return place_of(ask) end, (' %s '):format(opts.title))
  set_window(ask.win)
  set_keys(ask)
  vim.api.nvim_set_current_win(ask.win)
  watch(ask)
  watch_references(ask)
  vim.cmd.startinsert()
end

return M
