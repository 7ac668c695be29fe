-- "#buffers": all buffers that windows of this tab page show, as `#buffer:visible`.
local buffer = require('hum.reference.kinds.buffer')

return {
  name = 'buffers',
  desc = 'all visible buffers with their unsaved text',
  argument = 'none',
  resolve = function(ref, where, cb)
    return buffer.resolve(vim.tbl_extend('force', ref, { arg = 'visible' }) --[[@as hum.Reference]], where, cb)
  end,
}
