-- vim: ft=lua
std = 'luajit'
globals = { 'vim' }
max_line_length = 100
self = false
exclude_files = { '.deps', 'build' }
-- Annotations and strings that a test compares may be longer than a line should be.
max_comment_line_length = 120
max_string_line_length = 120
