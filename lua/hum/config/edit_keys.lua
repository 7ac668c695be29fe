-- The keys of a buffer with a preview of an edit, in one table: the maps (hum.edit.view.keys), the option `edit.maps`
-- with its defaults, the table of `:help hum-edit-keys` and the list that `g?` shows are made from it.
--
-- They are mapped only as long as there is a preview, so they may have a use of their own: `ga` (the code of a
-- character), `gs` (sleep), `go` (go to a byte) and `g?` (rot13) do nothing that is wanted there. `gA`, `gS` and `g=`
-- have none. `]c` and `[c` are Neovim's for the changes of a diff, and stay so in a window that is one.
local rows = require('hum.config.key_rows')

local M = {}

--- By group: name, modes, default, desc, more.
local GROUPS = {
  {
    'Hunks',
    { 'accept', 'n', 'ga', 'accept the hunk', 'at the cursor; with a count so many, from it on' },
    { 'accept_all', 'n', 'gA', 'accept all hunks', ', also those that finish later' },
    { 'reject', 'n', 'gs', 'reject the hunk', 'at the cursor (strike it); with a count so many, from it on' },
    { 'reject_all', 'n', 'gS', 'reject all hunks', 'and stop the edit' },
    { 'next_hunk', 'nxo', ']c', 'jump to the next hunk', '; in diff mode |]c|' },
    { 'prev_hunk', 'nxo', '[c', 'jump to the previous hunk', '; in diff mode |[c|' },
  },
  {
    'The edit',
    { 'diff', 'n', 'g=', 'show the edit as a diff', ', see |hum-edit-diff|' },
    { 'answer', 'n', 'go', 'open the full answer', 'of the model, also one that is refused' },
    { 'prev_attempt', 'n', '[a', 'show the attempt before', '; only where a remark has led to another one' },
    { 'next_attempt', 'n', ']a', 'show the attempt after it' },
    { 'reply', 'n', 'g<CR>', "answer the model's question", '; only while a float shows it' },
    { 'close', 'n', '<Esc>', 'close that float' },
    { 'keys', 'n', 'g?', 'list these keys' },
  },
}

M.list = rows(GROUPS)

return M
