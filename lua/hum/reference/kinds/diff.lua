-- #diff: what differs from the last commit, staged or not, new files too; #diff:staged, #diff:unstaged; #diff:main...
-- and any revision or range; paths behind it: #diff:"main... src/".
local git = require('hum.git')
local patch = require('hum.reference.source.patch')
local place = require('hum.reference.source.place')
local spelling = require('hum.spelling')
local withheld = require('hum.reference.source.withheld')

--- So many new files are shown, each of at most so many bytes.
local NEW_FILES, NEW_BYTES = 20, 64 * 1024

--- All that git is asked may take so long, in ms.
local TIMEOUT = 60000

local TOO_LONG = 'git did not answer in time for %s\nName paths, as in #diff:src/, or send the message again.'
local NO_REPOSITORY = '%s is in no git repository\nOpen a file of the repository, or :cd to it.'

---@class hum.ReferenceDiff
---@field at { cwd: string }      the top of the working tree
---@field where hum.Where         of the whole repository
---@field ref hum.Reference
---@field base string[]           what is compared with: the last commit
---@field what string[]           of `git diff`: what is compared
---@field paths string[]          as git takes them; none: all
---@field news boolean            files that git does not have belong to it
---@field title string
---@field cb fun(err?: string, sources?: hum.Source[])
---@field run fun(args: string[], then_: fun(answer: hum.GitAnswer), stdin?: string)
---@field later fun(cancel: fun())  what ends what goes on now
---@field left_out table<string, string>

---@param text string
---@return string[]
local function names(text) return vim.split(text, '\0', { plain = true, trimempty = true }) end

---@param task hum.ReferenceDiff
---@param extra string[]
---@param excluded? string[]  paths from the top
---@return string[]
local function command(task, extra, excluded)
  local args = vim.list_extend(vim.list_extend({}, patch.FORM), extra)
  vim.list_extend(args, task.what)
  args[#args + 1] = '--'
  vim.list_extend(args, #task.paths > 0 and task.paths or { ':(top)' })
  for _, path in ipairs(excluded or {}) do
    args[#args + 1] = ':(top,exclude,literal)' .. path
  end
  return args
end

-- ---- the end: what was found -------------------------------------------------------------------

---@param task hum.ReferenceDiff
---@param text string
local function finish(task, text)
  local left_out = {}
  for name, why in pairs(task.left_out) do
    left_out[vim.fs.joinpath(task.at.cwd, name)] = why
  end
  local note = withheld.note(left_out, task.where)
  if not text:find('%S') then
    local nothing = note and 'nothing of %s can be sent' or 'there is no difference in %s'
    local err = nothing:format(task.title) .. (note and (' (%s)'):format(note) or '')
    return task.cb(('%s\nTake %s out of the message.'):format(err, task.ref.text), {})
  end
  task.cb(nil, {
    {
      id = 'diff:' .. (task.ref.arg or ''),
      title = task.title,
      tag = 'diff',
      attributes = { of = task.title },
      text = (text:gsub('\n$', '')) .. (note and ('\n(%s)'):format(note) or ''),
      note = note,
      follows = false,
    },
  })
end

---@param task hum.ReferenceDiff
---@param parts string[]
local function take(task, parts)
  task.later(patch.take(parts, task.at.cwd, task.ref.force, function(text, left_out)
    task.left_out = vim.tbl_extend('keep', task.left_out, left_out)
    finish(task, text)
  end))
end

-- ---- new files -------------------------------------------------------------------------------

---@param task hum.ReferenceDiff
---@param files string[]  from the top
---@param parts string[]
local function add_new(task, files, parts)
  local function step(i)
    local file = files[i]
    if not file then return take(task, parts) end
    local stat = vim.uv.fs_stat(vim.fs.joinpath(task.at.cwd, file))
    local why = i > NEW_FILES and ('only %d new files are shown'):format(NEW_FILES)
      or not stat and 'it is gone'
      or stat.size > NEW_BYTES and ('a new file of %d kB'):format(stat.size / 1024)
    if why then
      task.left_out[file] = why
      return step(i + 1)
    end
    local args = vim.list_extend(vim.list_extend({}, patch.FORM), { '--no-index', '--', '/dev/null', file })
    task.run(args, function(answer)
      if answer.out ~= '' then parts[#parts + 1] = answer.out end
      step(i + 1)
    end)
  end
  step(1)
end

---@param task hum.ReferenceDiff
---@param parts string[]
local function with_new(task, parts)
  if not task.news then return take(task, parts) end
  local args = { 'ls-files', '--others', '--exclude-standard', '--full-name', '-z', '--' }
  vim.list_extend(args, #task.paths > 0 and task.paths or { ':(top)' })
  task.run(args, function(answer)
    local files = names(answer.out)
    local absolute = vim.tbl_map(function(file) return vim.fs.joinpath(task.at.cwd, file) end, files)
    task.later(withheld.of(absolute, task.ref, task.where, {}, function(found)
      files = vim.tbl_filter(function(file)
        task.left_out[file] = found[vim.fs.joinpath(task.at.cwd, file)]
        return not task.left_out[file]
      end, files)
      add_new(task, files, parts)
    end))
  end)
end

-- ---- what git has ----------------------------------------------------------------------------

--- The names first: what a file with secrets holds is not even asked for.
---@param task hum.ReferenceDiff
---@param on_fail fun(answer: hum.GitAnswer)
local function compare(task, on_fail)
  task.run(command(task, { '--name-only', '--no-renames', '-z' }), function(listed)
    if not listed.ok then return on_fail(listed) end
    local files = names(listed.out)
    local absolute = vim.tbl_map(function(file) return vim.fs.joinpath(task.at.cwd, file) end, files)
    task.later(withheld.of(absolute, task.ref, task.where, {}, function(found)
      local excluded = vim.tbl_filter(function(file)
        task.left_out[file] = found[vim.fs.joinpath(task.at.cwd, file)]
        return task.left_out[file] ~= nil
      end, files)
      task.run(command(task, { '-M' }, excluded), function(answer)
        if not answer.ok then return on_fail(answer) end
        if answer.cut then task.left_out['the rest'] = 'the diff is too large' end
        with_new(task, patch.split(answer.out))
      end)
    end))
  end)
end

---@param task hum.ReferenceDiff
---@param word string  neither a revision nor a path
---@param answer hum.GitAnswer
local function unknown(task, word, answer)
  task.run({ 'for-each-ref', '--format=%(refname:short)', '--count=500' }, function(refs)
    local stem = word:match('^(.-)%.%.') or word
    local hint = spelling.hint(stem, vim.split(refs.out, '\n', { trimempty = true }))
    local said = answer.err:find('no merge base', 1, true) and (' (git: %s)'):format(answer.err) or ''
    task.cb(
      ('"%s" is no revision and no path%s%s\nWrite staged, unstaged, a revision, a range or a path.'):format(
        word,
        said,
        hint
      )
    )
  end)
end

--- What an argument says: its first word is a revision or a range, or all are paths.
---@param task hum.ReferenceDiff
---@param words string[]
local function by_words(task, words)
  local word = words[1]
  local first = word == '--' and 2 or 1
  local function path_of(name)
    for _, path in ipairs(task.where.paths(name)) do
      local from_top = path == task.at.cwd and '' or path:sub(#task.at.cwd + 2)
      local is_below = path == task.at.cwd or vim.startswith(path, task.at.cwd .. '/')
      if is_below and vim.uv.fs_stat(path) then return ':(top,literal)' .. from_top end
    end
  end
  local function as_paths(from)
    local paths = {}
    for i = from, #words do
      if words[i] ~= '--' then
        local path = path_of(words[i])
        if not path then return nil, words[i] end
        paths[#paths + 1] = path
      end
    end
    return paths
  end
  local rest, missing = as_paths(2)
  if not rest and first == 1 then
    return unknown(task, missing --[[@as string]], { ok = false, out = '', err = '' })
  end
  task.title = table.concat(words, ' ')
  task.what, task.paths = { '--end-of-options', word }, rest or {}
  local function only_paths(answer)
    local paths = as_paths(first)
    if not paths or #paths == 0 then return unknown(task, word, answer) end
    task.what, task.paths, task.news, task.left_out = task.base, paths, true, {}
    compare(task, function(failed) task.cb('git: ' .. failed.err) end)
  end
  if first == 2 then return only_paths({ ok = false, out = '', err = '' }) end
  compare(task, only_paths)
end

---@param task hum.ReferenceDiff
local function begin(task)
  local function failed(answer) task.cb('git: ' .. answer.err) end
  local words = vim.split(task.ref.arg or '', '%s+', { trimempty = true })
  local first = table.remove(words, 1)
  if first and vim.startswith(first, '-') and first ~= '--' then
    return task.cb(('"%s" is an option of git\nWrite staged, unstaged, a revision, a range or a path.'):format(first))
  end
  if not first then
    task.what, task.title = task.base, 'all that is not committed'
  elseif first == 'staged' and #words == 0 then
    task.what, task.title, task.news = { '--cached' }, 'what is staged', false
  elseif first == 'unstaged' and #words == 0 then
    task.what, task.title = {}, 'what is not staged'
  else
    table.insert(words, 1, first)
    task.news = false
    return by_words(task, words)
  end
  compare(task, failed)
end

---@type hum.ReferenceKind
return {
  name = 'diff',
  desc = 'what is not committed; :staged, :unstaged, :main... or any revision, range and paths',
  argument = 'optional',
  complete = function(typed)
    local words = { 'staged', 'unstaged', 'HEAD~1', 'main...' }
    words = vim.tbl_filter(function(word) return vim.startswith(word, typed) end, words)
    return vim.tbl_map(function(word) return { word = word } end, words)
  end,
  resolve = function(ref, where, cb)
    local over, stop = false, function() end
    ---@type hum.ReferenceDiff
    local task = {
      at = { cwd = where.base },
      where = where,
      ref = ref,
      base = { 'HEAD' },
      what = {},
      paths = {},
      news = true,
      title = '',
      left_out = {},
      cb = cb,
      run = function() end,
      later = function() end,
    }
    local timer = assert(vim.uv.new_timer())
    local function close()
      if over then return end
      over = true
      timer:close()
      stop()
    end
    function task.cb(...)
      if over then return end
      close()
      cb(...)
    end
    timer:start(TIMEOUT, 0, vim.schedule_wrap(function() task.cb(TOO_LONG:format(ref.text)) end))
    function task.later(cancel) stop = cancel end
    function task.run(args, then_)
      if over then return end
      stop = git.run(task.at, args, then_)
    end
    task.run({ 'rev-parse', '--show-toplevel' }, function(top)
      local folder = vim.trim(top.out)
      if not top.ok or folder == '' then
        local is_none = top.err:find('not a git repository', 1, true)
        local name = vim.fn.fnamemodify(where.base, ':~')
        return task.cb(is_none and NO_REPOSITORY:format(name) or 'git: ' .. top.err)
      end
      task.at = { cwd = folder }
      task.where = place.below(where, folder)
      -- Before the first commit all is compared with nothing.
      task.run({ 'rev-parse', '--verify', '--quiet', 'HEAD' }, function(head)
        if head.ok then return begin(task) end
        task.run({ 'hash-object', '-t', 'tree', '/dev/null' }, function(tree)
          task.base = { vim.trim(tree.out) }
          begin(task)
        end)
      end)
    end)
    return close
  end,
}
