-- `:checkhealth hum`: the programs that references need for more than text. None of them has to be there.
local health = require('hum.health.page')

local M = {}

--- The program to install, as its package is called.
local PACKAGES = { ['wl-paste'] = 'wl-clipboard' }

local function check_clipboard()
  local missing
  for _, program in ipairs(require('hum.reference.source.picture').programs()) do
    if program.is_there then return health.ok(('#image: images of the clipboard come from %s'):format(program.name)) end
    missing = missing or PACKAGES[program.name] or program.name
  end
  local why = missing and ('install %s to send images from the clipboard'):format(missing)
    or 'images cannot be read from a clipboard in this session'
  health.info(('#image without a name: %s; #image:file works'):format(why))
end

function M.check()
  local scales, reads = require('hum.reference.convert').programs()
  health.start('images and PDFs', true)
  check_clipboard()
  if scales then
    health.ok(('large images are made smaller with %s'):format(scales))
  else
    health.info('large images are refused: install ImageMagick or ffmpeg to have them made smaller')
  end
  if reads then
    health.ok('PDFs are read with pdftotext')
  else
    health.info('PDFs are refused: install pdftotext (poppler-utils) to have them read')
  end
end

return M
