-- The image in the clipboard, by the program that has it: PowerShell under Windows and WSL, wl-paste, xclip, pngpaste
-- or osascript. All of it in the background, straight into a file: the bytes do not come here but from PowerShell.
local M = {}

--- No program takes longer, in ms. What is larger, in bytes, is none of a clipboard.
local TIMEOUT, MOST = 10000, 64 * 1024 * 1024

--- Of names, for completion.
---@type table<string, true>
M.EXTENSIONS = { png = true, jpg = true, jpeg = true, gif = true, webp = true, bmp = true, svg = true }

--- What is taken, the best first.
local MEDIA = { 'image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/bmp' }

local POWERSHELL = table.concat({
  'Add-Type -AssemblyName System.Windows.Forms,System.Drawing',
  '$i = [System.Windows.Forms.Clipboard]::GetImage()',
  'if ($i) { $m = New-Object System.IO.MemoryStream',
  '$i.Save($m, [System.Drawing.Imaging.ImageFormat]::Png)',
  '[Convert]::ToBase64String($m.ToArray()) }',
}, '; ')

---@param name string
---@return boolean
local function has(name) return vim.fn.executable(name) == 1 end

--- The image as a file: nil where there is none.
---@alias hum.PictureCb fun(path: string|nil)

---@class hum.PictureRun
---@field out string      where the image goes
---@field over boolean
---@field process? vim.SystemObj

---@param run hum.PictureRun
---@param argv string[]
---@param cb fun(done: vim.SystemCompleted|nil)  scheduled; not after a cancel
local function start(run, argv, cb)
  local ok, process = pcall(vim.system, argv, { timeout = TIMEOUT }, function(done)
    vim.schedule(function()
      if not run.over then cb(done) end
    end)
  end)
  if ok then
    run.process = process
  else
    vim.schedule(function()
      if not run.over then cb(nil) end
    end)
  end
end

--- Whether a file has anything in it.
---@param path string
---@param cb hum.PictureCb
local function if_there(path, cb)
  vim.uv.fs_stat(path, function(_, stat)
    vim.schedule(function() cb(stat and stat.size > 0 and stat.size <= MOST and path or nil) end)
  end)
end

--- Runs a program whose output is the image.
---@param run hum.PictureRun
---@param argv string[]
---@param cb hum.PictureCb
local function into_file(run, argv, cb)
  local shell = { 'sh', '-c', 'umask 077; exec "$@" > "$0"', run.out }
  start(run, vim.list_extend(shell, argv), function(done)
    if not done or done.code ~= 0 then return cb(nil) end
    if_there(run.out, cb)
  end)
end

--- Writes bytes aside of the main loop.
---@param path string
---@param bytes string
---@param cb hum.PictureCb
local function write(path, bytes, cb)
  vim.uv.fs_open(path, 'w', 384, function(err, fd)
    if err or not fd then
      vim.schedule(function() cb(nil) end)
      return
    end
    vim.uv.fs_write(fd, bytes, 0, function()
      vim.uv.fs_close(fd, function() if_there(path, cb) end)
    end)
  end)
end

--- A program that is asked which types there are, and then for one.
---@param list string[]
---@param get string[]  "{}" is the type
---@return fun(run: hum.PictureRun, cb: hum.PictureCb)
local function by_types(list, get)
  return function(run, cb)
    start(run, list, function(done)
      local offered = vim.split(done and done.code == 0 and done.stdout or '', '%s+', { trimempty = true })
      for _, media in ipairs(MEDIA) do
        if vim.list_contains(offered, media) then
          local argv = vim.tbl_map(function(word) return (word:gsub('{}', media)) end, get)
          return into_file(run, argv, cb)
        end
      end
      cb(nil)
    end)
  end
end

---@param run hum.PictureRun
---@param cb hum.PictureCb
local function by_powershell(run, cb)
  local argv = { 'powershell.exe', '-NoProfile', '-NonInteractive', '-STA', '-Command', POWERSHELL }
  start(run, argv, function(done)
    local text = (done and done.stdout or ''):gsub('%s', '')
    local ok, bytes = pcall(vim.base64.decode, text)
    if not ok or bytes == '' then return cb(nil) end
    write(run.out, bytes, cb)
  end)
end

--- AppleScript writes «data PNGf8950…»: hexadecimal digits.
---@param run hum.PictureRun
---@param cb hum.PictureCb
local function by_osascript(run, cb)
  start(run, { 'osascript', '-e', 'the clipboard as «class PNGf»' }, function(done)
    local digits = done and done.code == 0 and (done.stdout or ''):match('PNGf(%x+)')
    if not digits then return cb(nil) end
    local bytes = digits:gsub('%x%x', function(pair) return string.char(assert(tonumber(pair, 16))) end)
    write(run.out, bytes, cb)
  end)
end

---@class hum.PictureProgram
---@field name string
---@field fits fun(): boolean   the session is of its kind
---@field get fun(run: hum.PictureRun, cb: hum.PictureCb)

---@type hum.PictureProgram[]
local PROGRAMS = {
  {
    name = 'powershell.exe',
    fits = function() return vim.fn.has('wsl') == 1 or vim.fn.has('win32') == 1 end,
    get = by_powershell,
  },
  {
    name = 'wl-paste',
    fits = function() return vim.env.WAYLAND_DISPLAY ~= nil end,
    get = by_types({ 'wl-paste', '--list-types' }, { 'wl-paste', '--type', '{}' }),
  },
  {
    name = 'xclip',
    fits = function() return vim.env.DISPLAY ~= nil end,
    get = by_types(
      { 'xclip', '-selection', 'clipboard', '-t', 'TARGETS', '-o' },
      { 'xclip', '-selection', 'clipboard', '-t', '{}', '-o' }
    ),
  },
  {
    name = 'pngpaste',
    fits = function() return vim.fn.has('mac') == 1 or has('pngpaste') end,
    get = function(run, cb) into_file(run, { 'pngpaste', '-' }, cb) end,
  },
  { name = 'osascript', fits = function() return vim.fn.has('mac') == 1 end, get = by_osascript },
}

--- What to install, or to do, where no program has an image.
---@param asked string[]    programs that were asked
---@param missing string[]  programs that are not installed
---@return string
local function refusal(asked, missing)
  if #asked > 0 then return 'there is no image in the clipboard\nCopy one first, or name a file: #image:pic.png.' end
  if #missing > 0 then
    local name = missing[1] == 'wl-paste' and 'wl-clipboard (wl-paste)' or missing[1]
    return ('no program that reads images from the clipboard\nInstall %s, or name a file: #image:pic.png.'):format(name)
  end
  return 'the image in the clipboard cannot be read from this terminal\nSave it, and name its file: #image:pic.png.'
end

--- The programs that may have an image of the clipboard in this session.
---@return { name: string, is_there: boolean }[]
function M.programs()
  local fitting = vim.tbl_filter(function(program) return program.fits() end, PROGRAMS)
  return vim.tbl_map(function(program) return { name = program.name, is_there = has(program.name) } end, fitting)
end

--- Reads the image in the clipboard into a file of its own, which is gone when Neovim ends.
---@param cb fun(err: string|nil, path: string|nil)  scheduled, once; not after a cancel
---@return fun() cancel
function M.read(cb)
  local run = { out = vim.fn.tempname() .. '.image', over = false } ---@type hum.PictureRun
  local asked, missing, i = {}, {}, 0
  local function finish(err, path)
    if run.over then return end
    run.over = true
    cb(err, path)
  end
  local function next_program()
    i = i + 1
    local program = PROGRAMS[i]
    if not program then return finish(refusal(asked, missing)) end
    if not program.fits() then return next_program() end
    if not has(program.name) then
      missing[#missing + 1] = program.name
      return next_program()
    end
    asked[#asked + 1] = program.name
    program.get(run, function(path)
      if path then return finish(nil, path) end
      next_program()
    end)
  end
  vim.schedule(next_program)
  return function()
    run.over = true
    if run.process then pcall(run.process.kill, run.process, 'sigterm') end
  end
end

return M
