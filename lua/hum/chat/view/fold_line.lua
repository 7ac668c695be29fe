-- What the line of a closed fold says: of a thinking part whether it still runs, how long it took, how many words it
-- has, and its last words as they come; of the front matter what the chat is about. What has no room is left out, and
-- nothing is cut within a character.
--
-- It is made whenever the line is drawn, for each token within a fold that is closed.
local config = require('hum.config')
local counts = require('hum.count')
local glyphs = require('hum.look.glyphs')
local ground = require('hum.chat.view.fold_ground')
local leaving = require('hum.chat.view.left')
local level = require('hum.chat.view.fold_level')
local lines = require('hum.chat.view.lines')
local read = require('hum.chat.text.read')
local scan = require('hum.chat.text.scan')
local tail = require('hum.chat.view.tail')
local thoughts = require('hum.chat.view.thoughts')
local words = require('hum.chat.view.words')

local M = {}

--- Bytes that a cell may have, as a rule, and cells that are worth showing the last words.
local BYTES, LEAST = 2, 8

---@param text string
---@return integer
local function cells(text) return vim.fn.strdisplaywidth(text) end

---@return integer  cells for text in the current window
local function room() return lines.width(vim.api.nvim_get_current_win()) end

--- Tenths below 10 s. A source that rounds to whole seconds gets no decimals that it does not have.
---@param seconds number
---@return string
local function duration(seconds)
  if seconds >= 9.95 or seconds % 1 == 0 then return ('%d s'):format(math.floor(seconds + 0.5)) end
  return seconds < 0.05 and '<0.1 s' or ('%.1f s'):format(seconds)
end

--- What a part is, and how long it took. While it runs these are whole seconds from the first on, as the
--- clock strikes them.
---@param runs boolean
---@param seconds? number
---@return string
function M.label(runs, seconds)
  if not runs then return 'Thought' .. (seconds and ' for ' .. duration(seconds) or '') end
  if not seconds or seconds < 0.05 then return 'Thinking' end
  return seconds < 0.9 and ('Thinking %.1f s'):format(seconds) or ('Thinking %d s'):format(math.floor(seconds + 0.1))
end

--- The last words of a running part.
---@param buf integer
---@param first integer
---@param last integer
---@param width integer
---@return string
local function last_words(buf, first, last, width)
  local text, bytes = '', BYTES * width
  for row = last, math.max(first + 1, last - 3), -1 do
    local size = vim.fn.col({ row + 1, '$' }) - 1
    text = vim.api.nvim_buf_get_text(buf, row, math.max(0, size - bytes), row, size, {})[1] .. ' ' .. text
    if #text > bytes then break end
  end
  if text:find('[%c%s]%s') or text:find('%c') then text = text:gsub('[%c%s]+', ' ') end
  return tail.of(vim.trim(text), width, glyphs.get().ellipsis)
end

---@param buf integer
---@param first integer
---@param last integer
---@return integer  of the rows first .. last the last one that is not blank
local function last_text(buf, first, last)
  while last > first and not vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1]:find('%S') do
    last = last - 1
  end
  return last
end

---@param info table|nil  see thoughts.at
---@param last integer  row
---@return string line, string|nil latest
local function of_running(buf, first, last, info)
  last = last_text(buf, first, last) -- the user's turn may stand below
  local width, separator = room(), glyphs.separator()
  local line = glyphs.get().closed .. ' ' .. M.label(true, info and info.seconds)
  local count = separator .. counts.of(words.live(buf, first, last), 'word')
  if cells(line .. count) > width then return line end
  line = line .. count
  local left = width - cells(line .. separator)
  local latest = left >= LEAST and last_words(buf, first, last, left) or ''
  return line, latest ~= '' and separator .. latest or nil
end

---@return string
local function of_ended(buf, first, last, info)
  local line = glyphs.get().closed .. ' ' .. M.label(false, info and info.seconds)
  local count = glyphs.separator() .. counts.of(words.ended(buf, first, last), 'word')
  return cells(line .. count) <= room() and line .. count or line
end

--- What a chat is about: its title. Before it has one, what it uses, if the window's bar does not say that already.
---@param buf integer
---@param last integer
---@return string
local function of_front(buf, last)
  local front = read.parse(vim.api.nvim_buf_get_lines(buf, 0, last + 1, false)).front
  local values = front and front.values or {}
  local about = {} ---@type string[]
  local function add(key)
    if values[key] and values[key] ~= '' then about[#about + 1] = values[key] end
  end
  add('title')
  if #about == 0 then
    if not config.get().chat.winbar then
      add('model')
      add('endpoint')
    end
    if #about == 0 then about[1] = 'Untitled chat' end
    add('project')
  end
  return glyphs.cut(glyphs.get().closed .. ' ' .. table.concat(about, glyphs.separator()), room())
end

--- The rows of the part that a fold has, without the blank lines around it.
---@param s hum.Scan
---@param first integer
---@param last integer
---@return integer first, integer last
local function part_of(s, first, last)
  if not level.thinking(s, first + 1) then first = first + 1 end
  if not level.thinking(s, last) and last > first then last = last - 1 end
  return first, last
end

---@param how hum.ShownThinking
---@return [string, string][]|nil  nil: the fold is none of hum's
local function chunks_of(how)
  local buf = vim.api.nvim_get_current_buf()
  local first, last = vim.v.foldstart - 1, vim.v.foldend - 1
  local s = scan.sync(buf, last + 1)
  if not s or not scan.complete(buf, last) then return nil end
  local left_first, _, range = leaving.at(buf, first)
  if range and left_first == first then
    return { { glyphs.cut(glyphs.get().closed .. ' ' .. range.text, room()), 'HumThought' } }
  end
  local front = first == 0 and level.front(buf)
  if front and last <= front then return { { of_front(buf, front), 'HumFrontMatter' } } end
  first, last = part_of(s, first, last)
  if not level.thinking(s, first + 1) then return nil end -- a fold of the user's
  if how == 'hide' then return { { ' ', 'HumThought' } } end
  local info = thoughts.at(buf, first)
  local has_ended = level.thinking(s, last) and last + 1 <= s.known and not level.thinking(s, last + 1)
  if has_ended then return { { of_ended(buf, first, last, info), 'HumThought' } } end
  local line, latest = of_running(buf, first, last, info)
  local chunks = { { line, 'HumThought' } } ---@type [string, string][]
  if latest then chunks[2] = { latest, 'HumThinking' } end
  return chunks
end

--- The line of the closed fold that Neovim draws: 'foldtext' of the current window.
---@param how hum.ShownThinking
---@return [string, string|string[]][]|string
function M.text(how)
  local chunks = chunks_of(how)
  return chunks and ground.under(chunks, room()) or vim.fn.foldtext()
end

return M
