local M = {}
function M.start() error('later') end
return M
