-- A page of the web as text, read by the helper: no key or cookie of anybody's goes along. Who calls this has asked the
-- user, for each address.
local client = require('hum.server.client')
local config = require('hum.config')

local M = {}

---@class hum.Fetched
---@field url string      the last address, which may be another one than that which was asked
---@field asked string
---@field title? string
---@field text string     Markdown of a page, else the text as it came
---@field media string    "text/html", "application/json" …
---@field bytes integer   that came
---@field cut boolean     there was more

--- Reads a page.
---@param url string
---@param cb fun(err: hum.Failure?, page: hum.Fetched?)  once, later; both nil: the helper is gone
---@return fun() cancel  after which nothing is called
function M.start(url, cb)
  local over = false
  local spec = vim.tbl_extend('force', config.get().reference.fetch, { url = url })
  spec.proxy = spec.proxy == false and '' or spec.proxy
  local function finish(err, page)
    if over then return end
    over = true
    cb(err, page)
  end
  local id, why = client.fetch(spec, function(err, page)
    vim.schedule(function() finish(err, page) end)
  end)
  if not id then
    vim.schedule(function() finish({ code = 'start', message = why or 'the helper cannot be started' }) end)
  end
  return function()
    if not over and id then client.stop(id, true) end
    over = true
  end
end

return M
