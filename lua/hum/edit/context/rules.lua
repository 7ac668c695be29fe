-- How a model is to answer, by the form that is wanted of it.
local M = {}

--- Texts of these types have fences of their own.
local FENCED = { markdown = true, quarto = true, rmd = true, pandoc = true, asciidoc = true, help = true }

---@param filetype string
---@return boolean  an answer is wanted without a fence
function M.is_fenced(filetype) return FENCED[filetype] == true end

local WHOLE = [[
Answer with %s and nothing else, in one fenced code block.
- Give all of it: also the lines that stay as they are, unchanged. Never leave lines out with "..." or a comment.
- Keep the indentation, and all that was not asked to be changed.
- Do not repeat lines that stand above or below.]]

local BARE = [[
Answer with %s and nothing else, without a fence around it.
- Give all of it: also the lines that stay as they are, unchanged. Never leave lines out with "...".
- Do not repeat lines that stand above or below.]]

local SEARCH = [[
Answer with the changes alone, as blocks of this form, one for each place:

<<<<<<< SEARCH
the lines that are to be replaced, exactly as they stand there
=======
the lines that are to stand there instead
>>>>>>> REPLACE

- The SEARCH part is copied from the text between the marks: whole lines, with their indentation.
- It is as short as it can be, but occurs only once: take a line more where it would not.
- The blocks stand in the order of the text. Nothing that is to stay is left out of a REPLACE part.]]

local PATCH = [[
Answer with one patch, and nothing else:

*** Begin Patch
*** Update File: %s
@@
 a line that stays
-a line that goes
+a line that is added
*** End Patch

Change only what stands between the marks. Show three lines that stay above and below each change.]]

local UDIFF = [[
Answer with one unified diff of the text between the marks, and nothing else: the lines "--- %s" and "+++ %s", then
hunks that begin with "@@ ... @@", with three lines that stay above and below each change.]]

local WHAT = {
  rewrite = 'the new text of the lines between <rewrite_this> and </rewrite_this>',
  part = 'the new text of what stands between <rewrite_this> and </rewrite_this>, which may be a part of a line',
  insert = 'the lines that are to stand in the place of <insert_here>',
}

---@param form hum.EditForm
---@param what 'rewrite'|'part'|'insert'
---@param filetype string
---@param name string
---@return string
function M.of(form, what, filetype, name)
  if form == 'search' then return SEARCH end
  if form == 'patch' then return PATCH:format(name) end
  if form == 'udiff' then return UDIFF:format(name, name) end
  return (M.is_fenced(filetype) and BARE or WHOLE):format(WHAT[what])
end

return M
