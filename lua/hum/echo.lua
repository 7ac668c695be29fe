-- Neovim's message area. What it has no room for ends in a prompt that waits for a key and holds everything up,
-- streams included. So a text goes there in lines that fit, and is drawn over by the next one before Neovim asks:
-- measured with 0.10 and 0.12, 'cmdheight' 0 to 2. `:messages` has all of them, the area what matters most.
local wrap = require('hum.wrap')

local M = {}

--- Cells of the last line that 'showcmd' and the ruler may take.
local BESIDE = 13

local GROUPS = { [vim.log.levels.ERROR] = 'ErrorMsg', [vim.log.levels.WARN] = 'WarningMsg' }

--- Cells of one line.
---@return integer
local function width() return math.max(vim.o.columns - BESIDE, 8) end

--- Cells of all lines of the area.
---@return integer
function M.room() return width() + vim.o.columns * math.max(vim.o.cmdheight - 1, 0) end

local echo = vim.api.nvim_echo

---@param line string
---@param group? string
---@param history boolean
local function put(line, group, history)
  vim.cmd.redraw() -- takes a message away that is shown already
  echo({ { line, group } }, history, {})
end

---@param text string
---@param group? string
---@param history boolean
local function put_lines(text, group, history)
  for _, line in ipairs(wrap.lines(text, width())) do
    put(line, group, history)
  end
end

---@param level integer
---@return string|nil  the group of a message
function M.group(level) return GROUPS[level] end

--- Puts a text into `:messages`, whole, and shows a short form of it.
---@param text string
---@param short string  that fits into M.room()
---@param level integer
function M.show(text, short, level)
  local group = GROUPS[level]
  if short == text and #wrap.lines(text, width()) == 1 then return put(text, group, true) end
  put_lines(text, group, true)
  put(short, group, false)
end

--- Puts a text into `:messages` and shows nothing of it.
---@param text string
---@param level integer
function M.keep(text, level)
  put_lines(text, GROUPS[level], true)
  put('', nil, false)
end

-- ---- what others print for us -----------------------------------------------------------------

--- How long what others print is watched, in ms: some wait a little, to be out of a callback.
local WATCH = 100

local guards = 0 -- that are in force
local short_of = {} ---@type table<string, string>  what is shown of a text that has no room, while there is a guard

---@param text string
---@return boolean
local function fits(text) return not text:find('\n') and vim.fn.strdisplaywidth(text) <= width() end

--- A function that prints, with one that prints what does not fit in its place while there is a guard.
---@param original function
---@param read fun(...): string, string?  text and group of what it is given
---@return function
local function guarded(original, read)
  return function(...)
    local text, group = read(...)
    if guards == 0 or fits(text) then return original(...) end
    put_lines(text, group, true)
    for whole, short in pairs(short_of) do
      if text:find(whole, 1, true) then put(short, group, false) end
    end
  end
end

---@param chunks [string, string?][]
local function read_chunks(chunks)
  local text = ''
  for _, chunk in ipairs(chunks) do
    text = text .. tostring(chunk[1])
  end
  return text, chunks[1] and type(chunks[1][2]) == 'string' and chunks[1][2] or nil
end

---@param text string
local function read_text(text) return text end

---@param text string
local function read_error(text) return text, 'ErrorMsg' end

local function read_print(...) return table.concat(vim.tbl_map(tostring, { ... }), ' ') end

local PRINTERS = {
  { vim.api, 'nvim_echo', read_chunks },
  { vim.api, 'nvim_out_write', read_text },
  { vim.api, 'nvim_err_write', read_error },
  { vim.api, 'nvim_err_writeln', read_error },
  { _G, 'print', read_print },
}

local undo = {} ---@type fun()[]  what takes the printers of the guards away

local function install()
  undo = {}
  for _, printer in ipairs(PRINTERS) do
    local owner, name = printer[1], printer[2]
    local original = owner[name]
    if original then
      local mine = guarded(original, printer[3])
      owner[name] = mine
      undo[#undo + 1] = function()
        if owner[name] == mine then owner[name] = original end
      end
    end
  end
end

---@param text string
local function lift(text)
  guards, short_of[text] = guards - 1, nil
  if guards > 0 then return end
  for _, one in ipairs(undo) do
    one()
  end
end

--- Calls a function of another plugin that may print a text to the message area, at once or a little later: a
--- `vim.notify` that is wrapped. What it prints until then comes in lines that fit.
---@param text string
---@param short string  of it, that fits into M.room()
---@param fn fun()
function M.guard(text, short, fn)
  if guards == 0 then install() end
  guards, short_of[text] = guards + 1, short
  local ok, err = pcall(fn)
  vim.defer_fn(function() lift(text) end, WATCH)
  if not ok then error(err, 0) end
end

return M
