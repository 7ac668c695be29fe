-- For emmylua_check, which lint runs, and emmylua_ls: what annotations are checked against.
-- VIMRUNTIME is the newest Neovim's, whose runtime has types of its own API and of luv.
return {
  runtime = { version = 'LuaJIT' },
  workspace = { library = { '$VIMRUNTIME/lua' } },
  -- An index is within its list, as loops have it; else each `list[i]` would be "may be nil".
  -- require('cmp') is not lua/hum/complete/cmp.lua.
  strict = { arrayIndex = false, requirePath = true },
  diagnostics = {
    disable = {
      -- It takes no pattern for one that always matches, and knows of no pair (nil, error).
      'need-check-nil',
      -- It does not see that a callback changes a local, and calls the test of it needless.
      'unnecessary-if',
      -- A matter of taste: `local from = record.from` and then `record.from` once more.
      'preferred-local-alias',
    },
  },
}
