-- What is known of the reply that streams into a buffer, so that it can be found there and be one undo step.
local block = require('hum.place.block')
local owner = require('hum.chat.reply.owner')

local M = {}

---@class hum.UndoRecord
---@field buf integer
---@field before integer     changenr() before the reply
---@field prior? hum.UndoRecord  of the reply before
---@field block integer      changenr() of the block that the heading opened
---@field newest integer     the highest changenr() seen
--- Where the reply is:
---@field row integer        first row of its block
---@field head integer       its heading is line number `head` from there, counted from 1
---@field mark integer       extmark on the heading
---@field heading? string    its text
---@field below integer      rows below the reply: 0, and it ends with the buffer
---@field stays boolean      some of them were there before it
---@field replaced integer   above those, rows that it replaced
--- What hum writes:
---@field writing boolean    a piece of the reply is being written
---@field own boolean        hum itself is editing
---@field pieces string[][]  of the line that grows: of each the last line
---@field draft string[]     what the user had begun to write next
---@field region? string[]   what the reply's own step has below it; nil: what an ending writes
--- What the user writes:
---@field edits hum.UndoEdit[]   above the reply, in order
---@field steps hum.UndoEdit[]   below
---@field later hum.UndoEdit[]   anywhere, after its end
---@field inserts integer    counts the times that insert mode was left: those are ends of steps
---@field arrived? hum.Arrived
---@field opened? integer    changedtick when a line was opened above the line that grows
---@field sure hum.UndoSure  as of the last time that no undo was seen
--- What happened to it:
---@field broken boolean     there was an edit that cannot be distinguished from the reply's own
---@field lost? boolean      the heading was deleted
---@field replays? integer    the user goes through the history: the oldest changenr() where he has been
---@field undone? integer    the newest changenr() when the user pressed `u`
---@field touched? boolean   the text was changed after that
---@field checking? boolean  it will soon be checked for an undo
---@field reply? string[]    the reply's lines from `row` on, once it has ended
---@field final? string[]    those below it, then
--- Called once, the last two whenever that happens:
---@field on_lost? fun()     the heading was deleted
---@field on_undone? fun()   the user pressed `u`
---@field on_broken fun()
---@field on_arrived fun()   text of the user's came behind the reply

---@class hum.UndoSure  so many edits and steps there were, and the reply stood there
---@field edits integer
---@field steps integer
---@field row integer
---@field head integer
---@field below integer
---@field arrived? hum.Arrived
---@field pieces string[][]

local records = {} ---@type table<integer, hum.UndoRecord>
local ns = vim.api.nvim_create_namespace('hum.undo')

--- The record of the reply that streams into a buffer, or has ended and is not settled.
---@param buf integer
---@return hum.UndoRecord|nil
function M.of(buf) return records[buf] end

--- Forgets what is watched, with the history as it is.
---@param buf integer
function M.forget(buf)
  local record = records[buf]
  records[buf] = nil
  if record and vim.api.nvim_buf_is_loaded(buf) then vim.api.nvim_buf_del_extmark(buf, ns, record.mark) end
end

--- A reply begins: whatever comes next in the buffer is its own block.
---@param buf integer
---@param draft string[]  what the user had begun to write below
---@return hum.UndoRecord
function M.begin(buf, draft)
  local prior = records[buf]
  M.forget(buf)
  vim.api.nvim_buf_call(buf, block.close)
  local before = block.changenr(buf)
  return {
    buf = buf,
    -- The reply before has ended, and its history cannot be put in order yet: that is done together.
    prior = prior and prior.reply and not (prior.undone or prior.broken) and prior or nil,
    before = before,
    row = 0,
    block = before,
    newest = before,
    edits = {},
    steps = {},
    later = {},
    head = 1,
    below = 0,
    stays = false,
    replaced = 0,
    draft = draft,
    mark = 0, -- until M.watch
    sure = { edits = 0, steps = 0, row = 0, head = 1, below = 0, pieces = {} },
    inserts = 0,
    own = false,
    writing = false,
    broken = false,
    pieces = {},
    on_arrived = function() end,
    on_broken = function() end,
  }
end

--- So it is, and no undo was seen.
---@param record hum.UndoRecord
function M.be_sure(record)
  local sure = record.sure
  sure.edits, sure.steps = #record.edits, #record.steps
  sure.row, sure.head, sure.below = record.row, record.head, record.below
  sure.arrived, sure.pieces = record.arrived, record.pieces
end

--- As it was by then.
---@param record hum.UndoRecord
function M.be_as_sure(record)
  local sure = record.sure
  record.edits = vim.list_slice(record.edits, 1, sure.edits)
  record.steps = vim.list_slice(record.steps, 1, sure.steps)
  record.row, record.head, record.below = sure.row, sure.head, sure.below
  record.arrived, record.pieces = sure.arrived, sure.pieces
  record.broken = false
end

--- The heading is written, and the reply watched. For the parameters see hum.chat.reply.undo.
---@param record hum.UndoRecord
---@param row integer
---@param head integer
---@param below integer
function M.watch(record, row, head, below)
  record.row, record.head, record.below, record.stays = row, head, below, below > 0
  record.block = block.changenr(record.buf)
  record.newest = record.block
  owner.rewritten(record)
  M.be_sure(record)
  record.heading = owner.heading_at(record.buf, row + head - 1)
  record.mark = vim.api.nvim_buf_set_extmark(record.buf, ns, row + head - 1, 0, {
    end_col = 1,
    invalidate = true,
    right_gravity = false,
  })
  records[record.buf] = record
end

--- The row of the reply's heading; nil when it was deleted.
---@param record hum.UndoRecord
---@return integer|nil
function M.heading(record)
  local row = record.row + record.head - 1
  if record.broken then
    local at = vim.api.nvim_buf_get_extmark_by_id(record.buf, ns, record.mark, { details = true })
    -- A heading that went and came back (`u<C-r>`) is where it was, though its mark is not.
    if at[1] and not at[3].invalid then
      row = at[1]
    elseif owner.heading_at(record.buf, row) ~= record.heading then
      return nil
    end
  end
  return owner.heading_at(record.buf, row) and row or nil
end

--- Runs `fn`, whose changes are hum's own, with the buffer as the current one.
---@param record hum.UndoRecord
---@param fn fun()
---@return boolean ok, any err
function M.own(record, fn)
  local own = record.own
  record.own = true
  local ok, err = pcall(vim.api.nvim_buf_call, record.buf, fn)
  record.own = own
  return ok, err
end

--- Edits by hum that belong to the reply.
---@param record hum.UndoRecord
---@param fn fun()
---@return boolean ok, any err  E565 under textlock
function M.join(record, fn)
  return M.own(record, function()
    pcall(vim.cmd.undojoin)
    fn()
  end)
end

return M
