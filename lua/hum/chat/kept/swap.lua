-- The swap file of a chat that is open elsewhere, or was open when Neovim crashed. Neovim's prompt (E325) would hold up
-- whatever opens the chat, a mapping or a picker, and most of its choices lose something. Two Neovims with the same
-- chat do not write over each other (hum.chat.kept.file), so that it can be opened; and a swap file that has something
-- the file has not stays for `:recover`.
local disk = require('hum.chat.kept.disk')
local heads = require('hum.chat.kept.head')
local folder = require('hum.chat.kept.folder')
local notify = require('hum.notify')

local M = {}

---@param path string
---@return boolean
local function is_chat(path)
  local beginning = disk.read(path, 16)
  if beginning then return heads.is_chat(beginning) end
  return path:find('%.md$') ~= nil and folder.contains(path) -- of which nothing was written yet
end

---@param path string
---@param swap string
---@return 'e'|'d'|''  edit all the same; delete the swap file, and edit; prompt
local function choose(path, swap)
  local info = vim.fn.swapinfo(swap)
  if info.error then return '' end
  if info.pid > 0 then
    notify.warn(('hum: another Neovim has this chat open (process %d)'):format(info.pid))
    return 'e'
  elseif info.dirty == 0 then
    return 'd'
  end
  local text = 'hum: Neovim ended in the midst of "%s"\n:recover gets what was not saved; else delete %s'
  notify.warn(text:format(vim.fs.basename(path), vim.fn.fnamemodify(swap, ':~')))
  return 'e'
end

--- For SwapExists: chooses, if the file is a chat, so that there is no prompt.
---@param path string
function M.on_exists(path)
  if not is_chat(path) then return end
  local choice = choose(path, vim.v.swapname)
  if choice ~= '' then vim.v.swapchoice = choice end
end

--- A chat was loaded without that.
---@param buf integer
---@param other string  the swap file that is not its own
function M.on_loaded(buf, other)
  if choose(vim.api.nvim_buf_get_name(buf), other) == 'd' then vim.uv.fs_unlink(other) end
end

return M
