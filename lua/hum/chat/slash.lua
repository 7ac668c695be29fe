-- `/explain why` as the first line of a message: the prompt of that name, filled in as the message is sent. In the chat
-- it stays as it was typed. What its placeholders stand for becomes references, so that it is looked at with all
-- others: {{selection}} is #selection, in the code window.
--
-- `/usr/bin/env` is a path: a name with another slash, or of a file that is there, is text. `\/name` is text, too.
local code_window = require('hum.chat.code.window')
local allow = require('hum.prompt.allow')
local fill = require('hum.prompt.fill')
local front = require('hum.chat.front')
local page = require('hum.prompt.page')
local placeholders = require('hum.prompt.placeholders')
local prompts = require('hum.prompt')
local spelling = require('hum.spelling')
local values_of = require('hum.prompt.values')

local M = {}

---@class hum.SlashWhere  of hum.Where
---@field project? string
---@field code? { win?: integer, buf: integer }
---@field dry? boolean  nobody is asked

--- What a message begins with, if that may be a prompt.
---@param text string
---@return string|nil name, string|nil input  all that follows, of later lines, too
local function begun(text)
  local name, rest = text:match('^/([%w][%w_.-]*)(.*)$')
  if not name or not rest or not (rest == '' or rest:find('^%s')) then return nil end
  return name, vim.trim(rest)
end

---@param name string
---@return boolean  a file of the root folder is meant
local function is_path(name) return vim.uv.fs_stat('/' .. name) ~= nil end

--- The buffer and lines that the placeholders are about: those of the code window.
---@param where hum.SlashWhere
---@return hum.EditRange|nil
local function range_of(where)
  local win = where.code and where.code.win or code_window.nearest()
  local buf = where.code and where.code.buf or win and vim.api.nvim_win_get_buf(win)
  if not buf or not vim.api.nvim_buf_is_loaded(buf) then return nil end
  local row = win and vim.api.nvim_win_is_valid(win) and vim.api.nvim_win_get_cursor(win)[1] - 1 or 0
  local first, last = vim.api.nvim_buf_get_mark(buf, '<')[1], vim.api.nvim_buf_get_mark(buf, '>')[1]
  if first > 0 and last >= first then return { buf = buf, first = first - 1, last = last - 1 } end
  return { buf = buf, first = row, last = row }
end

--- Whether anything was selected there.
---@param range hum.EditRange|nil
---@return boolean
local function has_selection(range) return range ~= nil and vim.api.nvim_buf_get_mark(range.buf, '<')[1] > 0 end

--- What the placeholders are: references, where there are some for what they mean.
---@param prompt hum.Prompt
---@param where hum.SlashWhere
---@param input string
---@return hum.PromptTexts texts, boolean selected
local function texts_of(prompt, where, input)
  local range = range_of(where)
  local selection = has_selection(range) and '#selection' or prompt.selection or ''
  if selection == 'none' then selection = '' end
  local references = { selection = selection, diff = prompt.mode == 'commit' and '#diff:staged' or '#diff' }
  if range then references.diagnostics = #vim.diagnostic.get(range.buf) > 0 and '#diagnostics' or '' end
  local values = range and values_of.range(range, input) or { input = input }
  values = vim.tbl_extend('force', values, references, { project = where.project or '' })
  return { values = values, blocks = references }, selection ~= ''
end

---@param prompt hum.Prompt
---@param texts hum.PromptTexts
---@param input string  what is left of it
---@return string
local function joined(prompt, texts, input)
  local filled = fill.fill(prompt, texts, input)
  return filled.system and filled.system .. '\n\n' .. filled.text or filled.text
end

---@param prompt hum.Prompt
---@param where hum.SlashWhere
---@param input string
---@param cb fun(err: string|nil, text: string|nil)
local function expand(prompt, where, input, cb)
  local texts, selected = texts_of(prompt, where, input)
  if not selected and input == '' and placeholders.has(prompt.text, { 'selection' }) then
    return cb(('select lines in the code window first, or write what is meant behind /%s'):format(prompt.name))
  end
  local range = range_of(where)
  fill.ask(prompt, { named = selected, range = range }, { input = input, quiet = where.dry }, function(answers, rest)
    if not answers then return cb(('write behind /%s what it asks for: there was no answer'):format(prompt.name)) end
    fill.facts(fill.all(prompt), range and range.buf or vim.api.nvim_get_current_buf(), function(facts)
      texts.values = vim.tbl_extend('force', texts.values, { input = rest }, answers, facts)
      local text = joined(prompt, texts, rest)
      if text == '' then return cb(('write behind /%s what is meant: it is empty without'):format(prompt.name)) end
      cb(nil, text)
    end)
  end)
end

---@param name string
---@param names string[]
---@return string
local function missing(name, names)
  local hint = spelling.hint(name, names)
  return ('there is no prompt "/%s"%s\nTo send it as text, write \\/%s'):format(name, hint, name)
end

--- Why a reference behind a prompt's name cannot be sent: nothing is asked for a message that cannot.
---@param text string
---@param where hum.SlashWhere
---@param cb fun(why: string|nil)
---@return fun()|nil cancel
local function check(text, where, cb)
  local references = require('hum.reference')
  local refs = references.find(vim.split(text, '\n', { plain = true }))
  if #refs == 0 then return cb(nil) end
  where = vim.tbl_extend('force', where, { dry = true })
  return references.resolve(refs, where --[[@as hum.Where]], {}, function(err, pieces)
    for _, piece in ipairs(pieces or {}) do
      local is_bad = piece.state == 'missing' or piece.state == 'refused'
      if is_bad and not piece.source.listed then return cb(references.words(piece)) end
    end
    cb(err)
  end)
end

--- What a message becomes when it is sent.
---@param text string
---@param where hum.SlashWhere
---@param cb fun(err: string|nil, text: string|nil)  once; `text` as it was if it begins with no prompt
---@return fun()|nil cancel
function M.expand(text, where, cb)
  if text:find('^\\/') then return cb(nil, text:sub(2)) end
  local name, input = begun(text)
  if not name or not input then return cb(nil, text) end
  local entry, names = prompts.find(name, where.project)
  if not entry then
    if is_path(name) then return cb(nil, text) end
    return cb(missing(name, names))
  end
  if where.dry and entry.prompt and not allow.state(entry) then return cb(nil, text) end
  local function go_on()
    allow.ask(entry, function(prompt, why)
      if not prompt then return cb(why or 'the prompt is not used') end
      expand(prompt, where, input, cb)
    end)
  end
  if allow.state(entry) then return go_on() end
  return check(text, where, function(why)
    if why then return cb(why) end
    go_on()
  end)
end

--- The prompts that a message may begin with, for completion.
---@param typed string  behind the slash
---@param buf? integer  the chat, default: the current buffer
---@return { word: string, info: string }[]  without the slash
function M.complete(typed, buf)
  local values = front.values(buf or vim.api.nvim_get_current_buf())
  local out = {}
  for _, entry in ipairs(prompts.list(values and values.project and values.project.root)) do
    if entry.prompt and vim.startswith(entry.name, typed) then
      out[#out + 1] = { word = entry.name, info = page.describe(entry) }
    end
  end
  return out
end

return M
