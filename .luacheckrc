-- vim: ft=lua
std = 'luajit'
globals = { 'vim' }
max_line_length = 120
self = false
exclude_files = { '.deps', 'build' }
-- Tables of cases read best with one case a line.
files['tests/nvim'] = { max_line_length = 140 }
