-- What messages refer to, gathered by the helper: files that it reads itself, and texts that Neovim has, which reach it
-- in pieces. The editor goes on meanwhile, and no bytes of files come here.
local client = require('hum.server.client')
local pieces_of = require('hum.server.pieces')
local slices = require('hum.slices')
local steps_of = require('hum.server.steps').new

local M = {}

---@class hum.GatherItem  one of path, buf, text, glob, dir, tree; see |hum-protocol|
---@field path? string     of a file, absolute
---@field force? boolean   it may lie outside of the root; of names: and be ignored by git
---@field as_text? boolean a binary file is taken as text all the same
---@field buf? integer     what Neovim has in that buffer, which is loaded
---@field text? string
---@field name? string     of a text: the file name that says its language
---@field first? integer   lines from 1 of a file or buffer
---@field last? integer
---@field since? string|string[] the name of what the model has seen
---@field want? 'whole'|'outline'
---@field glob? string     relative to base
---@field base? string
---@field dir? string
---@field tree? string
---@field depth? integer
---@field most? integer

---@class hum.GatherSpec
---@field folder? string   absolute: there it is kept; nil: it is only measured
---@field root? string     absolute, links resolved: what lies elsewhere is "outside"
---@field largest? integer bytes of a text that are taken whole
---@field items hum.GatherItem[]

---@class hum.GatherContent
---@field kept? string
---@field bytes integer
---@field lines integer
---@field tokens integer   an estimate

---@class hum.GatherDiff: hum.GatherContent
---@field text? string     if it is short
---@field added integer
---@field removed integer

---@class hum.Gathered: hum.GatherContent
---@field state 'ok'|'missing'|'outside'|'binary'|'large'|'unreadable'|'directory'|'special'|'range'
---@field why? string
---@field path? string
---@field real? string     with links resolved
---@field kind 'text'|'image'|'pdf'
---@field media? string
---@field width? integer
---@field height? integer
---@field fence integer    the longest run of backquotes
---@field encoding? 'latin1'|'utf-16'  what it was before
---@field head? string     its first 2 kB
---@field total? integer   lines of all of it, where only some were asked for
---@field about? boolean   lines and tokens are extrapolated from the beginning of a huge file
---@field same? boolean    as `since`
---@field diff? hum.GatherDiff
---@field outline? hum.GatherContent
---@field names? string[]
---@field more? integer     names that are left out
---@field ignored? integer  by git: they are no names

--- What goes to the helper of an item, and the pieces that follow.
---@class hum.GatherDraft
---@field item table
---@field pieces? string[] of a buffer
---@field text? string      what was given, whole
---@field result? table     it needs no helper

---@param item hum.GatherItem
---@return table
local function without_text(item)
  local sent = vim.tbl_extend('force', {}, item)
  sent.buf, sent.text = nil, nil
  return sent
end

--- The lines of a buffer that are meant, from 1, or what is wrong with them.
---@param buf integer
---@param item hum.GatherItem
---@return integer? first, integer? last, table? result
local function range_of(buf, item)
  if not vim.api.nvim_buf_is_loaded(buf) then return nil, nil, { state = 'missing', kind = 'text' } end
  local count = vim.api.nvim_buf_line_count(buf)
  local first, last = item.first or 1, item.last or count
  if first > last or last > count then
    return nil, nil, { state = 'range', kind = 'text', bytes = 0, tokens = 0, lines = count, total = count }
  end
  return first, last
end

---@param buf integer
---@param item hum.GatherItem
---@param cb fun(draft: hum.GatherDraft)
---@return hum.Cancel|nil
local function draft_buffer(buf, item, cb)
  local first, last, result = range_of(buf, item)
  if not first then return cb({ item = {}, result = result }) end
  return pieces_of.of_buffer(buf, first, last --[[@as integer]], function(pieces)
    if not pieces then return cb({ item = {}, result = { state = 'missing', kind = 'text' } }) end
    local sent = without_text(item)
    sent.first, sent.last = nil, nil
    cb({ item = sent, pieces = pieces })
  end)
end

---@param items hum.GatherItem[]
---@param cb fun(drafts: hum.GatherDraft[])
---@return hum.Cancel
local function draft_all(items, cb)
  local drafts, steps = {}, steps_of(cb)
  local function step(i)
    local item = items[i]
    if not item then return steps.finish(drafts) end
    local function add(draft)
      drafts[i] = draft
      step(i + 1)
    end
    if item.buf then
      steps.add(draft_buffer(item.buf, item, add))
    elseif item.text then
      add({ item = without_text(item), text = item.text })
    else
      add({ item = item })
    end
  end
  step(1)
  return steps.cancel
end

---@class hum.GatherPiece
---@field index integer  of the item that goes to the helper
---@field text string
---@field n? integer     it is that piece of the text

--- One piece goes with its item; more follow.
---@param draft hum.GatherDraft
---@param index integer
---@param pieces hum.GatherPiece[]
local function add_pieces(draft, index, pieces)
  local parts, text = draft.pieces, draft.text
  local count = parts and #parts or text and pieces_of.count(text)
  if not count then return end
  if count < 2 then
    draft.item.text = parts and (parts[1] or '') or text
    return
  end
  draft.item.pieces = count
  for n = 1, count do
    pieces[#pieces + 1] = parts and { index = index, text = parts[n] } or { index = index, text = text, n = n }
  end
end

---@param drafts hum.GatherDraft[]
---@return table[] items, hum.GatherPiece[] pieces
local function pack(drafts)
  local items, pieces = {}, {}
  for _, draft in ipairs(drafts) do
    if not draft.result then
      items[#items + 1] = draft.item
      add_pieces(draft, #items, pieces)
    end
  end
  return items, pieces
end

---@param drafts hum.GatherDraft[]
---@param gathered table[]
---@return hum.Gathered[]
local function in_order(drafts, gathered)
  local at = 0
  return vim.tbl_map(function(draft)
    if draft.result then return draft.result end
    at = at + 1
    return gathered[at]
  end, drafts)
end

---@param spec hum.GatherSpec
---@param drafts hum.GatherDraft[]
---@param steps hum.Steps
local function ask(spec, drafts, steps)
  local items, pieces = pack(drafts)
  local sent = vim.tbl_extend('force', {}, spec, { items = items })
  local id, why = client.gather(sent, function(err, result)
    if err or result then steps.finish(err, result and in_order(drafts, result.items)) end
  end)
  if not id then return steps.finish({ message = why }) end
  steps.add(function() client.stop(id, true) end)
  steps.add(slices.each(pieces, function(piece)
    local text = piece.n and pieces_of.at(piece.text, piece.n) or piece.text
    client.piece(id, piece.index, text)
  end, nil, 0))
end

--- Gathers what items stand for.
---@param spec hum.GatherSpec
---@param cb fun(err: hum.ServerError?, items: hum.Gathered[]?)  once, later; items in order
---@return hum.Cancel
function M.start(spec, cb)
  local over = false
  local steps = steps_of(vim.schedule_wrap(function(...)
    if over then return end -- given up while this was on its way
    over = true
    cb(...)
  end))
  steps.add(draft_all(spec.items, function(drafts)
    if not over then ask(spec, drafts, steps) end
  end))
  return function()
    over = true
    steps.cancel()
  end
end

return M
