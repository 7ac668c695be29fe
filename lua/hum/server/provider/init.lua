-- What differs between the kinds of server as far as Lua has to know: a table for each dialect, all of one
-- shape. What a service cannot do is absent. Knows nothing else, so that everything may know it.

---@alias hum.Dialect 'ollama'|'openai'|'anthropic'

---@class hum.Provider
---@field title string            what people call such a server
---@field default_url? string     of an endpoint without `url`
---@field host_variable? string   the environment variable that has it, for the endpoint named like the dialect
---@field key_variable? string    the one that the key is usually in
---@field path hum.ProviderPath   how the path of a URL is read, see hum.address
---@field list hum.ProviderList
---@field show? string            path of what one model can do, asked for by {model = name}
---@field version? hum.ProviderVersion
---@field loaded? string          path of the models that are loaded
---@field load_options string[]   options that reload a model when two requests differ in them
---@field reply_limit string      the option that limits the tokens of a reply
---@field fills? 'ollama'|'openai'  how hum.complete.backend.discover finds out how it fills in
---@field prefill? string        how the beginning of a reply is given to be gone on with; nil: it may not be possible
---@field usual_context? integer  tokens that fit if nothing says otherwise
---@field no_models string        what to do then, %s is the endpoint's name
---@field more_context string     how to get more, the same

---@class hum.ProviderPath
---@field ends string[]      patterns of what it may end in and hum adds by itself; they capture what is before that
---@field refused { [1]: string, [2]: string }[]  patterns, and why they cannot be right
---@field whole? string[]    patterns of the whole path of a chat
---@field version? string    what is added to one without a version
---@field stands? string[]   patterns in lower case of those that it is not added to
---@field other? table<string, string>  where such a last segment is not the API's, what may be in its place

---@class hum.ProviderList  of models
---@field path string
---@field at_root? boolean                  path is not below the API's base
---@field capability? string              that a model has to have, where it lists any (Ollama from 0.30 on)
---@field limit? string                     the field with the longest reply of one, in tokens
---@field id? string                       the field with what is sent, where it is not the usual one
---@field after? string                    the parameter for the page behind a model, "after" if it is absent

---@class hum.ProviderVersion
---@field path string
---@field least string  as vim.version has it, which costs more to load than all of this
---@field lacks string  older ones
---@field cure string

---@type table<hum.Dialect, hum.Provider>
local M = {
  ollama = require('hum.server.provider.ollama'),
  openai = require('hum.server.provider.openai'),
  anthropic = require('hum.server.provider.anthropic'),
}

return M
