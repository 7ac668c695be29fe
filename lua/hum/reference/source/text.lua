-- Texts that can have a syntax tree: of buffers, and of files that are in none.
local M = {}

--- Larger texts are not parsed, in bytes; where Neovim cannot parse in the background (before 0.11), much
--- less, unless there is a tree already.
local MOST, MOST_AT_ONCE = 1024 * 1024, 64 * 1024

--- A text that can have a tree: a buffer, or the text of a file.
---@class hum.ReferenceText
---@field source integer|string
---@field lines string[]    none of a text that is too large
---@field bytes integer
---@field language? string  of treesitter
---@field root? TSNode

---@param text hum.ReferenceText
---@return vim.treesitter.LanguageTree|nil
local function parser_of(text)
  if not text.language then return nil end
  local ok, parser
  if type(text.source) == 'number' then
    ok, parser = pcall(vim.treesitter.get_parser, text.source, text.language)
  else
    ok, parser = pcall(vim.treesitter.get_string_parser, text.source, text.language)
  end
  return ok and parser or nil
end

--- Parses a text, in the background where Neovim can.
---@param text hum.ReferenceText
---@param cb fun()  once; text.root is set, if there is a parser
function M.parse(text, cb)
  local parser = parser_of(text)
  local in_background = vim.fn.has('nvim-0.11') == 1
  local has_tree = type(text.source) == 'number' and vim.treesitter.highlighter.active[text.source] ~= nil
  if not parser or text.bytes > ((in_background or has_tree) and MOST or MOST_AT_ONCE) then return cb() end
  local function done(trees)
    local tree = trees and (trees[1] or select(2, next(trees)))
    text.root = tree and tree:root() or nil
    cb()
  end
  if not in_background then
    local ok, trees = pcall(parser.parse, parser)
    return done(ok and trees or nil)
  end
  local heard = false
  local ok = pcall(parser.parse, parser, nil, function(_, trees)
    if heard then return end
    heard = true
    done(trees)
  end)
  if not ok and not heard then
    heard = true
    cb()
  end
end

--- Before 0.11 only languages that were used already are known.
---@param filetype string|nil
---@return string|nil
local function language_of(filetype)
  if not filetype or filetype == '' then return nil end
  return vim.treesitter.language.get_lang(filetype) or filetype:match('^[^.]+')
end

---@param buf integer
---@return hum.ReferenceText
function M.of_buffer(buf)
  local filetype = vim.bo[buf].filetype
  if filetype == '' then filetype = vim.filetype.match({ buf = buf }) or '' end
  local bytes = vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf))
  local lines = bytes <= MOST and vim.api.nvim_buf_get_lines(buf, 0, -1, false) or {}
  return { source = buf, lines = lines, bytes = bytes, language = language_of(filetype) }
end

---@param content string
---@param path string
---@return hum.ReferenceText
function M.of_file(content, path)
  content = content:gsub('\r\n', '\n')
  local lines = vim.split(content, '\n', { plain = true })
  return {
    source = content,
    lines = lines,
    bytes = #content,
    language = language_of(vim.filetype.match({ filename = path })),
  }
end

return M
