-- Builds the helper, as `:Hum build` does.
local client = require('hum.server.client')
local helper = require('hum.server.helper')
local log = require('hum.log')
local notify = require('hum.notify')

local M = {}

---@param result vim.SystemCompleted
---@return string  the lines that say what is wrong, else the last ones
local function complaint(result)
  local lines = vim.split(vim.trim((result.stderr or '') .. (result.stdout or '')), '\n')
  local errors = vim.tbl_filter(
    function(line) return line:find('[Ee]rror') ~= nil or line:find('missing') ~= nil end,
    lines
  )
  return table.concat(vim.list_slice(#errors > 0 and errors or lines, 1, 3), '; ')
end

--- Runs make in the background. A running helper is replaced unless something runs through it.
---@param cb? fun(ok: boolean, output: string)
function M.run(cb)
  cb = cb or function() end
  if vim.fn.executable('make') == 0 then
    notify.error('hum: install make and a C compiler first (:help hum-requirements)')
    return cb(false, 'make is not installed')
  end
  notify.info('hum: building the helper …')
  vim.system({ 'make', '-C', helper.root(), 'all' }, { text = true }, function(result)
    local output = (result.stdout or '') .. (result.stderr or '')
    vim.schedule(function()
      log.write(result.code == 0 and 'info' or 'error', 'build: ' .. vim.trim(output))
      if result.code ~= 0 then
        notify.error('hum: building the helper failed: ' .. complaint(result))
      else
        if not client.is_busy() then helper.stop() end
        notify.info('hum: the helper is built')
      end
      cb(result.code == 0, output)
    end)
  end)
end

return M
