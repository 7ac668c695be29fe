-- `:Hum {sub}`. Whether the text after "chat" is a model or a question is decided by one
-- rule: without a range a single word made of the characters of a model's name is a
-- model, anything else is a question.
local M = {}

---@class hum.Invocation
---@field text string        what follows the subcommand, trimmed
---@field bang boolean
---@field quote? { buf: integer, first: integer, last: integer }  the range, 1-based
---@field mods table         as in nvim_create_user_command

---@class hum.Subcommand
---@field run fun(given: hum.Invocation)
---@field complete? fun(typed: string, argument: string): string[]  what may stand there; argument: all that does
---@field words? boolean     more than one word may follow
---@field range? boolean
---@field bang? boolean
---@field text? boolean      it may have an argument
---@field anywhere? boolean  it works in the command-line window too

---@param text string
---@return boolean
function M.is_model(text) return text:match('^[%w_][%w%._:/-]*$') ~= nil end

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

---@param given hum.Invocation
local function chat(given)
  local opts = { quote = given.quote, mods = given.mods }
  if given.text ~= '' and not given.quote and M.is_model(given.text) then
    local endpoint = require('hum.server.endpoint')
    opts.endpoint, opts.model = endpoint.split_model(given.text)
  elseif given.text ~= '' then
    opts.question = given.text
  end
  -- A bang goes on in the latest chat. So does the bare command, which only shows it.
  local bare = given.text == '' and not given.quote
  opts.new = not (given.bang or bare)
  require('hum').chat(opts)
end

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

---@type table<string, hum.Subcommand>
M.subcommands = {
  chat = { run = chat, complete = model_names, range = true, bang = true, text = true },
  complete = { run = complete, complete = complete_arguments, bang = true, text = true, anywhere = true },
  new = { run = new, complete = model_names, text = true },
  send = {
    run = function() require('hum').send() end,
  },
  stop = {
    bang = true,
    anywhere = true,
    run = function(given) require('hum').stop({ all = given.bang }) end,
  },
  retry = {
    run = function() require('hum').retry() end,
  },
  model = {
    complete = model_names,
    text = true,
    run = function(given) require('hum').model(given.text ~= '' and given.text or nil) end,
  },
  inspect = { run = inspect, complete = inspect_words, bang = true, text = true, words = true },
  check = {
    complete = function(typed) return beginning(require('hum.config').endpoint_names(), typed) end,
    text = true,
    run = function(given) require('hum.check').run(given.text ~= '' and given.text or nil) end,
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

---@param sub string
---@param opts table  of nvim_create_user_command
---@param text string
---@return string|nil why
local function refusal(sub, opts, text)
  local known = M.subcommands[sub]
  if not known then
    local hint = require('hum.spelling').hint(sub, names())
    hint = hint ~= '' and hint or '; use one of: ' .. table.concat(names(), ', ')
    return ('unknown subcommand ":Hum %s"%s'):format(sub, hint)
  elseif vim.fn.getcmdwintype() ~= '' and not known.anywhere then
    return ('close the command-line window first: ":Hum %s" does not work in it'):format(sub)
  elseif opts.range > 0 and not known.range then
    return (':Hum %s takes no range'):format(sub)
  elseif opts.bang and not known.bang then
    return (':Hum %s takes no "!"'):format(sub)
  elseif text ~= '' and not known.text then
    return (':Hum %s takes no argument'):format(sub)
  end
end

---@param opts table  of nvim_create_user_command
function M.run(opts)
  local sub, text = opts.args:match('^%s*(%S*)%s*(.-)%s*$')
  sub = sub ~= '' and sub or 'chat'
  local why = refusal(sub, opts, text)
  if why then return require('hum.notify').error('hum: ' .. why) end
  M.subcommands[sub].run({
    text = text,
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
  local sub, argument = args:match('^(%S+)%s+(.*)$')
  local known = M.subcommands[sub or '']
  if not sub then return beginning(names(), typed) end
  local goes_on = (argument or ''):find('%s') ~= nil
  if known and known.complete and (known.words or not goes_on) then return known.complete(typed, argument or '') end
  return {}
end

return M
