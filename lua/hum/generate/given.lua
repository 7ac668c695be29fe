-- What hum.generate() is given beside the words: a persona, references, images. They mean what they mean in a chat.
local attach = require('hum.reference.attach')
local personas = require('hum.persona')
local reference = require('hum.reference')
local vision = require('hum.server.vision')
local where = require('hum.reference.where')

local M = {}

--- The options with what a persona says: what the plugin says itself wins.
---@param opts hum.GenerateOpts
---@return hum.GenerateOpts|nil opts
---@return string|nil err
---@return hum.Persona|nil persona
function M.with_persona(opts)
  if not opts.persona then return vim.tbl_extend('force', {}, opts) end
  local persona, err = personas.get(opts.persona, where.of({}).project)
  if not persona then return nil, err end
  local out = vim.tbl_extend('keep', {}, opts, { think = persona.think })
  if not opts.endpoint and not opts.model then
    out.endpoint, out.model = persona.endpoint, persona.model
  end
  out.options = vim.tbl_extend('force', persona.options or {}, opts.options or {})
  local system = vim.tbl_filter(
    function(text) return text ~= nil and text ~= '' end,
    { persona.system or '', opts.system or '' }
  )
  out.system = #system > 0 and table.concat(system, '\n\n') or nil
  out.references = vim.list_extend(vim.list_slice(persona.references or {}), opts.references or {})
  return out, nil, persona
end

--- Whether there is anything that has to be found out for a request.
---@param opts hum.GenerateOpts
---@param persona? hum.Persona
---@return boolean
function M.is_any(opts, persona)
  return #(opts.references or {}) + #(opts.images or {}) > 0 or (persona ~= nil and not personas.is_trusted(persona))
end

--- The references and images as a message has them. An image is named by the plugin: it may be anywhere.
---@param opts hum.GenerateOpts
---@return string[]
local function texts_of(opts)
  local texts = vim.list_slice(opts.references or {})
  for _, path in ipairs(opts.images or {}) do
    texts[#texts + 1] = ('#image!:"%s"'):format(vim.fs.normalize(path))
  end
  return texts
end

--- Why they cannot be sent: a text that is no reference, or has more than one, would go out as if it were not there.
---@param opts hum.GenerateOpts
---@return string|nil
local function refusal(opts)
  for _, text in ipairs(opts.references or {}) do
    local found = reference.find({ text })
    if not found[1] then return ('%s is no reference\nsee :help hum-references'):format(text) end
    if #found > 1 or vim.trim(text) ~= found[1].text then
      return ('%s is no reference: it ends behind %s\nquote a name with blanks, as in #file:"a b"'):format(
        text,
        found[1].text
      )
    end
  end
  for _, one in ipairs(opts.messages or { { role = 'user' } }) do
    if one.role == 'user' then return nil end
  end
  return 'references and images belong to a message of the user, and there is none in messages'
end

--- Finds out what the references stand for, and asks whether a project's persona may be used.
---@param opts hum.GenerateOpts  of with_persona()
---@param persona? hum.Persona
---@param model { endpoint: string, model: string }
---@param cb fun(err?: string, parts?: table[])  parts of a message, before its text; once, not after a cancel
---@return fun() cancel
function M.find(opts, persona, model, cb)
  local cancel = function() end
  local function find()
    local why = refusal(opts)
    if why then return cb(why) end
    cancel = attach.to(texts_of(opts), where.of({ model = model }), function(err, found)
      if not found then return cb(err) end
      cancel = vision.check(
        model.endpoint,
        model.model,
        { { parts = found.parts } },
        function(blind) cb(blind, not blind and found.parts or nil) end
      )
    end)
  end
  if not persona then
    find()
  else
    local how = personas.ask(persona, function(allowed)
      if allowed then return find() end
      cb(('the persona "%s" is not used: you have not allowed it\nallow it with :Hum trust'):format(persona.name))
    end)
    if not personas.is_trusted(persona) then cancel = how end
  end
  return function() cancel() end
end

return M
