-- Where commands begin in the lines of a terminal, by the look of the shell's prompt, and the last of them with what it
-- wrote. Pure.
local M = {}

--- What prompts end with. Fonts and themes bring their own.
local SIGNS = { '%$', '#', '%%', '❯', '➜', 'λ', '»', '▶', '>' }

---@param line string
---@return string|nil head  up to the sign, with what stands behind it
---@return string|nil command
local function split(line)
  local best
  for _, sign in ipairs(SIGNS) do
    local head, command = line:match('^(.-' .. sign .. ')%s+(.*)$')
    if not head then
      head, command = line:match('^(.-' .. sign .. ')$'), ''
    end
    if head and #head <= 120 and (not best or #head < #best.head) then best = { head = head, command = command } end
  end
  if best then return best.head, vim.trim(best.command) end
end

--- What two prompts of one shell have in common though the folder is another: "me@host" and the sign.
---@param head string
---@return string
local function look(head)
  local first = head:match('^%S-@[%w.-]+') or ''
  return first .. '\0' .. (head:match('[%z\1-\127\194-\255][\128-\191]*$') or '')
end

--- The last command and what it wrote, if the last line is a prompt again, or if one like it is above.
---@param lines string[]  without blank ones at the end
---@return integer|nil first  from 1
---@return integer|nil last
function M.last(lines)
  local head, command = split(lines[#lines] or '')
  local is_idle = head ~= nil and command == ''
  if not is_idle then
    -- It runs still: of the lines that could be prompts, the look that comes most often is the shell's.
    local counts, most = {}, nil
    for _, line in ipairs(lines) do
      local one = split(line)
      local key = one and look(one)
      if key and (key:find('@') or line:find('^[^%w%s]')) then
        counts[key] = (counts[key] or 0) + 1
        if not most or counts[key] >= counts[most] then most = key end
      end
    end
    if not most then return nil end
    for i = #lines, 1, -1 do
      local one, what = split(lines[i])
      if one and look(one) == most and what ~= '' then return i, #lines end
    end
    return nil
  end
  local wanted, last = look(head --[[@as string]]), #lines - 1
  for i = #lines - 1, 1, -1 do
    local one, what = split(lines[i])
    if one and look(one) == wanted then
      if what ~= '' then return i, last end
      last = i - 1 -- <CR> was pressed at an empty prompt
    end
  end
end

return M
