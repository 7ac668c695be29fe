-- What is streamed, and what is in the buffer before: Markdown as models write it.
local M = {}

local SAMPLE = [[
### Why it fails

The loop reads **one record** at a time, but `read_line()` returns early when the pipe is closed.
That is not an error by itself: the *last* record simply has no line end.

1. Keep what came before in `rest`, and add the new bytes to it.
2. Cut at each line end, and hand over what is complete.
3. At the end hand over the rest too, unless it is empty.

```lua
local function feed(self, bytes)
  self.rest = self.rest .. bytes
  for line in self.rest:gmatch('([^\n]*)\n') do
    self.on_line(line)
  end
  self.rest = self.rest:match('[^\n]*$')
end
```

- The caller does not change; see [the notes](https://example.org/notes).
- With ~~two~~ three lines less it is also *easier* to read, and the cost stays **the same**.

]]

-- Pieces as tokenizers make them: a word with the blank before it, or one other character.
local function cut(text)
  local tokens, at = {}, 1
  while at <= #text do
    local _, last = text:find('^ ?%w+', at)
    last = last or at
    tokens[#tokens + 1] = text:sub(at, last)
    at = last + 1
  end
  return tokens
end

local PROSE = SAMPLE:gsub('```.-```', ''):gsub('%s+', ' ')

local function repeated(tokens, count)
  local out = {}
  for i = 1, count do
    out[i] = tokens[(i - 1) % #tokens + 1]
  end
  return out
end

--- The tokens of one reply. The first one is not measured: it opens the reply, and makes the
--- paragraph long.
---@param place string
---@param count integer
---@return string[]
function M.tokens(place, count)
  local tokens = repeated(cut(place == 'paragraph' and PROSE or SAMPLE), count)
  local opening = place == 'paragraph' and PROSE:rep(math.ceil(100000 / #PROSE)) or 'So: '
  table.insert(tokens, 1, opening)
  return tokens
end

--- Lines that are there before the question.
---@param place string
---@return string[]
function M.history(place)
  local lines = {}
  while place == 'long' and #lines < 20000 do
    vim.list_extend(lines, { '## » You', '', 'And what then?', '', '## « fake', '' })
    for _ = 1, 10 do
      vim.list_extend(lines, vim.split(SAMPLE, '\n'))
    end
  end
  return lines
end

return M
