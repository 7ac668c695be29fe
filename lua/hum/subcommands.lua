-- The subcommands of `:Hum`: what each does, takes and completes.
local grammar = require('hum.grammar')

---@class hum.Invocation
---@field text string        what follows the subcommand, trimmed
---@field bang boolean
---@field question? boolean  it is all of what was typed, and nothing but a question
---@field quote? { buf: integer, first: integer, last: integer }  the range, 1-based
---@field mods table         as in nvim_create_user_command

---@class hum.Subcommand
---@field desc string        what it does, in one line
---@field run fun(given: hum.Invocation)
---@field complete? fun(typed: string, argument: string): string[]  what may stand there; argument: all that does
---@field explain? fun(word: string): string?  what such a word is, in one line
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

--- What is known of a model that stands in a command line.
---@param word string
---@return string|nil
local function explain_model(word) return require('hum.server.models').facts_of(word) end

--- The lines to quote, or what visual mode had selected of them.
---@param given hum.Invocation
---@return hum.Selection|nil
local function quoted(given) return given.quote and require('hum.selection').of_range(given.quote, given.text) end

--- What a chat is opened with: a model, a question, or both.
---@param given hum.Invocation
---@return hum.ChatOpts
local function chat_opts(given)
  local opts = { question = given.text, quote = quoted(given), mods = given.mods } ---@type hum.ChatOpts
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

---@param given hum.Invocation
local function browse(given)
  require('hum.chat.command').browse({ query = given.text, ask = given.bang, mods = given.mods })
end

---@param given hum.Invocation
local function remark(given)
  local line = vim.api.nvim_win_get_cursor(0)[1]
  local at = given.quote or { buf = vim.api.nvim_get_current_buf(), first = line, last = line }
  if given.text ~= '' then return require('hum.review').remark(at, given.text) end
  require('hum.review').ask(at)
end

--- What follows `accept` and `reject`.
---@param typed string
---@return string[]
local function all_word(typed) return beginning({ 'all' }, typed) end

---@param which 'accept'|'reject'
---@return fun(given: hum.Invocation)
local function decide(which)
  return function(given) require('hum.edit.command').decide(which, given) end
end

--- What runs in the current buffer is stopped, else a reply; with a bang everything.
---@param given hum.Invocation
local function stop(given)
  local buf = not given.bang and vim.api.nvim_get_current_buf() or nil
  local commit = package.loaded['hum.commit']
  local stopped = commit and commit.stop(buf)
  if given.bang or not stopped then require('hum').stop({ all = given.bang }) end
end

---@param given hum.Invocation
local function compare(given)
  local api = require('hum')
  local names, question = require('hum.compare').read(given.text)
  local buf = vim.api.nvim_get_current_buf()
  if question and #names < 2 then
    local how = 'name two models or more, then the question: hum knows no model "%s"'
    return require('hum.notify').complain(how:format(question:match('^%S+')))
  end
  if question or given.quote then
    local opened, err = api.chat({ new = true, mods = given.mods })
    if not opened then return require('hum.notify').complain(err) end
    buf = opened
  end
  local bufs, why = require('hum').compare({ buf = buf, models = names, question = question, quote = quoted(given) })
  if not bufs then require('hum.notify').complain(why) end
end

---@param given hum.Invocation
local function background(given)
  local opts = chat_opts(given)
  local buf, why
  if opts.question or opts.quote then
    local what = { question = opts.question, quote = opts.quote, endpoint = opts.endpoint, model = opts.model }
    buf, why = require('hum').background(what)
  else
    buf, why = require('hum.background').show(given.mods)
  end
  if not buf then require('hum.notify').complain(why) end
end

---@param text string
---@return boolean
local function is_count(text) return text:find('^%d+$') ~= nil end

---@type table<string, hum.Subcommand>
local M = {
  ask = {
    desc = 'ask, and see the answer in a float at the cursor',
    run = ask,
    complete = model_names,
    explain = explain_model,
    range = true,
    words = anything,
  },
  background = {
    desc = 'ask without a window, and be told when it is answered',
    run = background,
    complete = model_names,
    explain = explain_model,
    range = true,
    words = anything,
  },
  compare = {
    desc = 'send this message to several models, side by side',
    run = compare,
    complete = model_names,
    explain = explain_model,
    more = true,
    range = true,
    words = anything,
  },
  keep = {
    desc = 'keep this answer of a comparison',
    run = function()
      local buf, why = require('hum.compare').keep(vim.api.nvim_get_current_buf())
      if not buf then require('hum.notify').complain(why) end
    end,
  },
  chat = {
    desc = 'open the latest chat, or a new one with a question',
    run = chat,
    complete = model_names,
    explain = explain_model,
    range = true,
    bang = true,
    words = anything,
  },
  commit = {
    desc = 'write a commit message from what is staged',
    words = anything,
    run = function(given)
      require('hum').commit({ instruction = given.text ~= '' and given.text or nil, mods = given.mods })
    end,
  },
  complete = {
    desc = 'switch code completion on or off, or show its status',
    run = function(given) require('hum.complete.command').run(given) end,
    complete = function(typed) return require('hum.complete.command').complete(typed) end,
    explain = function(word) return require('hum.complete.command').explain(word) end,
    bang = true,
    text = true,
    anywhere = true,
  },
  new = { desc = 'open a new chat', run = new, complete = model_names, explain = explain_model, text = true },
  send = {
    desc = 'send the message of this chat, or your remarks on files',
    bang = true,
    run = function(given)
      if given.bang then return require('hum.chat').send(nil, true) end
      require('hum').send()
    end,
  },
  stop = {
    desc = 'stop the reply or the edit here; "Hum! stop" stops all',
    bang = true,
    anywhere = true,
    run = stop,
  },
  edit = {
    desc = 'rewrite lines as you say, shown as a diff',
    range = true,
    words = anything,
    run = function(given) require('hum.edit.command').edit(given) end,
  },
  insert = {
    desc = 'write something at the cursor, shown as a diff',
    words = anything,
    run = function(given) require('hum.edit.command').insert(given) end,
  },
  fix = {
    desc = 'fix the diagnostics of lines, shown as a diff',
    range = true,
    words = anything,
    run = function(given) require('hum.edit.command').fix(given) end,
  },
  accept = {
    desc = 'accept the hunk at the cursor, or all',
    bang = true,
    words = function(text) return text == 'all' end,
    complete = all_word,
    explain = function() return 'every hunk, also those that finish later' end,
    run = decide('accept'),
  },
  reject = {
    desc = 'reject the hunk at the cursor, or all',
    bang = true,
    words = function(text) return text == 'all' end,
    complete = all_word,
    explain = function() return 'every hunk' end,
    run = decide('reject'),
  },
  compact = {
    desc = 'replace old messages by a summary; with "!" take it back',
    words = anything,
    bang = true,
    run = function(given) require('hum.chat.command').compact({ wish = given.text, back = given.bang }) end,
  },
  continue = {
    desc = 'go on with the last reply where it stopped',
    run = function() require('hum').continue() end,
  },
  chats = {
    desc = 'list all chats, or those with some words, to open one',
    run = browse,
    bang = true,
    words = anything,
  },
  rename = {
    desc = 'give this chat another title',
    words = anything,
    run = function(given) require('hum.chat.command').rename(given.text ~= '' and given.text or nil) end,
  },
  diff = {
    desc = 'show what was accepted last, or differs from a commit',
    words = function(text) return not text:find('%s') end,
    complete = function(typed) return require('hum.review').refs(typed) end,
    run = function(given) require('hum.review').open({ base = given.text ~= '' and given.text or nil }) end,
  },
  prompt = {
    desc = 'run a prompt of the library, or choose one',
    range = true,
    bang = true,
    words = anything,
    complete = function(typed) return beginning(require('hum.library.command').names(), typed) end,
    explain = function(word) return require('hum.library.command').explain(word) end,
    run = function(given) require('hum.library.command').run(given) end,
  },
  remark = {
    desc = 'write a remark on lines, for the chat they came from',
    words = anything,
    range = true,
    run = remark,
  },
  fork = {
    desc = 'open a copy of this chat up to the cursor',
    words = is_count,
    run = function(given) require('hum.chat.command').fork_here(tonumber(given.text)) end,
  },
  delete = {
    desc = 'delete this chat and its file',
    run = function() require('hum.chat.command').delete() end,
  },
  retry = {
    desc = 'regenerate the last reply',
    run = function() require('hum').retry() end,
  },
  model = {
    desc = 'select the model of this chat, or of new ones',
    complete = model_names,
    explain = explain_model,
    text = true,
    run = function(given) require('hum').model(given.text ~= '' and given.text or nil) end,
  },
  persona = {
    desc = 'select the persona of this chat, or of new ones',
    text = true,
    complete = function(typed) return require('hum.chat.persona').complete(typed) end,
    explain = function(word) return require('hum.chat.persona').explain(word, vim.api.nvim_get_current_buf()) end,
    run = function(given) require('hum').persona(given.text ~= '' and given.text or nil) end,
  },
  trust = {
    desc = 'list the rules and prompts that you allowed or refused',
    run = function() require('hum.trust.list').show() end,
  },
  quickfix = {
    desc = 'list the places in files that a reply names',
    run = function() require('hum').quickfix() end,
  },
  apply = {
    desc = 'show what a reply changes in the files that it names',
    run = function() require('hum.chat.command').apply({ ask = true, show = true }) end,
  },
  undo = {
    desc = 'take back, in all files, what was accepted last',
    run = function() require('hum').undo() end,
  },
  inspect = {
    desc = 'show what will be sent, or what was sent last',
    run = function(given) require('hum.inspect.command').run(given) end,
    complete = function(typed, argument) return require('hum.inspect.command').complete(typed, argument) end,
    explain = function(word) return require('hum.inspect.command').explain(word) end,
    more = true,
    bang = true,
    text = true,
    words = function(text) return text:find('^write%s') ~= nil end,
  },
  check = {
    desc = 'test an endpoint: address, key, model',
    complete = function(typed) return beginning(require('hum.config').endpoint_names(), typed) end,
    explain = function(name) return (require('hum.config').get().endpoints[name] or {}).url end,
    text = true,
    run = function(given) require('hum.check').run(given.text ~= '' and given.text or nil) end,
  },
  toggle = {
    desc = 'hide the chat window, or show it again',
    run = function() require('hum').toggle() end,
  },
  jobs = {
    desc = 'list what runs in the helper',
    anywhere = true,
    run = function() require('hum.jobs').show() end,
  },
  log = {
    desc = "open hum's log",
    run = function(given)
      local ok, why = require('hum.log').open(given.mods)
      if not ok then require('hum.notify').info(why or '') end
    end,
  },
  build = {
    desc = 'build the helper',
    run = function() require('hum').build() end,
  },
  health = {
    desc = 'check the installation',
    run = function() vim.cmd.checkhealth('hum') end,
  },
}

return M
