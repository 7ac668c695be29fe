-- The fixed conversation of tools/looks: what is asked, what the fake server answers, and what must be seen of it.
local M = {}

M.MODEL = 'qwen3:8b'

local THOUGHT = 'The user asks two things. 空は青い 🙂: sunlight is scattered by the air, and blue more than red.\n'
  .. 'Then a table, and code in five languages.'

local ANSWER = [[
Sunlight is *scattered* by the air, **blue more than red**, as Rayleigh found: the shorter the wave, the more of it goes
astray. Read `man 7 socket`, or [the paper](https://example.org/rayleigh-1871.pdf), for more; ~~Newton~~ was wrong here.

## What is scattered

- short waves: violet and blue, and of these the eye sees blue far better, so that the sky as a whole looks blue
- long waves, of which
  - yellow is scattered a little
  - red is hardly scattered at all

1. The sun stands high: little air, a white sun.
2. The sun stands low: much air, a red sun.

- [x] look up
- [ ] look down

> The sky is blue because we look through much air, and black where there is none. A quote may well be longer than one
> row of the window.

| colour | wave (nm) | scattered |
| :----- | --------: | :-------: |
| violet |       400 |    9.4    |
| blue   |       450 |    5.9    |
| red    |       700 |    1.0    |

---

```lua
-- Reads a socket by lines.
local function lines(chunk, rest)
  local text, count = rest .. chunk, 0
  for line in text:gmatch("([^\n]*)\n") do
    print(("%d: %s"):format(count, line))
  end
  return nil
end
```

```c
#include <stdio.h>
/* Prints what it gets. */
int main(int argc, char **argv) {
  for (int i = 0; i < argc; i++) puts("it is\t" "blue");
  return 0;
}
```

```python
@cached
def scattered(wave: float = 450.0) -> str:
    """How much is scattered."""
    return f"{(700 / wave) ** 4:.1f}" if wave else None
```

```sh
# Ask the sky.
for colour in blue red; do echo "$colour" | tee -a sky.txt; done
```

```json
{ "sky": "blue", "waves": [400, 450], "red": false, "more": null }
```

The intensity is $I = I_0 \frac{1}{\lambda^4}$, and <b>this</b> is HTML &amp; stays readable.
]]

local MANY = [[
空が青いのは、太陽の光が空気の分子によって散乱されるためです。波長の短い青い光は、赤い光よりもずっと強く散乱されます。

- 青い光 🙂 は空全体から目に届きます
- 赤い光 👩‍🚀 はまっすぐ進みます 🇯🇵

השמיים כחולים כי האוויר מפזר את האור הכחול יותר מן האדום.

السماء زرقاء لأن الهواء يشتت الضوء الأزرق.

| 色 | nm |
| -- | -- |
| 青 | 450 |
| red | 700 |
]]

M.ERROR = 'the runner has died of thirst while it was loading the model into the memory of the machine'

--- What is asked, in this order; the next when the former has ended.
M.QUESTIONS = {
  { text = 'why is the sky blue? Tell me with a table, a list, and **code** in five languages.' },
  { text = 'and at night?' },
  { text = 'tell me all about clouds' },
  { text = 'count the stars', stop_after = 40 },
  { text = 'なぜ空は青いのですか？ 🙂' },
  { text = 'and on Mars?', goes_on = true },
}

--- The script of the fake server, see tests/fake/README.md.
M.SCRIPT = {
  models = { { name = M.MODEL, capabilities = { 'completion', 'thinking' } } },
  rules = {
    { match = { text = 'why is the sky' }, thinking = THOUGHT, text = ANSWER, stats = { prompt_eval_count = 1234 } },
    { match = { text = 'at night' }, status = 500, json = { error = M.ERROR }, times = 1 },
    { match = { text = 'clouds' }, text = 'Clouds are made of drops, and', done_reason = 'length' },
    { match = { text = 'stars' }, count = 1000000, interval_ms = 2 },
    { match = { text = 'なぜ空' }, text = MANY },
    { match = { text = 'Mars' }, text = 'never', first_ms = 100000000 },
  },
}

--- A file with an edit that is half done, and what has come of the answer.
M.FILE = {
  '-- Greets whoever is there.',
  'local function greet(name)',
  '  local text = "Hello " .. name',
  '  print(text)',
  'end',
  '',
  '-- It is not reached.',
  'local function add(a, b)',
  '  return a + b, 1, nil',
  'end',
}

M.EDIT = {
  {
    reset = true,
    reached = 4,
    open = { at = 4, rows = {} },
    tail = '',
    finished = {
      { first = 3, last = 4, new = { '  local text = ("Hello %s"):format(name)', '  print(text, 42, nil) -- added' } },
    },
  },
  { reached = 6, open = { at = 6, rows = { '--- A remark.', 'local answer = true' } }, tail = '', finished = {} },
}

--- What must be seen whole wherever there is room, at every width.
M.SEEN = {
  'You',
  M.MODEL,
  'Thought for',
  M.ERROR,
  'token limit',
  'Stopped after',
  'print(text)',
  'print(text, 42, nil) -- added',
  'local answer = true',
  '-- It is not reached.',
}

return M
