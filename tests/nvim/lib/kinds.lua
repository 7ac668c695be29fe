-- Kinds of references, asked directly for what they stand for.
local M = {}

--- Has a kind resolve a reference; the answer stands in `resolved` of the child.
---@param t test.Case
---@param kind string
---@param arg? string
---@param opts? { force?: boolean, base?: string, code?: table|false, dry?: boolean }  code: the current window
function M.start(t, kind, arg, opts)
  t:lua(
    [[
    local kind, arg, opts = ...
    arg = arg ~= vim.NIL and arg or nil
    local win = vim.api.nvim_get_current_win()
    local code = opts.code or { win = win, buf = vim.api.nvim_win_get_buf(win) }
    where = require('hum.reference.where').of({ code = code, dry = opts.dry })
    if opts.code == false then where.code = nil end
    where.base = opts.base or where.base
    local text = '#' .. kind .. (opts.force and '!' or '') .. (arg and ':' .. arg or '')
    ref = { text = text, kind = kind, arg = arg, force = opts.force or false, row = 0, col = 0, end_col = #text }
    resolved, calls = nil, 0
    cancel = require('hum.reference.kinds.' .. kind).resolve(ref, where, function(err, sources)
      calls = calls + 1
      resolved = { err = err, sources = sources }
    end)
  ]],
    kind,
    arg == nil and vim.NIL or arg,
    opts or vim.empty_dict()
  )
end

---@return { err?: string, sources?: table[] }
function M.answer(t)
  local answer = t:wait(function() return t:lua('return resolved') end, 'the reference is resolved')
  assert(t:lua('return calls') == 1, 'called back more than once')
  return answer
end

---@return { err?: string, sources?: table[] }
function M.resolve(t, kind, arg, opts)
  M.start(t, kind, arg, opts)
  return M.answer(t)
end

--- The only source of a reference that can be sent.
---@return table
function M.source(t, kind, arg, opts)
  local answer = M.resolve(t, kind, arg, opts)
  assert(not answer.err, answer.err)
  assert(#answer.sources == 1, vim.inspect(answer))
  local one = answer.sources[1]
  assert(one.title and one.tag and one.id and one.follows ~= nil, vim.inspect(one))
  return one
end

--- Why it cannot be sent.
---@return string
function M.refused(t, kind, arg, opts)
  local answer = M.resolve(t, kind, arg, opts)
  assert(answer.err, vim.inspect(answer))
  return answer.err
end

---@return string[]
function M.words(t, kind, typed)
  return t:lua(
    [[
    local kind, typed = ...
    local code = { win = vim.api.nvim_get_current_win(), buf = vim.api.nvim_get_current_buf() }
    local where = require('hum.reference.where').of({ code = code, dry = true })
    local list = require('hum.reference.kinds.' .. kind).complete(typed, where)
    return vim.tbl_map(function(one) return one.word end, list)
  ]],
    kind,
    typed
  )
end

return M
