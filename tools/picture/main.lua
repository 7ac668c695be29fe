-- Records the scenes and draws them; started by tools/picture/run.
local root = vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(vim.uv.fs_realpath(debug.getinfo(1, 'S').source:sub(2)))))
package.path = ('%s/tools/picture/?.lua;%s'):format(root, package.path)

local scenes = require('scenes')
local stage = require('stage')
local svg = require('svg')

local wanted = {}
for _, name in ipairs(arg) do
  wanted[name] = true
end

local folder = root .. '/assets'
vim.fn.mkdir(folder, 'p')
for _, scene in ipairs(scenes) do
  if #arg == 0 or wanted[scene.name] then
    for _, background in ipairs({ 'dark', 'light' }) do
      local film = stage.record(root, scene, background)
      local path = ('%s/%s-%s.svg'):format(folder, scene.name, background)
      local text = svg.draw(film, { title = scene.title, background = background })
      vim.fn.writefile(vim.split(text, '\n'), path, 'b')
      print(('%s: %d frames, %.1f s, %.0f kB'):format(path, #film.frames, film.length, #text / 1000))
    end
  end
end
