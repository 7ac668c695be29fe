-- "#image:pic.png", "![](pic.png)": an image for models that see. "#image" alone is the one in the clipboard.
local picture = require('hum.reference.source.picture')

--- Text that draws: models read it as such.
local DRAWN = { svg = true }

---@param path string  absolute
---@param where hum.Where
---@return hum.Source
local function source_of(path, where)
  local shown = where.shown(path)
  local is_text = DRAWN[(path:match('%.(%w+)$') or ''):lower()] or false
  return {
    id = (is_text and 'file:' or 'image:') .. path,
    title = shown,
    tag = is_text and 'file' or 'image',
    attributes = { path = shown },
    path = path,
    follows = false,
  }
end

---@param paths string[]
---@param cb fun(path: string|nil)
local function first_file(paths, cb)
  local i = 0
  local function next_path()
    i = i + 1
    local path = paths[i]
    if not path then return cb(nil) end
    vim.uv.fs_stat(path, function(_, stat)
      vim.schedule(function()
        if stat and stat.type == 'file' then return cb(path) end
        next_path()
      end)
    end)
  end
  next_path()
end

--- The image that was in the clipboard when a chat's message was sent: another try sends that again.
---@type table<integer, string>
local last = {}

---@param where hum.Where
---@param cb hum.ReferenceDone
---@return fun()|nil cancel
local function from_clipboard(where, cb)
  local source = {
    id = 'image:clipboard',
    title = 'the image in the clipboard',
    tag = 'image',
    attributes = { name = 'clipboard' },
    own = true,
    follows = false,
  }
  if where.dry then
    source.text = ''
    return cb(nil, { source })
  end
  return picture.read(function(err, path)
    local before = not path and where.chat and last[where.chat] or nil
    if before and vim.uv.fs_stat(before) then
      path, source.note = before, 'there is no image in the clipboard now: the one before is sent'
    end
    if not path then return cb(err, nil, 'missing') end
    if where.chat then last[where.chat] = path end
    source.path = path
    cb(nil, { source })
  end)
end

---@type hum.ReferenceKind
return {
  name = 'image',
  desc = 'an image, for models that see: #image:pic.png; #image alone: the one in the clipboard',
  argument = 'optional',
  complete = function(typed, where)
    local file = require('hum.reference.kinds.file')
    local words = file.complete and file.complete(typed, where) or {}
    local images = vim.tbl_filter(function(item)
      local ext = item.word:match('%.(%w+)"?$')
      return item.word:find('/"?$') ~= nil or (ext ~= nil and picture.EXTENSIONS[ext:lower()] ~= nil)
    end, words)
    if vim.startswith('clipboard', typed) then table.insert(images, 1, { word = 'clipboard' }) end
    return images
  end,
  resolve = function(ref, where, cb)
    local arg = vim.trim(ref.arg or '')
    if arg == '' or arg == 'clipboard' then return from_clipboard(where, cb) end
    if arg:find('^%a[%w+.-]+://') then return cb('images of the web are not fetched\nSave it, and name its file.') end
    local over = false
    first_file(where.paths(arg), function(path)
      if over then return end
      if not path then
        return cb(
          ('there is no image "%s"\nIt was looked for in %s.'):format(arg, vim.fn.fnamemodify(where.base, ':~'))
        )
      end
      cb(nil, { source_of(path, where) })
    end)
    return function() over = true end
  end,
}
