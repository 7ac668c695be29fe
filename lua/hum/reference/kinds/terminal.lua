-- #terminal: the last command of a terminal buffer and what it wrote; #terminal:all all of it; #terminal:3 and
-- #terminal:make that of a buffer by number or name.
--
-- Shells that say where their prompts are (OSC 133) have them marked by Neovim (from 0.11, |terminal_]]|); elsewhere
-- the prompt is known by its look; where no prompt is found the last screen is sent, and that is said.
local prompts = require('hum.reference.source.prompts')

--- So many lines are read from the end.
local MOST = 5000

---@return integer[]  the one used last first
local function terminals()
  local list = vim.tbl_filter(
    function(info) return vim.bo[info.bufnr].buftype == 'terminal' end,
    vim.fn.getbufinfo({ bufloaded = 1 })
  )
  local shown = {}
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    shown[vim.api.nvim_win_get_buf(win)] = true
  end
  table.sort(list, function(a, b)
    if (shown[a.bufnr] ~= nil) ~= (shown[b.bufnr] ~= nil) then return shown[a.bufnr] ~= nil end
    if a.lastused ~= b.lastused then return a.lastused > b.lastused end
    return a.bufnr > b.bufnr
  end)
  return vim.tbl_map(function(info) return info.bufnr end, list)
end

---@param buf integer
---@return string  what runs there, as the user called it
local function name_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  return name:match('^term://.-//%d+:(.*)$') or vim.fs.basename(name)
end

---@param arg string|nil
---@return integer|nil buf, boolean all, string|nil err
local function find(arg)
  local list = terminals()
  if #list == 0 then return nil, false, 'there is no terminal\nOpen one first, with :terminal.' end
  local all = arg == 'all' or (arg ~= nil and vim.endswith(arg, ':all'))
  local which = (arg or ''):gsub(':?all$', '')
  if not all then which = arg or '' end
  if which == '' then return list[1], all end
  local fitting = vim.tbl_filter(function(buf)
    if tostring(buf) == which then return true end
    return not tonumber(which)
      and (name_of(buf):find(which, 1, true) or vim.api.nvim_buf_get_name(buf):find(which, 1, true)) ~= nil
  end, list)
  if #fitting == 1 then return fitting[1], all end
  local names = vim.tbl_map(
    function(buf) return ('%d %s'):format(buf, name_of(buf)) end,
    #fitting > 0 and fitting or list
  )
  local why = #fitting == 0 and ('no terminal is called "%s"'):format(which)
    or ('%d terminals are called "%s"'):format(#fitting, which)
  return nil, all, ('%s\nName one by its number: %s.'):format(why, table.concat(names, ', '))
end

--- Rows of prompts that Neovim has marked, from 0.
---@param buf integer
---@return integer[]
local function marked(buf)
  local ns = vim.api.nvim_get_namespaces()['nvim.terminal.prompt']
  if not ns then return {} end
  local rows = vim.tbl_map(function(mark) return mark[2] end, vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, {}))
  table.sort(rows)
  return rows
end

---@class hum.ReferenceTerminal
---@field first integer  rows from 0
---@field last integer   not included
---@field how 'command'|'screen'|'all'

--- The last command by the marks: the last prompt is the one that waits, unless something stands behind it.
---@param buf integer
---@param count integer  lines, without blank ones at the end
---@return hum.ReferenceTerminal|nil
local function by_marks(buf, count)
  local rows = vim.tbl_filter(function(row) return row < count end, marked(buf))
  local last = rows[#rows]
  if not last then return nil end
  if count - last > 2 or #rows == 1 then
    return count - last > 1 and { first = last, last = count, how = 'command' } or nil
  end
  for i = #rows - 1, 1, -1 do
    -- An empty prompt has nothing below it.
    if rows[i + 1] - rows[i] > 1 then return { first = rows[i], last = rows[i + 1], how = 'command' } end
  end
  return { first = rows[#rows - 1], last = last, how = 'command' }
end

---@param buf integer
---@param all boolean
---@return string[] lines, hum.ReferenceTerminal part, integer left  lines above that were not read
local function read(buf, all)
  local count = vim.api.nvim_buf_line_count(buf)
  local from = math.max(0, count - MOST)
  local lines = vim.api.nvim_buf_get_lines(buf, from, count, false)
  while lines[#lines] and not lines[#lines]:find('%S') do
    lines[#lines] = nil
  end
  if all then return lines, { first = 0, last = #lines, how = 'all' }, from end
  local part = by_marks(buf, from + #lines)
  if part and part.first >= from then
    return lines, { first = part.first - from, last = part.last - from, how = 'command' }, 0
  end
  local first, last = prompts.last(lines)
  if first and last then return lines, { first = first - 1, last = last, how = 'command' }, 0 end
  local win = vim.fn.bufwinid(buf)
  local height = win ~= -1 and vim.api.nvim_win_get_height(win) or vim.o.lines
  return lines, { first = math.max(0, #lines - height), last = #lines, how = 'screen' }, 0
end

---@type hum.ReferenceKind
return {
  name = 'terminal',
  desc = 'the last command in a terminal and its output; :all all of it, :3 or :name which terminal',
  argument = 'optional',
  complete = function(typed)
    local list = { { word = 'all', info = 'all of the terminal used last' } }
    for _, buf in ipairs(terminals()) do
      list[#list + 1] = { word = tostring(buf), info = name_of(buf) }
    end
    return vim.tbl_filter(function(one) return vim.startswith(one.word, typed) end, list)
  end,
  resolve = function(ref, _, cb)
    local buf, all, err = find(ref.arg ~= '' and ref.arg or nil)
    if not buf then
      vim.schedule(function() cb(err) end)
      return
    end
    local lines, part, left = read(buf, all)
    local name = name_of(buf)
    local text = table.concat(vim.list_slice(lines, part.first + 1, part.last), '\n')
    local note
    if left > 0 then note = ('only the last %d lines: %d above them are left out'):format(#lines, left) end
    if part.how == 'screen' then note = 'no prompt was found in the terminal: its last screen' end
    vim.schedule(function()
      if not text:find('%S') then
        return cb(('the terminal %s is empty\nRun something in it first.'):format(name), {})
      end
      cb(nil, {
        {
          id = ('terminal:%d%s'):format(buf, all and ':all' or ''),
          title = part.how == 'command' and ('the last command in %s'):format(name) or ('the terminal %s'):format(name),
          tag = 'terminal',
          attributes = { name = name },
          text = (text:gsub('%s+$', '')),
          note = note,
          follows = false,
        },
      })
    end)
  end,
}
