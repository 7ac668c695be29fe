-- What a model, or the helper for it, is told of a buffer: its name, and how it is indented.
local M = {}

--- Options as they take effect: what one of them takes from another is filled in.
---@class hum.Indent
---@field tabstop integer
---@field vartabstop integer[]
---@field shiftwidth integer
---@field softtabstop integer
---@field expandtab boolean

--- Options that decide how lines are indented.
M.INDENT = { 'tabstop', 'vartabstop', 'shiftwidth', 'softtabstop', 'expandtab' }

---@param buf integer
---@return hum.Indent
function M.indent(buf)
  local options = vim.bo[buf]
  local stops = vim.tbl_map(tonumber, vim.split(options.vartabstop, ',', { trimempty = true }))
  local step = options.shiftwidth > 0 and options.shiftwidth or stops[1] or options.tabstop
  return {
    tabstop = options.tabstop,
    vartabstop = stops,
    shiftwidth = step,
    softtabstop = options.softtabstop > 0 and options.softtabstop
      or options.softtabstop < 0 and step
      or options.tabstop,
    expandtab = options.expandtab,
  }
end

--- Its name within the project. Where it is on the disk is not for a model to know.
---@param buf integer
---@return string  "": it has none
function M.name(buf)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':.')
  return name:find('^[/~]') and vim.fs.basename(name) or name
end

return M
