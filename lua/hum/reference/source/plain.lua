-- Plain text of what programs write for a terminal: without colours and other sequences, lines as they are seen in the
-- end, valid UTF-8. Pure.
local M = {}

--- CSI, then OSC and the like with their ends, then two-byte sequences.
local SEQUENCES = {
  '\27%[[0-?]*[ -/]*[@-~]',
  '\27[%]PX^_][^\7\27]*\7',
  '\27[%]PX^_][^\7\27]*\27\\',
  '\27[ -/]+[0-~]',
  '\27[0-~]',
}

--- A line as a terminal shows it: what was written over is gone.
---@param line string
---@return string
local function overwritten(line)
  if line:find('\r', 1, true) then
    line = line:gsub('\r+$', '')
    line = line:match('([^\r]*)$') or line
  end
  if not line:find('\b', 1, true) then return line end
  local kept = {}
  for char in line:gmatch('[%z\1-\127\194-\255][\128-\191]*') do
    kept[char == '\b' and #kept or #kept + 1] = char ~= '\b' and char or nil
  end
  return table.concat(kept)
end

--- Bytes that are no UTF-8 become U+FFFD.
---@param text string
---@return string
local function valid(text)
  if not text:find('[\128-\255]') then return text end
  local out, at = {}, 1
  while at <= #text do
    local first, last = text:find('^[%z\1-\127]+', at)
    if first then
      out[#out + 1] = text:sub(first, last)
      at = last + 1
    else
      local lead = text:byte(at)
      local length = lead >= 0xf0 and lead < 0xf5 and 4
        or lead >= 0xe0 and lead < 0xf0 and 3
        or lead >= 0xc2 and lead < 0xe0 and 2
        or 1
      local is_whole = length > 1 and text:find('^' .. ('[\128-\191]'):rep(length - 1), at + 1)
      out[#out + 1] = is_whole and text:sub(at, at + length - 1) or '\239\191\189'
      at = at + (is_whole and length or 1)
    end
  end
  return table.concat(out)
end

---@param text string
---@return string
function M.of(text)
  if text:find('\27', 1, true) then
    for _, sequence in ipairs(SEQUENCES) do
      text = text:gsub(sequence, '')
    end
  end
  text = text:gsub('[%z\1-\7\11\12\14-\31\127]', '')
  if text:find('[\r\b]') then
    local lines = vim.split(text, '\n', { plain = true })
    text = table.concat(vim.tbl_map(overwritten, lines), '\n')
  end
  return valid(text)
end

return M
