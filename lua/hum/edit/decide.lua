-- What is accepted and what is rejected: the hunk at the cursor, one by its id, or all.
local accepting = require('hum.edit.accept')
local notify = require('hum.notify')
local registry = require('hum.edit.registry')

local M = {}

---@param preview hum.edit.Preview
---@param hunks hum.edit.Hunk[]  of a review: they are in the file already, and stay there
---@return integer|nil count, string|nil err
local function take(preview, hunks)
  if preview.review then
    for _, hunk in ipairs(hunks) do
      hunk.kept = true
    end
    preview:refresh()
    return #hunks
  end
  local ok, err = accepting.turn(preview, hunks, 'new')
  if not ok then return nil, err end
  return #hunks
end

-- ---- all of them -----------------------------------------------------------------------------

local MUCH = 'more than a third of the lines would go\n:Hum! accept all does it nevertheless (in Lua: force = true)'

--- While a preview streams and all is accepted, what finishes follows, in an undo step of its own. If it takes away too
--- much so far, it waits for the end.
---@param preview hum.edit.Preview
function M.follow(preview)
  if preview:takes_much() and not preview.forced then
    if not preview.over then return end
    preview.all = false
    return notify.warn('hum: ' .. MUCH)
  end
  local _, err = take(preview, preview:open_hunks())
  if not err then return end
  -- The text is locked, mostly: again as soon as Neovim waits for a key.
  vim.api.nvim_create_autocmd('SafeState', {
    once = true,
    callback = function()
      if preview.gone or not preview.all then return end
      local _, why = take(preview, preview:open_hunks())
      if why then notify.warn('hum: ' .. why) end
    end,
  })
end

---@param preview hum.edit.Preview
---@param force boolean|nil
---@return integer|nil count, string|nil err
local function accept_all(preview, force)
  if preview:takes_much() and not force then return nil, MUCH end
  local count, err = take(preview, preview:open_hunks())
  preview.all, preview.forced = count ~= nil, force == true
  return count, err
end

--- Of a review: puts back what was there before.
---@param preview hum.edit.Preview
---@param hunks hum.edit.Hunk[]
---@return integer|nil count, string|nil err
local function put_back(preview, hunks)
  local ok, err = accepting.turn(preview, hunks, 'old')
  if not ok then return nil, err end
  return #hunks
end

--- What is still to come is not wanted either.
---@param preview hum.edit.Preview
---@return integer|nil count, string|nil err
local function reject_all(preview)
  if preview.review then return put_back(preview, preview:open_hunks()) end
  local hunks = vim.tbl_filter(function(hunk) return hunk.state == 'finished' end, preview.hunks)
  preview.all = false
  for _, hunk in ipairs(hunks) do
    hunk.refused = true
  end
  preview.unwanted = true
  local entry = registry.entry(preview)
  if entry and entry.stop then entry.stop(true) end
  preview:refresh()
  return #hunks
end

-- ---- one of them -----------------------------------------------------------------------------

--- What a hunk cannot be accepted or rejected for.
---@param hunk hum.edit.Hunk
---@param accepts boolean
---@return string|nil
local function obstacle(hunk, accepts)
  if hunk.state == 'accepted' then
    return ('hunk %d is accepted already%s'):format(hunk.id, accepts and '' or '\nundo takes it back')
  elseif hunk.conflict and accepts then
    return ('hunk %d: its lines were changed meanwhile\nundo that change, or reject the hunk'):format(hunk.id)
  elseif hunk.state == 'rejected' and not accepts then
    return ('hunk %d is rejected already'):format(hunk.id)
  end
end

---@param preview hum.edit.Preview
---@param hunk hum.edit.Hunk
---@param accepts boolean
---@return integer|nil count, string|nil err
local function decide(preview, hunk, accepts)
  local why = obstacle(hunk, accepts)
  if why then return nil, why end
  if accepts then return take(preview, { hunk }) end
  if preview.review then return put_back(preview, { hunk }) end
  hunk.refused = true
  preview:refresh()
  return 1
end

--- The line of the cursor in a buffer, or where it was when it was shown last.
---@param buf integer
---@return integer
local function cursor_line(buf)
  local win = vim.api.nvim_get_current_buf() == buf and 0 or vim.fn.bufwinid(buf)
  return win >= 0 and vim.api.nvim_win_get_cursor(win)[1] or vim.api.nvim_buf_get_mark(buf, '"')[1]
end

---@param buf integer
---@param id integer|nil  nil: the one at the cursor
---@return hum.edit.Preview|nil, hum.edit.Hunk|nil
local function find(buf, id)
  for _, preview in ipairs(registry.list(buf)) do
    preview:settle()
    local hunk = not id and preview:hunk_at(cursor_line(buf) - 1) or nil
    for _, one in ipairs(id and preview.hunks or {}) do
      hunk = one.id == id and one or hunk
    end
    if hunk then return preview, hunk end
  end
end

-- ---- both ------------------------------------------------------------------------------------

--- Why there is nothing to decide.
---@param list hum.edit.Preview[]
---@return string
local function nothing(list)
  local preview = list[#list]
  if not preview then return 'no edit is shown here\n:Hum edit begins one' end
  local fault = preview.fault
  if fault and fault.message then return fault.message .. (fault.hint and '\n' .. fault.hint or '') end
  for _, hunk in ipairs(preview.hunks) do
    if hunk.conflict then
      return 'the lines of the hunks were changed meanwhile\nundo these changes, or reject the hunks'
    end
  end
  if not preview.over then return 'nothing has finished yet' end
  return #preview.hunks == 0 and 'nothing to change' or 'every hunk is decided'
end

---@param buf integer
---@param accepts boolean
---@param force boolean|nil
---@return integer|nil count, string|nil err
local function all(buf, accepts, force)
  local count, streams = 0, false
  for _, preview in ipairs(registry.list(buf)) do
    if preview:is_live() then
      local streamed = not preview.over
      local n, err
      if accepts then
        n, err = accept_all(preview, force)
      else
        n, err = reject_all(preview)
      end
      if not n then return nil, err end
      count, streams = count + n, streams or streamed
    end
  end
  if count == 0 and not streams then return nil, nothing(registry.list(buf)) end
  return count
end

---@param opts { buf?: integer, id?: integer|'all', force?: boolean }
---@param accepts boolean
---@return integer|nil count, string|nil err
local function act(opts, accepts)
  local buf = registry.number(opts.buf)
  if opts.id == 'all' then return all(buf, accepts, opts.force) end
  local preview, hunk = find(buf, opts.id --[[@as integer|nil]])
  if preview and hunk then return decide(preview, hunk, accepts) end
  if opts.id then return nil, ('there is no hunk %d'):format(opts.id) end
  local list = registry.list(buf)
  return nil, #list > 0 and list[#list]:is_live() and 'no hunk is at the cursor' or nothing(list)
end

---@param opts { buf?: integer, id?: integer|'all', force?: boolean }  without id: the hunk at the cursor
---@return integer|nil count, string|nil err  its second line is what to do
function M.accept(opts) return act(opts, true) end

---@param opts { buf?: integer, id?: integer|'all' }  without id: the hunk at the cursor
---@return integer|nil count, string|nil err  its second line is what to do
function M.reject(opts) return act(opts, false) end

return M
