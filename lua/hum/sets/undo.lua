-- Taking a set back, in all its files: what still stands is replaced by what stood there before, in one undo step of
-- each buffer. Where the user has changed it since, it stays, and that is told.
local block = require('hum.place.block')
local bufload = require('hum.bufload')
local edit = require('hum.chat.text.edit')
local move = require('hum.sets.move')
local notify = require('hum.notify')
local report = require('hum.sets.report')
local sets = require('hum.sets')
local snapshot = require('hum.sets.snapshot')

local M = {}

---@class hum.UndoneFile
---@field path string
---@field buf? integer
---@field taken integer  hunks that were taken back
---@field kept { first: integer, last: integer }[]  lines of hunks that were changed since, and stay
---@field lost integer   hunks that were changed so long ago that their lines are not known
---@field back integer   hunks that had been taken back before
---@field gone? boolean  the file was new, and was deleted
---@field fault? string  why nothing was done

---@param file hum.SetFile
---@return integer|nil buf, string|nil err
local function buffer_of(file)
  if file.buf and vim.api.nvim_buf_is_valid(file.buf) then
    local ok, err = bufload.load(file.buf)
    return ok and file.buf or nil, err
  end
  if file.path == '' then return nil, 'the buffer is gone' end
  if not bufload.named(file.path) and not vim.uv.fs_stat(file.path) then return nil, 'the file is gone' end
  local buf = vim.fn.bufadd(file.path)
  local ok, err = bufload.load(buf)
  if not ok then return nil, err end
  vim.bo[buf].buflisted = true
  return buf
end

--- What has changed the hunks since must not be guessed: each is told by the lines where it stands.
---@param places hum.SetPlaces
---@return { first: integer, last: integer }[]
local function kept_lines(places)
  return vim.tbl_map(
    function(hunk) return { first = hunk.row + 1, last = math.max(hunk.row + 1, hunk.row + hunk.count) } end,
    places.touched
  )
end

---@param buf integer
---@param hunks hum.SetHunk[]
local function put_back(buf, hunks)
  if #hunks == 0 then return end
  vim.api.nvim_buf_call(buf, function()
    block.close()
    for i = #hunks, 1, -1 do
      edit.replace(buf, hunks[i].row, hunks[i].row + hunks[i].count, hunks[i].old)
    end
    block.close()
  end)
end

---@param buf integer
---@return boolean
local function is_empty(buf)
  return vim.api.nvim_buf_line_count(buf) == 1 and vim.api.nvim_buf_get_lines(buf, 0, 1, false)[1] == ''
end

--- Whether a file has these lines, and nobody else's.
---@param path string
---@param lines string[]
---@return boolean
local function has_lines(path, lines)
  local ok, found = pcall(vim.fn.readfile, path)
  if not ok then return false end
  for i, line in ipairs(found) do
    found[i] = line:gsub('\r$', '')
  end
  return vim.deep_equal(found, lines)
end

--- Deletes the file that the set has brought into being, if the user has written it and nothing else is in it.
---@param buf integer
---@param path string
---@param lines string[]  that the buffer had
---@return boolean gone
local function remove_new(buf, path, lines)
  if not is_empty(buf) then return false end
  if vim.uv.fs_stat(path) and not (has_lines(path, lines) and vim.uv.fs_unlink(path)) then return false end
  vim.bo[buf].modified = false
  if #vim.fn.win_findbuf(buf) == 0 then pcall(vim.api.nvim_buf_delete, buf, { force = true }) end
  return true
end

---@param file hum.SetFile
---@return hum.UndoneFile
local function take_file(file)
  local done = { path = file.path, taken = 0, kept = {}, lost = file.snapshot.lost, back = 0 } ---@type hum.UndoneFile
  local buf, err = buffer_of(file)
  if not buf then
    done.fault = err
    return done
  end
  done.buf, done.path = buf, vim.api.nvim_buf_get_name(buf)
  if not vim.bo[buf].modifiable then
    done.fault = 'it cannot be changed (:set modifiable)'
    return done
  end
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local places = snapshot.places(file.snapshot, lines)
  local ok, why = pcall(put_back, buf, places.standing)
  if not ok then
    done.fault = tostring(why):match('E%d+: [^\n]*') or 'it cannot be changed now'
    return done
  end
  done.taken, done.back, done.kept = #places.standing, places.back, kept_lines(places)
  if file.is_new then done.gone = remove_new(buf, done.path, lines) end
  return done
end

---@param path string
---@return string|nil err  something stands in the way of a file that is put back
local function in_the_way(path)
  if vim.uv.fs_lstat(path) then return ('%s exists again'):format(vim.fn.fnamemodify(path, ':~:.')) end
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
end

---@param action hum.SetAction
---@param files hum.SetFile[]
---@return string|nil err
local function move_back(action, files)
  local err = in_the_way(action.path) or select(2, move.file(action.to --[[@as string]], action.path))
  if err then return err end
  for _, file in ipairs(files) do
    if file.path == action.to then file.path = action.path end
  end
end

---@param action hum.SetAction
---@return string|nil err
local function put_file_back(action)
  local err = in_the_way(action.path)
  if err then return err end
  local fd, why = vim.uv.fs_open(action.path, 'wx', action.mode or 420) -- 420: `rw-r--r--`
  if not fd then return why end
  local bytes = action.bytes or ''
  local written = vim.uv.fs_write(fd, bytes, 0)
  vim.uv.fs_close(fd)
  return written ~= #bytes and 'it could not be written' or nil
end

---@class hum.Undone
---@field label string
---@field kind 'edit'|'apply'
---@field files hum.UndoneFile[]
---@field actions { kind: 'delete'|'move', path: string, to?: string, fault?: string }[]

--- Takes the last set back. The next time it is the one before.
---@return hum.Undone|nil  nil: there is none
function M.take()
  local set = sets.last()
  if not set then return nil end
  local done = { label = set.label, kind = set.kind, files = {}, actions = {} } ---@type hum.Undone
  for i = #set.actions, 1, -1 do
    local action = set.actions[i]
    local err = action.kind == 'move' and move_back(action, set.files) or nil
    if action.kind == 'delete' then err = put_file_back(action) end
    table.insert(done.actions, 1, { kind = action.kind, path = action.path, to = action.to, fault = err })
  end
  for _, file in ipairs(set.files) do
    done.files[#done.files + 1] = take_file(file)
  end
  sets.forget(set)
  return done
end

--- The same, and says so.
---@return hum.Undone|nil
function M.run()
  local done = M.take()
  if not done then
    notify.info('hum: there is nothing to take back')
    return nil
  end
  local text, whole = report.text(done)
  local tell = whole and notify.info or notify.warn
  tell(text)
  return done
end

return M
