-- What is recorded. Each scene has a conversation for the fake server and what somebody does.
local CODE = [[
#include "queue.h"

int queue_push(struct queue *q, void *item)
{
    if (q->used == q->size) {
        q->size *= 2;
        q->items = realloc(q->items, q->size);
    }
    q->items[q->used++] = item;
    return 0;
}
]]

local THOUGHT = 'The user asks why this crashes. realloc takes bytes, but size counts items, so after the first '
  .. 'growth the array is too small. Also the result is not checked. Show the fix.'

local ANSWER = [[
`realloc()` takes **bytes**, but `size` counts *items*: after the first growth the array is eight times too small.

- the next push writes behind its end
- if there is no memory left, the old array leaks

```c
    if (q->used == q->size) {
        size_t n = 2 * q->size * sizeof(void *);
        void **items = realloc(q->items, n);
        if (items == NULL)
            return -1;
        q->items = items;
        q->size *= 2;
    }
```

| case | before | now |
| --- | --- | --- |
| 9th item | heap overflow | stored |
| no memory | crash | `-1` |
]]

local PAGE = [[
A **ring buffer** keeps the last *n* things in one array. Two counters are enough, and neither ever goes back:

1. `head` counts what came in
2. `tail` counts what went out; `head - tail` things wait
   - 0: it is empty
   - *n*: it is full

```lua
function Ring:push(item)
  if self.head - self.tail == self.size then return false end
  self.items[self.head % self.size] = item
  self.head = self.head + 1
  return true
end
```

> With one writer and one reader it needs no lock: each counter has one owner.

| | array | list | ring |
| :-- | --: | --: | --: |
| push | O(1) | O(1) | **O(1)** |
| pop at the front | O(n) | O(1) | **O(1)** |
| memory for each item | 1 | 3 | **1** |

- [x] push
- [ ] pop, see [the article](https://en.wikipedia.org/wiki/Circular_buffer)
]]

local LIST = [[
#include <stdlib.h>

struct node { struct node *next; int value; };

struct node *push(struct node *head, int value)
{
    struct node *n = malloc(sizeof(*n));
    if (n == NULL)
        return NULL;
    n->value = value;
    n->next = head;
    return n;
}

int sum(const struct node *head)
{
    int total = 0;
    for (const struct node *n = head; n != NULL; n = n->next)
        total += n->value;
    return total;
}
]]

local QUEUE = [[
#include "queue.h"

int queue_push(struct queue *q, void *item)
{
    if (q->used == q->size) {
        q->size *= 2;
        q->items = realloc(q->items, q->size);
    }
    q->items[q->used++] = item;
    return 0;
}

void *queue_pop(struct queue *q)
{
    void *item = q->items[0];
    memmove(q->items, q->items + 1, (q->used - 1) * sizeof(void *));
    q->used--;
    return item;
}
]]

local HEADER = [[
/* A queue that grows. Neither function fails silently. */
struct queue {
    size_t used, size;
    void **items;
};

/* Returns -1 if there is no memory left; the queue is as it was then. */
int queue_push(struct queue *q, void *item);

/* Returns NULL if the queue is empty. */
void *queue_pop(struct queue *q);
]]

local EDITED = [[
```c
int queue_push(struct queue *q, void *item)
{
    if (q->used == q->size) {
        size_t size = 2 * q->size;
        void **items = realloc(q->items, size * sizeof(void *));
        if (items == NULL)
            return -1;
        q->items = items;
        q->size = size;
    }
    q->items[q->used++] = item;
    return 0;
}

void *queue_pop(struct queue *q)
{
    if (q->used == 0)
        return NULL;
    void *item = q->items[0];
    memmove(q->items, q->items + 1, (q->used - 1) * sizeof(void *));
    q->used--;
    return item;
}
```
]]

--- Asks, and waits for what the answer ends in.
---@param player picture.Player
---@param command string
---@param text string
local function ask(player, command, text)
  player:type(command, 0)
  player:press('Enter')
  player:wait(text)
  player:pause(1)
end

--- Takes away what is left of the command line.
---@param player picture.Player
local function redraw(player)
  player:press('C-l')
  player:pause(1)
end

return {
  {
    name = 'chat',
    title = 'A chat in hum.nvim: a question about lines of code, the answer, and its code put into the file',
    columns = 100,
    rows = 30,
    script = {
      models = { 'qwen3:8b' },
      rules = {
        { thinking = THOUGHT, text = ANSWER, first_ms = 900, interval_ms = 20, stats = { prompt_eval_count = 214 } },
      },
    },
    files = { ['queue.c'] = CODE },
    opens = 'queue.c',
    play = function(player)
      player:wait('return 0')
      player:pause(0.5)
      player:begin()
      player:pause(0.6)
      player:type('5GV3j', 0.12)
      player:type(':', 0.3)
      player:type('Hum why does this crash?', 0.05)
      player:press('Enter')
      player:wait('9th item')
      player:pause(2)
      player:press('Escape')
      player:type('gp', 0.4)
      player:pause(2)
    end,
  },
  {
    name = 'edit',
    title = 'An edit in hum.nvim: the answer streams into the code as a diff, whose hunks are accepted one by one',
    columns = 84,
    rows = 32,
    script = { models = { 'qwen3:8b' }, rules = { { text = EDITED, first_ms = 500, interval_ms = 30 } } },
    files = { ['queue.c'] = QUEUE },
    opens = 'queue.c',
    play = function(player)
      player:wait('return item')
      player:pause(0.5)
      player:begin()
      player:pause(0.6)
      player:type('3GVG', 0.15)
      player:type(':', 0.3)
      player:type('Hum edit check what can fail', 0.05)
      player:press('Enter')
      player:wait('size = size')
      player:still()
      player:pause(0.4)
      player:type(']c', 0.3)
      player:pause(0.6)
      player:type('ga', 0.4)
      player:wait('return NULL;')
      player:pause(0.8)
      player:type(']c', 0.3)
      player:pause(0.6)
      player:type('ga', 0.4)
      player:pause(2)
    end,
  },
  {
    name = 'context',
    title = 'References in hum.nvim: completed as they are typed, with their sizes; :Hum inspect shows what is sent',
    columns = 108,
    rows = 30,
    script = { models = { 'qwen3:8b' }, rules = { { text = ANSWER, interval_ms = 20 } } },
    files = { ['queue.c'] = QUEUE, ['queue.h'] = HEADER, ['list.c'] = LIST },
    opens = 'queue.c',
    options = { chat = { window = 'bottom' } },
    play = function(player)
      player:wait('return item')
      player:type(':Hum new', 0)
      player:press('Enter')
      player:wait('You')
      player:pause(1)
      player:begin()
      player:type('i', 0.3)
      player:type('Does #file:qu', 0.09)
      player:press('C-x', 'C-o')
      player:wait('queue.h')
      player:pause(1)
      player:type(' keep what #file:queue.h', 0.07)
      player:press('C-y')
      player:type(' promises? See #lines:5-8', 0.07)
      player:pause(1.5)
      player:press('Escape')
      player:type(':Hum inspect', 0.07)
      player:press('Enter')
      player:wait('will be sent')
      player:pause(3)
      player:still()
    end,
  },
  {
    name = 'complete',
    title = 'Ghost text in hum.nvim: it grows as the server writes, is typed through, and accepted with <Tab>',
    columns = 76,
    rows = 18,
    script = {
      models = { { name = 'qwen2.5-coder:1.5b-base', capabilities = { 'completion', 'insert' } } },
      rules = {
        { ['continue'] = LIST, continue_lines = 6, first_ms = 150, interval_ms = 45 },
      },
    },
    files = { ['list.c'] = vim.split(LIST, '    struct node')[1] .. '}\n' },
    opens = 'list.c',
    options = { complete = { mode = 'on', maps = true } },
    play = function(player)
      player:wait('value)')
      player:pause(0.5)
      player:begin()
      player:pause(0.8)
      player:type('6Go', 0.2)
      player:type('struct node *n = ', 0.09)
      player:wait('return n;')
      player:still()
      player:pause(1)
      player:type('malloc(', 0.15)
      player:pause(0.5)
      player:press('Tab')
      player:pause(1.5)
    end,
  },
  {
    name = 'page',
    title = 'A reply in hum.nvim: lists, code, a quote, a table, all of it plain Markdown below the colors',
    columns = 92,
    rows = 41,
    is_still = true,
    script = { models = { 'qwen3:8b' }, rules = { { text = PAGE, interval_ms = 5, thinking = THOUGHT } } },
    options = { chat = { window = 'current' } },
    play = function(player)
      ask(player, ':Hum What is a ring buffer, and when do I want one?', 'the article')
      player:type('ggj', 0)
      redraw(player)
    end,
  },
  {
    name = 'note',
    title = 'A reply that broke off: what happened and what to do stand below it',
    columns = 76,
    rows = 18,
    is_still = true,
    script = {
      models = { 'qwen3:8b' },
      rules = {
        {
          text = 'There are two ways to do this. The first is to',
          interval_ms = 10,
          faults = { { ['do'] = 'error', text = 'model runner has unexpectedly stopped' } },
        },
      },
    },
    options = { chat = { window = 'current' } },
    play = function(player)
      ask(player, ':Hum How do I reverse a list in C?', 'unexpectedly')
      player:type('ggj', 0)
      redraw(player)
    end,
  },
  {
    name = 'keys',
    title = 'The keys of a chat, as g? shows them',
    columns = 76,
    rows = 43,
    is_still = true,
    script = { models = { 'qwen3:8b' }, rules = { { text = PAGE } } },
    options = { chat = { window = 'current' } },
    play = function(player)
      ask(player, ':Hum What is a ring buffer, and when do I want one?', 'the article')
      player:press('C-l')
      player:type('g?', 0)
      player:pause(1)
    end,
  },
  {
    name = 'diff',
    title = 'gd shows the code of a reply as a diff against the lines that the question quotes',
    columns = 108,
    rows = 18,
    is_still = true,
    script = { models = { 'qwen3:8b' }, rules = { { text = ANSWER } } },
    files = { ['queue.c'] = CODE },
    opens = 'queue.c',
    init = 'vim.o.showtabline = 0',
    play = function(player)
      player:wait('return 0')
      ask(player, ':5,8Hum why does this crash?', '9th item')
      player:type('gd', 0)
      redraw(player)
    end,
  },
}
