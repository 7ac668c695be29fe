-- How many tokens a text has for a model: an estimate by the kind of text (|hum-protocol|, "gather"), made right by
-- what the server has counted of the prompts that it was sent. One factor for each model of an endpoint, remembered
-- over sessions.
--
-- A count is believed as far as it can be one of the whole prompt: servers tell the part that their cache did not spare
-- them, or read half of a prompt and say so by nothing but this number. What is far from what is known counts only when
-- it comes again.
local state = require('hum.server.tokens_state')

local M = {}

--- Tokens that a message has beside its text, and a prompt beside its messages: the words of templates.
M.PER_MESSAGE, M.PER_PROMPT = 4, 3

--- What a tokenizer's count may be of an estimate by kind of text: logs read as prose, and code that is one token a
--- word.
local LEAST, MOST = 0.5, 3

--- What a first count may be at the least, where the prompt cannot have been cut: of digits and hashes an estimate is
--- careful, and tokenizers differ most.
local LEAST_WHOLE = 0.25

--- A prompt of fewer tokens says more of its template than of the tokenizer.
local ENOUGH = 100

--- A factor that differs from the known one by more than this is believed when it comes twice.
local FAR = 1.35

--- How much a new count weighs beside what is known: the more, the larger its prompt.
local WEIGHT, FULL = 0.5, 2000

--- The part of an estimate that a count is not below unless the prompt was cut: once the server has counted for the
--- model, where the window is known, and where nothing is.
local SURE, LIKELY, UNSURE = 0.8, 0.6, 0.45

--- Even the smallest window that a server has by itself (2048) is cut to no less.
local LEAST_READ = 1000

--- An estimate that fits into the smallest window that a server has by itself, and the part of one that is known.
local FITS, FITS_PART = 1800, 0.9

local doubted = {} ---@type table<string, number>  by endpoint and model: what was far away

---@param endpoint string
---@param model string
---@return string
local function key_of(endpoint, model) return endpoint .. '\0' .. model end

---@param a number
---@param b number
---@return boolean
local function is_far(a, b) return math.max(a / b, b / a) > FAR end

--- The factor by which estimates are off for a model; 1 as long as nothing is known.
---@param endpoint string
---@param model string
---@return number factor
---@return boolean is_known  the server has counted
function M.factor(endpoint, model)
  local known = state.get(endpoint, model)
  return known or 1, known ~= nil
end

--- The least factor that is believed: a count that is far too low for the text is one of a part of the prompt, unless
--- all of it had room whatever the tokenizer is.
---@param estimated number
---@param counted number
---@param window? integer
---@return number
local function least_factor(estimated, counted, window)
  local fits = estimated <= (window and window * FITS_PART or FITS)
  return (fits or counted < LEAST_READ) and LEAST_WHOLE or LEAST
end

--- What a server counted of a prompt that was estimated.
---@param endpoint string
---@param model string
---@param estimated number  as it was before any correction
---@param counted number|nil  of the whole prompt, what a cache held too
---@param window? integer     of the model; nil: unknown
---@return boolean learned
function M.learn(endpoint, model, estimated, counted, window)
  if not counted or counted <= 0 or estimated < ENOUGH then return false end
  local factor, key = counted / estimated, key_of(endpoint, model)
  local known, doubt = state.get(endpoint, model), doubted[key]
  local least = known and known >= LEAST and LEAST or least_factor(estimated, counted, window)
  if factor < least or factor > MOST then return false end
  doubted[key] = nil
  if known and is_far(known, factor) then
    if not doubt or is_far(doubt, factor) then
      doubted[key] = factor
      return false
    end
    known = (doubt + factor) / 2 -- twice the same: it was the other that was wrong
  end
  local weight = known and WEIGHT * math.min(1, estimated / FULL) or 1
  state.set(endpoint, model, known and known + (factor - known) * math.max(weight, 0.1) or factor)
  return true
end

--- The tokens of what was estimated.
---@param endpoint string
---@param model string
---@param estimated number
---@return integer
function M.of(endpoint, model, estimated)
  local factor = M.factor(endpoint, model)
  return math.max(0, math.floor(estimated * factor + 0.5))
end

--- Whether a server that counted so many has read less of a prompt than it was sent: by far less than what is known
--- of the model allows, and, if the window is known, about what a window that was filled or halved holds.
---@param endpoint string
---@param model string
---@param estimated number
---@param counted number|nil
---@param window? integer
---@return boolean
function M.is_cut(endpoint, model, estimated, counted, window)
  if not counted or counted <= 0 then return false end
  local factor, is_known = M.factor(endpoint, model)
  local least = estimated * factor * (is_known and SURE or window and LIKELY or UNSURE)
  if counted >= least then return false end
  if not window then return counted >= LEAST_READ end
  -- A filled window, or one that was halved; less is what a cache did not have.
  return estimated * factor > window * 0.9 and counted <= window and counted >= window * 0.4
end

return M
