-- By how much the estimate of a chat's last request was off: it is sent again, and so is known better than by what is
-- known of the model.
local tokens = require('hum.server.tokens')

local M = {}

---@class hum.FitCounted
---@field endpoint string
---@field model string
---@field from integer       first entry that was sent
---@field estimated integer  before what is known of the model's tokenizer
---@field tokens integer     as counted

local last = {} ---@type table<integer, hum.FitCounted>  by buffer

--- A count that is lower than the estimate by this factor may be one of what a cache did not have; one that is higher
--- by the other is none of this text.
local LEAST, MOST = 0.5, 3

--- A part of a request that is estimated at less than this part of it is not that request again.
local SAME = 0.9

--- What a server has counted of a request.
---@param sent hum.FitSent
---@param estimated integer  before what is known of the model's tokenizer
---@param counted number
function M.note(sent, estimated, counted)
  if not vim.api.nvim_buf_is_loaded(sent.buf) then return end -- the count came late
  local about = tokens.of(sent.endpoint, sent.model, estimated)
  local is_likely = counted >= about * LEAST and counted <= about * MOST
  last[sent.buf] = is_likely
      and {
        endpoint = sent.endpoint,
        model = sent.model,
        from = sent.fit.from,
        estimated = estimated,
        tokens = math.floor(counted),
      }
    or nil
end

---@param buf integer
function M.forget(buf) last[buf] = nil end

--- What is to be added to the estimate of the next request.
---@param buf integer
---@param endpoint string
---@param model string
---@param fit hum.Fit  of it
---@return integer tokens  below 0: it is too high
function M.shift(buf, endpoint, model, fit)
  local one = last[buf]
  local is_same = one and one.endpoint == endpoint and one.model == model and one.from == fit.from
  if not one or not is_same or fit.estimated < one.estimated * SAME then return 0 end
  return one.tokens - tokens.of(endpoint, model, one.estimated)
end

return M
