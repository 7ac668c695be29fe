-- `:Hum prompt`: the prompts, one of which is chosen: by vim.ui.select() if a plugin has taken it over, with a preview
-- in those that have one; else in a float of hum's own, with the list on the left and the prompt on the right.
local about_of = require('hum.library.about')
local library = require('hum.library')
local list = require('hum.library.list')
local page = require('hum.prompt.page')
local prompts = require('hum.prompt')
local question = require('hum.question')
local wrap = require('hum.wrap')

local M = {}

local scratch ---@type integer|nil

---@param entry hum.PromptEntry
---@return { buf: integer }
local function in_buffer(entry)
  if not scratch or not vim.api.nvim_buf_is_loaded(scratch) then
    scratch = vim.api.nvim_create_buf(false, true)
    vim.bo[scratch].syntax = 'markdown'
  end
  vim.api.nvim_buf_set_lines(scratch, 0, -1, false, page.lines(entry))
  return { buf = scratch }
end

local function close()
  if scratch then pcall(vim.api.nvim_buf_delete, scratch, { force = true }) end
  scratch = nil
end

---@param entries hum.PromptEntry[]
---@param describes boolean  what each does stands beside it; else its page says that
---@return table<hum.PromptEntry, string>
local function shown(entries, describes)
  local rows = vim.tbl_map(function(entry)
    local mode = entry.prompt and entry.prompt.mode or 'fault' ---@type string
    return describes and { entry.name, mode, wrap.cut(page.describe(entry), 60) } or { entry.name, mode }
  end, entries)
  local lines, out = wrap.columns(rows), {}
  for i, entry in ipairs(entries) do
    out[entry] = lines[i]
  end
  return out
end

--- What vim.ui.select() takes; which picker reads what: hum.chat.preview.
---@param entries hum.PromptEntry[]
---@param on_choice fun(entry: hum.PromptEntry|nil)
local function by_select(entries, on_choice)
  local lines = shown(entries, true)
  for _, entry in ipairs(entries) do
    entry.file = entry.path -- for snacks
  end
  question.ask(entries, {
    prompt = 'Prompt:',
    kind = 'hum_prompts',
    format_item = function(entry) return lines[entry] end,
    preview_item = question.is_mini() and page.lines or in_buffer,
    snacks = { preview = 'file', layout = { preset = 'default' } },
  }, function(_, entry) on_choice(entry) end)
end

--- Lets the user choose a prompt, and runs it.
---@param opts hum.PromptOpts
function M.open(opts)
  local about = about_of.of(opts)
  local entries = prompts.list(about.root)
  local function chosen(entry)
    close()
    if entry then library.run_entry(entry, opts, about) end
  end
  if question.is_builtin('select') then return list.open(entries, shown(entries, false), page.lines, chosen) end
  by_select(entries, chosen)
end

return M
