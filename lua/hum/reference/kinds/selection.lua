-- #selection: what was selected last in the code window, as visual mode had it: characters, lines or a block.
local place = require('hum.reference.source.place')
local withheld = require('hum.reference.source.withheld')

local NONE = 'nothing was selected in %s yet\nSelect something there first.'

--- Columns of a block that goes to the ends of its lines ("$"), of which only the cursor of visual mode knows: it is
--- begun again for a moment.
---@param buf integer
---@return boolean
local function goes_to_ends(buf)
  local ignored, to_ends = vim.o.eventignore, false
  vim.o.eventignore = 'all'
  pcall(vim.api.nvim_buf_call, buf, function()
    local view = vim.fn.winsaveview()
    vim.cmd('silent! keepjumps normal! gv')
    to_ends = vim.fn.winsaveview().curswant >= vim.v.maxcol
    vim.cmd('silent! keepjumps normal! \27')
    vim.fn.winrestview(view)
  end)
  vim.o.eventignore = ignored
  return to_ends
end

--- A block from a column to the ends of its lines.
---@param buf integer
---@param from integer[]  as getpos() has it
---@param to integer[]
---@return string[]
local function to_the_ends(buf, from, to)
  return vim.api.nvim_buf_call(buf, function()
    local left = math.huge
    for _, pos in ipairs({ from, to }) do
      local line = vim.api.nvim_buf_get_lines(buf, pos[2] - 1, pos[2], false)[1] or ''
      left = math.min(left, vim.fn.strdisplaywidth(line:sub(1, pos[3] - 1)))
    end
    local function rest(line)
      local width = 0
      for at, char in line:gmatch('()([%z\1-\127\192-\255][\128-\191]*)') do
        if width >= left then
          return line:sub(at --[[@as integer]])
        end
        width = width + vim.fn.strdisplaywidth(char, width)
      end
      return ''
    end
    return vim.tbl_map(rest, vim.api.nvim_buf_get_lines(buf, from[2] - 1, to[2], false))
  end)
end

---@class hum.ReferenceSelection
---@field mode string     "v", "V" or CTRL-V
---@field first integer   rows from 1
---@field last integer
---@field lines? string[]  nil: whole lines of the buffer

---@param buf integer
---@return hum.ReferenceSelection|nil
local function selected(buf)
  local from, to = vim.api.nvim_buf_get_mark(buf, '<'), vim.api.nvim_buf_get_mark(buf, '>')
  local count = vim.api.nvim_buf_line_count(buf)
  if from[1] == 0 or to[1] == 0 or from[1] > count then return nil end
  local mode = vim.api.nvim_buf_call(buf, vim.fn.visualmode)
  mode = mode ~= '' and mode or 'V' -- marks that a session or :mark has set
  local last = math.min(to[1], count)
  if mode == 'V' then return { mode = mode, first = from[1], last = last } end
  local first_pos = { buf, from[1], from[2] + 1, 0 }
  local last_pos = { buf, last, math.min(to[2], vim.v.maxcol - 1) + 1, 0 }
  local lines
  if mode == '\22' and goes_to_ends(buf) then
    lines = to_the_ends(buf, first_pos, last_pos)
  else
    lines = vim.fn.getregion(first_pos, last_pos, { type = mode })
  end
  return { mode = mode, first = from[1], last = last, lines = lines }
end

---@type hum.ReferenceKind
return {
  name = 'selection',
  desc = 'what you selected last in the code window: characters, lines or a block',
  argument = 'none',
  resolve = function(ref, where, cb)
    local buf, err = place.code(where)
    local found = buf and selected(buf)
    if not buf or not found or (found.lines and table.concat(found.lines) == '') then
      local name = buf and place.shown(place.file(buf), where)
      vim.schedule(function() cb(err or NONE:format(name)) end)
      return
    end
    local path = place.file(buf)
    return withheld.one(path, ref, where, function(why)
      if why then return cb(why, nil, 'refused') end
      cb(nil, {
        {
          id = 'selection:' .. (path or buf),
          title = ('the selection in %s'):format(place.shown(path, where)),
          tag = 'selection',
          attributes = {
            path = place.shown(path, where),
            first = tostring(found.first),
            last = tostring(found.last),
          },
          text = found.lines and table.concat(found.lines, '\n') or nil,
          buf = not found.lines and buf or nil,
          first = not found.lines and found.first or nil,
          last = not found.lines and found.last or nil,
          follows = false,
        },
      })
    end)
  end,
}
