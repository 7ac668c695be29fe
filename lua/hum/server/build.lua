-- Builds the helper, as `:Hum build` does.
local client = require('hum.server.client')
local helper = require('hum.server.helper')
local log = require('hum.log')
local notify = require('hum.notify')
local updated = require('hum.updated')

local M = {}

---@param result vim.SystemCompleted
---@return string  what to do, if `make` knows that; else the lines that say what is wrong, or the last ones
local function complaint(result)
  local lines = vim.split(vim.trim((result.stderr or '') .. (result.stdout or '')), '\n')
  local errors = {}
  for _, line in ipairs(lines) do
    if vim.startswith(line, 'hum: ') then return line end
    if line:find('[Ee]rror') then errors[#errors + 1] = line end
  end
  local told = vim.list_slice(#errors > 0 and errors or lines, 1, 3)
  return 'hum: building the helper failed: ' .. table.concat(told, '; ')
end

--- The new helper takes the place of the running one, unless something runs through that.
local function take_over()
  -- The former helper goes on with the former modules; the new one does not speak with them.
  if updated.is() then return notify.info('hum: the helper is built. ' .. updated.CURE) end
  if not client.is_busy() then helper.stop() end
  notify.info('hum: the helper is built')
end

--- Runs make in the background.
---@param cb? fun(ok: boolean, output: string)
function M.run(cb)
  cb = cb or function() end
  local root = updated.root()
  if not vim.uv.fs_stat(vim.fs.joinpath(root, 'Makefile')) then
    notify.error(('hum: run "make install" again in the sources of hum: %s was installed from there'):format(root))
    return cb(false, 'no Makefile')
  end
  if vim.fn.executable('make') == 0 then
    notify.error('hum: install make and a C compiler first (:help hum-requirements)')
    return cb(false, 'make is not installed')
  end
  notify.info('hum: building the helper …')
  vim.system({ 'make', '-C', root, 'all' }, { text = true }, function(result)
    local output = (result.stdout or '') .. (result.stderr or '')
    vim.schedule(function()
      log.write(result.code == 0 and 'info' or 'error', 'build: ' .. vim.trim(output))
      if result.code ~= 0 then
        notify.error(complaint(result))
      else
        take_over()
      end
      cb(result.code == 0, output)
    end)
  end)
end

return M
