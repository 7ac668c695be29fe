-- The words of the figures, and which of them are known.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

---@param t hum.TestCase
---@param fn string  of hum.chat.view.figures
---@return any
local function call(t, fn, ...) return t:lua("return require('hum.chat.view.figures')[...](select(2, ...))", fn, ...) end

local FULL = {
  tokens = 1234,
  counted = true,
  server = true,
  tokens_per_second = 61.4,
  ttft_ms = 304,
  prompt_tokens = 4608,
  cached_tokens = 4000,
  window = 8192,
}

test(
  'all figures in a line',
  function(t)
    eq(
      '1234 tokens · 61 tokens/s · first token 0.30 s · prompt 4608, 4000 cached · 71 % of 8k',
      call(t, 'text', FULL)
    )
  end
)

test(
  'no figure is broken where there is little room',
  function(t)
    eq({
      '1234 tokens · 61 tokens/s',
      'first token 0.30 s',
      'prompt 4608, 4000 cached · 71 % of 8k',
    }, call(t, 'lines', FULL, 40))
  end
)

test('what is not known is left out, what hum has counted itself is about', function(t)
  eq('~1 token', call(t, 'text', { tokens = 1, counted = false, server = false }))
  eq(
    '~12 tokens · ~4.2 tokens/s',
    call(t, 'text', { tokens = 12, counted = false, server = false, tokens_per_second = 4.2 })
  )
  eq('', call(t, 'text', { tokens = 0, counted = true, prompt_tokens = 12 }))
end)

test('the share of the context is that of question and reply', function(t)
  eq('0.4 % of 128k', call(t, 'share', { tokens = 100, prompt_tokens = 412, window = 131072 }))
  eq('100 % of 200k', call(t, 'share', { tokens = 1000, prompt_tokens = 199000, window = 200000 }))
  eq(nil, call(t, 'share', { tokens = 100, window = 8192 }))
  eq(nil, call(t, 'share', { tokens = 100, prompt_tokens = 412 }))
end)

test('of a reply that has gone on the last prompt had what was there before', function(t)
  local stats = t:lua(
    "return require('hum.chat.reply.figures').sum(...)",
    { tokens = 100, prompt_tokens = 50, total_ms = 1 },
    { tokens = 20, prompt_tokens = 150, total_ms = 1, window = 1000 }
  )
  eq(120, stats.tokens)
  eq('17 % of 1k', call(t, 'share', stats))
end)

test(
  'in ASCII they are separated in ASCII',
  { init = "vim.g.hum = { glyphs = 'ascii' }" },
  function(t)
    eq('~12 tokens - prompt 5', call(t, 'text', { tokens = 12, counted = false, server = false, prompt_tokens = 5 }))
  end
)
