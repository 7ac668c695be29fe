-- The mark that shows what is waited for, and for how long. A server may be silent for
-- minutes while it loads a model or reads a prompt.
local M = {}

local ns = vim.api.nvim_create_namespace('hum.wait')

---@class hum.Waiting
---@field mark integer
---@field timer uv.uv_timer_t

local waiting = {} ---@type table<integer, hum.Waiting>  by buffer

vim.api.nvim_set_hl(0, 'HumWaiting', { link = 'Comment', default = true })

---@param buf integer
---@param row integer
---@param text string
---@param id? integer
---@return integer
local function show(buf, row, text, id)
  return vim.api.nvim_buf_set_extmark(buf, ns, row, 0, {
    id = id,
    virt_text = { { text, 'HumWaiting' } },
    virt_text_pos = 'eol',
    right_gravity = false,
  })
end

--- Removes the mark; nothing happens if there is none.
---@param buf integer
function M.stop(buf)
  local entry = waiting[buf]
  if not entry then return end
  waiting[buf] = nil
  entry.timer:stop()
  entry.timer:close()
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
end

---@param buf integer
---@return boolean
function M.is_waiting(buf) return waiting[buf] ~= nil end

---@param buf integer
---@param row integer  0-based
---@param text string  what is waited for; the seconds follow it
function M.start(buf, row, text)
  M.stop(buf)
  local since = vim.uv.hrtime()
  local entry = { mark = show(buf, row, text), timer = assert(vim.uv.new_timer()) }
  waiting[buf] = entry
  entry.timer:start(
    1000,
    1000,
    vim.schedule_wrap(function()
      if waiting[buf] ~= entry then
        return
      elseif not vim.api.nvim_buf_is_loaded(buf) or package.loaded['hum.chat.view.wait'] ~= M then
        return M.stop(buf)
      end
      local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, entry.mark, {})
      if at[1] then
        local seconds = math.floor((vim.uv.hrtime() - since) / 1e9 + 0.1)
        show(buf, at[1], ('%s %d s'):format(text, seconds), entry.mark)
      end
    end)
  )
end

return M
