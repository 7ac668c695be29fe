-- What stands beside the text of a reply: its figures, and an error.
local config = require('hum.config')
local fold = require('hum.chat.view.fold')
local lines = require('hum.chat.view.lines')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.notes')
local group = vim.api.nvim_create_augroup('hum.notes', {})

vim.api.nvim_set_hl(0, 'HumStats', { link = 'Comment', default = true })
vim.api.nvim_set_hl(0, 'HumError', { link = 'DiagnosticError', default = true })
vim.api.nvim_set_hl(0, 'HumHint', { link = 'DiagnosticHint', default = true })

---@class hum.Note
---@field row integer   where it last stood
---@field line string   beside what
---@field opts vim.api.keyset.set_extmark

local shown = {} ---@type table<integer, table<integer, hum.Note>>  by buffer and extmark

-- The mark is invalidated with its line: after `u` nothing of it is left on other lines.
---@param buf integer
---@param row integer
---@param opts vim.api.keyset.set_extmark
local function attach(buf, row, opts)
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  if not line or line == '' then return end
  opts.end_col, opts.invalidate = #line, true
  local id = vim.api.nvim_buf_set_extmark(buf, ns, row, 0, opts)
  shown[buf] = shown[buf] or {}
  shown[buf][id] = { row = row, line = line, opts = opts }
end

--- Shows notes again that `u` removed with their text, and whose text `<C-r>` has brought back.
---@param buf integer
function M.revive(buf)
  for id, note in pairs(shown[buf] or {}) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
    if at[1] and not at[3].invalid then
      note.row = at[1]
    elseif vim.api.nvim_buf_get_lines(buf, note.row, note.row + 1, false)[1] == note.line then
      note.opts.id = id
      vim.api.nvim_buf_set_extmark(buf, ns, note.row, 0, note.opts)
    end
  end
end

--- Not while a reply streams: the event comes for each token then.
---@param buf integer
function M.watch(buf)
  M.unwatch(buf)
  vim.api.nvim_create_autocmd('TextChanged', {
    group = group,
    buffer = buf,
    callback = function()
      M.revive(buf)
      fold.refresh(buf)
    end,
  })
end

---@param buf integer
function M.unwatch(buf) vim.api.nvim_clear_autocmds({ group = group, buffer = buf }) end

---@param buf integer
function M.forget(buf)
  if vim.api.nvim_buf_is_valid(buf) then M.unwatch(buf) end
  shown[buf] = nil
end

---@param stats hum.Stats
---@return string
local function stats_text(stats)
  local about = stats.server and '' or '~'
  local parts = { ('%s%d token%s'):format(stats.counted and '' or '~', stats.tokens, stats.tokens == 1 and '' or 's') }
  local rate = stats.tokens_per_second
  if rate then parts[#parts + 1] = (rate < 10 and '%s%.1f tokens/s' or '%s%.0f tokens/s'):format(about, rate) end
  if stats.ttft_ms then
    local seconds = stats.ttft_ms / 1000
    local digits = seconds < 0.1 and '%.3f' or seconds < 10 and '%.2f' or '%.0f'
    parts[#parts + 1] = ('first token %s s'):format(digits:format(seconds))
  end
  if (stats.cached_tokens or 0) > 0 then parts[#parts + 1] = ('%d cached'):format(stats.cached_tokens) end
  return table.concat(parts, ' · ')
end

---@param buf integer
---@param row integer
---@param stats? hum.Stats
function M.stats(buf, row, stats)
  if stats and (stats.tokens or 0) > 0 and config.get().chat.stats then
    attach(buf, row, { virt_text = { { stats_text(stats), 'HumStats' } }, virt_text_pos = 'eol' })
  end
end

---@param buf integer
---@param row integer
---@param failure { message: string, hint?: string }
function M.failure(buf, row, failure)
  local below = lines.of(buf, failure.message, 'HumError')
  attach(buf, row, { virt_lines = vim.list_extend(below, lines.of(buf, failure.hint or '', 'HumHint')) })
end

--- Removes the notes of earlier failures.
---@param buf integer
function M.clear_failures(buf)
  for id, note in pairs(shown[buf] or {}) do
    if note.opts.virt_lines then
      vim.api.nvim_buf_del_extmark(buf, ns, id)
      shown[buf][id] = nil
    end
  end
end

return M
