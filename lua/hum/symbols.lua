-- Names in code and where they are defined, as language servers say it: what goes to a server, what comes back, and
-- the lines of a definition that a prompt shows. Pure but for files.
local M = {}

---@param path string
---@return string  as prompts have it
function M.shown(path)
  local name = vim.fn.fnamemodify(path, ':.')
  return name:find('^[/~]') and vim.fs.basename(name) or name
end

--- Where a column is, as a server counts.
---@param client vim.lsp.Client
---@param before string  what stands before it in its line
---@return integer
function M.character(client, before)
  if client.offset_encoding == 'utf-8' then return #before end
  return client.offset_encoding == 'utf-32' and vim.fn.strchars(before) or vim.fn.strutf16len(before)
end

---@class hum.Location
---@field path string
---@field first integer  row from 0

--- The first file that an answer to "textDocument/definition" names.
---@param result any  a location, a link, or a list of those
---@return hum.Location|nil
function M.location(result)
  local one = type(result) == 'table' and (result[1] or result) or {}
  local uri, range = one.uri or one.targetUri, one.range or one.targetRange
  if type(uri) ~= 'string' or not vim.startswith(uri, 'file:') or type(range) ~= 'table' then return nil end
  return { path = vim.uri_to_fname(uri), first = range.start.line }
end

--- Lines of a definition, up to the first blank one behind it.
---@param lines string[]
---@param first integer  from 0
---@param most integer   so many at most
---@return string
function M.piece(lines, first, most)
  local last = first + 1
  while last < first + most and lines[last + 1] and lines[last + 1]:find('%S') do
    last = last + 1
  end
  return table.concat(vim.list_slice(lines, first + 1, last), '\n')
end

return M
