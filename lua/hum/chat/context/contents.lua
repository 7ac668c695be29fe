-- What messages say, with what is kept read into them: for those who look at a request before it is sent.
local M = {}

--- Reads a file in the background.
---@param path string
---@param cb fun(text: string?)
local function read(path, cb)
  vim.uv.fs_open(path, 'r', 0, function(_, fd)
    if not fd then return cb(nil) end
    local function done(text)
      vim.uv.fs_close(fd, function() cb(text) end)
    end
    vim.uv.fs_fstat(fd, function(_, stat)
      if not stat then return done(nil) end
      vim.uv.fs_read(fd, stat.size, 0, function(_, text) done(text) end)
    end)
  end)
end

--- The files that messages have in them.
---@param messages hum.ContextMessage[]
---@return string[]
local function paths_of(messages)
  local paths, had = {}, {}
  for _, message in ipairs(messages) do
    for _, part in ipairs(message.parts) do
      if part.type == 'kept' and not had[part.path] then
        had[part.path] = true
        paths[#paths + 1] = part.path
      end
    end
  end
  return paths
end

--- Reads files, one after the other.
---@param paths string[]
---@param cb fun(texts: table<string, string>)  by path
local function read_all(paths, cb)
  local texts, i = {}, 0
  local function go_on()
    i = i + 1
    if not paths[i] then
      return vim.schedule(function() cb(texts) end)
    end
    read(paths[i], function(text)
      texts[paths[i]] = text or ''
      go_on()
    end)
  end
  go_on()
end

--- The texts of messages, as the server is to get them; what is no text has no place in them.
---@param messages hum.ContextMessage[]
---@param cb fun(list: { role: string, content: string, images: integer }[])  scheduled
function M.of(messages, cb)
  read_all(paths_of(messages), function(texts)
    cb(vim.tbl_map(function(message)
      local out, images = {}, 0
      for _, part in ipairs(message.parts) do
        if part.type == 'text' then out[#out + 1] = part.text end
        if part.type == 'kept' then out[#out + 1] = texts[part.path] end
        if part.type == 'image' then images = images + 1 end
      end
      return { role = message.role, content = table.concat(out), images = images }
    end, messages))
  end)
end

return M
