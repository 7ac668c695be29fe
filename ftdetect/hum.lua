-- A saved chat is a Markdown file whose front matter begins with "hum: ". Known before
-- the file is taken for Markdown, so that nothing of what that starts has to be undone.
vim.filetype.add({
  pattern = {
    ['.*%.md'] = {
      function(_, buf)
        local lines = vim.api.nvim_buf_get_lines(buf, 0, 2, false)
        if lines[1] == '---' and (lines[2] or ''):find('^hum: ') then
          return 'hum'
        end
      end,
      { priority = 10 },
    },
  },
})
