-- #messages: what `:messages` shows; #messages:20 the last 20 lines of it.

--- So many lines are sent at most.
local MOST = 1000

---@type hum.ReferenceKind
return {
  name = 'messages',
  desc = "Neovim's :messages; #messages:20 only the last 20 lines",
  argument = 'optional',
  resolve = function(ref, _, cb)
    local n = ref.arg and ref.arg ~= '' and (tonumber(ref.arg:match('^%d+$')) or -1) or MOST
    local text = vim.api.nvim_exec2('messages', { output = true }).output
    vim.schedule(function()
      if n < 1 then return cb(('"%s" is no number of lines\nWrite #messages or #messages:20.'):format(ref.arg)) end
      local lines = vim.split(vim.trim(text), '\n', { plain = true })
      if lines[1] == '' then return cb('there are no :messages\nTake #messages out of the message.', {}) end
      local last = vim.list_slice(lines, math.max(1, #lines - math.floor(math.min(n, MOST)) + 1))
      local left = #lines - #last
      cb(nil, {
        {
          id = 'messages',
          title = left > 0 and ('the last %d lines of :messages'):format(#last) or ':messages',
          tag = 'messages',
          text = table.concat(last, '\n'),
          note = left > 0 and n >= MOST and ('only the last %d of %d lines'):format(MOST, #lines) or nil,
          follows = false,
        },
      })
    end)
  end,
}
