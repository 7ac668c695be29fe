-- The public API. Everything below loads on first use.
local M = {}

---@return table
local function arguments() return require('hum.arguments') end

--- Options, see |hum-config|. Works without: every option has a default. Each fault
--- in them is told; what is faulty is left out.
---@param opts? table
---@return boolean ok  there was no fault
function M.setup(opts)
  local config = require('hum.config')
  local ok = config.setup(opts) == true
  if config.get().complete.maps then require('hum.complete.maps').start() end
  -- Last: whoever goes on in spite of the error did not ask for the defaults.
  if not ok then arguments().check('setup', 'opts', opts, 'table') end
  return ok
end

---@class hum.ChatOpts
---@field endpoint? string   name of a configured endpoint
---@field model? string
---@field persona? string    its name
---@field question? string   sent at once
---@field quote? { buf: integer, first: integer, last: integer }  lines to quote, 1-based
---@field new? boolean       false: go on in the latest chat, if there is one; so it is if nothing above is given
---@field window? string     instead of the option `chat.window`; "cursor": a float at the cursor
---@field mods? table        window modifiers, as `smods` of a user command
---@field draft? boolean     the question is written, and not sent
---@field quoted? hum.Quote  what the question quotes already
---@field setup? hum.ChatSetup  what a new chat begins with

--- Opens a chat and shows it. Returns its buffer.
---@param opts? hum.ChatOpts
---@return integer|nil buf, string|nil err
function M.chat(opts)
  arguments().check('chat', 'opts', opts, arguments().CHAT)
  return require('hum.chat').open(opts or {})
end

--- Sends what stands under the last heading of a chat; from another buffer the remarks on files, if there are any.
---@param buf? integer  default: the current buffer
function M.send(buf)
  arguments().check('send', 'buf', buf, 'buffer')
  local review = package.loaded['hum.review']
  if review and review.is_due(buf or 0) then return review.send() end
  return require('hum.chat').send(buf)
end

--- The messages that wait in a chat, in the order in which they go.
---@param buf? integer  default: the current buffer
---@return hum.Queued[]
function M.queue(buf)
  arguments().check('queue', 'buf', buf, 'buffer')
  return require('hum.chat.command').queue(buf)
end

--- Takes a message out of the queue. Its text stays in the chat, as a draft.
---@param buf? integer  default: the current buffer
---@param id? integer   of hum.queue(); default: the message with the cursor, or the last
---@return boolean  false: there is no such message
function M.unqueue(buf, id)
  arguments().check('unqueue', 'buf', buf, 'buffer')
  arguments().check('unqueue', 'id', id, 'count')
  return require('hum.chat.command').unqueue(buf, id)
end

--- What would be sent of a chat now, with what its references stand for. Nothing is asked, run or fetched for it.
--- Without `fn` it waits and returns it.
---@param buf? integer  default: the current buffer
---@param fn? fun(preview: hum.Preview|nil, err: string|nil)
---@return hum.Preview|nil preview, string|nil err
function M.preview(buf, fn)
  arguments().check('preview', 'buf', buf, 'buffer')
  arguments().check('preview', 'fn', fn, 'function')
  return require('hum.chat.command').preview(buf, fn)
end

--- What the model of a chat has seen beside the chat's own text. Without `fn` it waits and returns it.
---@param buf? integer  default: the current buffer
---@param fn? fun(items: hum.ContextItem[])
---@return hum.ContextItem[]|nil
function M.context(buf, fn)
  arguments().check('context', 'buf', buf, 'buffer')
  arguments().check('context', 'fn', fn, 'function')
  return require('hum.chat.command').context(buf, fn)
end

--- Takes something out of that list: it is not sent any more. With `back` it is sent again.
---@param buf integer
---@param id string      of hum.context()
---@param back? boolean
---@return boolean  false: there is no such thing
function M.cut(buf, id, back)
  arguments().check('cut', 'buf', buf, 'buffer')
  arguments().check('cut', 'id', id or 0, 'string')
  arguments().check('cut', 'back', back, 'boolean')
  return require('hum.chat.command').cut(buf, id, back)
end

--- Stops the reply of a chat, or the edits of a buffer, or with `all` everything.
---@param opts? { buf?: integer, all?: boolean }
---@return boolean stopped
function M.stop(opts)
  arguments().check('stop', 'opts', opts, arguments().STOP)
  opts = opts or {}
  local edits = package.loaded['hum.edit']
  local stopped = edits and edits.stop({ buf = opts.buf, all = opts.all })
  if stopped and not opts.all then return true end
  return require('hum.chat').stop({ buf = opts.buf, all = opts.all, quiet = stopped }) or stopped == true
end

--- Asks again: takes the last reply away and sends, in one undo step.
---@param buf? integer  default: the current buffer
function M.retry(buf)
  arguments().check('retry', 'buf', buf, 'buffer')
  return require('hum.chat').retry(buf)
end

--- Lets the last reply go on where it stops.
---@param buf? integer  default: the current buffer
function M.continue(buf)
  arguments().check('continue', 'buf', buf, 'buffer')
  return require('hum.chat').continue(buf)
end

--- Replaces old messages of a chat by a summary that its model writes.
---@param opts? { buf?: integer, wish?: string, back?: boolean }  wish: what is to be kept above all; back: all is sent
--- again
function M.compact(opts)
  arguments().check('compact', 'opts', opts, arguments().COMPACT)
  return require('hum.chat.command').compact(opts)
end

--- Sets the model: of the current buffer if it is a chat, else of new chats.
---@param name? string  "model" or "endpoint/model"; nil: ask with vim.ui.select()
function M.model(name)
  arguments().check('model', 'name', name, 'string')
  require('hum.chat.model').set(name)
end

--- Sets the persona: of the current buffer if it is a chat, else of new chats.
---@param name? string  "none": none; nil: ask with vim.ui.select()
function M.persona(name)
  arguments().check('persona', 'name', name, 'string')
  local persona, buf = require('hum.chat.persona'), vim.api.nvim_get_current_buf()
  if name then return persona.set(buf, name) end
  persona.choose(buf)
end

--- The lines selected in visual mode, which this ends.
---@return { buf: integer, first: integer, last: integer }
function M.selection() return require('hum.selection').take() end

--- Hides the chat of this tab page, or shows it again as it was.
function M.toggle() require('hum.chat').toggle() end

--- Asks for a question with vim.ui.input(), then for an answer about the given lines.
---@param quote? { buf: integer, first: integer, last: integer }
function M.ask(quote)
  arguments().check('ask', 'quote', quote, arguments().LINES)
  require('hum.chat').ask({ quote = quote })
end

--- The chats that are kept, newest first. Without `fn` it waits and returns them.
---@param opts? hum.ChatQuery
---@param fn? fun(entries: hum.ChatEntry[])
---@return hum.ChatEntry[]|nil
function M.chats(opts, fn)
  arguments().check('chats', 'opts', opts, arguments().CHATS)
  arguments().check('chats', 'fn', fn, 'function')
  local function guarded(entries)
    local ok, err = pcall(fn --[[@as function]], entries)
    if not ok then require('hum.notify').error(('hum: the function for hum.chats() failed: %s'):format(err)) end
  end
  return require('hum.chat.kept.list').get(opts or {}, fn and guarded)
end

--- The code blocks of a chat.
---@param buf? integer  default: the current buffer
---@return hum.Block[]
function M.blocks(buf)
  arguments().check('blocks', 'buf', buf, 'buffer')
  return require('hum.chat.command').blocks(buf)
end

--- Yanks a code block of a chat, or a whole reply.
---@param opts? { buf?: integer, line?: integer, register?: string, reply?: boolean }
function M.yank(opts)
  arguments().check('yank', 'opts', opts, arguments().YANK)
  return require('hum.chat.command').take('yank', opts or {})
end

--- Puts a code block of a chat into the file.
---@param opts? { buf?: integer, line?: integer }
function M.put(opts)
  arguments().check('put', 'opts', opts, arguments().AT)
  return require('hum.chat.command').take('put', opts or {})
end

--- Shows a code block of a chat as a diff.
---@param opts? { buf?: integer, line?: integer }
function M.diff(opts)
  arguments().check('diff', 'opts', opts, arguments().AT)
  return require('hum.chat.command').take('diff', opts or {})
end

--- Opens a file that a chat names, beside it.
---@param opts? { buf?: integer, name?: string }
function M.file(opts)
  arguments().check('file', 'opts', opts, arguments().FILE)
  return require('hum.chat.command').take('file', opts or {})
end

--- Lists the places in files that a reply names.
---@param opts? { buf?: integer, line?: integer }
function M.quickfix(opts)
  arguments().check('quickfix', 'opts', opts, arguments().AT)
  return require('hum.chat.command').take('quickfix', opts or {})
end

--- Shows the chat of a file. Returns its buffer.
---@param path string
---@return integer|nil buf, string|nil err
function M.open(path)
  arguments().check('open', 'path', path or 0, 'string')
  return require('hum.chat.command').open_file(path)
end

--- Shows a new chat with the first exchanges of another one, answers included. Returns its buffer.
---@param buf? integer  default: the current buffer
---@param n? integer    default: all of them
---@return integer|nil buf, string|nil err
function M.fork(buf, n)
  arguments().check('fork', 'buf', buf, 'buffer')
  arguments().check('fork', 'n', n, 'count')
  return require('hum.chat.command').fork(buf, n)
end

--- Sends a message to several models, each in a chat of its own, side by side. Returns their buffers.
---@param opts hum.CompareOpts
---@return integer[]|nil bufs, string|nil err
function M.compare(opts)
  arguments().check('compare', 'opts', opts or 0, arguments().COMPARE)
  return require('hum.compare').open(opts)
end

--- Keeps the answer of a comparison that stands in a chat. Returns the buffer in which the conversation goes on.
---@param buf? integer  default: the current buffer
---@return integer|nil buf, string|nil err
function M.keep(buf)
  arguments().check('keep', 'buf', buf, 'buffer')
  return require('hum.compare').keep(buf)
end

--- Asks in a chat that is not shown. Returns its buffer. The event HumBackgroundFinished tells that it is done.
---@param opts hum.BackgroundOpts
---@return integer|nil buf, string|nil err
function M.background(opts)
  arguments().check('background', 'opts', opts or 0, arguments().BACKGROUND)
  return require('hum.background').start(opts)
end

--- Shows what a reply of a chat changes in the files that it names, as previews in their buffers. What would need the
--- user's consent is done only where `allow` says so. What has come of it is told to `on_done`.
---@param opts? hum.ApplyCall
---@return true|nil ok, string|nil err
function M.apply(opts)
  arguments().check('apply', 'opts', opts, arguments().APPLY)
  return require('hum.chat.command').apply(opts or {})
end

--- Takes back, in all its files, what was accepted last: all of one edit, or of one |hum.apply()|. What was changed
--- since stays, and is told. The next call takes back what was accepted before that.
---@return hum.Undone|nil done  nil: there is nothing to take back
function M.undo() return require('hum.sets.undo').run() end

--- Runs a prompt of the library, see |hum-prompts|.
---@param name string
---@param opts? hum.PromptOpts
---@return boolean ok, string|nil err
function M.prompt(name, opts)
  arguments().check('prompt', 'name', name or 0, 'string')
  arguments().check('prompt', 'opts', opts, arguments().PROMPT)
  return require('hum.library').run(name, opts or {})
end

--- Asks a model, for other plugins: its reply comes piece by piece, see |hum.generate()|. Wrong options raise an error
--- that names the field; all that goes wrong later is told to `on_done`.
---@param opts hum.GenerateOpts
---@return hum.Generation
function M.generate(opts) return require('hum.generate').start(opts) end

--- Shows what was accepted last, or what differs from a commit, as hunks that can be taken back.
---@param opts? { base?: string, buf?: integer, on_done?: fun(previews: hum.edit.Preview[]|nil, err: string|nil) }
function M.review(opts)
  arguments().check('review', 'opts', opts, arguments().REVIEW)
  require('hum.review').open(opts or {})
end

--- Writes a remark on lines; an empty one takes it away.
---@param opts { buf?: integer, first: integer, last: integer, text: string }
function M.remark(opts)
  arguments().check('remark', 'opts', opts or 0, arguments().REMARK)
  require('hum.review').remark({ buf = opts.buf or 0, first = opts.first, last = opts.last }, opts.text)
end

--- The remarks that are not sent yet. `hum.send()` sends them from a buffer that is not a chat.
---@return hum.RemarkPlace[]
function M.remarks() return require('hum.review').remarks() end

--- Writes a commit message from what is staged, see |hum.commit()|.
---@param opts? hum.CommitOpts
---@return { stop: fun() }
function M.commit(opts)
  arguments().check('commit', 'opts', opts, arguments().COMMIT)
  return require('hum.commit').start(opts or {})
end

--- The hunks of a buffer, by their place.
---@param buf? integer  default: the current buffer
---@return hum.PublicHunk[]
function M.hunks(buf)
  arguments().check('hunks', 'buf', buf, 'buffer')
  return require('hum.edit').hunks(buf)
end

--- Puts hunks into the text: one, all, or without `id` the one at the cursor. Returns how many.
---@param opts? { buf?: integer, id?: integer|'all', force?: boolean }
---@return integer|nil count, string|nil err
function M.accept(opts)
  arguments().check('accept', 'opts', opts, arguments().ACCEPT)
  return require('hum.edit').accept(opts or {})
end

--- Takes hunks away: one, all, or without `id` the one at the cursor. Returns how many.
---@param opts? { buf?: integer, id?: integer|'all' }
---@return integer|nil count, string|nil err
function M.reject(opts)
  arguments().check('reject', 'opts', opts, arguments().REJECT)
  return require('hum.edit').reject(opts or {})
end

--- Has lines rewritten, shown as hunks to be accepted or rejected, see |hum.edit()|.
---@param opts hum.EditOpts
---@return hum.edit.Handle|nil handle, string|nil err
function M.edit(opts)
  arguments().check('edit', 'opts', opts or 0, arguments().EDIT)
  return require('hum.edit.command').api_edit(opts)
end

--- Has the problems of lines fixed that are known.
---@param opts? table  as for hum.edit(); `instruction`: what else is said
---@return hum.edit.Handle|nil handle, string|nil err
function M.fix(opts)
  arguments().check('fix', 'opts', opts, arguments().FIX)
  return require('hum.edit.command').api_fix(opts or {})
end

--- Has something written at a place.
---@param opts table  as for hum.edit(); `at`: row and column from 0 instead of lines, default: the cursor
---@return hum.edit.Handle|nil handle, string|nil err
function M.insert(opts)
  arguments().check('insert', 'opts', opts or 0, arguments().INSERT)
  return require('hum.edit.command').api_insert(opts)
end

--- Builds the helper, without blocking the editor.
---@param cb? fun(ok: boolean, output: string)
function M.build(cb)
  arguments().check('build', 'callback', cb, 'function')
  require('hum.server.build').run(cb)
end

--- For statuslines: '' while nothing runs.
---@return string
function M.status()
  local status = package.loaded['hum.status']
  return status and status.text() or ''
end

return M
