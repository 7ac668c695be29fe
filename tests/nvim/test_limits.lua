-- The limits of time count tokens, and what keeps a connection alive is none.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local function sse(record) return ('data: %s\n\n'):format(vim.json.encode(record)) end
local function delta(fields) return sse({ choices = { { index = 0, delta = fields } } }) end
local function line(message) return vim.json.encode({ message = message, done = false }) .. '\n' end
local function event(fields) return ('event: %s\n'):format(fields.type) .. sse(fields) end
local function block(fields) return event(vim.tbl_extend('keep', fields, { type = 'content_block_delta', index = 0 })) end
local function call(piece)
  return delta({ tool_calls = { { index = 0, ['function'] = { name = 'f', arguments = piece } } } })
end

--- What each dialect sends to keep a connection alive, as a token, as a token that is not shown, and at the end.
local DIALECTS = {
  openai = {
    alive = { ': ping\n\n', delta({ role = 'assistant', content = '' }) },
    token = delta({ content = 'Hi' }),
    hidden = { call('{'), call('"a":1'), call('}') },
    done = sse({ choices = { { index = 0, delta = vim.empty_dict(), finish_reason = 'stop' } } }) .. 'data: [DONE]\n\n',
  },
  ollama = {
    alive = { '\n', line({ role = 'assistant', content = '' }) },
    token = line({ role = 'assistant', content = 'Hi' }),
    hidden = {
      line({ role = 'assistant', content = '', thinking = 'Let' }),
      line({ role = 'assistant', content = '', thinking = ' me' }),
      line({ role = 'assistant', content = '', thinking = ' see.' }),
    },
    done = vim.json.encode({ message = { content = '' }, done = true, done_reason = 'stop' }) .. '\n',
  },
  anthropic = {
    alive = { event({ type = 'ping' }), event({ type = 'message_start', message = { usage = { input_tokens = 1 } } }) },
    token = block({ delta = { type = 'text_delta', text = 'Hi' } }),
    hidden = {
      event({ type = 'content_block_start', index = 1, content_block = { type = 'thinking', thinking = '' } }),
      block({ index = 1, delta = { type = 'thinking_delta', thinking = '' } }),
      block({ index = 1, delta = { type = 'signature_delta', signature = 'c2ln' } }),
    },
    done = event({ type = 'message_delta', delta = { stop_reason = 'end_turn' } }) .. event({ type = 'message_stop' }),
  },
}

--- Pieces with a pause behind each.
local function paced(pieces, ms)
  local out = {}
  for _, piece in ipairs(pieces) do
    vim.list_extend(out, { piece, { pause_ms = ms } })
  end
  return out
end

local function repeated(pieces, times)
  local out = {}
  for _ = 1, times do
    vim.list_extend(out, pieces)
  end
  return out
end

local function asked(t, dialect, pieces, limits)
  local srv = t:fake()
  local content_type = dialect == 'ollama' and 'application/x-ndjson' or nil
  srv:play({ dialect = dialect, answers = { { pieces = pieces, content_type = content_type } } })
  local buf = chat.open(t, srv, vim.tbl_extend('force', { dialect = dialect }, limits))
  chat.ask(t, 'hello', buf)
  return chat.finished(t), buf
end

for dialect, says in vim.spairs(DIALECTS) do
  test(dialect .. ': what keeps the connection alive is no first token', function(t)
    local data = asked(t, dialect, paced(repeated(says.alive, 1000), 50), { first_timeout = t:seconds(0.5) })
    eq('timeout', data.code)
    T.match('no token within', data.message)
    T.match('first_timeout', data.hint)
  end)

  test(dialect .. ': nor does it keep a reply alive', function(t)
    local pieces = vim.list_extend({ says.token }, paced(repeated(says.alive, 1000), 50))
    local data, buf = asked(t, dialect, pieces, { idle_timeout = t:seconds(0.5) })
    eq('timeout', data.code)
    T.match('idle_timeout', data.hint)
    T.match('^Hi', chat.reply(t, buf))
  end)

  test(dialect .. ': before the first token the limit of pauses does not count', function(t)
    local pieces = paced(repeated(says.alive, 2), 300)
    vim.list_extend(pieces, { says.token, says.done })
    eq('done', asked(t, dialect, pieces, { idle_timeout = 0.5 }).status)
  end)

  test(dialect .. ': tokens that are not shown count', function(t)
    local limit = t:seconds(0.6)
    local pieces = vim.list_extend({ says.token }, paced(says.hidden, 400))
    vim.list_extend(pieces, { says.token, says.done })
    local data = asked(t, dialect, pieces, { idle_timeout = limit })
    eq('done', data.status, data.message)
  end)
end

test('an error that trickles is told as far as it has come', function(t)
  local srv = t:fake()
  local pieces = paced(repeated({ 'the harbour is closed ' }, 1000), 50)
  srv:play({ answers = { { status = 500, content_type = 'text/plain', pieces = pieces } } })
  chat.ask(t, 'hello', chat.open(t, srv, { dialect = 'openai', idle_timeout = t:seconds(0.5) }))
  local data = chat.finished(t)
  eq('http', data.code)
  T.match('HTTP 500: the harbour is closed', data.message, true)
end)
