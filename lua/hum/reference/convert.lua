-- What models cannot take as it is, made so that they can, by a program of the system if there is one: large images
-- smaller, images of rare kinds PNG, PDFs text. In the background, from file to file, and once for each file as it is.
-- A preview runs no program.
local config = require('hum.config')

local M = {}

--- Bytes from which on an image is made smaller, as it is above `reference.image_size`: services take no more, or scale
--- it down themselves, and local models count a photograph as hundreds of thousands of tokens.
local BYTES = 5 * 1000 * 1000

--- More pixels are not even read: such a file is made to fill the memory.
local MOST_PIXELS = 200 * 1000 * 1000

--- No service takes more in one message.
local MOST_IMAGES = 20

--- No program takes longer, in ms; of a PDF so many pages are read.
local TIMEOUT, PAGES = 60000, 2000

--- What servers take.
local TAKEN = { ['image/png'] = true, ['image/jpeg'] = true, ['image/gif'] = true, ['image/webp'] = true }

-- ---- programs ---------------------------------------------------------------------------------

---@class hum.ConvertJob
---@field from string   absolute path
---@field to string     likewise, ".png" or ".jpg"
---@field side integer

--- Names of files are paths from the root on: no program takes one for an option. ImageMagick reads "[0]" behind it as
--- "the first picture", and its own kind of names in front of a colon.
---@param kind string  'magick' …
---@return fun(job: hum.ConvertJob): string[]
local function magick(kind)
  return function(job)
    local size = ('%dx%d>'):format(job.side, job.side)
    local argv = kind == 'gm' and { 'gm', 'convert' } or { kind } ---@type string[]
    return vim.list_extend(argv, { job.from .. '[0]', '-auto-orient', '-resize', size, '-strip', job.to })
  end
end

---@type { name: string, argv: fun(job: hum.ConvertJob): string[] }[]
local SCALERS = {
  { name = 'magick', argv = magick('magick') },
  { name = 'convert', argv = magick('convert') },
  {
    name = 'ffmpeg',
    argv = function(job)
      local scale = ("scale='min(%d,iw)':'min(%d,ih)':force_original_aspect_ratio=decrease"):format(job.side, job.side)
      return {
        'ffmpeg',
        '-nostdin',
        '-v',
        'error',
        '-y',
        '-i',
        'file:' .. job.from,
        '-vf',
        scale,
        '-frames:v',
        '1',
        job.to,
      }
    end,
  },
  {
    name = 'sips',
    argv = function(job)
      local format = job.to:find('%.jpg$') and 'jpeg' or 'png'
      return { 'sips', '-s', 'format', format, '-Z', tostring(job.side), job.from, '--out', job.to }
    end,
  },
  { name = 'gm', argv = magick('gm') },
}

--- Those that are installed. Windows has a "convert" of its own, which formats disks.
---@return { name: string, argv: fun(job: hum.ConvertJob): string[] }[]
local function scalers()
  return vim.tbl_filter(function(one)
    local is_other = one.name == 'convert' and vim.fn.has('win32') == 1
    return not is_other and vim.fn.executable(one.name) == 1
  end, SCALERS)
end

---@param argv string[]
---@param to string  the file that it writes
---@param cb fun(path: string|nil, why: string|nil)  scheduled, once
---@return fun() cancel
local function run(argv, to, cb)
  local over = false
  local ok, process = pcall(vim.system, argv, { timeout = TIMEOUT, text = true }, function(done)
    vim.uv.fs_stat(to, function(_, stat)
      vim.schedule(function()
        if over then return end
        if done.code == 0 and stat and stat.size > 0 then return cb(to) end
        local words = vim.trim((done.stderr or ''):gsub('%s+', ' '):gsub('%c', ''))
        cb(nil, done.code == 124 and 'it took too long' or vim.fn.strcharpart(words, 0, 200))
      end)
    end)
  end)
  if not ok then
    vim.schedule(function()
      if not over then cb(nil, 'it cannot be started') end
    end)
    return function() over = true end
  end
  return function()
    over = true
    pcall(process.kill, process, 'sigterm')
  end
end

--- What was converted since Neovim started.
---@type table<string, { copy: string, note?: string }>
local converted = {}

--- A file as it is now.
---@param path string
---@return string
local function key_of(path)
  local stat = vim.uv.fs_stat(path)
  if not stat then return path end
  return ('%s\0%d\0%d\0%d'):format(path, stat.size, stat.mtime.sec, stat.mtime.nsec)
end

--- From now on the copy is read in place of the source.
---@param entry hum.ReferenceEntry
---@param copy string
---@param note? string
local function take(entry, copy, note)
  converted[key_of(assert(entry.source.path))] = { copy = copy, note = note }
  entry.copy, entry.note, entry.piece = copy, note, nil
end

---@param entry hum.ReferenceEntry
---@return boolean  it was converted before
local function take_known(entry)
  local known = converted[key_of(assert(entry.source.path))]
  if not known or not vim.uv.fs_stat(known.copy) then return false end
  entry.copy, entry.note, entry.piece = known.copy, known.note, nil
  return true
end

-- ---- images -----------------------------------------------------------------------------------

---@param image table
---@return string  "4032 x 3024 pixels, 5.2 MB"
function M.words(image)
  local bytes = image.bytes or 0
  local size = bytes >= 1e6 and ('%.1f MB'):format(bytes / 1e6) or ('%d kB'):format(math.ceil(bytes / 1000))
  if (image.width or 0) == 0 or (image.height or 0) == 0 then return size end
  return ('%d x %d pixels, %s'):format(image.width, image.height, size)
end

---@param piece hum.Piece
---@param why string
---@param cure string
local function refuse(piece, why, cure)
  piece.state, piece.why, piece.cure = 'refused', why, cure
end

---@param image table
---@return boolean
local function is_large(image)
  local side = math.max(image.width or 0, image.height or 0)
  return side > config.get().reference.image_size or (image.bytes or 0) > BYTES
end

---@param entry hum.ReferenceEntry
---@return string  how it is sent as it is
local function forced(entry)
  local arg = entry.ref and entry.ref.arg or ''
  return arg:find('%s') and ('#image!:"%s"'):format(arg) or '#image!:' .. arg
end

--- What is to be done about an image, if anything.
---@param entry hum.ReferenceEntry
---@return hum.ConvertJob|nil
local function image_job(entry)
  local piece = assert(entry.piece)
  local image = piece.image
  if not image or entry.copy then return nil end
  if (image.width or 0) * (image.height or 0) > MOST_PIXELS then
    return refuse(piece, ('it has %s'):format(M.words(image)), 'Refer to a smaller image.')
  end
  local is_rare = not TAKEN[image.media]
  if not is_rare and (not is_large(image) or (entry.force and not entry.source.own)) then return nil end
  local ending = image.media == 'image/jpeg' and '.jpg' or '.png'
  if (image.bytes or 0) > 4 * BYTES then ending = '.jpg' end -- it is a photograph
  local side = config.get().reference.image_size
  return { from = assert(entry.source.path), to = vim.fn.tempname() .. ending, side = side }
end

--- Says what to do about an image that no program has converted.
---@param entry hum.ReferenceEntry
---@param failed string[]  what the programs said
local function refuse_unchanged(entry, failed)
  local image = assert(assert(entry.piece).image)
  local is_rare = not TAKEN[image.media]
  local why = is_rare and ('models do not take %s'):format(image.media)
    or ('it has %s, more than models take well'):format(M.words(image))
  local cure = ('Install ImageMagick or ffmpeg, which hum %s it with'):format(is_rare and 'converts' or 'makes smaller')
  if not is_rare and entry.ref and (entry.ref.arg or '') ~= '' then
    cure = ('%s, or send it as it is: %s'):format(cure, forced(entry))
  end
  if #failed > 0 then why = ('%s; %s'):format(why, table.concat(failed, '; ')) end
  refuse(assert(entry.piece), why, cure .. '.')
end

--- By the first program that can.
---@param entry hum.ReferenceEntry
---@param job hum.ConvertJob
---@param cb fun()  once, not after a cancel
---@return fun() cancel
local function shrink(entry, job, cb)
  local tools, i, failed, stop = scalers(), 0, {}, nil ---@type table, integer, string[], fun()|nil
  local image = assert(assert(entry.piece).image)
  local function next_tool()
    i = i + 1
    local tool = tools[i]
    if not tool then
      refuse_unchanged(entry, failed)
      return cb()
    end
    stop = run(tool.argv(job), job.to, function(path, why)
      if not path then
        failed[#failed + 1] = ('%s: %s'):format(tool.name, why)
        return next_tool()
      end
      take(entry, path, ('%s (%s) was made smaller'):format(entry.source.title, M.words(image)))
      cb()
    end)
  end
  next_tool()
  return function()
    if stop then stop() end
  end
end

-- ---- PDF --------------------------------------------------------------------------------------

---@param entry hum.ReferenceEntry
---@param cb fun()
---@return fun()|nil cancel
local function read_pdf(entry, cb)
  local piece = assert(entry.piece)
  if vim.fn.executable('pdftotext') ~= 1 then
    refuse(piece, 'it is a PDF', 'Install pdftotext (poppler-utils), which hum reads PDFs with.')
    return cb()
  end
  local to = vim.fn.tempname() .. '.txt'
  local from = assert(entry.source.path)
  local argv = { 'pdftotext', '-q', '-enc', 'UTF-8', '-l', tostring(PAGES), from, to }
  return run(argv, to, function(path, why)
    if path then
      take(entry, path)
    else
      local words = why ~= '' and why or 'there is no text in it'
      refuse(piece, ('pdftotext cannot read it: %s'):format(words), 'It may be scanned, or want a password.')
    end
    cb()
  end)
end

--- The programs that are installed.
---@return string|nil scales  makes images smaller
---@return boolean reads      PDFs
function M.programs()
  local scales = scalers()[1]
  return scales and scales.name, vim.fn.executable('pdftotext') == 1
end

-- ---- all --------------------------------------------------------------------------------------

--- Formats that hum reads the size of have one.
---@param image table
---@return boolean
local function is_damaged(image)
  local least = math.min(image.width or 0, image.height or 0)
  return TAKEN[image.media] ~= nil and least == 0
end

--- States of what was read; an empty file is no image either.
local IS_READ = { ok = true, empty = true }

---@param entries hum.ReferenceEntry[]
local function refuse_wrong(entries)
  local images = 0
  for _, entry in ipairs(entries) do
    local piece = entry.piece
    if piece and piece.image and piece.state == 'ok' then
      images = images + 1
      if is_damaged(piece.image) and not entry.force then
        refuse(piece, 'it is a damaged image: it does not say how large it is', 'Save it anew, or name another one.')
      elseif images > MOST_IMAGES then
        refuse(piece, ('there are more than %d images'):format(MOST_IMAGES), 'Send them with several messages.')
      end
    elseif piece and entry.source.tag == 'image' and entry.source.path and IS_READ[piece.state] then
      refuse(piece, 'it is no image', ('Refer to it as a file: #file:%s'):format(entry.source.title))
    end
  end
end

--- Converts what has to be. What was converted has `copy`, and no piece: it is to be read again. What cannot be is
--- refused, with what to install.
---@param entries hum.ReferenceEntry[]  with their pieces
---@param where hum.Where
---@param cb fun(any: boolean)  something was converted; once, at once if there is nothing to do
---@return fun() cancel
function M.start(entries, where, cb)
  local cancels, pending, any = {}, 1, false
  local function answered()
    pending = pending - 1
    if pending == 0 then cb(any) end
  end
  refuse_wrong(entries)
  for _, entry in ipairs(entries) do
    local piece = entry.piece
    local is_pdf = piece and piece.is_pdf and not entry.copy
    local job = piece and piece.state == 'ok' and image_job(entry)
    if is_pdf or job then
      if take_known(entry) then
        any = true
      elseif where.dry then
        if is_pdf then
          piece.state, piece.why = 'asks', 'its text is read when the message is sent'
        end
      else
        pending = pending + 1
        local function converted_one()
          any = any or entry.copy ~= nil
          answered()
        end
        cancels[#cancels + 1] = is_pdf and read_pdf(entry, converted_one) or job and shrink(entry, job, converted_one)
      end
    end
  end
  answered()
  return function()
    for _, cancel in ipairs(cancels) do
      cancel()
    end
  end
end

return M
