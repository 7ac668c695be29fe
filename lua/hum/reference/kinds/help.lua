-- #help:tag: that part of the help, from the tag to the next section. As with `:help`, "tag@de" is in German, and
-- #help:tabstop finds 'tabstop'.
local spelling = require('hum.spelling')

--- Larger files of tags, and parts of the help, are not read whole, in bytes.
local TAGS_BYTES, PART_BYTES = 4 * 1024 * 1024, 64 * 1024

--- Reads a file off the main thread's time.
---@param path string
---@param most integer
---@param cb fun(text?: string)  scheduled
local function read(path, most, cb)
  cb = vim.schedule_wrap(cb)
  vim.uv.fs_open(path, 'r', 0, function(err, fd)
    if err or not fd then return cb() end
    vim.uv.fs_fstat(fd, function(_, stat)
      vim.uv.fs_read(fd, math.min(stat and stat.size or 0, most), 0, function(_, data)
        vim.uv.fs_close(fd, function() end)
        cb(data)
      end)
    end)
  end)
end

--- As `:help` reads them (help.c).
local SIGNS = { ['*'] = 'star', ['g*'] = 'gstar', ['[*'] = '[star', [']*'] = ']star', ['|'] = 'bar', ['"'] = 'quote' }

--- Names that a tag may have, the nearest first.
---@param tag string
---@return string[]
local function forms(tag)
  local list = { SIGNS[tag] or tag, ("'%s'"):format(tag), tag .. '()', ':' .. tag, (tag:gsub('%(%)$', '')) }
  -- "ctrl-w" is written CTRL-W: what Neovim finds first, if it is called the same.
  local ok, found = pcall(vim.fn.getcompletion, tag, 'help')
  local first = ok and found[1] or ''
  local lower = vim.tbl_map(string.lower, list)
  if vim.tbl_contains(lower, first:lower()) then list[#list + 1] = first end
  return list
end

--- The file of a tag, in the text of a file of tags.
---@param tags string  begins with a line break
---@param tag string
---@return string|nil
local function file_of(tags, tag)
  local _, at = tags:find(('\n%s\t'):format(tag), 1, true)
  return at and tags:match('^[^\t\n]+', at + 1)
end

---@class hum.ReferenceHelp
---@field tag string
---@field path string

--- Looks for a tag in one file of tags after the other.
---@param files string[]
---@param tag string
---@param cb fun(found?: hum.ReferenceHelp)
local function find(files, tag, cb)
  local best, rank, wanted = nil, math.huge, forms(tag)
  local function step(i)
    if not files[i] or rank == 1 then return cb(best) end
    read(files[i], TAGS_BYTES, function(text)
      for n, form in ipairs(wanted) do
        local file = n < rank and text and file_of('\n' .. text, form)
        if file then
          best, rank = { tag = form, path = vim.fs.joinpath(vim.fs.dirname(files[i]), file) }, n
          break
        end
      end
      step(i + 1)
    end)
  end
  step(1)
end

---@param line string
---@return string|nil  the character of a rule that stands between sections
local function rule(line)
  return line:match('^(=)===+%s*$')
    or line:match('^(%-)%-%-%-+%s*$')
    or line:match('^(=)===+')
    or line:match('^(%-)%-%-%-%-+')
end

---@param line string
---@return boolean  it has a tag, as headings have them at their ends
local function is_tagged(line) return line:find('^%*[^%s*|]+%*') ~= nil or line:find('%s%*[^%s*|]+%*%s*$') ~= nil end

--- The part of a help file that a tag stands for. A section goes to the next rule of its kind, what has a tag within it
--- to the next tag or rule; a tag in the first line is the whole file's.
---@param lines string[]
---@param tag string
---@return integer|nil first, integer|nil last
local function part(lines, tag)
  local first
  for i, line in ipairs(lines) do
    if line:find(('*%s*'):format(tag), 1, true) then
      first = i
      break
    end
  end
  if not first then return nil end
  if first == 1 then return 1, #lines end
  local own = rule(lines[first - 1] or '')
  local last, has_text = first, false
  for i = first + 1, #lines do
    local next_rule = rule(lines[i])
    local ends = next_rule and (next_rule == '=' or own ~= '=')
    if ends or (not own and not next_rule and has_text and is_tagged(lines[i])) then break end
    has_text = has_text or not is_tagged(lines[i]) and lines[i]:find('%S') ~= nil
    last = i
  end
  while last > first and not lines[last]:find('%S') do
    last = last - 1
  end
  return first, last
end

---@param found hum.ReferenceHelp
---@param text string
---@return hum.Source|nil
local function source_of(found, text)
  local lines = vim.split(text:gsub('\r\n', '\n'), '\n', { plain = true })
  local first, last = part(lines, found.tag)
  if not first then return nil end
  local kept, bytes = {}, 0
  for i = first, last --[[@as integer]] do
    bytes = bytes + #lines[i] + 1
    if bytes > PART_BYTES then break end
    kept[#kept + 1] = lines[i]
  end
  local left = last - first + 1 - #kept
  local note = left > 0 and ('only the first %d of %d lines of it'):format(#kept, #kept + left) or nil
  if note then kept[#kept + 1] = ('(%s)'):format(note) end
  return {
    id = 'help:' .. found.tag,
    title = (':help %s'):format(found.tag),
    tag = 'help',
    attributes = { tag = found.tag, file = vim.fs.basename(found.path) },
    text = table.concat(kept, '\n'),
    note = note,
    follows = false,
  }
end

---@param tag string
---@return string err
local function missing(tag)
  local ok, near = pcall(vim.fn.getcompletion, tag, 'help')
  near = ok and near or {}
  local cure = near[1] and ('Did you mean %s?'):format(table.concat(vim.list_slice(near, 1, 3), ', '))
  if not cure then
    local some
    ok, some = pcall(vim.fn.getcompletion, tag:sub(1, math.max(2, #tag - 3)), 'help')
    local name = ok and spelling.nearest(tag, vim.list_slice(some, 1, 200))
    cure = name and ('Did you mean %s?'):format(name) or 'Write a tag as :help takes it.'
  end
  return ('there is no help for "%s"\n%s'):format(tag, cure)
end

---@type hum.ReferenceKind
return {
  name = 'help',
  desc = 'a part of the help: #help:undo-two-ways',
  argument = 'needed',
  complete = function(typed)
    local ok, tags = pcall(vim.fn.getcompletion, typed, 'help')
    return vim.tbl_map(function(tag) return { word = tag } end, vim.list_slice(ok and tags or {}, 1, 100))
  end,
  resolve = function(ref, _, cb)
    local over = false
    local tag, language = (ref.arg or ''):match('^(.+)@(%l%l)$')
    tag = tag or ref.arg or ''
    local name = language and language ~= 'en' and 'doc/tags-' .. language or 'doc/tags'
    find(vim.api.nvim_get_runtime_file(name, true), tag, function(found)
      if over then return end
      if not found then return cb(missing(ref.arg or '')) end
      read(found.path, TAGS_BYTES, function(text)
        if over then return end
        local source = text and source_of(found, text)
        if not source then
          return cb(('%s has no "%s" any more\nRun :helptags ALL.'):format(vim.fs.basename(found.path), found.tag))
        end
        cb(nil, { source })
      end)
    end)
    return function() over = true end
  end,
}
