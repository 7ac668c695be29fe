-- What a model is told about an edit: the messages of its request.
local M = {}

---@class hum.EditPlace  what is to be edited; lines as Neovim has them
---@field name string      of the file, as the model is to know it
---@field filetype string
---@field old string[]     the lines of the range
---@field before string[]  lines above it, a bounded part of the file
---@field after string[]   lines below it
---@field head? string     what stands left of a range that begins in mid-line
---@field foot? string     what stands right of a range that ends in mid-line
---@field insert? boolean  nothing is rewritten: lines are written between `before` and `after`

---@param place hum.EditPlace
---@param instruction string
---@return table[] messages  as |hum-protocol| has them
function M.messages(place, instruction)
  local function message(role, content) return { role = role, parts = { { type = 'text', text = content } } } end
  local text = {}
  local function add(title, lines)
    if #lines == 0 then return end
    text[#text + 1] = title
    text[#text + 1] = '```' .. place.filetype
    vim.list_extend(text, lines)
    text[#text + 1] = '```'
  end
  text[1] = ('File: %s'):format(place.name)
  add('Before it, not to be changed:', place.before)
  add('To be rewritten:', place.old)
  add('Behind it, not to be changed:', place.after)
  text[#text + 1] = instruction
  return {
    message(
      'system',
      'You rewrite a part of a file. Answer with the new lines of that part alone, in one fenced block.'
    ),
    message('user', table.concat(text, '\n')),
  }
end

return M
