-- Choosing one of many: by vim.ui.select, which the user may have replaced by something that
-- filters. Neovim's own is a list with numbers, of which no more is shown than fits on the screen:
-- before a longer one a part of the name is asked for, and what fits is shown as it is typed.
local question = require('hum.question')
local steps_of = require('hum.server.steps').new

local M = {}

---@class hum.Choice
---@field prompt string
---@field items string[]                   what is matched, each one once
---@field shown fun(item: string): string  how an item is shown
---@field waits? boolean                  nobody has asked for it: not before the user has done typing

-- ---- matching -------------------------------------------------------------------------------

--- Whether each of the words is somewhere in a text.
---@param text string
---@param words string[]
---@return boolean
local function has_all(text, words)
  for _, word in ipairs(words) do
    if not text:find(word, 1, true) then return false end
  end
  return true
end

--- The items that have each word of what was typed somewhere in them, in their order; those that
--- begin with it, or whose name behind a slash does, first. Without any: the similar ones.
---@param items string[]
---@param typed string
---@return string[]
function M.matches(items, typed)
  typed = vim.trim(typed:lower())
  if typed == '' then return items end
  local words, first, rest = vim.split(typed, '%s+'), {}, {}
  for _, item in ipairs(items) do
    local text = item:lower()
    if has_all(text, words) then
      local begins = vim.startswith(text, typed) or text:find('/' .. typed, 1, true)
      table.insert(begins and first or rest, item)
    end
  end
  vim.list_extend(first, rest)
  return #first > 0 and first or vim.fn.matchfuzzy(items, typed)
end

-- ---- what is shown while a part of the name is typed ----------------------------------------

--- Lines of the screen that the command line, its prompt and a question below it take.
local TAKEN = 6

---@return integer  so many items fit on the screen
local function room() return math.max(5, vim.o.lines - TAKEN) end

local offered = {} ---@type string[]  to the command line that is open

--- For the completion of a command line.
---@param typed string
---@return string[]
function M.complete(typed) return M.matches(offered, typed) end

---@param buf integer
---@param choice hum.Choice
---@param typed string
---@return integer height, integer width
local function fill(buf, choice, typed)
  local found = M.matches(choice.items, typed)
  local lines = vim.tbl_map(choice.shown, vim.list_slice(found, 1, room() - 1))
  if #found > #lines then lines[#lines + 1] = ('… %d more'):format(#found - #lines) end
  if #lines == 0 then lines[1] = 'no match' end
  local width = 1
  for i, line in ipairs(lines) do
    lines[i] = line:gsub('%c', '?')
    width = math.max(width, vim.fn.strdisplaywidth(lines[i]))
  end
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  return #lines, math.min(width, vim.o.columns)
end

--- Shows what fits, above the command line, until it is left.
---@param choice hum.Choice
---@return fun() close
local function preview(choice)
  local buf, win = vim.api.nvim_create_buf(false, true), nil
  local function show(typed)
    local height, width = fill(buf, choice, typed)
    local config = {
      relative = 'editor',
      anchor = 'SW',
      row = vim.o.lines - math.max(1, vim.o.cmdheight),
      col = 0,
      height = height,
      width = width,
      focusable = false,
      zindex = 250,
    }
    if win and vim.api.nvim_win_is_valid(win) then
      vim.api.nvim_win_set_config(win, config)
    else
      win = vim.api.nvim_open_win(buf, false, vim.tbl_extend('force', config, { style = 'minimal', noautocmd = true }))
    end
    vim.cmd.redraw()
  end
  local group = vim.api.nvim_create_augroup('hum.pick', {})
  vim.api.nvim_create_autocmd('CmdlineChanged', {
    group = group,
    pattern = '@',
    callback = function() show(vim.fn.getcmdline()) end,
  })
  show('')
  return function()
    vim.api.nvim_create_augroup('hum.pick', {})
    pcall(vim.api.nvim_buf_delete, buf, { force = true })
  end
end

-- ---- asking ---------------------------------------------------------------------------------

local NONE, FAILED = 'hum: no model selected', 'hum: no model chosen: %s'

---@param choice hum.Choice
---@param items string[]
---@param cb fun(err: string?, item: string?)
---@return hum.Cancel
local function select(choice, items, cb)
  local opts = { prompt = choice.prompt, kind = 'hum_model', format_item = choice.shown }
  return question.call('select', function(err, item)
    if err then return cb(FAILED:format(err)) end
    cb(type(item) ~= 'string' and NONE or nil, type(item) == 'string' and item or nil)
  end, items, opts)
end

---@param choice hum.Choice
---@param prompt string
---@param cb fun(err: string?, typed: string?)
---@return hum.Cancel
local function input(choice, prompt, cb)
  offered = choice.items
  local close = question.is_builtin('input') and preview(choice) or function() end
  local cancel = question.call('input', function(err, typed)
    close()
    if err then return cb(FAILED:format(err)) end
    if type(typed) ~= 'string' or vim.trim(typed) == '' then return cb(NONE) end
    cb(nil, typed)
  end, { prompt = prompt, completion = "customlist,v:lua.require'hum.server.pick'.complete" })
  return function()
    close()
    cancel()
  end
end

--- The last item of a list that has not all that fits.
local MORE = 'type more of the name'

--- Asks for a part of the name, then, unless one item alone fits, which of those is meant.
---@param choice hum.Choice
---@param prompt string
---@param steps hum.Steps
local function narrow(choice, prompt, steps)
  steps.add(input(choice, prompt, function(err, typed)
    if not typed then return steps.finish(err) end
    local found = M.matches(choice.items, typed)
    local exact = vim.tbl_contains(choice.items, vim.trim(typed)) and vim.trim(typed)
    if exact or #found == 1 then
      steps.finish(nil, exact or found[1])
    elseif #found == 0 then
      narrow(choice, ('No model matches "%s". A part of the name: '):format(typed), steps)
    elseif #found <= room() then
      steps.add(select(choice, found, steps.finish))
    else
      local best = vim.list_slice(found, 1, room() - 1)
      best[#best + 1] = MORE
      steps.add(select(choice, best, function(why, item)
        if item ~= MORE then return steps.finish(why, item) end
        narrow(choice, ('%d models match "%s". A part of the name: '):format(#found, typed), steps)
      end))
    end
  end))
end

--- Runs `fn` once the keys that are typed are meant for nothing else.
---@param steps hum.Steps
---@param modes string  pattern of the modes in which they are
---@param fn fun()
local function when_free(steps, modes, fn)
  if not vim.api.nvim_get_mode().mode:find(modes) then return fn() end
  local id = vim.api.nvim_create_autocmd('ModeChanged', {
    once = true,
    callback = vim.schedule_wrap(function()
      if not steps.is_over() then when_free(steps, modes, fn) end
    end),
  })
  steps.add(function() pcall(vim.api.nvim_del_autocmd, id) end)
end

--- Lets the user choose an item.
---@param choice hum.Choice
---@param cb fun(err: string?, item: string?)  called once at most
---@return hum.Cancel
function M.choose(choice, cb)
  local steps = steps_of(cb)
  when_free(steps, choice.waits and '^[ciR]' or '^c', function()
    if #choice.items <= room() or not question.is_builtin('select') then
      return steps.add(select(choice, choice.items, steps.finish))
    end
    local keys = vim.o.columns < 60 and '' or ' (<Tab> completes)' -- a prompt that wraps covers the list
    narrow(choice, ('%d models. A part of the name%s: '):format(#choice.items, keys), steps)
  end)
  return steps.cancel
end

return M
