-- See tools/gen-doc. Generated is everything between the heading of the section *hum-options* and the next heading, the
-- table of keys in the section *hum-keys*, and that of groups in *hum-highlights*.
local root, check = arg[1], arg[2] == '--check'
vim.opt.runtimepath:prepend(root)
local edit_keys = require('hum.config.edit_keys')
local keys = require('hum.config.keys')
local groups = require('hum.look.groups')
local schema = require('hum.config.schema')

local WIDTH = 78
local path = root .. '/doc/hum.txt'

---@param text string
---@param indent integer
---@return string[]
local function wrap(text, indent)
  local lines, line = {}, ''
  -- Code in backticks stays on one line.
  local words = text:gsub('%s+', ' '):gsub('`[^`]*`', function(code) return (code:gsub(' ', '\1')) end)
  for word in words:gmatch('%S+') do
    word = word:gsub('\1', ' ')
    if line ~= '' and indent + vim.fn.strdisplaywidth(line .. ' ' .. word) > WIDTH then
      lines[#lines + 1], line = line, word
    else
      line = line == '' and word or line .. ' ' .. word
    end
  end
  lines[#lines + 1] = line ~= '' and line or nil
  return vim.tbl_map(function(l) return (' '):rep(indent) .. l end, lines)
end

--- A Lua value as a user would write it.
---@param value any
---@return string
local function literal(value)
  if type(value) == 'string' then
    return "'" .. value .. "'"
  elseif type(value) == 'table' and #value > 0 then
    return '{ ' .. table.concat(vim.tbl_map(literal, value), ', ') .. ' }'
  elseif type(value) == 'table' then
    return '{}'
  end
  return tostring(value)
end

local KINDS = {
  string = 'string',
  boolean = 'boolean',
  number = 'number',
  keys = 'key, list of keys, or false',
  list = 'list of strings',
  json = 'table',
  secret = "{ env = 'NAME' } or { command = { ... } }",
  map = 'table',
  think = 'boolean, string or number',
  duration = 'string or number',
  reference = 'function or table',
}

---@param node hum.Node
---@return string
local function kind(node)
  if node.kind == 'enum' then
    return (node.or_boolean and 'true, false, ' or '') .. '"' .. table.concat(node.values, '", "') .. '"'
  end
  return KINDS[node.kind] .. (node.or_false and ' or false' or '')
end

---@param node hum.Node
---@return string
local function default(node)
  if node.default_help then
    return node.default_help
  elseif node.default == nil then
    return 'not set'
  end
  return (literal(node.default):gsub("'", '"'))
end

---@param node hum.Node
---@param name string
---@param out string[]
local function describe(node, name, out)
  if node.kind == 'group' then
    local tag = ('*hum-options-%s*'):format(name:gsub('[{}]', ''):gsub('%.', '-'))
    vim.list_extend(out, { '', name .. (' '):rep(WIDTH - #name - #tag) .. tag })
    vim.list_extend(out, wrap(node.help or '', 4))
    for _, field in ipairs(node.fields) do
      describe(field, name .. '.' .. field.name, out)
    end
    return
  end
  local facts = ('(%s; default: %s)'):format(kind(node), default(node))
  vim.list_extend(out, { '', '`' .. name .. '`' })
  vim.list_extend(out, wrap(facts, 4))
  vim.list_extend(out, wrap(node.help, 4))
end

--- One option with its default; a long list goes over several lines.
---@param indent string
---@param name string
---@param value any
---@param out string[]
local function assignment(indent, name, value, out)
  local line = ('%s%s = %s,'):format(indent, name, literal(value))
  if #line <= WIDTH then
    out[#out + 1] = line
    return
  end
  out[#out + 1] = ('%s%s = {'):format(indent, name)
  local items = table.concat(vim.tbl_map(literal, value), ', ') .. ','
  vim.list_extend(out, wrap(items, #indent + 2))
  out[#out + 1] = indent .. '},'
end

--- All defaults as a call of setup().
---@param node hum.Node
---@param indent string
---@param out string[]
local function example(node, indent, out)
  for _, field in ipairs(node.fields) do
    local name = indent .. field.name
    if field.switch then
      out[#out + 1] = ('%s = %s,'):format(name, field.default)
    elseif field.kind == 'group' then
      out[#out + 1] = name .. ' = {'
      example(field, indent .. '  ', out)
      out[#out + 1] = indent .. '},'
    elseif field.name == 'endpoints' then
      out[#out + 1] = name .. ' = {'
      out[#out + 1] = indent .. '  ollama = {'
      example(field.item, indent .. '    ', out)
      out[#out + 1] = indent .. '  },'
      out[#out + 1] = indent .. '},'
    else
      assignment(indent, field.name, field.default, out)
    end
  end
end

---@return string[]
local function section()
  local out = { '', 'All options with their defaults: >lua', '' }
  out[#out + 1] = "    require('hum').setup({"
  example(schema, '      ', out)
  vim.list_extend(out, { '    })', '<' })
  for _, field in ipairs(schema.fields) do
    describe(field, field.name, out)
    if field.name == 'endpoints' then
      field.item.help = 'One server. Each has options of its own:'
      describe(field.item, 'endpoints.{name}', out)
    end
  end
  out[#out + 1] = ''
  return out
end

--- The widths of the columns of the table of keys, but for the last.
local KEY, MODES = 12, 8

---@param key hum.Key
---@param out string[]
local function row(key, out)
  local lhs = type(key.default) == 'table' and table.concat(key.default --[[@as string[] ]], '  ') or key.default
  local modes = key.modes:gsub('.', '%0 ')
  local head = ('    %%-%ds%%-%ds'):format(KEY, MODES):format(lhs or 'none', modes)
  for i, line in ipairs(wrap(keys.help(key), 4 + KEY + MODES)) do
    out[#out + 1] = i == 1 and head .. vim.trim(line) or line
  end
end

---@param list hum.Key[]
---@return string[]
local function table_of(list)
  local out = { ('    %%-%ds%%-%dsAction ~'):format(KEY, MODES):format('Key', 'Modes') }
  local group
  for _, key in ipairs(list) do
    if key.group ~= group then
      group = key.group
      out[#out + 1] = ('  %s ~'):format(group)
    end
    row(key, out)
  end
  out[#out + 1] = ''
  return out
end

---@return string[]
local function key_table() return table_of(keys.list) end

---@return string[]
local function edit_key_table() return table_of(edit_keys.list) end

--- The width of the first column of the table of groups.
local GROUP = 25

---@return string[]
local function group_table()
  local out = { ('    %-' .. GROUP .. 's%s'):format('Group', 'Used for ~') }
  for _, group in ipairs(groups.list) do
    local head = ('    %-' .. GROUP .. 's'):format(('*hl-%s*'):format(group.name))
    for i, line in ipairs(wrap(group.help, 4 + GROUP)) do
      out[#out + 1] = i == 1 and head .. vim.trim(line) or line
    end
  end
  out[#out + 1] = ''
  return out
end

--- What is generated: where it stands, by the tag in the line before, by how its first line begins and how the line
--- after it does.
local GENERATED = {
  { tag = '*hum-options*', first = '', after = '^====', lines = section },
  { tag = '*hum-keys*', first = '^    Key ', after = '^%S', lines = key_table },
  { tag = '*hum-edit-keys*', first = '^    Key ', after = '^%S', lines = edit_key_table },
  { tag = '*hum-highlights*', first = '^    Group ', after = '^%S', lines = group_table },
}

---@param lines string[]
---@param part table  of GENERATED
---@return string[]
local function with(lines, part)
  local out, is_near, inside = {}, false, false
  for i, line in ipairs(lines) do
    inside = inside and not line:find(part.after)
    if is_near and line:find(part.first) then
      is_near, inside = false, true
      vim.list_extend(out, part.lines())
    end
    if not inside then out[#out + 1] = line end
    is_near = is_near or line:find(part.tag, 1, true) ~= nil and lines[i - 1]:find('^[=-]+$') ~= nil
  end
  return out
end

---@param lines string[]
---@return string[]
local function replaced(lines)
  for _, part in ipairs(GENERATED) do
    lines = with(lines, part)
  end
  return lines
end

local before = vim.fn.readfile(path)
for nr, line in ipairs(before) do
  if check and vim.fn.strdisplaywidth(line) > WIDTH then
    io.stderr:write(('doc/hum.txt:%d: wider than %d columns: %s\n'):format(nr, WIDTH, line))
    os.exit(1)
  end
end

local after = replaced(before)
if vim.deep_equal(before, after) then
  os.exit(0)
elseif check then
  io.stderr:write('doc/hum.txt is out of date: run "make doc"\n')
  os.exit(1)
end
vim.fn.writefile(after, path)
