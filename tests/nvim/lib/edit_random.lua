-- Random sessions with hunks in a buffer, for hum's model of them: run in a child, without a server. Hunks finish one
-- after the other; in between hunks are accepted and rejected, the user edits, undoes and does again. After each step the
-- buffer, the places and the states are what they must be.
local M = {}

local random = math.random

--- Lines that are alike, and lines of which there is one each.
local ALIKE = { '', '}', 'a', 'b', '  x = 1', '{', 'end' }
local serial = 0

---@param unique boolean
local function line(unique)
  serial = serial + 1
  return unique and 'line ' .. serial or ALIKE[random(#ALIKE)]
end

local function lines(n, unique)
  local list = {}
  for i = 1, n do
    list[i] = line(unique)
  end
  return list
end

local function changed(old, unique)
  local new = {}
  for _, one in ipairs(old) do
    local r = random(10)
    if r == 9 or r == 10 then new[#new + 1] = line(unique) end
    if r <= 6 or r == 10 then new[#new + 1] = one end
    if r == 8 then vim.list_extend(new, lines(random(2), unique)) end
  end
  if random(4) == 1 then new[#new + 1] = line(unique) end
  return new
end

local function text(buf) return vim.api.nvim_buf_get_lines(buf, 0, -1, false) end

local function put(buf, first, last, with)
  vim.cmd('let &l:undolevels = &l:undolevels')
  vim.api.nvim_buf_set_lines(buf, first, last, true, with)
  vim.cmd('let &l:undolevels = &l:undolevels')
end

--- The old lines with the accepted hunks in them.
local function mix(old, hunks, accepted)
  local out, at = {}, 1
  for k, hunk in ipairs(hunks) do
    vim.list_extend(out, old, at, hunk.first - 1)
    vim.list_extend(out, accepted[k] and hunk.new or vim.list_slice(old, hunk.first, hunk.last))
    at = hunk.last + 1
  end
  return vim.list_extend(out, old, at)
end

local Session = {}
Session.__index = Session

function Session:fail(why)
  local function flat(value) return vim.inspect(value, { newline = '', indent = '' }) end
  error(
    ('seed %d: %s\nsteps: %s\nold %s\nhunks %s\nbuffer %s\ntold %s'):format(
      self.seed,
      why,
      table.concat(self.log, ', '),
      flat(self.old),
      flat(self.hunks),
      flat(text(self.buf)),
      flat(self.edit.hunks(self.buf))
    ),
    0
  )
end

local function same(a, b) return table.concat(a, '\n') == table.concat(b, '\n') and #a == #b end

--- What was accepted, and what stands around the range, as far as undo goes back.
function Session:now() return self.stack[self.at] end

function Session:push(state)
  for _ = self.at + 1, #self.stack do
    table.remove(self.stack)
  end
  table.insert(self.stack, state)
  self.at = #self.stack
end

function Session:check(step)
  self.log[#self.log + 1] = step
  local now = self:now()
  local want =
    vim.list_extend(vim.list_extend(vim.list_slice(now.above), mix(self.old, self.hunks, now.accepted)), now.below)
  if #want == 0 then want = { '' } end
  if not same(want, text(self.buf)) then self:fail('the buffer must be ' .. vim.inspect(want)) end
  local list, shift = self.edit.hunks(self.buf), 0
  if #list ~= self.fed then self:fail('hunks are missing') end
  for k, one in ipairs(list) do
    local hunk, accepted = self.hunks[k], now.accepted[k]
    local state = accepted and 'accepted' or self.rejected[k] and 'rejected' or 'finished'
    self.ids[k] = self.ids[k] or one.id
    if one.id ~= self.ids[k] then self:fail(('hunk %d has another id'):format(k)) end
    if one.state ~= state or one.conflict then self:fail(('hunk %d must be %s'):format(k, state)) end
    local at = #now.above + hunk.first + shift
    if one.at ~= at then self:fail(('hunk %d must be at %d'):format(k, at)) end
    if accepted then shift = shift + #hunk.new - (hunk.last - hunk.first + 1) end
    if not same(one.old, vim.list_slice(self.old, hunk.first, hunk.last)) or not same(one.new, hunk.new) then
      self:fail(('hunk %d has other lines'):format(k))
    end
  end
end

function Session:feed()
  if self.fed == #self.hunks then return end
  local upto = math.min(self.fed + random(3), #self.hunks)
  self.on_event('hunks', { finished = vim.list_slice(self.hunks, self.fed + 1, upto), reset = true })
  self.fed = upto
  self:check('feed')
end

function Session:accept()
  if self.fed == 0 then return end
  local k, now = random(self.fed), self:now()
  local count, err = self.edit.accept({ buf = self.buf, id = self.ids[k] })
  if (count == nil) ~= (now.accepted[k] == true) then self:fail(('accepting hunk %d: %s'):format(k, tostring(err))) end
  if count then
    local accepted = vim.deepcopy(now.accepted)
    accepted[k] = true
    self:push({ accepted = accepted, above = now.above, below = now.below })
  end
  self:check('accept ' .. k)
end

function Session:accept_all()
  local now = self:now()
  local accepted, count = vim.deepcopy(now.accepted), 0
  for k = 1, self.fed do
    if not accepted[k] and not self.rejected[k] then
      accepted[k], count = true, count + 1
    end
  end
  local told, err = self.edit.accept({ buf = self.buf, id = 'all', force = true })
  if count > 0 and told ~= count then self:fail(('accepted %s, not %d: %s'):format(told, count, err)) end
  self.preview.all = false
  if count > 0 then self:push({ accepted = accepted, above = now.above, below = now.below }) end
  self:check('accept all')
end

function Session:reject()
  if self.fed == 0 then return end
  local k = random(self.fed)
  if self.edit.reject({ buf = self.buf, id = self.ids[k] }) then self.rejected[k] = true end
  self:check('reject ' .. k)
end

function Session:undo()
  if self.at == 1 then return end
  vim.cmd('silent undo')
  self.at = self.at - 1
  self:check('undo')
end

function Session:redo()
  if self.at == #self.stack then return end
  vim.cmd('silent redo')
  self.at = self.at + 1
  self:check('redo')
end

--- The user changes lines above or below the range. Right at its edges nothing tells whose new lines are.
function Session:user()
  local now, is_above = self:now(), random(2) == 1
  local side = is_above and now.above or now.below
  local first = random(0, #side)
  local n = random(0, #side - first)
  local with = lines(random(0, 2), self.unique)
  local is_edge = is_above and first == #side or not is_above and first == 0
  local all = #text(self.buf)
  if n == 0 and (is_edge or #with == 0) or all - n + #with == 0 then return end
  local base = is_above and 0 or all - #side
  -- An empty buffer has a line.
  if not is_above and #side == 0 then return end
  put(self.buf, base + first, base + first + n, with)
  local new = vim.list_extend(vim.list_slice(side, 1, first), with)
  vim.list_extend(new, side, first + n + 1)
  self:push({
    accepted = now.accepted,
    above = is_above and new or now.above,
    below = is_above and now.below or new,
  })
  self:check(('user %d %d %d'):format(base + first, n, #with))
end

local function begin(seed)
  math.randomseed(seed)
  local unique = random(2) == 1
  local above, below = lines(random(0, 4), unique), lines(random(0, 4), unique)
  local old = lines(random(0, 12), unique)
  if #above + #old + #below == 0 then old = { 'x' } end
  local self =
    setmetatable({ seed = seed, unique = unique, old = old, log = {}, ids = {}, rejected = {}, fed = 0 }, Session)
  local new = changed(old, unique)
  self.hunks = require('hum.linediff').hunks(old, new)
  vim.cmd('enew!')
  self.buf = vim.api.nvim_get_current_buf()
  vim.bo.undolevels = -1
  vim.api.nvim_buf_set_lines(
    self.buf,
    0,
    -1,
    false,
    vim.list_extend(vim.list_extend(vim.list_slice(above), old), below)
  )
  vim.bo.undolevels = 1000
  self.stack, self.at = { { accepted = {}, above = above, below = below } }, 1
  self.edit = require('hum.edit')
  package.loaded['hum.edit.request'] = {
    start = function(_, on_event)
      self.on_event = on_event
      return { stop = function() on_event('cancelled', {}) end }
    end,
  }
  local handle =
    assert(self.edit.start({ buf = self.buf, first = #above + 1, last = #above + #old, instruction = 'x' }))
  self.preview = handle.preview
  self:check('begin')
  return self
end

--- Sessions in which the user edits outside the range: everything is known.
function M.outside(seed)
  local self = begin(seed)
  for _ = 1, random(5, 30) do
    local r = random(12)
    if r <= 3 then
      self:feed()
    elseif r <= 5 then
      self:accept()
    elseif r == 6 then
      self:reject()
    elseif r == 7 then
      self:undo()
    elseif r == 8 then
      self:redo()
    elseif r == 9 then
      self:accept_all()
    else
      self:user()
    end
  end
  self.preview:drop()
  vim.cmd('bwipeout!')
end

--- Does each hunk that says so stand in the buffer, and does accepting change its rows and no others?
function Session:probe(step)
  self.log[#self.log + 1] = step
  local all, prev = text(self.buf), 1
  for k, one in ipairs(self.edit.hunks(self.buf)) do
    local n = self.preview.hunks[k].rows
    if one.at < prev or one.at + n > #all + 2 then self:fail(('hunk %d is out of order'):format(k)) end
    prev = one.at + n
    local rows = vim.list_slice(all, one.at, one.at + n - 1)
    if one.state ~= 'accepted' and not one.conflict and not same(rows, one.old) then
      self:fail(('hunk %d does not stand where it says'):format(k))
    end
  end
end

--- One hunk that can be accepted is.
function Session:accept_one()
  local list = vim.tbl_filter(
    function(one) return one.state == 'finished' and not one.conflict end,
    self.edit.hunks(self.buf)
  )
  if #list == 0 then return end
  local one, before = list[random(#list)], text(self.buf)
  local count, err = self.edit.accept({ buf = self.buf, id = one.id })
  if count ~= 1 then self:fail(('accepting %d: %s'):format(one.id, tostring(err))) end
  local want = vim.list_slice(before, 1, one.at - 1)
  vim.list_extend(want, one.new)
  vim.list_extend(want, before, one.at + #one.old)
  if #want == 0 then want = { '' } end
  if not same(want, text(self.buf)) then self:fail('accepting changed more than the hunk') end
  self:probe('accept')
end

--- Sessions in which the user edits anywhere. When all of it is undone, everything is as in the beginning.
function M.anywhere(seed)
  local self = begin(seed)
  local first = vim.fn.changenr()
  local before = text(self.buf)
  for _ = 1, random(5, 30) do
    local r, count = random(12), #text(self.buf)
    if r <= 3 and self.fed < #self.hunks then
      local upto = math.min(self.fed + random(3), #self.hunks)
      self.on_event('hunks', { finished = vim.list_slice(self.hunks, self.fed + 1, upto), reset = true })
      self.fed = upto
      self:probe('feed')
    elseif r <= 5 then
      self:accept_one()
    elseif r == 6 then
      vim.cmd('silent undo')
      self:probe('undo')
    elseif r == 7 then
      vim.cmd('silent redo')
      self:probe('redo')
    elseif r == 8 and count > 1 then
      local row = random(0, count - 1)
      vim.cmd('let &l:undolevels = &l:undolevels')
      vim.api.nvim_buf_set_text(self.buf, row, 0, row, 0, { 'typed ' })
      vim.cmd('let &l:undolevels = &l:undolevels')
      self:probe('type')
    else
      local from = random(0, count)
      local n = random(0, math.min(3, count - from))
      put(self.buf, from, from + n, lines(random(0, 2), self.unique))
      self:probe(('user %d %d'):format(from, n))
    end
  end
  vim.cmd('silent undo ' .. first)
  if not same(before, text(self.buf)) then self:fail('undo') end
  self:probe('all undone')
  local above = #self.stack[1].above
  for k, one in ipairs(self.edit.hunks(self.buf)) do
    if one.state ~= 'finished' or one.conflict then self:fail(('hunk %d can be accepted again'):format(k)) end
    if one.at ~= above + self.hunks[k].first then self:fail(('hunk %d is back in its place'):format(k)) end
  end
  self.preview:drop()
  vim.cmd('bwipeout!')
end

return M
