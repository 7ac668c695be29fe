-- Lists of models in pages: where the next one is, in whichever way a server says it. Pure.
local answers = require('hum.server.answer')
local escaped = require('hum.url').escaped

local M = {}

---@param value any
---@return string|nil
local function text(value) return type(value) == 'string' and value ~= '' and value or nil end

---@param value any
---@return table<string, any>
local function map(value) return type(value) == 'table' and value or {} end

--- The query of an address that a server gives: no more of it is used, so that a request goes
--- where the first one went.
---@param answer table
---@return string|nil
local function query_of_next(answer)
  local address = text(answer.next)
    or text(answer.next_url)
    or text(map(answer.links).next)
    or text(map(answer.pagination).next)
  return address and text(address:gsub('#.*$', ''):match('%?(.+)$'))
end

--- Fields with what stands for the next page, and the parameter that it goes back in.
local TOKENS = {
  { 'nextPageToken', 'pageToken' },
  { 'next_page_token', 'page_token' },
  { 'next_cursor', 'cursor' },
  { 'next_page', 'page' },
}

---@param answer table
---@param list hum.ProviderList
---@return string|nil
local function token_of_next(answer, list)
  for _, names in ipairs(TOKENS) do
    local value = answer[names[1]]
    local token = text(value) or (answers.number(value) and tostring(value))
    if token then return names[2] .. '=' .. escaped(token) end
  end
  local cursor = text(answer.next) -- no address
  return cursor and not cursor:find('[/?]') and (list.after or 'after') .. '=' .. escaped(cursor) or nil
end

--- Pages that are counted: Cloudflare's "result_info", others' "pagination".
---@param answer table
---@return string|nil
local function number_of_next(answer)
  local info = answer.result_info ~= nil and map(answer.result_info) or map(answer.pagination)
  local page = answers.number(info.page) or answers.number(info.current_page)
  local pages, each = answers.number(info.total_pages), answers.number(info.per_page)
  local all = answers.number(info.total_count) or answers.number(info.total)
  local more = each ~= nil and info.count == each -- a full page
  if pages then
    more = page ~= nil and page < pages
  elseif all and each then
    more = page ~= nil and page * each < all
  end
  return page and more and ('page=%d'):format(page + 1) or nil
end

---@param answer table
---@param list hum.ProviderList
---@param last? hum.Model
---@return string|nil
local function after_last(answer, list, last)
  if answer.has_more ~= true then return nil end
  local id = text(answer.last_id) or (last and last.id)
  return id and ('%s=%s'):format(list.after or 'after', escaped(id)) or nil
end

--- The path of the page behind an answer; nil: it was the last.
---@param answer table
---@param list hum.ProviderList
---@param last? hum.Model  of the answer
---@return string|nil
function M.next(answer, list, last)
  local query = query_of_next(answer) or token_of_next(answer, list) or number_of_next(answer)
  query = query or after_last(answer, list, last)
  if not query then return nil end
  local path, own = list.path:match('^([^?]*)%??(.*)$')
  -- What the server's own address has goes before what was asked first.
  local names = {}
  for name in query:gmatch('([^&=]+)=') do
    names[name] = true
  end
  local kept = {}
  for _, pair in ipairs(vim.split(own or '', '&', { trimempty = true })) do
    if not names[vim.split(pair, '=')[1]] then kept[#kept + 1] = pair end
  end
  kept[#kept + 1] = query
  return path .. '?' .. table.concat(kept, '&')
end

return M
