-- #cmd:make, #cmd:"git log -5": what a command writes, with its exit code. It is run by 'shell' in the project's
-- folder, once the user has allowed it.
local config = require('hum.config')
local plain = require('hum.reference.source.plain')
local process = require('hum.reference.source.process')

---@param where hum.Where
---@return string
local function folder(where) return where.base end

---@param output hum.ReferenceOutput
---@param seconds number
---@return string
local function ending(output, seconds)
  if output.timed_out then return ('stopped after %g s'):format(seconds) end
  if output.signal ~= 0 then return ('signal %d'):format(output.signal) end
  return tostring(output.code)
end

---@type hum.ReferenceKind
return {
  name = 'cmd',
  desc = 'the output of a command, asks first: #cmd:make, #cmd:"git log -5"',
  argument = 'needed',
  asks = true,
  question = function(ref, where)
    local command = vim.trim(ref.arg or '')
    if command == '' then return nil, '#cmd names no command\nWrite it as in #cmd:make or #cmd:"git log -5".' end
    return { verb = 'Run', done = 'run', what = command, at = vim.fn.fnamemodify(folder(where), ':~') }
  end,
  complete = function(typed)
    if typed == '' or typed:find('%s') then return {} end
    local ok, words = pcall(vim.fn.getcompletion, typed, 'shellcmd')
    return vim.tbl_map(function(word) return { word = word } end, vim.list_slice(ok and words or {}, 1, 50))
  end,
  resolve = function(ref, where, cb)
    local command = vim.trim(ref.arg or '')
    local seconds = config.get().reference.cmd_timeout
    local what = { command = command, cwd = folder(where), timeout = math.ceil(seconds * 1000) }
    return process.run(what, function(err, output)
      if err or not output then return cb(err) end
      local text = plain.of(output.out):gsub('%s+$', '')
      local notes = {}
      if output.left_out > 0 then
        notes[1] = ('only the beginning and the end of its output: %d bytes are left out'):format(output.left_out)
      end
      if output.timed_out then
        notes[#notes + 1] = ('it was stopped after %g s (see reference.cmd_timeout)'):format(seconds)
      end
      cb(nil, {
        {
          id = 'cmd:' .. command,
          title = ('output of %s'):format(command),
          tag = 'output',
          attributes = { command = command, exit = ending(output, seconds) },
          text = text ~= '' and text or '(no output)',
          note = notes[1] and table.concat(notes, '; ') or nil,
          follows = false,
        },
      })
    end)
  end,
}
