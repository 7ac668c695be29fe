-- Loading a buffer that is not shown. Of a swap file Neovim would only show its long message here, which waits for a
-- key, without asking anybody by SwapExists.
local M = {}

---@param buf integer
---@return string|nil  the swap file of another Neovim: then the buffer's own has another ending
local function other_swap(buf)
  local own = vim.fn.swapname(buf)
  local other = own:gsub('%.sw[a-o]$', '.swp')
  return other ~= own and vim.uv.fs_stat(other) and other or nil
end

--- The buffer of exactly this name: bufnr() would take it for a pattern.
---@param path string
---@return integer|nil
function M.named(path)
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buf) == path then return buf end
  end
end

--- Loads a buffer, if it is not loaded.
---@param buf integer
---@return boolean|nil ok, string|nil err
---@return string|nil swap  there is one of another Neovim, which has the file open or has crashed
function M.load(buf)
  if vim.api.nvim_buf_is_loaded(buf) then return true end
  local shown = vim.o.shortmess
  vim.o.shortmess = shown .. 'A'
  local ok, err = pcall(vim.fn.bufload, buf)
  vim.o.shortmess = shown
  if not ok then return nil, tostring(err) end
  return true, nil, other_swap(buf)
end

return M
