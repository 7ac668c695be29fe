-- What the model is told of a commit.
local M = {}

--- Subject lines that fit everywhere: git-commit(1), DISCUSSION.
local SUBJECT_WISH = 50

local SYSTEM = [[
You write git commit messages. You are shown what is about to be committed, as a diff. Answer with the message alone: no
introduction, no quotation marks, no code fence, no Markdown heading.

- The first line says what the commit does: in the imperative, about %d characters if that is enough, never more than %d,
  without a full stop.
- Write it in the style of the repository's last commits, if there are any: their language, prefixes and capitals.
- If the change needs a reason or has several parts, leave a line empty and explain in a few short lines what was changed
  and why. A small change has no more than its first line.
- Say only what the diff shows.]]

---@param most integer  characters of the subject
---@return string
function M.system(most) return SYSTEM:format(math.min(SUBJECT_WISH, most), most) end

---@param parts string[]
---@param tag string
---@param text string|nil
local function add(parts, tag, text)
  if text and text:find('%S') then parts[#parts + 1] = ('<%s>\n%s\n</%s>'):format(tag, text, tag) end
end

---@param facts table<string, string>  of git
---@param diff hum.BoundedDiff
---@param beside string[]       what stands in the message already
---@param instruction? string
---@return string
function M.user(facts, diff, beside, instruction)
  local parts = {}
  add(parts, 'branch', facts.branch)
  add(parts, 'last_commits', facts.recent)
  add(parts, 'written_so_far', vim.trim(table.concat(beside, '\n')))
  add(parts, 'left_out_of_the_diff', table.concat(diff.left_out, '\n'))
  add(parts, 'diff', diff.text)
  add(parts, 'instruction', instruction)
  parts[#parts + 1] = 'Write the commit message.'
  return table.concat(parts, '\n\n')
end

---@param subject string
---@param most integer
---@return string
function M.shorten(subject, most)
  local ask = 'This first line of a git commit message is too long. Say the same in at most %d characters. '
    .. 'Answer with the line alone.\n\n%s'
  return ask:format(most, subject)
end

return M
