-- What is too large to be sent without asking: the user chooses its outline, all of it, or that nothing is sent. He is
-- asked once for each reference; the choice holds for its sources from then on.
local config = require('hum.config')
local count = require('hum.count')
local measure = require('hum.reference.measure')
local questions = require('hum.question')

local M = {}

---@class hum.LargeReference
---@field ref hum.Reference
---@field entries hum.ReferenceEntry[]  those that are large, or all if only their sum is
---@field bytes integer
---@field tokens integer

--- Of one reference, what has to be asked about.
---@param entries hum.ReferenceEntry[]
---@return hum.LargeReference|nil
local function large_of(entries)
  local sent, single, bytes, tokens = {}, {}, 0, 0
  for _, entry in ipairs(entries) do
    local piece = entry.piece --[[@as hum.Piece]]
    local is_change = piece.diff ~= nil and piece.state ~= 'large'
    local is_new = not piece.same and not is_change and not piece.image and not entry.want
    if is_new and (piece.state == 'ok' or piece.state == 'large') then
      sent[#sent + 1] = entry
      bytes, tokens = bytes + piece.bytes, tokens + piece.tokens
      if piece.state == 'large' then single[#single + 1] = entry end
    end
  end
  local is_large = #single > 0 or tokens > config.get().reference.large
  if #sent == 0 or not is_large then return nil end
  local all = tokens > config.get().reference.large and #sent > 1
  local asked = all and sent or single
  return { ref = entries[1].ref, entries = asked, bytes = bytes, tokens = tokens } --[[@as hum.LargeReference]]
end

---@param bytes integer
---@return string
local function size(bytes)
  if bytes < 1000000 then return ('%d kB'):format(math.ceil(bytes / 1000)) end
  return ('%.1f MB'):format(bytes / 1000000)
end

---@param one hum.LargeReference
---@return string  "big.log is large (10.2 MB, about 4200k tokens)"
local function described(one)
  local files = #one.entries
  local name = files == 1 and one.entries[1].source.title or one.ref.text
  local many = files > 1 and count.of(files, 'file') .. ', ' or ''
  return ('%s is large (%s%s, about %s tokens)'):format(name, many, size(one.bytes), count.short(one.tokens))
end

---@param one hum.LargeReference
---@return string
local function refused(one)
  local cure = 'Name fewer lines (#file:name:10-40), choose the outline, or raise reference.large.'
  return ('%s, and nothing was chosen to be sent\n%s'):format(described(one), cure)
end

--- What sending the outline means, with its size if that is known.
---@param one hum.LargeReference
---@return string
local function outline_item(one)
  if #one.entries > 1 then return 'Send their outlines' end
  local outline = one.entries[1].piece.outline
  return outline and ('Send its outline (about %s tokens)'):format(count.short(outline.tokens)) or 'Send its outline'
end

--- Reads the entries again in the form that was chosen.
---@param one hum.LargeReference
---@param choice 'outline'|'whole'
---@param where hum.Where
---@param opts hum.ReferenceOpts
---@param cb fun(err?: string)
---@return fun() cancel
local function take(one, choice, where, opts, cb)
  for _, entry in ipairs(one.entries) do
    entry.want, entry.piece = choice, nil
    if opts.on_choice then opts.on_choice(entry.source.id, choice) end
  end
  return measure.start(one.entries, where, opts.folder, function(err)
    for _, entry in ipairs(err and {} or one.entries) do
      local is_open = entry.piece.state == 'large'
      if is_open then err = err or ('%s has no outline\nSend all of it, or name lines.'):format(entry.source.title) end
    end
    cb(err)
  end)
end

---@param one hum.LargeReference
---@param on_choice fun(choice: 'outline'|'whole'|nil)
local function question(one, on_choice)
  local choices, items = {}, {}
  local function offer(choice, text)
    choices[#choices + 1], items[#items + 1] = choice, text
  end
  offer('outline', outline_item(one))
  offer('whole', 'Send all of it')
  items[#items + 1] = 'Cancel: send nothing'
  local opts = { prompt = described(one) .. '. What is to be sent? ', kind = 'hum.reference' }
  questions.ask(items, opts, function(i) on_choice(choices[i]) end)
end

--- Asks about each reference that is too large, one after the other.
---@param entries hum.ReferenceEntry[][]  by reference; they have their pieces
---@param where hum.Where
---@param opts hum.ReferenceOpts
---@param cb fun(err?: string)  once; err: nothing is to be sent
---@return fun() cancel
function M.ask(entries, where, opts, cb)
  local over, stop, i = false, nil, 0 ---@type boolean, fun()|nil, integer
  local function next_one(err)
    if over then return end
    if err then return cb(err) end
    i = i + 1
    if not entries[i] then return cb(nil) end
    local one = large_of(entries[i])
    if not one then return next_one() end
    question(one, function(choice)
      if over then return end
      if not choice then return cb(refused(one)) end
      stop = take(one, choice, where, opts, next_one)
    end)
  end
  next_one()
  return function()
    over = true
    if stop then stop() end
  end
end

return M
