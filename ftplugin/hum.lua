if vim.b.did_ftplugin then return end
vim.b.did_ftplugin = 1

vim.bo.comments = 'b:- [ ],b:- [x],fb:*,fb:-,fb:+,n:>'
vim.bo.commentstring = '<!-- %s -->'
vim.b.undo_ftplugin = 'setlocal comments< commentstring<'

require('hum.chat').attach(0)
