-- What a command line of `:Hum` means. Its first word is a subcommand, if what follows is what that takes; else all
-- of it is a question. One word alone that names nothing is never sent: it may be a slip of the keys.
local M = {}

---@class hum.Command
---@field name string       of the subcommand
---@field text string       what follows it; of a question everything
---@field question? boolean

--- A name as endpoints, models and the like have them.
---@param text string
---@return boolean
local function is_name(text) return text:find('^[%w_@~][%w%._:/@+~-]*$') ~= nil end

--- Whether people read more than one word: some scripts have no blanks, but wide stops and marks.
---@param text string
---@return boolean
local function has_words(text)
  if text:find('%s') then return true end
  for char in text:gmatch('[\194-\244][\128-\191]+') do
    local class = vim.fn.charclass(char)
    if class == 0 or (class == 1 and vim.api.nvim_strwidth(char) == 2) then return true end
  end
  return false
end

---@param sub hum.Subcommand
---@param text string
---@return boolean
local function takes(sub, text)
  return text == '' or (sub.words ~= nil and sub.words(text)) or (sub.text == true and is_name(text))
end

--- Reads a command. `named` knows what a first word may be. A bar may be a part of a question, so it ends no command of
--- `:Hum`; behind a whole one it was meant to.
---@param args string
---@param named fun(word: string): hum.Subcommand|nil
---@return hum.Command|nil command, string|nil word  that alone means nothing
---@return string|nil bar  what was to be the next command
function M.read(args, named)
  local word, text = args:match('^%s*(%S*)%s*(.-)%s*$')
  if not word or not text or word == '' then return { name = 'chat', text = '' } end
  local sub = named(word)
  if sub and takes(sub, text) then return { name = word, text = text } end
  if sub and text:sub(1, 1) == '|' then return nil, word, text end
  local all = vim.trim(args)
  if not sub and not has_words(all) then return nil, word end
  return { name = 'chat', text = all, question = true }
end

--- A model or an endpoint before a question: "phi4-mini:latest", "team/", not "TCP/IP", "Note:", "std::vector",
--- "main.c:12" or "10:30". Whoever mistypes an endpoint is told; the question does not go to another.
---@param word string
---@return boolean
local function has_tag(word)
  if word:find('^[%w_.-]+/$') then return true end
  local name, tag = word:match('^([^:]+):([^:/]+)$')
  return name and tag and is_name(word) and name:find('%a') ~= nil and tag:find('%a') ~= nil or false
end

--- A model as services name it, before a question: "openai/gpt-4o", not "and/or", "IPv4/IPv6" or "src/mp3.lua".
---@param word string
---@return boolean
local function has_vendor(word)
  local name = word:match('^%D+/([^/:]+)$')
  return name ~= nil
    and is_name(word)
    and name:find('%d') ~= nil
    and name:find('%a') ~= nil
    and not name:find('%.%a%w*$')
end

--- A model where nothing else stands: it has a tag or a slash.
---@param word string
---@return boolean
local function looks_like_model(word)
  return is_name(word) and not word:find('//', 1, true) and word:find('[:/]') ~= nil and word:sub(-1) ~= ':'
end

--- The model that a text begins with, if it does, and the question.
---@param text string
---@param is_known fun(word: string): boolean
---@return string|nil model, string|nil question
function M.split(text, is_known)
  local word, rest = text:match('^(%S+)%s*(.*)$')
  if not word then return nil, nil end
  local alone = rest == ''
  local is_likely = alone and looks_like_model(word) or not alone and (has_tag(word) or has_vendor(word))
  if is_likely or is_known(word) then return word, not alone and rest or nil end
  return nil, text
end

return M
