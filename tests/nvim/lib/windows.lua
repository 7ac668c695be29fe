-- What the windows of a tab page show, for cases about where chats open.
local M = {}

--- Asks, with a server that answers at once, and waits for the answer.
---@param t test.Case
---@param command string
---@param n? integer  of the request
function M.ask(t, command, n)
  t:cmd(command)
  return t:wait_event('HumRequestFinished', n)
end

--- Configures hum for a server that answers "A short answer."
---@param t test.Case
---@param chat? table  options
function M.setup(t, chat)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  require('lib.chat').configure(t, srv, nil, { chat = chat or {} })
  return srv
end

local LIST = [[
  local out = {}
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local buf = vim.api.nvim_win_get_buf(win)
    local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':t')
    local row, col = unpack(vim.api.nvim_win_get_position(win))
    out[#out + 1] = {
      win = win, buf = buf, row = row, col = col,
      width = vim.api.nvim_win_get_width(win), height = vim.api.nvim_win_get_height(win),
      float = vim.api.nvim_win_get_config(win).relative ~= '',
      kind = vim.bo[buf].filetype == 'hum' and 'chat' or vim.bo[buf].buftype ~= '' and vim.bo[buf].buftype or name,
      current = win == vim.api.nvim_get_current_win(),
    }
  end
  return out]]

--- The windows of the current tab page.
---@return table[]
function M.list(t) return t:lua(LIST) end

--- What they show, in order: "a.c chat".
---@return string
function M.kinds(t)
  return table.concat(vim.tbl_map(function(one) return one.kind end, M.list(t)), ' ')
end

--- The one window of a kind.
function M.of(t, kind)
  local found = vim.tbl_filter(function(one) return one.kind == kind end, M.list(t))
  assert(#found == 1, ('%d windows of "%s": %s'):format(#found, kind, M.kinds(t)))
  return found[1]
end

return M
