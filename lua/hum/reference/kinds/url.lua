-- #url:https://…: a page as text, fetched by the helper once the user has allowed it.
local fetch = require('hum.server.fetch')

---@param arg string|nil
---@return string|nil url, string|nil err
local function address(arg)
  arg = vim.trim(arg or '')
  if arg:find('^[hH][tT][tT][pP][sS]?://[^/%s]') then return arg end
  if arg == '' then return nil, '#url names no address\nWrite it as in #url:https://example.org/page.' end
  if arg:find('^%a[%w+.-]*://') then
    return nil, ('only http and https are fetched, not "%s"\nCheck the address.'):format(arg)
  end
  return 'https://' .. arg
end

---@param url string
---@return string
local function host(url) return (url:match('^%a+://([^/?#]+)') or ''):lower():gsub('^.*@', '') .. '' end

--- What the user may not expect of the page.
---@param url string  that was asked
---@param page hum.Fetched
---@return string|nil
local function note_of(url, page)
  local notes = {}
  if host(page.url) ~= host(url) then notes[1] = ('it came from %s'):format(host(page.url)) end
  if page.cut then notes[#notes + 1] = ('only its first %d bytes'):format(page.bytes) end
  return notes[1] and table.concat(notes, '; ') or nil
end

---@param failure hum.Failure|nil
---@param ref hum.Reference
---@return string
local function words(failure, ref)
  local message = failure and failure.message or ('%s was not fetched: the helper is gone'):format(ref.text)
  local hint = failure and failure.hint or 'Send the message again.'
  return message:gsub('\n', ' ') .. '\n' .. hint
end

---@type hum.ReferenceKind
return {
  name = 'url',
  desc = 'a page as text, asks first: #url:https://example.org/page',
  argument = 'needed',
  asks = true,
  question = function(ref)
    local url, err = address(ref.arg)
    if not url then return nil, err end
    return { verb = 'Fetch', done = 'fetched', what = url, thing = 'address' }
  end,
  resolve = function(ref, _, cb)
    local url, err = address(ref.arg)
    if not url then
      vim.schedule(function() cb(err) end)
      return
    end
    return fetch.start(url, function(failure, page)
      if not page then return cb(words(failure, ref)) end
      if vim.trim(page.text) == '' then
        return cb(('%s has no text\nTake it out of the message.'):format(ref.text), {})
      end
      local title = page.title and vim.trim(page.title) or ''
      cb(nil, {
        {
          id = 'url:' .. url,
          title = title ~= '' and title or url,
          tag = 'page',
          attributes = { url = page.url, title = title ~= '' and title or nil } --[[@as table<string, string>]],
          text = page.text,
          note = note_of(url, page),
          follows = false,
        },
      })
    end)
  end,
}
