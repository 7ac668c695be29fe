-- What of other places is in prompts: files that were looked at, what was left, the imports at the
-- head of a file.
local T = require('harness')
local complete = require('lib.complete')
local test, eq = T.test, T.eq
T.once()

local OPTS = complete.OPTS
local ANSWER = { text = ' = answer' }

--- Lines of a C file of which no two are alike.
local function c_file(name, n)
  local lines = { '#include <stdio.h>', '' }
  for i = 1, n do
    lines[#lines + 1] = ('int %s_%d(int of_%s) { return of_%s * %d; }'):format(name, i, name, name, i)
  end
  return lines
end

local function write(t, name, lines) return t:write_file(name, table.concat(lines, '\n') .. '\n') end

--- The prompts that the server got, whole.
local function prompts(srv)
  return vim.tbl_map(function(request)
    local body = request.body
    local extra = vim.tbl_map(function(one) return one.filename .. '\n' .. one.text end, body.input_extra or {})
    return table.concat({ table.concat(extra, '\n'), body.input_prefix or '', body.prompt }, '\n')
  end, complete.requests(srv))
end

--- The first prompt that has what was typed.
local function prompt_of(t, srv)
  complete.wait_ghost(t)
  return prompts(srv)[1]
end

for api in pairs(complete.APIS) do
  test('files that were looked at before the first insert are in the first prompt, by ' .. api, OPTS, function(t)
    write(t, 'one.c', c_file('alpha', 20))
    write(t, 'two.c', c_file('beta', 20))
    local srv = complete.start(t, ANSWER, { api = api })
    t:cmd('edit one.c')
    t:cmd('edit two.c')
    t:cmd('edit three.c')
    t:cmd('set filetype=c')
    complete.type(t, 'iint x')
    local prompt = prompt_of(t, srv)
    T.match('alpha_3', prompt)
    T.match('beta_3', prompt)
    T.ok(prompt:find('alpha_3') < prompt:find('beta_3'), 'what was seen last is nearest')
  end)
end

test('a piece of a file is where the user left it', OPTS, function(t)
  write(t, 'one.c', c_file('alpha', 900))
  local srv = complete.start(t, ANSWER)
  t:cmd('edit one.c | 700')
  t:cmd('edit three.c')
  complete.type(t, 'iint x')
  local prompt = prompt_of(t, srv)
  T.match('alpha_698(', prompt, true)
  T.no_match('alpha_40(', prompt, true)
end)

for why, prepare in pairs({
  ['is unlisted'] = 'edit one.c | setlocal nobuflisted',
  ['may not be read'] = 'edit one.env',
  ['is not completed'] = 'edit one.c | let b:hum_complete = "off"',
  ['was never looked at'] = 'call bufload(bufadd("one.c")) | call setbufvar("one.c", "&buflisted", 1)',
  ['is not loaded'] = 'edit one.c | edit two.c | bunload one.c',
}) do
  test('no piece of a file that ' .. why, OPTS, function(t)
    write(t, 'one.c', c_file('alpha', 20))
    write(t, 'one.env', c_file('alpha', 20))
    write(t, 'two.c', c_file('beta', 20))
    local srv = complete.start(t, ANSWER)
    t:cmd(prepare)
    t:cmd('edit two.c')
    t:cmd('edit three.c')
    complete.type(t, 'iint x')
    local prompt = prompt_of(t, srv)
    T.match('beta_3', prompt)
    T.no_match('alpha_3', prompt)
  end)
end

test('where the user was when he left a buffer is in the next prompt', OPTS, function(t)
  write(t, 'one.c', c_file('alpha', 900))
  local srv = complete.start(t, ANSWER)
  t:cmd('edit one.c')
  complete.type(t, 'A')
  complete.type(t, '<Esc>')
  t:cmd('600')
  t:cmd('edit three.c')
  complete.type(t, 'iint x')
  complete.wait_ghost(t)
  local all = prompts(srv)
  T.match('alpha_600(', all[#all], true)
end)

test('where the user was for the longest time is in the next prompt', OPTS, function(t)
  write(t, 'one.c', c_file('alpha', 900))
  local srv = complete.start(t, ANSWER)
  t:lua('vim.uv.now = function() return _G.clock end; _G.clock = 100000')
  t:cmd('edit one.c')
  complete.type(t, 'A')
  complete.type(t, '<Esc>')
  for _, step in ipairs({ { 300, 50000 }, { 500, 2000 }, { 700, 1000 } }) do
    t:cmd(tostring(step[1]))
    t:cmd('doautocmd CursorHold')
    t:lua('_G.clock = _G.clock + ...', step[2])
  end
  t:cmd('850')
  t:cmd('edit three.c')
  complete.type(t, 'iint x')
  complete.wait_ghost(t)
  local all = prompts(srv)
  T.match('alpha_300(', all[#all], true)
  T.match('alpha_850(', all[#all], true)
end)

test('of a new, empty buffer nothing is asked', OPTS, function(t)
  local srv = complete.start(t, ANSWER)
  t:cmd('edit new.c')
  complete.type(t, 'i')
  complete.type(t, '<CR>  ')
  complete.settle(t)
  complete.wait_idle(t)
  eq(0, #complete.requests(srv))
  complete.type(t, 'x')
  complete.wait_ghost(t)
  eq(1, #complete.requests(srv))
end)

test('in an empty buffer beside another file something is asked', OPTS, function(t)
  write(t, 'one.c', c_file('alpha', 20))
  local srv = complete.start(t, ANSWER)
  t:cmd('edit one.c')
  t:cmd('edit new.c')
  complete.type(t, 'i')
  T.match('alpha_3', prompt_of(t, srv))
end)

-- ---- imports --------------------------------------------------------------------------------

local HEADS = {
  c = { '/* A licence. */', '#include <stdio.h>', '# include "own.h"', { '#include <stdio.h>' } },
  python = { 'import os', 'from typing import (', '    Any,', ')', { 'import os', '    Any,', ')' } },
  go = { 'package main', '', 'import (', '\t"fmt"', ')', { 'package main', '\t"fmt"' } },
  javascript = { 'import {', '  one,', "} from './one'", "const two = require('two')", { '  one,', "require('two')" } },
  lua = { "local api = require('api')", 'local log = require "log"', { "require('api')", 'require "log"' } },
  rust = { 'use std::{', '    io,', '};', 'pub use crate::a;', { '    io,', 'pub use crate::a;' } },
  java = { 'package a.b;', '', 'import java.util.List;', { 'package a.b;', 'import java.util.List;' } },
  cs = { 'using System;', 'namespace A', '{', { 'using System;', 'namespace A' } },
  ruby = { "require 'json'", "require_relative 'own'", { "require 'json'", "require_relative 'own'" } },
  haskell = { 'module Main where', 'import qualified Data.Map as M', { 'import qualified Data.Map as M' } },
}

for filetype, head in vim.spairs(HEADS) do
  test('the imports of a long file are in its prompt: ' .. filetype, OPTS, function(t)
    local wanted = table.remove(head)
    local lines = vim.list_extend(vim.deepcopy(head), complete.lines(500))
    local srv = complete.start(t, ANSWER)
    complete.open(t, lines)
    t:cmd('noautocmd setlocal filetype=' .. filetype)
    complete.type(t, 'A')
    local prompt = prompt_of(t, srv)
    for _, line in ipairs(wanted) do
      T.match(line, prompt, true)
    end
    T.no_match(lines[#head + 1], prompt, true)
  end)
end

test('of one key to the next only the end of a prompt with imports changes', OPTS, function(t)
  local lines = vim.list_extend({ '#include <stdio.h>', '' }, complete.lines(500))
  local srv = complete.start(t, ANSWER)
  complete.insert(t, lines)
  for char in ('amber'):gmatch('.') do
    local before = #complete.requests(srv)
    complete.type(t, char)
    t:wait(function() return #complete.requests(srv) > before end, 'one more is asked')
    complete.wait_idle(t)
  end
  local all = prompts(srv)
  for i = 2, #all do
    local same = 0
    while same < #all[i - 1] and all[i]:byte(same + 1) == all[i - 1]:byte(same + 1) do
      same = same + 1
    end
    T.ok(same >= #all[i - 1] - 1, ('prompt %d has %d of %d bytes'):format(i, same, #all[i - 1]))
  end
end)
