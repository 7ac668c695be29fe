-- Images and PDFs by reference: what is sent of them, the clipboard, programs that convert, models that do not see.
-- Programs are scripts on a PATH of the case's own.
local T = require('harness')
local project = require('lib.project')
local reference = require('lib.reference')
local test, eq, match, no_match = T.test, T.eq, T.match, T.no_match

T.once()

--- Programs of the system that the scripts and hum need.
local NEEDED = { 'sh', 'git', 'cat', 'cp', 'mkdir', 'dirname', 'env' }

--- From now on there are no other programs than these, which are written in sh.
local function programs(t, scripts)
  local bin = t.dir .. '/bin'
  vim.fn.mkdir(bin, 'p')
  for _, name in ipairs(NEEDED) do
    local path = vim.fn.exepath(name)
    if path ~= '' then vim.uv.fs_symlink(path, bin .. '/' .. name) end
  end
  for name, script in pairs(scripts) do
    t:write_file('bin/' .. name, '#!/bin/sh\necho "$0 $*" >> "$HOME/ran"\n' .. script)
    assert(vim.uv.fs_chmod(bin .. '/' .. name, 493))
  end
  t:lua('vim.env.PATH, vim.env.HOME = ...', bin, t.dir)
end

--- What was run of them.
local function ran(t) return t:read_file(t.dir .. '/ran') or '' end

--- The beginning of a PNG of that size, and then nothing a program could read.
local function png(width, height, more)
  local function number(n)
    return string.char(math.floor(n / 65536 / 256), math.floor(n / 65536) % 256, math.floor(n / 256) % 256, n % 256)
  end
  return '\137PNG\r\n\26\n\0\0\0\rIHDR' .. number(width) .. number(height) .. '\8\2\0\0\0' .. ('x'):rep(more or 100)
end

local function begin(t, scripts)
  project.new(t)
  programs(t, scripts or {})
  return t.dir .. '/kept'
end

--- The only piece of a reference.
local function piece(t, text, folder, opts)
  local pieces = reference.pieces(t, text, vim.tbl_extend('force', { folder = folder }, opts or {}))
  eq(1, #pieces)
  return pieces[1]
end

-- ---- files ------------------------------------------------------------------------------------

for _, text in ipairs({ '#image:pic.png', '#file:pic.png', '![](pic.png)', '![a pic](<pic.png>)' }) do
  test('an image by its name: ' .. text, function(t)
    local folder = begin(t)
    local image = piece(t, text, folder).image
    eq({ 'image/png', 8, 8 }, { image.media, image.width, image.height })
    eq(t:read_file(t.project .. '/pic.png'), t:read_file(folder .. '/' .. image.kept))
  end)
end

test('what it is is told by its content, not by its name', function(t)
  local folder = begin(t)
  t:write_file('project/odd.txt', png(3, 4))
  t:write_file('project/words.png', 'only words\n')
  t:write_file('project/drawn.svg', '<svg><title>a</title></svg>\n')
  eq(3, piece(t, '#image:odd.txt', folder).image.width)
  match('words.png: it is no image', reference.refused(t, '#image:words.png', { folder = folder }), true)
  t:write_file('project/broken.png', png(3, 4):sub(1, 20))
  match('broken.png: it is a damaged image', reference.refused(t, '#image:broken.png', { folder = folder }), true)
  t:write_file('project/empty.png', '')
  match('empty.png: it is no image', reference.refused(t, '#image:empty.png', { folder = folder }), true)
  local drawn = piece(t, '#image:drawn.svg', folder)
  eq({ nil, 'file' }, { drawn.image, drawn.source.tag })
end)

test('an image that is not there, outside, or secret is refused', function(t)
  local folder = begin(t)
  t:write_file('out.png', png(1, 1))
  match('not fetched', reference.refused(t, '#image:https://x.org/a.png', { folder = folder }), true)
  match('there is no image "no.png"', reference.refused(t, 'Look: ![](no.png)', { folder = folder }), true)
  local told = reference.refused(t, '![](../out.png)', { folder = folder })
  match('outside', told, true)
  match('#image!:../out.png', told, true)
  eq(1, piece(t, '#image!:../out.png', folder).image.width)
end)

-- ---- large images -----------------------------------------------------------------------------

--- Writes a small image to its last argument.
local SCALES = 'for last; do :; done\ncp "$HOME/small.png" "$last"\n'

for _, name in ipairs({ 'magick', 'convert', 'ffmpeg', 'gm' }) do
  test('a large image is made smaller by ' .. name, function(t)
    local folder = begin(t, { [name] = SCALES })
    t:write_file('small.png', png(1568, 1000))
    t:write_file('project/large.png', png(4000, 3000))
    local found = piece(t, '#image:large.png', folder)
    eq({ 1568, 1000 }, { found.image.width, found.image.height })
    match('large.png (4000 x 3000 pixels, 1 kB) was made smaller', found.note, true)
    match('1568', ran(t), true)
    eq(png(1568, 1000), t:read_file(folder .. '/' .. found.kept))
    -- The same again is the same, and runs nothing.
    local before = ran(t)
    eq(true, piece(t, '#image:large.png', folder, { since = { [found.source.id] = found.kept } }).same)
    eq(before, ran(t))
  end)
end

test('how large an image may be is an option', function(t)
  local folder = begin(t, { magick = SCALES })
  t:lua("require('hum').setup({ reference = { image_size = 100 } })")
  t:write_file('small.png', png(100, 60))
  t:write_file('project/middle.png', png(200, 120))
  eq(100, piece(t, '#image:middle.png', folder).image.width)
  match('-resize 100x100>', ran(t), true)
end)

test('an image of too many bytes is made smaller, too', function(t)
  local folder = begin(t, { magick = SCALES })
  t:write_file('small.png', png(9, 9))
  t:write_file('project/heavy.png', png(100, 100, 6000000))
  eq(9, piece(t, '#file:heavy.png', folder).image.width)
end)

test('without a program a large image is refused, with what to install; "!" sends it', function(t)
  local folder = begin(t)
  t:write_file('project/large.png', png(4000, 3000))
  local told = reference.refused(t, '#image:large.png', { folder = folder })
  match('large.png: it has 4000 x 3000 pixels', told, true)
  match('Install ImageMagick or ffmpeg', told, true)
  match('#image!:large.png', told, true)
  eq(4000, piece(t, '#image!:large.png', folder).image.width)
end)

test('a program that fails is told with its words, and another one is tried', function(t)
  local folder = begin(t, { magick = 'echo "bad header" >&2; exit 1\n' })
  t:write_file('project/large.png', png(4000, 3000))
  local told = reference.refused(t, '#image:large.png', { folder = folder })
  match('magick: bad header', told, true)
  match('#image!:large.png', told, true)
  programs(t, { ffmpeg = SCALES })
  t:write_file('small.png', png(10, 10))
  eq(10, piece(t, '#image:large.png', folder).image.width)
end)

test('an image of more pixels than a memory holds is not read', function(t)
  local folder = begin(t, { magick = SCALES })
  t:write_file('project/bomb.png', png(60000, 60000))
  match('60000 x 60000 pixels', reference.refused(t, '#image:bomb.png', { folder = folder }), true)
  eq('', ran(t))
end)

test('a preview runs no program', function(t)
  local folder = begin(t, { magick = SCALES, pdftotext = SCALES, ['wl-paste'] = 'exit 1' })
  t:lua('vim.env.WAYLAND_DISPLAY = "wayland-0"')
  t:write_file('project/large.png', png(4000, 3000))
  t:write_file('project/paper.pdf', '%PDF-1.7\n\0')
  local pieces = reference.pieces(t, '#image:large.png #image #file:paper.pdf', { folder = folder, dry = true })
  eq({ 'ok', 'asks' }, { pieces[1].state, pieces[3].state })
  eq('', ran(t))
end)

test('more than twenty images are refused', function(t)
  local folder = begin(t)
  local refs = {}
  for i = 1, 21 do
    t:write_file(('project/%d.png'):format(i), png(i, i))
    refs[i] = ('#image:%d.png'):format(i)
  end
  match('more than 20 images', reference.refused(t, table.concat(refs, ' '), { folder = folder }), true)
end)

-- ---- the clipboard ----------------------------------------------------------------------------

local CLIPBOARDS = {
  {
    name = 'wl-paste',
    env = 'vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = "wayland-0", nil',
    script = [[
case "$*" in
  --list-types) printf 'text/html\nimage/jpeg\nimage/png\n' ;;
  '--type image/png') cat "$HOME/copied.png" ;;
  *) exit 1 ;;
esac
]],
  },
  {
    name = 'xclip',
    env = 'vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = nil, ":0"',
    script = [[
case "$*" in
  '-selection clipboard -t TARGETS -o') printf 'TARGETS\nimage/png\n' ;;
  '-selection clipboard -t image/png -o') cat "$HOME/copied.png" ;;
  *) exit 1 ;;
esac
]],
  },
  {
    name = 'pngpaste',
    env = 'vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = nil, nil',
    script = '[ "$*" = - ] && cat "$HOME/copied.png"\n',
  },
}

for _, one in ipairs(CLIPBOARDS) do
  for _, text in ipairs({ '#image', '#image:clipboard' }) do
    test(('%s: the image that %s has'):format(text, one.name), function(t)
      local folder = begin(t, { [one.name] = one.script })
      t:write_file('copied.png', png(7, 5))
      t:lua(one.env)
      local found = piece(t, text .. ' what is it?', folder)
      eq({ 7, 5, 'the image in the clipboard' }, { found.image.width, found.image.height, found.source.title })
    end)
  end
end

--- What a system is said to be: it has that, and nothing of what else decides.
local PRETEND = [[
  local name = ...
  local has = vim.fn.has
  vim.fn.has = function(what)
    if what == 'wsl' or what == 'mac' or what == 'win32' then return what == name and 1 or 0 end
    return has(what)
  end
  vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = nil, nil
]]

test('under WSL PowerShell tells the image', function(t)
  local base64 = vim.base64.encode(png(6, 4))
  local folder = begin(t, {
    ['powershell.exe'] = ('printf "%%s\\r\\n%%s\\r\\n" %s %s'):format(base64:sub(1, 76), base64:sub(77)),
  })
  t:lua(PRETEND, 'wsl')
  eq(6, piece(t, '#image', folder).image.width)
  match('-STA', ran(t), true)
  programs(t, { ['powershell.exe'] = 'printf ""' })
  match('there is no image in the clipboard', reference.refused(t, '#image', { folder = folder }), true)
end)

test('on macOS AppleScript tells the image where pngpaste is not installed', function(t)
  local digits = png(6, 4):gsub('.', function(char) return ('%02X'):format(char:byte()) end)
  local folder = begin(t, { osascript = ("printf '\\302\\253data PNGf%s\\302\\273\\n'"):format(digits) })
  t:lua(PRETEND, 'mac')
  eq(6, piece(t, '#image', folder).image.width)
end)

test('the image is sent again by another try, whatever the clipboard has then', function(t)
  local srv = t:fake()
  srv:script({ default = { text = 'A pic.' } })
  project.new(t)
  programs(t, { xclip = CLIPBOARDS[2].script })
  t:write_file('copied.png', png(7, 5))
  t:lua(CLIPBOARDS[2].env)
  local buf = project.chat(t, srv)
  project.ask(t, 'What is #image', buf)
  programs(t, { xclip = 'printf "TARGETS\nUTF8_STRING\n"' })
  t:cmd('Hum retry')
  t:wait(function() return #project.requests(srv) == 2 end, 'the second request')
  local requests = project.requests(srv)
  eq(requests[1].body.messages, requests[2].body.messages)
  match('no image in the clipboard now', t:messages(), true)
end)

test('a clipboard without an image is told', function(t)
  local folder = begin(t, { xclip = 'printf "TARGETS\\nUTF8_STRING\\n"' })
  t:lua('vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = nil, ":0"')
  match('there is no image in the clipboard', reference.refused(t, '#image', { folder = folder }), true)
  no_match('image/png', ran(t))
end)

test('where no program has the clipboard it is said what to install', function(t)
  local folder = begin(t)
  t:lua('vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = "wayland-0", ":0"')
  match('Install wl-clipboard (wl-paste)', reference.refused(t, '#image', { folder = folder }), true)
  t:lua('vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = nil, nil')
  match('name its file', reference.refused(t, '#image', { folder = folder }), true)
end)

-- ---- PDF --------------------------------------------------------------------------------------

test('a PDF is read by pdftotext', function(t)
  local folder = begin(t, { pdftotext = 'for last; do :; done\nprintf "Words of it\\n" > "$last"\n' })
  t:write_file('project/paper.pdf', '%PDF-1.7\n\0\255')
  local found = piece(t, '#file:paper.pdf', folder)
  eq({ 'ok', 'file', 'paper.pdf' }, { found.state, found.source.tag, found.source.title })
  eq('Words of it\n', t:read_file(folder .. '/' .. found.kept))
  match('-enc UTF-8', ran(t), true)
end)

test('without pdftotext a PDF is refused, with what to install', function(t)
  local folder = begin(t)
  t:write_file('project/paper.pdf', '%PDF-1.7\n\0\255')
  local told = reference.refused(t, '#file:paper.pdf', { folder = folder })
  match('paper.pdf: it is a PDF', told, true)
  match('Install pdftotext', told, true)
end)

test('a PDF that has no text, or a password, is told', function(t)
  local folder = begin(t, { pdftotext = 'echo "Command Line Error: Incorrect password" >&2; exit 1\n' })
  t:write_file('project/paper.pdf', '%PDF-1.7\n\0\255')
  match(
    'pdftotext cannot read it: Command Line Error: Incorrect password',
    reference.refused(t, '#file:paper.pdf', { folder = folder }),
    true
  )
end)

-- ---- models that do not see -------------------------------------------------------------------

--- What each server answers, by path; and whether the image is sent.
local SERVERS = {
  { 'Ollama, before it told', { dialect = 'ollama' }, { ['/api/show'] = '{"details": {}}' }, true },
  {
    'llama-server with a projector',
    {},
    { ['/props'] = '{"modalities": {"vision": true, "audio": false}}' },
    true,
  },
  { 'llama-server without', {}, { ['/props'] = '{"modalities": {"vision": false, "audio": false}}' }, false },
  {
    'OpenRouter',
    {},
    { ['/v1/models'] = '{"data": [{"id": "fake", "architecture": {"input_modalities": ["text", "image"]}}]}' },
    true,
  },
  {
    'OpenRouter, a model for text',
    {},
    { ['/v1/models'] = '{"data": [{"id": "fake", "architecture": {"input_modalities": ["text"]}}]}' },
    false,
  },
  {
    'LM Studio',
    {},
    {
      ['/v1/models'] = '{"data": [{"id": "fake", "object": "model", "owned_by": "organization_owner"}]}',
      ['/props'] = '{"error": "Unexpected endpoint"}',
      ['/api/v1/models'] = '{"models": [{"key": "fake", "type": "llm", "capabilities": {"vision": false}}]}',
    },
    false,
  },
  {
    'a server that says nothing',
    {},
    { ['/v1/models'] = '{"data": [{"id": "fake", "capabilities": ["chat"]}]}' },
    true,
  },
}

for _, one in ipairs(SERVERS) do
  test(('%s: %s'):format(one[1], one[4] and 'an image is sent' or 'an image is refused'), function(t)
    local srv = t:fake()
    local rules = {}
    for path, body in pairs(one[3]) do
      rules[#rules + 1] = { match = { path = path }, body = body, headers = { ['Content-Type'] = 'application/json' } }
    end
    srv:script({ rules = rules, default = { text = 'A pic.' } })
    project.new(t)
    local buf = project.chat(t, srv, one[2])
    if one[4] then
      project.ask(t, 'What is #image:pic.png', buf)
      eq(1, #project.requests(srv))
      return
    end
    local told = project.refused(t, 'What is #image:pic.png', buf)
    match('the model "fake" takes no images', told, true)
    match(':Hum model', told, true)
    eq(0, #project.requests(srv))
  end)
end

test(
  'an image of an earlier message is refused by a model that does not see, and goes on with one that does',
  function(t)
    local srv = t:fake()
    srv:script({
      models = {
        { name = 'fake', capabilities = { 'completion', 'vision' } },
        { name = 'blind', capabilities = { 'completion' } },
      },
      default = { text = 'A pic.' },
    })
    project.new(t)
    local buf = project.chat(t, srv, { dialect = 'ollama' })
    project.ask(t, 'What is #image:pic.png', buf)
    t:cmd('Hum model blind')
    match('the model "blind" takes no images', project.refused(t, 'And now?', buf), true)
    eq(1, #project.requests(srv))
    t:cmd('Hum model fake')
    t:cmd('Hum send')
    t:wait(function() return #project.requests(srv) == 2 end, 'the second request')
    local messages = project.requests(srv)[2].body.messages
    eq(1, #messages[1].images)
    eq(nil, messages[3].images)
  end
)

-- ---- where they go ----------------------------------------------------------------------------

local SEES =
  { models = { { name = 'fake', capabilities = { 'completion', 'vision' } } }, default = { text = 'A pic.' } }

test('an instruction of an edit may have an image', function(t)
  local srv = t:fake()
  srv:script(SEES)
  project.new(t)
  require('lib.chat').configure(t, srv)
  t:cmd('1,2Hum edit Do it as in #image:pic.png')
  t:wait(function() return #project.requests(srv) == 1 end, 'the request')
  local messages = project.requests(srv)[1].body.messages
  local images = messages[#messages].images
  eq({ vim.base64.encode(t:read_file(t.project .. '/pic.png')) }, images)
end)

test('a chat that is opened again has its images', function(t)
  local srv = t:fake()
  srv:script(SEES)
  project.new(t)
  local buf = project.chat(t, srv, { dialect = 'ollama' })
  project.ask(t, 'What is #image:pic.png', buf)
  local path = t:lua('return vim.api.nvim_buf_get_name(...)', buf)
  assert(vim.uv.fs_unlink(t.project .. '/pic.png'))
  t:cmd('bwipeout! ' .. buf)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  project.ask(t, 'And now?', t:lua('return vim.api.nvim_get_current_buf()'), 2)
  project.same_beginning(srv)
  eq(1, #project.requests(srv)[2].body.messages[1].images)
end)

test('in an inspection an image has a few words, with its name', function(t)
  local srv = t:fake()
  srv:script(SEES)
  project.new(t)
  t:write_file('project/pic.png', png(30, 20, 900))
  local buf = project.chat(t, srv, { dialect = 'ollama' })
  project.ask(t, 'What is #image:pic.png', buf)
  t:cmd('Hum inspect last')
  t:wait(function() return t:text():find('[pic.png, image/png, 929 bytes: left out here]', 1, true) end, 'the words')
  no_match(('eHh4'):rep(20), t:text())
end)

-- ---- a real server ----------------------------------------------------------------------------

test('a real llama-server without a projector: refused before it is asked, and in its own words', function(t)
  local engine = require('lib.engine').start(t)
  project.new(t)
  local buf = project.chat(t, engine)
  match('takes no images', project.refused(t, 'What is #image:pic.png', buf), true)
  local bytes = t:read_file(t.project .. '/pic.png')
  local path = t:write_file(vim.fn.sha256(vim.base64.encode(bytes)) .. '.png', bytes)
  t:lua(
    [[
    local url, path = ...
    require('hum.server.endpoint').resolve('ollama', function(_, resolved)
      require('hum.server.client').generate({
        endpoint = resolved.endpoint,
        request = {
          model = 'm',
          messages = { { role = 'user', parts = { { type = 'image', path = path, media = 'image/png' } } } },
        },
      }, function(name, data)
        if name == 'error' then _G.failed = data end
      end)
    end)]],
    engine.url,
    path
  )
  local failed = t:wait(function() return t:lua('return _G.failed or false') end, 'the refusal')
  match('image input is not supported', failed.message, true)
  match('--mmproj', failed.hint, true)
end)
