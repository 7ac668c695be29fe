" The helper as a remote-plugin host in Neovim's own sense (:help remote-plugin). Opt-in:
" Neovim's host code costs a millisecond of every start, and hum's everyday way, a lazy
" jobstart() from Lua, needs none of it. See :help hum-remote-plugin.

" Makes the host known; afterwards :UpdateRemotePlugins, once, writes the manifest.
function! hum#remote#register() abort
  call remote#host#Register('hum', '*', function('hum#remote#start'))
endfunction

" The factory: a process of its own for the host and for the clone that is asked for specs.
function! hum#remote#start(host) abort
  let path = luaeval('(require("hum.server.helper").find())')
  if path is v:null
    throw 'hum: ' . luaeval('select(2, require("hum.server.helper").find())')
  endif
  let env = luaeval('require("hum.server.secret").environment()')
  return jobstart([path], {'rpc': v:true, 'clear_env': v:true, 'env': env})
endfunction
