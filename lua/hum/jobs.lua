-- `:Hum jobs`: what runs, as a table: the helper's jobs, and the requests that are being prepared.
local chats = require('hum.chat.chats')
local client = require('hum.server.client')
local generate = require('hum.generate')
local notify = require('hum.notify')
local status = require('hum.status')
local wrap = require('hum.wrap')

local M = {}

---@param ms integer
---@return string
local function age(ms)
  local seconds = math.floor(ms / 1000)
  if seconds < 60 then return seconds .. ' s' end
  return ('%d min %02d s'):format(math.floor(seconds / 60), seconds % 60)
end

---@param bytes integer
---@return string
local function size(bytes)
  if bytes < 1000 then return bytes .. ' B' end
  if bytes < 1000000 then return ('%.1f kB'):format(bytes / 1000) end
  return ('%.1f MB'):format(bytes / 1000000)
end

local HEAD = { 'job', 'state', 'endpoint', 'model', 'age', 'bytes' }

--- Names come from outside: what would end a line or ring is left out.
---@param job hum.Job
---@return string[]
local function cells(job)
  local row = { job.kind, status.word(job.state), job.endpoint, job.model or '', age(job.age_ms), size(job.bytes) }
  return vim.tbl_map(function(cell) return (cell:gsub('%c', '')) end, row)
end

---@param jobs hum.Job[]
---@return string
function M.text(jobs)
  if #jobs == 0 then return 'hum: nothing is running' end
  local rows = vim.list_extend({ HEAD }, vim.tbl_map(cells, jobs))
  return table.concat(wrap.columns(rows), '\n')
end

---@param kind string
---@param one { endpoint: string, model?: string, since: integer }
---@return hum.Job
local function prepared(kind, one)
  return {
    id = 0,
    kind = kind,
    state = 'preparing',
    endpoint = one.endpoint,
    model = one.model,
    age_ms = vim.uv.now() - one.since,
    bytes = 0,
  }
end

--- What is found out here before a request becomes a job.
---@return hum.Job[]
local function preparations()
  local jobs = vim.tbl_map(function(one) return prepared('generate', one) end, generate.preparations())
  local edits = package.loaded['hum.edit.request']
  for _, one in ipairs(edits and edits.preparations() or {}) do
    jobs[#jobs + 1] = prepared('edit', one)
  end
  for _, chat in ipairs(chats.all()) do
    jobs[#jobs + 1] = chat.preparation and prepared('chat', chat.preparation)
  end
  return jobs
end

--- Shows what runs, the oldest first, as soon as the helper has told.
function M.show()
  client.jobs(function(jobs)
    local all = vim.list_extend(preparations(), jobs)
    table.sort(all, function(a, b) return a.age_ms > b.age_ms end)
    notify.answer(M.text(all))
  end)
end

return M
