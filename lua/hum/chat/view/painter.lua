-- Colours for a piece of code, found in short slices between other events.
local guard = require('hum.interrupt').guard
local spans_of = require('hum.look.spans')

local M = {}

--- Nanoseconds of work in one slice.
local SLICE = 1e6

--- Milliseconds between two slices, left to tokens and keys.
local PAUSE = 3

---@class hum.Paint
---@field cancelled boolean

---@alias hum.PaintLine fun(i: integer, spans: hum.Spans)

-- Names that models use and Neovim does not know.
local ALIAS = {
  ['c++'] = 'cpp',
  ['c#'] = 'cs',
  csharp = 'cs',
  bash = 'sh',
  shell = 'sh',
  console = 'sh',
  zsh = 'zsh',
  py = 'python',
  js = 'javascript',
  ts = 'typescript',
  jsx = 'javascriptreact',
  tsx = 'typescriptreact',
  rb = 'ruby',
  rs = 'rust',
  golang = 'go',
  yml = 'yaml',
  viml = 'vim',
  vimscript = 'vim',
  md = 'markdown',
  dockerfile = 'dockerfile',
  makefile = 'make',
  text = '',
  plaintext = '',
  txt = '',
}

---@type table<string, string> file type by language name, '' when there is none
local filetypes = {}

---@param lang string
---@return string
local function filetype(lang)
  local ft = filetypes[lang]
  if ft then return ft end
  ft = ALIAS[lang] or lang
  if not ft:find('^[%w_.-]*$') then ft = '' end
  if ft ~= '' and #vim.api.nvim_get_runtime_file('syntax/' .. ft .. '.*', false) == 0 then
    local ok, matched = pcall(vim.filetype.match, { filename = 'x.' .. lang })
    ft = ok and matched or ft
  end
  filetypes[lang] = ft
  return ft
end

--- Calls `step` until it says that it is done, SLICE at a time.
---@param job hum.Paint
---@param step fun(): boolean  does a little, returns whether there is more to do
---@param after? fun()  called at the end, also of a cancelled job
local function run(job, step, after)
  local function slice()
    local stop, more = vim.uv.hrtime() + SLICE, true
    while more and not job.cancelled and vim.uv.hrtime() < stop do
      more = guard(step)
    end
    if more and not job.cancelled then
      vim.defer_fn(slice, PAUSE)
    elseif after then
      after()
    end
  end
  vim.schedule(slice)
end

---@param lang string
---@return string? parser's language
---@return vim.treesitter.Query? query
local function parser_of(lang)
  local ft = filetype(lang)
  return spans_of.parser(ft ~= '' and ft or lang)
end

---@param spans table<integer, hum.Spans>
---@param lines string[]
---@param range integer[]  first row and column, last row and column
---@param group string
local function add(spans, lines, range, group)
  for row = range[1], math.min(range[3], #lines - 1) do
    local first = row == range[1] and range[2] or 0
    local last = row == range[3] and range[4] or #lines[row + 1]
    if last > first then
      local s = spans[row]
      if not s then
        s = {}
        spans[row] = s
      end
      s[#s + 1], s[#s + 2], s[#s + 3] = first, last, group
    end
  end
end

---@param job hum.Paint
---@param lang string
---@param lines string[]
---@param paint hum.PaintLine
local function with_treesitter(job, lang, lines, paint)
  local text = table.concat(lines, '\n') .. '\n'
  local parser = vim.treesitter.get_string_parser(text, lang)
  local spans = {}
  local function parsed()
    local list, step, row = spans_of.parts(parser), nil, 0
    local function put(range, group) add(spans, lines, range, group) end
    run(job, function()
      if step and step() then return true end
      step = nil
      local next_tree = table.remove(list, 1)
      if next_tree then
        local ok, query = pcall(vim.treesitter.query.get, next_tree.lang, 'highlights')
        if ok and query then step = spans_of.captures(next_tree, query, text, 0, #lines, put) end
        return true
      end
      row = row + 1
      paint(row, spans[row - 1] or {})
      return row < #lines
    end)
  end
  vim.schedule(function()
    if job.cancelled then return end
    -- From 0.11 on a parse can be cut into slices; before, the cap on a block bounds it.
    if vim.fn.has('nvim-0.11') == 1 then
      parser:parse(true, function(err)
        if not err and not job.cancelled then parsed() end
      end)
    elseif pcall(parser.parse, parser, true) then
      parsed()
    end
  end)
end

---@type table<string, integer> hidden buffer by file type
local hidden = {}

--- A hidden buffer with the syntax of a file type. No file type is set: plugins are not to see it.
---@param ft string
---@return integer?
local function hidden_buffer(ft)
  local buf = hidden[ft]
  if buf and vim.api.nvim_buf_is_valid(buf) then return buf end
  buf = vim.api.nvim_create_buf(false, true)
  hidden[ft] = buf
  vim.bo[buf].undolevels = -1
  vim.bo[buf].synmaxcol = spans_of.MAX_LINE
  local ok = pcall(vim.api.nvim_buf_call, buf, function() vim.bo[buf].syntax = ft end)
  return ok and buf or nil
end

-- One block at a time: two of one language would overwrite each other's text in the hidden buffer at every slice.
---@type { job: hum.Paint, ft: string, lines: string[], paint: hum.PaintLine }[]
local waiting = {}
local busy = false

local function next_syntax()
  local task = table.remove(waiting, 1)
  busy = task ~= nil
  if not task then return end
  local buf ---@type integer?
  local row = 0
  run(task.job, function()
    if not buf then
      buf = hidden_buffer(task.ft)
      if not buf then return false end
      vim.api.nvim_buf_set_lines(buf, 0, -1, false, task.lines)
    end
    vim.api.nvim_buf_call(buf, function()
      local stop = vim.uv.hrtime() + SLICE
      repeat
        row = row + 1
        task.paint(row, spans_of.syntax(row, #task.lines[row]))
      until row >= #task.lines or vim.uv.hrtime() >= stop
    end)
    return row < #task.lines
  end, next_syntax)
end

---@param job hum.Paint
---@param ft string
---@param lines string[]
---@param paint hum.PaintLine
local function with_syntax(job, ft, lines, paint)
  waiting[#waiting + 1] = { job = job, ft = ft, lines = lines, paint = paint }
  if not busy then next_syntax() end
end

--- Loads what the first block of a language would have to wait for.
---@param lang string
function M.prepare(lang)
  local name, query = parser_of(lang)
  if name and query then
    local parser = vim.treesitter.get_string_parser(' ', name)
    for _, tree in ipairs(parser:parse() or {}) do
      query:iter_captures(tree:root(), ' ', 0, 1)()
    end
  end
end

--- Finds the colours of `lines` and hands them over line by line, later. Setting `cancelled` stops it.
---@param lang string
---@param lines string[]
---@param paint hum.PaintLine
---@return hum.Paint?  nil: nothing is known about the language
function M.start(lang, lines, paint)
  if lang == '' or #lines == 0 then return nil end
  local job = { cancelled = false }
  local name = parser_of(lang)
  if name then
    with_treesitter(job, name, lines, paint)
    return job
  end
  local ft = filetype(lang)
  if ft == '' or not vim.g.syntax_on then return nil end
  if #vim.api.nvim_get_runtime_file('syntax/' .. ft .. '.*', false) == 0 then return nil end
  with_syntax(job, ft, lines, paint)
  return job
end

return M
