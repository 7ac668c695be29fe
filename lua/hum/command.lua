-- `:Hum`: its subcommands. What a command line means is for hum.grammar to say.
local grammar = require('hum.grammar')

local M = {}

---@class hum.Invocation
---@field text string        what follows the subcommand, trimmed
---@field bang boolean
---@field question? boolean  it is all of what was typed, and nothing but a question
---@field quote? { buf: integer, first: integer, last: integer }  the range, 1-based
---@field mods table         as in nvim_create_user_command

---@class hum.Subcommand
---@field run fun(given: hum.Invocation)
---@field complete? fun(typed: string, argument: string): string[]  what may stand there; argument: all that does
---@field more? boolean      which is asked about its later words, too
---@field text? boolean      a name may follow; with anything else behind it the command is a question
---@field words? fun(text: string): boolean  whether this, which may have many words, is what it takes
---@field range? boolean
---@field bang? boolean
---@field anywhere? boolean  it works in the command-line window too

---@return boolean
local function anything() return true end

---@param names string[]
---@param typed string
---@return string[]
local function beginning(names, typed)
  return vim.tbl_filter(function(name) return vim.startswith(name, typed) end, names)
end

--- Models by any part of their name, of which services have thousands; by their first letter if
--- that is all there is.
---@param typed string
---@return string[]
local function model_names(typed)
  local names = require('hum.server.models').completions()
  if #typed < 2 then return beginning(names, typed) end
  return require('hum.server.pick').matches(names, typed)
end

--- What a chat is opened with: a model, a question, or both.
---@param given hum.Invocation
---@return hum.ChatOpts
local function chat_opts(given)
  local opts = { question = given.text, quote = given.quote, mods = given.mods } ---@type hum.ChatOpts
  if not given.question then
    local model, question = grammar.split(given.text, require('hum.server.models').is_known)
    opts.question = question
    if model then
      opts.endpoint, opts.model = require('hum.server.endpoint').split_model(model)
    end
  end
  return opts
end

---@param given hum.Invocation
local function chat(given)
  local opts = chat_opts(given)
  -- A bang goes on in the latest chat. So does the bare command, which only shows it.
  local bare = given.text == '' and not given.quote
  opts.new = not (given.bang or bare)
  require('hum').chat(opts)
end

---@param given hum.Invocation
local function ask(given) require('hum.chat').ask(chat_opts(given)) end

---@param given hum.Invocation
local function new(given)
  local name, model = require('hum.server.endpoint').split_model(given.text)
  require('hum').chat({ new = true, endpoint = name, model = model, mods = given.mods })
end

--- What follows `:Hum complete`; a bang means the current buffer alone.
---@type table<string, fun(given: hum.Invocation)>
local COMPLETE = {
  on = function(given) require('hum.complete').on({ here = given.bang }) end,
  off = function(given) require('hum.complete').off({ here = given.bang }) end,
  toggle = function(given)
    require('hum.complete').toggle({ here = given.bang })
    local short = require('hum.complete').status():match('^[^;]*')
    require('hum.notify').info('hum: ' .. short)
  end,
  now = function() require('hum.complete').now() end,
  status = function() require('hum.notify').answer('hum: ' .. require('hum.complete').status()) end,
}

---@return string[]
local function complete_names()
  local list = vim.tbl_keys(COMPLETE)
  table.sort(list)
  return list
end

---@param typed string
---@return string[]
local function complete_arguments(typed) return beginning(complete_names(), typed) end

---@param given hum.Invocation
local function complete(given)
  local act = COMPLETE[given.text ~= '' and given.text or 'status']
  if act then return act(given) end
  local all = table.concat(complete_names(), ', ')
  require('hum.notify').error(('hum: ":Hum complete" expects one of: %s'):format(all))
end

--- The names of files for `write`, whose first letters are typed.
---@param typed string
---@param argument string
---@return string[]
local function inspect_words(typed, argument)
  local file = argument:match('^write%s+(.*)$')
  return file and vim.fn.getcompletion(file, 'file') or beginning({ 'last', 'write' }, typed)
end

---@param given hum.Invocation
local function inspect(given)
  local word, path = given.text:match('^(%S*)%s*(.-)$')
  if word == 'write' and path and path ~= '' then
    require('hum.inspect').write(path, given.bang)
  elseif given.text == '' or given.text == 'last' then
    require('hum.inspect').show(given.mods)
  elseif word == 'write' then
    require('hum.notify').error('hum: ":Hum inspect write" needs the name of a file')
  else
    require('hum.notify').error('hum: ":Hum inspect" expects one of: last, write FILE')
  end
end

---@param given hum.Invocation
local function browse(given) require('hum.chat').browse({ query = given.text, ask = given.bang, mods = given.mods }) end

---@param text string
---@return boolean
local function is_count(text) return text:find('^%d+$') ~= nil end

---@type table<string, hum.Subcommand>
M.subcommands = {
  ask = { run = ask, complete = model_names, range = true, words = anything },
  chat = { run = chat, complete = model_names, range = true, bang = true, words = anything },
  complete = { run = complete, complete = complete_arguments, bang = true, text = true, anywhere = true },
  new = { run = new, complete = model_names, text = true },
  send = {
    bang = true,
    run = function(given) require('hum.chat').send(nil, given.bang) end,
  },
  stop = {
    bang = true,
    anywhere = true,
    run = function(given) require('hum').stop({ all = given.bang }) end,
  },
  continue = {
    run = function() require('hum').continue() end,
  },
  chats = { run = browse, bang = true, words = anything },
  rename = {
    words = anything,
    run = function(given) require('hum.chat').rename(given.text ~= '' and given.text or nil) end,
  },
  fork = {
    words = is_count,
    run = function(given) require('hum.chat').fork_here(tonumber(given.text)) end,
  },
  delete = {
    run = function() require('hum.chat').delete() end,
  },
  retry = {
    run = function() require('hum').retry() end,
  },
  model = {
    complete = model_names,
    text = true,
    run = function(given) require('hum').model(given.text ~= '' and given.text or nil) end,
  },
  quickfix = {
    run = function() require('hum').quickfix() end,
  },
  inspect = {
    run = inspect,
    complete = inspect_words,
    more = true,
    bang = true,
    text = true,
    words = function(text) return text:find('^write%s') ~= nil end,
  },
  check = {
    complete = function(typed) return beginning(require('hum.config').endpoint_names(), typed) end,
    text = true,
    run = function(given) require('hum.check').run(given.text ~= '' and given.text or nil) end,
  },
  toggle = {
    run = function() require('hum').toggle() end,
  },
  jobs = {
    anywhere = true,
    run = function() require('hum.jobs').show() end,
  },
  log = {
    run = function(given)
      local ok, why = require('hum.log').open(given.mods)
      if not ok then require('hum.notify').info(why or '') end
    end,
  },
  build = {
    run = function() require('hum').build() end,
  },
  health = {
    run = function() vim.cmd.checkhealth('hum') end,
  },
}

---@return string[]
local function names()
  local list = vim.tbl_keys(M.subcommands)
  table.sort(list)
  return list
end

--- What the first word of a command names.
---@param word string
---@return hum.Subcommand|nil
local function named(word) return M.subcommands[word] end

--- Of a word that means nothing alone, or with a bar behind it.
---@param word string
---@param bar? string
---@return string
local function misread(word, bar)
  if bar then return ('write: :execute "Hum %s" %s'):format(word, bar) end
  local hint = require('hum.spelling').hint(word, names())
  hint = hint ~= '' and hint or ('; to ask it: ":Hum chat %s"'):format(word)
  return ('unknown subcommand ":Hum %s"%s'):format(word, hint)
end

---@param name string
---@param opts table  of nvim_create_user_command
---@return string|nil why
local function refusal(name, opts)
  local sub = named(name) or {}
  if vim.fn.getcmdwintype() ~= '' and not sub.anywhere then
    return ('close the command-line window first: ":Hum %s" does not work in it'):format(name)
  elseif opts.range > 0 and not sub.range then
    return (':Hum %s takes no range'):format(name)
  elseif opts.bang and not sub.bang then
    return (':Hum %s takes no "!"'):format(name)
  end
end

---@param opts table  of nvim_create_user_command
function M.run(opts)
  local command, word, bar = grammar.read(opts.args, named)
  local why = command and refusal(command.name, opts) or word and misread(word, bar)
  if why or not command then return require('hum.notify').error('hum: ' .. why) end
  named(command.name).run({
    text = command.text,
    question = command.question,
    bang = opts.bang,
    mods = opts.smods,
    quote = opts.range > 0 and { buf = vim.api.nvim_get_current_buf(), first = opts.line1, last = opts.line2 } or nil,
  })
end

---@param typed string  of the word at the cursor
---@param line string  the whole command line
---@param pos integer  bytes before the cursor
---@return string[]
function M.complete(typed, line, pos)
  local before = line:sub(1, pos)
  local args = before:match('%f[%w]Hum!?%s+(.*)$') or ''
  local word, argument = args:match('^(%S+)%s+(.*)$')
  if not word or not argument then return beginning(names(), typed) end
  local sub = named(word)
  if not sub or not sub.complete then return {} end
  if argument:find('%s') and not sub.more then return {} end
  return sub.complete(typed, argument)
end

return M
