-- What git says of a commit: the branch, the last commits, how comments begin, and what is about to be committed. Who
-- asks gives the function that runs a command of git, so that it can be cancelled.
local M = {}

---@alias hum.AskGit fun(args: string[], cb: fun(answer: hum.GitAnswer))

---@class hum.CommitFacts
---@field configured string  how comments begin, as `git config -z` has it
---@field branch string
---@field recent string      first lines of the last commits
---@field head string        message of the last one
---@field parent string      '': that is the first one
---@field empty string       the tree without files

--- Each is '' if git does not know it.
---@type { [1]: string, [2]: string[] }[]  a fact and what asks for it
local FACTS = {
  { 'configured', { 'config', '-z', '--get-regexp', '^core\\.comment(char|string)$' } },
  { 'branch', { 'symbolic-ref', '--short', '--quiet', 'HEAD' } },
  { 'recent', { 'log', '-n', '8', '--no-merges', '--no-show-signature', '--encoding=UTF-8', '--format=%s' } },
  { 'head', { 'log', '-n', '1', '--no-show-signature', '--encoding=UTF-8', '--format=%B' } },
  { 'parent', { 'rev-parse', '--verify', '--quiet', 'HEAD^' } },
  { 'empty', { 'hash-object', '-t', 'tree', '/dev/null' } },
}

--- Asks one thing after the other: each takes some ms.
---@param ask hum.AskGit
---@param cb fun(facts: hum.CommitFacts)
function M.facts(ask, cb)
  local facts = {}
  local function next_fact(i)
    local fact = FACTS[i]
    if not fact then
      return cb(facts --[[@as hum.CommitFacts]])
    end
    ask(fact[2], function(answer)
      facts[fact[1]] = answer.ok and vim.trim(answer.out) or ''
      next_fact(i + 1)
    end)
  end
  next_fact(1)
end

--- As git knows it on every machine, whatever is configured there.
local DIFF = {
  'diff',
  '--cached',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-relative',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--submodule=short',
  '-M',
}

--- What is about to be committed. Of a commit that is amended, all of it.
---@param ask hum.AskGit
---@param facts hum.CommitFacts
---@param amends fun(staged: string): boolean
---@param cb fun(diff: string|nil, why: string|nil, hint: string|nil)
function M.diff(ask, facts, amends, cb)
  ask(DIFF, function(staged)
    if not staged.ok then return cb(nil, 'git cannot show the diff: ' .. staged.err) end
    if amends(staged.out) then
      local parent = facts.parent ~= '' and 'HEAD^' or facts.empty
      local whole_diff = vim.list_extend(vim.list_slice(DIFF), { parent })
      return ask(whole_diff, function(whole) cb(whole.ok and whole.out ~= '' and whole.out or staged.out) end)
    end
    if staged.out == '' then return cb(nil, M.NOTHING, M.STAGE) end
    cb(staged.out)
  end)
end

M.NOTHING, M.STAGE = 'nothing is staged', 'stage what is to be committed: git add'

return M
