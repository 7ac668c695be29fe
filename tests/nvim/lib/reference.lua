-- Resolving references in the Neovim of a case, as sending does.
local M = {}

local RESOLVE = [[
  local text, opts = ...
  local reference = require('hum.reference')
  local where = require('hum.reference.where').of({ dry = opts.dry, chat = opts.chat })
  local refs = reference.find(vim.split(text, '\n', { plain = true }))
  local given = { folder = opts.folder, want = opts.want }
  if opts.since then given.since = function(id) return opts.since[id] end end
  given.on_choice = function(id, choice)
    chosen = chosen or {}
    table.insert(chosen, { id, choice })
  end
  resolved = nil
  cancel = reference.resolve(refs, where, given, function(err, pieces)
    for _, piece in ipairs(pieces or {}) do
      piece.ref = piece.ref and piece.ref.text
    end
    resolved = { err = err, pieces = pieces }
  end)
]]

--- What the references of a text stand for: either an error or pieces, whose `ref` is its text.
---@param t test.Case
---@param text string
---@param opts? { dry?: boolean, folder?: string, since?: table<string, string>, want?: table<string, string>, chat?: integer }
---@return { err?: string, pieces?: table[] }
function M.resolve(t, text, opts)
  t:lua(RESOLVE, text, opts or vim.empty_dict())
  return t:wait(function()
    local done = t:lua('return resolved or false')
    return done
  end, 'the references are resolved')
end

--- The pieces, which there must be.
---@param t test.Case
---@param text string
---@param opts? table
---@return table[]
function M.pieces(t, text, opts)
  local done = M.resolve(t, text, opts)
  assert(done.pieces, 'refused: ' .. tostring(done.err))
  return done.pieces
end

--- Why nothing is sent.
---@param t test.Case
---@param text string
---@param opts? table
---@return string
function M.refused(t, text, opts)
  local done = M.resolve(t, text, opts)
  assert(done.err, 'it was not refused: ' .. vim.inspect(done.pieces))
  return done.err
end

--- What is kept of a piece.
---@param t test.Case
---@param folder string
---@param name string
---@return string
function M.kept(t, folder, name) return t:read_file(folder:sub(#t.dir + 2) .. '/' .. name) end

return M
