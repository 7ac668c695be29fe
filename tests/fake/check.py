#!/usr/bin/env python3
"""Proves what build/hum-fake promises, on the wire: tests/fake/check.py [BINARY]"""

import json
import os
import random
import signal
import socket
import struct
import sys
import traceback

sys.dont_write_bytecode = True

import check_fill
import check_play
from client import (CHAT, FIXTURES, PATHS, Fake, chat, drain, head_shape, in_time, parse, recorded,
                    records, request, same_as_recorded, shape, texts, unhurried)


def answers_as_recorded():
    with Fake({'models': ['tiny'], 'version': '0.0.0'}) as f:
        for name, raw in (
                ('root', request('/')),
                ('version', request('/api/version')),
                ('error-unknown-model', request('/api/chat', dict(CHAT, model='nope'))),
                ('error-no-model', request('/api/chat', {'messages': CHAT['messages']})),
                ('error-no-body', request('/api/chat', b'')),
                ('error-bad-json', request('/api/chat', b'{"model":')),
                ('error-not-found', request('/api/nothing')),
                ('error-method', request('/api/chat'))):
            same_as_recorded('ollama/%s.http' % name, f.ask(raw), exact=True)
        for name, raw in (
                ('tags', request('/api/tags')), ('ps', request('/api/ps')),
                ('generate-load', request('/api/generate', {'model': 'tiny'})),
                ('generate-unload', request('/api/generate', {'model': 'tiny', 'keep_alive': 0}))):
            same_as_recorded('ollama/%s.http' % name, f.ask(raw))
        for name, raw in (
                ('health', request('/health')),
                ('error-no-messages', request('/v1/chat/completions', {'model': 'tiny'})),
                ('models', request('/v1/models'))):
            same_as_recorded('llama-server/%s.http' % name, f.ask(raw), name != 'models')
        f.script({'server': 'ollama', 'models': ['tiny']})
        for name, raw in (
                ('v1-models', request('/v1/models')),
                ('v1-error-unknown-model', request('/v1/chat/completions',
                                                   dict(CHAT, model='nope')))):
            same_as_recorded('ollama/%s.http' % name, f.ask(raw))
        f.script({'server': 'llama-server', 'models': ['tiny'], 'key': 'secret'})
        same_as_recorded('llama-server/error-no-key.http', f.ask(request('/v1/models')))
        headers = 'Authorization: Bearer secret\r\nConnection: close\r\n'
        for path in ('/api/tags', '/api/chat', '/nothing'):
            same_as_recorded('llama-server/error-not-found.http',
                             f.ask(request(path, headers=headers)))


def streams_as_recorded():
    with Fake() as f:
        for name, path, more in (
                ('ollama/chat-stream', '/api/chat', {}),
                ('ollama/generate-stream', '/api/generate', {'prompt': 'x'}),
                ('llama-server/chat-stream-reasoning', '/v1/chat/completions', {}),
                ('llama-server/completions-stream', '/v1/completions', {'prompt': 'x'})):
            lines, chunks, _, _ = parse(recorded(name + '.http'))
            thinks = 'reasoning' in name or name == 'ollama/chat-stream'
            f.script({'default': {'text': 'A b & c.', 'thinking': 'Hm so.' if thinks else ''}})
            more = dict(more, model='fake', stream=True, messages=CHAT['messages'])
            got_lines, got, body, end = parse(f.ask(request(path, more)))
            assert end == 'whole'
            same = [[shape(r) for r in records(c)] for c in (chunks[0], got[0])]
            assert same[0] == same[1], (name, same)
            assert len(records(got[1])) == 1
            last = -2 if name.startswith('llama') else -1
            if 'ollama' in name:
                assert shape(records(got[last])[0])[:5] == shape(records(chunks[last])[0])[:5]
            else:
                assert shape(records(got[last])[0]) == shape(records(chunks[last])[0]), name
                assert got[-1] == chunks[-1] == b'data: [DONE]\n\n'
            kept = [line for line in lines if not line.startswith('Keep-Alive')]
            assert head_shape([x for x in got_lines if x != 'Connection: close']) == \
                head_shape(kept), (got_lines, kept)
        f.script({'default': {'thinking': 'Hm so.', 'text': 'A b c.'}})
        _, chunks, _, _ = parse(recorded('llama-server/anthropic-messages-stream.http'))
        _, got, _, _ = parse(f.ask(request('/v1/messages', dict(CHAT, stream=True, max_tokens=9))))
        for i in (0, 1, -1):
            assert [shape(r) for r in records(got[i])] == [shape(r) for r in records(chunks[i])], (got[i], chunks[i])
        f.script({'server': 'ollama', 'default': {'thinking': 'Hm so.', 'text': 'A b c.'}})
        more = {'stream_options': {'include_usage': True}}
        for name, path, more in (
                ('v1-chat-stream', '/v1/chat/completions', more),
                ('v1-completions-stream', '/v1/completions', {'prompt': 'x'})):
            _, chunks, _, _ = parse(recorded('ollama/%s.http' % name))
            _, got, _, _ = parse(f.ask(chat(path, **more)))
            for i in (0, 1, -1):
                assert [shape(r) for r in records(got[i])] == \
                    [shape(r) for r in records(chunks[i])], (name, got[i], chunks[i])


def sends_the_tokens_it_was_told():
    tokens = ['<&>', 'Hel', 'lo', ' "x"\\', '\n', '\t', 'é', '😀', '\u2028', '</s>', '\x7f', '\x01']
    with Fake({'default': {'tokens': tokens, 'thinking': ['one', ' two']}}) as f:
        for path in PATHS:
            lines, chunks, body, end = parse(f.ask(chat(path)))
            assert texts(body) == (['one', ' two'], tokens), body
            assert end == 'whole' and len(chunks) == 14 + (1 if path == PATHS[0] else 2)
        body = parse(f.ask(request('/api/chat', dict(CHAT, think=False))))[2]
        assert b'"\\u003c\\u0026\\u003e"' in body and b'"\\u2028"' in body
        assert texts(body) == ([], tokens)
        body = json.loads(parse(f.ask(request('/api/chat', dict(CHAT, stream=False))))[2])
        assert body['message']['content'] == ''.join(tokens)
        assert body['message']['thinking'] == 'one two' and body['eval_count'] == 14
        body = json.loads(parse(f.ask(request(PATHS[1], CHAT)))[2])
        assert body['choices'][0]['message']['content'] == ''.join(tokens)


def makes_and_cuts_tokens():
    text = 'A word,  two\n\n    indented() é漢字 end.\n'
    with Fake({'default': {'text': text}}) as f:
        got = texts(parse(f.ask(chat('/api/chat')))[2])[1]
        assert ''.join(got) == text and len(got) > 8, got
        f.script({'default': {'text': text, 'token_bytes': 3}})
        got = texts(parse(f.ask(chat('/api/chat')))[2])[1]
        assert ''.join(got) == text and max(len(t.encode()) for t in got) <= 3, got
        f.script({'default': {'text': 'a b', 'count': 5}})
        assert texts(parse(f.ask(chat('/api/chat')))[2])[1] == ['a', ' b', 'a', ' b', 'a']
        f.script({'default': {'count': 40, 'thinking_count': 7}})
        thinking, got = texts(parse(f.ask(chat('/api/chat')))[2])
        assert len(got) == 40 and len(thinking) == 7
        f.script({'default': {'count': 100, 'seed': 3}})
        one, two = (texts(parse(f.ask(chat('/api/chat')))[2])[1] for _ in range(2))
        assert one == two and len(one) == 100 and one[11::12] == ['\n'] * 8


def escapes_stand_as_given():
    with Fake({'default': {'escaped': ['a\\u0000b', '\\ud800', '\\u2028']}}) as f:
        for path in PATHS:
            body = f.ask(chat(path))
            for text in (b'"a\\u0000b"', b'"\\ud800"', b'"\\u2028"'):
                assert text in body, body


def keeps_the_pace():
    def late(interval):
        """How late each token came, in ms; the first is on time."""
        times = f.times()
        return [(t - times[0]) / 1e6 - i * interval for i, t in enumerate(times)]

    with Fake({'default': {'count': 300, 'interval_ms': 2}}) as f:
        assert len(texts(parse(f.ask(chat('/api/chat')))[2])[1]) == 300
        for count, interval in ((300, 2), (400, 0.25)):
            f.script({'default': {'count': count, 'interval_ms': interval}})
            f.ask(chat('/api/chat'))
            delays = late(interval)
            assert len(delays) == count and min(delays) > -0.3, min(delays)
            # However late a busy machine makes one, those behind it catch up: it does not add up.
            catches_up = any(b < a - interval / 2 for a, b in zip(delays, delays[1:]))
            assert catches_up or max(delays) < 1, delays
        f.script({'default': {'count': 3, 'first_ms': 300}})
        f.ask(chat('/api/chat'))
        began, first = f.log('event=request')[-1]['ns'], f.log('event=first')[-1]['ns']
        assert first - began >= 3e8, first - began


def sends_as_fast_as_it_can():
    with Fake({'default': {'count': 200000}}) as f:
        body = parse(f.ask(chat('/api/chat')))[2]
        times = f.times()
        assert body.count(b'\n') == 200001 and len(times) == 200000
        assert len(set(times)) < 4000, len(set(times))
        print('  %.0f tokens/s' % (200000 / ((times[-1] - times[0]) / 1e9)))


def cuts_bytes_where_told():
    with Fake() as f:
        for path in PATHS:
            f.script({'default': {'text': 'größer 漢字 <b>', 'thinking': 'hm'}})
            plain = texts(parse(f.ask(chat(path)))[2])
            for how in ({'split': 1}, {'split': 100}, {'chunk_bytes': 1}, {'chunk_bytes': 7},
                        {'per_chunk': 3}, {'per_chunk': 1000}, {'per_chunk': 2, 'interval_ms': 1},
                        {'crlf': True}, {'sse_space': False}, {'comments': True}):
                f.script({'default': dict({'text': 'größer 漢字 <b>', 'thinking': 'hm'}, **how)})
                lines, chunks, body, end = parse(f.ask(chat(path)))
                assert texts(body) == plain and end == 'whole', (how, body)
                if 'chunk_bytes' in how:
                    assert max(len(c) for c in chunks) == how['chunk_bytes']
                if how.get('per_chunk') == 1000:
                    assert len(chunks) == (2 if path == PATHS[0] else 3), len(chunks)
            f.script({'default': {'text': 'x', 'last_newline': False}})
            body = parse(f.ask(chat(path)))[2]
            assert body[-1:] in b'}]', body


def fails_as_told():
    def ask(path, **fault):
        f.script({'default': {'tokens': ['a', 'b', 'c'], 'faults': [fault]}})
        raw = f.ask(chat(path))
        return raw, parse(raw)

    with Fake() as f:
        for path in PATHS:
            raw, (_, _, body, end) = ask(path, at=2, do='cut')
            assert end == 'whole' and texts(body)[1] == ['a', 'b'] and b'"stop"' not in body
            raw, (_, _, body, end) = ask(path, do='cut')
            assert end == 'whole' and texts(body)[1] == ['a', 'b', 'c'] and b'[DONE]' not in body
            raw, (_, _, body, end) = ask(path, at=1, do='truncate')
            assert end == 'truncated' and texts(body)[1] == ['a']
            raw, (_, _, body, end) = ask(path, at=1, do='close')
            assert end == 'cut' and texts(body)[1] == ['a']
            raw, _ = ask(path, at=1, do='reset')
            assert raw.endswith(b'<RESET>') and b'"a"' in raw and b'"b"' not in raw
            raw, _ = ask(path, at=0, do='reset')
            assert raw == b'<RESET>', raw
            raw, _ = ask(path, at=0, do='close')
            assert raw == b'', raw
            raw, (_, _, body, end) = ask(path, at=1, do='error', text='out of "memory"')
            assert end == 'whole' and b'out of \\"memory\\"' in body and b'"b"' not in body
            raw, (_, chunks, body, end) = ask(path, at=1, do='raw', text='{]junk\n')
            assert end == 'whole' and b'{]junk\n' in chunks and b'"c"' in body
            raw, (_, _, body, end) = ask(path, at=1, do='huge', size=9000000)
            assert end == 'whole' and len(texts(body)[1][1]) == 9000000
            raw, (_, chunks, body, end) = ask(path, at=1, do='empty')
            assert texts(body)[1] == ['a', 'b', 'c'] and b'"content":""' in chunks[1]
            raw, (_, _, body, end) = ask(path, at=1, do='pause', ms=150)
            assert end == 'whole' and f.times()[1] - f.times()[0] >= 1.5e8
        f.script({'server': 'ollama', 'default': {'tokens': ['a', 'b'],
                                                  'faults': [{'at': 1, 'do': 'error'}]}})
        _, _, body, end = parse(f.ask(chat(PATHS[1])))
        assert end == 'whole' and b'"model":""' in body and b'[DONE]' not in body


def stalls_until_the_client_leaves():
    with Fake({'default': {'tokens': ['a', 'b'], 'faults': [{'at': 1, 'do': 'stall'}]}}) as f:
        s = f.connect()
        s.sendall(chat('/api/chat'))
        f.wait('stall')
        assert b'"a"' in s.recv(4096)
        s.close()
        assert f.wait('disconnect')['phase'] == 'streaming'
        f.script({'default': {'faults': [{'at': 0, 'do': 'stall'}], 'early_headers': True}})
        s = f.connect()
        s.sendall(chat('/v1/chat/completions'))
        f.wait('stall', 2)
        assert s.recv(4096).endswith(b'\r\n\r\n')
        s.close()
        f.wait('disconnect', 2)


def sees_a_disconnect_in_every_phase():
    answer = {'count': 100000, 'interval_ms': 1, 'first_ms': 50}
    with Fake({'default': answer, 'slots': 1}) as f:
        first = f.connect()
        first.sendall(chat('/api/chat'))
        f.wait('request')
        second = f.connect()
        second.sendall(chat('/api/chat'))
        f.wait('queued')
        second.close()
        assert f.wait('disconnect')['phase'] == 'queued'
        f.wait('token', 20)
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        first.close()
        gone = f.wait('disconnect', 2)
        assert gone['phase'] == 'streaming' and gone['request'] == 1, gone
        f.script({'default': {'text': 'x', 'first_ms': 60000}})
        third = f.connect()
        third.sendall(chat('/api/chat'))
        f.wait('request', 3)
        third.close()
        assert f.wait('disconnect', 3)['phase'] == 'waiting'
        fourth = f.connect()
        fourth.sendall(chat('/api/chat'))
        f.wait('request', 4)
        fourth.shutdown(socket.SHUT_WR)
        assert f.wait('disconnect', 4)['how'] == 'eof'
        fourth.close()
        assert json.loads(f.control('GET', 'state')[1])['active'] == 0
        assert not f.log('event=done')


def waits_for_a_slow_reader():
    with Fake({'default': {'count': 300000}}) as f:
        s = f.connect()
        s.sendall(chat('/api/chat'))
        f.wait('first')
        before = json.loads(f.control('GET', 'state')[1])['tokens']
        assert before < 300000
        body = parse(drain(s))[2]
        assert body.count(b'\n') == 300001


@unhurried
def queues_one_model(slow):
    answer = {'count': 20, 'interval_ms': slow}
    with Fake({'slots': 1, 'default': answer, 'models': ['fake', 'other']}) as f:
        sockets = []
        for n, model in enumerate(('fake', 'fake', 'other', 'fake')):
            s = f.connect()
            s.sendall(request('/api/chat', dict(CHAT, model=model)))
            f.wait('request', n + 1)
            sockets.append(s)
        for s in sockets:
            assert parse(drain(s))[3] == 'whole'
        done = [e['request'] for e in f.log('event=done')]
        first = f.log('event=done')[0]['ns']
        in_time(f.log('event=request')[-1]['ns'] < first, 'all come before the first is done')
        assert [r for r in done if r != 3] == [1, 2, 4] and done[-1] == 4, done
        assert [e['request'] for e in f.log('event=queued')] == [2, 4]


@unhurried
def loads_models(slow):
    with Fake({'load_ms': 100 * slow}) as f:
        s = f.connect()
        s.sendall(request('/api/generate', {'model': 'fake'}))
        f.wait('request')
        loaded = json.loads(parse(f.ask(request('/api/ps')))[2])['models']
        s.close()
        in_time(not f.log('event=load_done'), 'it leaves while it loads')
        f.wait('disconnect')
        assert loaded == []
        end = records(parse(f.ask(chat('/api/chat')))[2])[-1]
        assert end['load_duration'] == 100000000 * slow, end
        end = records(parse(f.ask(chat('/api/chat')))[2])[-1]
        assert 'load_duration' not in end
        end = records(parse(f.ask(chat('/api/chat', options={'num_ctx': 99})))[2])[-1]
        assert 'load_duration' in end
        models = json.loads(parse(f.ask(request('/api/ps')))[2])['models']
        assert [m['name'] for m in models] == ['fake:latest']
        f.ask(request('/api/chat', {'model': 'fake', 'keep_alive': 0}))
        assert json.loads(parse(f.ask(request('/api/ps')))[2])['models'] == []


def replays_every_recording():
    with Fake() as f:
        names = [os.path.join(d, n) for d in ('ollama', 'llama-server')
                 for n in sorted(os.listdir(os.path.join(FIXTURES, d))) if n.endswith('.http')]
        assert len(names) > 130
        for name in names:
            want = recorded(name)
            for how in ({}, {'split': 100}):
                f.script([dict(how, replay=name)])
                s = f.connect()
                s.sendall(chat('/api/chat').replace(b'Connection: close\r\n', b''))
                got = b''
                while len(got) < len(want):
                    more = s.recv(65536)
                    assert more, (name, got)
                    got += more
                s.close()
                assert got == want, name
        f.script([{'replay': names[0], 'faults': [{'at': 100, 'do': 'close'}]}])
        assert f.ask(chat('/api/chat')) == recorded(names[0])[:100]


def keeps_connections():
    with Fake() as f:
        s = f.connect()
        two = request('/api/version', headers='') + request('/', headers='')
        s.sendall(two + chat('/api/chat'))
        raw = drain(s)
        assert raw.count(b'HTTP/1.1 200 OK') == 3 and raw.endswith(b'0\r\n\r\n')
        log = f.log('event=request')
        assert [(e['conn'], e['nth']) for e in log] == [(1, 1), (1, 2), (1, 3)]
        s = f.connect()
        for byte in request('/api/chat', CHAT, headers='Expect: 100-continue\r\n')[:-5]:
            s.send(bytes([byte]))
        assert s.recv(100) == b'HTTP/1.1 100 Continue\r\n\r\n'
        s.sendall(request('/api/chat', CHAT)[-5:])
        while b'0\r\n\r\n' not in s.recv(65536):
            pass
        assert [e['conn'] for e in f.log('event=request')] == [1, 1, 1, 2]


def speaks_older_http():
    with Fake() as f:
        raw = f.ask(request('/api/chat', CHAT, version='1.0', headers=''))
        lines, chunks, body, _ = parse(raw)
        assert lines[0] == 'HTTP/1.0 200 OK' and chunks is None and texts(body)[1]
        raw = f.ask(request('/', method='HEAD'))
        assert b'Content-Length: 17' in raw and raw.endswith(b'\r\n\r\n')
        same_as_recorded('llama-server/error-method.http', f.ask(request(PATHS[1])))


def gives_fixed_answers():
    page = '<html><title>502 Bad Gateway</title></html>'
    with Fake([{'match': {'nth': 1}, 'status': 429, 'headers': {'Retry-After': '7'},
                'json': {'error': 'slow down'}},
               {'match': {'nth': 1}, 'status': 502, 'body': page, 'content_type': 'text/html'},
               {'match': {'nth': 1}, 'redirect': 'http://localhost:1/api/chat'},
               {'match': {'nth': 1}, 'redirect': '/x', 'status': 301},
               {'match': {'nth': 1}, 'status': 500, 'pieces': ['{"error":"x"}']},
               {'match': {'path': '/api/tags'}, 'status': 503, 'times': 1}]) as f:
        got = [parse(f.ask(chat('/api/chat'))) for _ in range(6)]
        assert got[0][0][0] == 'HTTP/1.1 429 Too Many Requests' and 'Retry-After: 7' in got[0][0]
        assert got[0][2] == b'{"error":"slow down"}'
        assert got[1][2].decode() == page and 'Content-Type: text/html' in got[1][0]
        assert got[2][0][0] == 'HTTP/1.1 307 Temporary Redirect'
        assert 'Location: http://localhost:1/api/chat' in got[2][0]
        assert got[3][0][0] == 'HTTP/1.1 301 Moved Permanently'
        assert got[4][1] == [b'{"error":"x"}']
        assert texts(got[5][2])[1]
        assert parse(f.ask(request('/api/tags')))[0][0].startswith('HTTP/1.1 503')
        assert parse(f.ask(request('/api/tags')))[0][0].startswith('HTTP/1.1 200')


def chooses_by_rule():
    with Fake({'rules': [{'match': {'text': 'weather'}, 'text': 'Rain.'},
                         {'match': {'model': 'special'}, 'text': 'Special.'},
                         {'match': {'nth': 2}, 'text': 'Second.'}, {'times': 1, 'text': 'Once.'}],
               'models': ['fake', 'other'], 'default': {'text': 'Default.'}}) as f:
        def ask(**body):
            return ''.join(texts(parse(f.ask(request('/api/chat', dict(CHAT, **body))))[2])[1])
        said = [{'role': 'user', 'content': 'the weather?'}]
        assert ask(messages=said) == 'Rain.'
        assert ask(model='SPECIAL:latest') == 'Special.'
        assert [ask() for _ in range(3)] == ['Once.', 'Second.', 'Default.']
        names = [m['name'] for m in json.loads(parse(f.ask(request('/api/tags')))[2])['models']]
        assert names == ['fake:latest', 'other:latest']


def goes_on_with_what_was_begun():
    def ask(path, *messages):
        thinking, text = texts(parse(f.ask(chat(path, messages=[
            {'role': ('user', 'assistant')[i % 2], 'content': m} for i, m in enumerate(messages)])))[2])
        return ''.join(thinking), ''.join(text)
    with Fake({'rules': [{'when': {'role': 'assistant'}, 'match': {'text': 'more'}, 'goes_on': True,
                          'thinking': 'So.', 'text': 'Two and three.'},
                         {'goes_on': True, 'thinking': 'Hm.', 'text': 'One – or two.'},
                         {'text': 'What?'}],
               'default': {'text': 'Default.'}}) as f:
        for path in PATHS:
            assert ask(path, 'hi') == ('Hm.', 'One – or two.')
            assert ask(path, 'hi', 'One –') == ('', ' or two.')
            assert ask(path, 'hi', 'One –', 'more') == ('So.', 'Two and three.')
            assert ask(path, 'hi', 'One –', 'more', 'Two') == ('', ' and three.')
            assert ask(path, 'hi', 'One – or two.') == ('', '')
            assert ask(path, 'hi', 'Another') == ('', 'What?')
        f.script({'default': {'goes_on': True, 'text': 'One.'}})
        assert ask(PATHS[0], 'hi', 'On') == ('', 'e.') and ask(PATHS[0], 'hi', 'No') == ('', 'One.')


def refuses_what_servers_refuse():
    with Fake({'key': 'secret', 'check_host': True}) as f:
        def ask(path, body, host='127.0.0.1', key='secret', more=''):
            raw = request(path, body, headers='Connection: close\r\nAuthorization: Bearer %s\r\n%s'
                          % (key, more)).replace(b'Host: 127.0.0.1', b'Host: ' + host.encode())
            lines, _, text, _ = parse(f.ask(raw))
            return int(lines[0].split()[1]), text
        assert ask('/api/chat', CHAT)[0] == 200
        status, text = ask('/api/chat', CHAT, key='other')
        assert status == 401 and 'signin_url' in json.loads(text)
        assert ask(PATHS[1], CHAT, key='other')[0] == 401
        assert ask('/api/chat', CHAT, host='evil.example') == (403, b'')
        assert ask('/api/chat', CHAT, host='my.local:11434')[0] == 200
        assert ask('/api/chat', CHAT, more='Origin: http://x\r\n') == (403, b'')
        for body, word in (
                (dict(CHAT, stream='yes'), 'stream'), (dict(CHAT, think='x'), 'think'),
                (dict(CHAT, think=True), '"fake" does not support thinking'),
                (dict(CHAT, keep_alive='300'), 'missing unit'),
                (dict(CHAT, options={'stop': 'x'}), 'stop'),
                (dict(CHAT, options={'num_ctx': 'x'}), 'num_ctx'),
                (dict(CHAT, messages=[{'role': 'user', 'content': [1]}]), 'content'),
                (b'{"model":"fake","messages":[{"role":"user","content":"a\nb"}]}', 'literal'),
                (b'\xef\xbb\xbf{}', 'invalid character')):
            status, text = ask('/api/chat', body)
            assert status == 400 and word in json.loads(text)['error'], (body, status, text)
        status, data = f.control('POST', 'script', '{"default": {"txt": "x"}}')
        assert status == 400 and b'txt' in data
        assert ask('/api/chat', CHAT, key='other')[0] == 401, 'the old script stays'


def ends_with_its_parent():
    with Fake() as f:
        f.process.send_signal(signal.SIGTERM)
        assert f.process.wait(10) == 0
    with Fake(None, '--host', '::1') as f:
        assert b'Ollama is running' in f.ask(request('/'))
    with Fake({'default': {'text': 'x', 'first_ms': 60000}}) as f:
        s = f.connect()
        s.sendall(chat('/api/chat'))
        f.wait('request')
    assert s.recv(1) == b''


def forgets_when_told():
    with Fake() as f:
        f.ask(request('/'))
        assert f.log()
        f.control('POST', 'reset')
        assert not f.log()
        f.ask(request('/'))
        assert f.wait('request')['request'] == 2
        status, _ = f.control('GET', 'wait?event=stall&timeout_ms=20')
        assert status == 408


def says_what_the_demo_says():
    with Fake(None, '--demo') as f:
        body = dict(CHAT, model='hum-demo', think=True)
        thinking, text = texts(parse(f.ask(request(
            '/api/chat', body, headers='Connection: close\r\n')))[2])
        text = ''.join(text)
        assert thinking and 'I am not a language model' in text
        for part in ('\n## ', '\n- ', '\n| --- |', '\n```c\n'):
            assert part in text, part
        begun = [*CHAT['messages'], {'role': 'assistant', 'content': text[:-60]}]
        thinking, rest = texts(parse(f.ask(chat('/api/chat', model='hum-demo', messages=begun)))[2])
        assert not thinking and ''.join(rest) == text[-60:], rest
        begun[-1]['content'] += ' changed'
        rest = texts(parse(f.ask(chat('/api/chat', model='hum-demo', messages=begun)))[2])[1]
        assert 'was changed' in ''.join(rest), rest
        again = [*CHAT['messages'], {'role': 'assistant', 'content': text},
                 {'role': 'user', 'content': 'Write a <b> function'}]
        text = ''.join(texts(parse(f.ask(chat(PATHS[1], messages=again)))[2])[1])
        assert 'I cannot write code' in text and '```lua' in text
        times = f.times()
        assert 20e6 < (times[-1] - times[0]) / (len(times) - 1) < 30e6


def survives_garbage():
    seed = int(os.environ.get('SEED', random.randrange(1 << 30)))
    chance = random.Random(seed)
    good = [chat('/api/chat'), chat(PATHS[1]), request('/api/tags'), request('/_fake/state'),
            request('/infill', {'input_prefix': 'int a', 'input_suffix': '', 'stream': True,
                                'response_fields': ['timings/cache_n'], 'n_probs': 1}),
            request('/api/generate', {'model': 'fake', 'prompt': '<PRE> a <SUF>b <MID>',
                                      'raw': True, 'logprobs': True}),
            request('/_fake/script', b'[{"text":"x","faults":[{"at":0,"do":"stall"}]}]'),
            request('/_fake/script', b'{"answers":[{"when":{"over":["n",1]},"pieces":["x"]},'
                                     b'{"pieces":["a",{"base64":"eHk=","times":2},{"text":"bc",'
                                     b'"split":1},{"pause_ms":1},{"end":"reset"}]}]}'),
            b'POST /api/chat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
            b'5\r\nabcde\r\n']
    with Fake() as f:
        for _ in range(400):
            data = bytearray(chance.choice(good))
            for _ in range(chance.randrange(12)):
                at = chance.randrange(len(data))
                what = chance.randrange(3)
                if what == 0:
                    data[at] = chance.randrange(256)
                elif what == 1:
                    del data[at:at + chance.randrange(1, 20)]
                else:
                    data[at:at] = chance.choice([b'\r\n', b'\0', b'{', b'"', b'9999999999', b' '])
                data = data or bytearray(b'x')
            s = f.connect()
            s.settimeout(0.01)
            try:
                at = 0
                while at < len(data):
                    n = chance.choice([1, 7, 100, 5000])
                    s.sendall(data[at:at + n])
                    at += n
                s.recv(1000)
            except OSError:
                pass
            s.close()
        s = f.connect()
        s.sendall(b'GET /' + b'x' * 70000)
        assert b' 431 ' in drain(s), seed
        assert f.process.poll() is None, seed
        f.script({})
        assert b'"done":true' in f.ask(chat('/api/chat')), seed


def main():
    passed = failed = 0
    Fake.binary = sys.argv[1] if len(sys.argv) > 1 else Fake.binary
    for test in (answers_as_recorded, streams_as_recorded, sends_the_tokens_it_was_told,
                 makes_and_cuts_tokens, escapes_stand_as_given, keeps_the_pace,
                 sends_as_fast_as_it_can, cuts_bytes_where_told, fails_as_told, stalls_until_the_client_leaves, sees_a_disconnect_in_every_phase,
                 waits_for_a_slow_reader, queues_one_model, loads_models, replays_every_recording,
                 keeps_connections, speaks_older_http, gives_fixed_answers,
                 chooses_by_rule, goes_on_with_what_was_begun, refuses_what_servers_refuse, ends_with_its_parent,
                 forgets_when_told, says_what_the_demo_says, *check_play.TESTS, *check_fill.TESTS,
                 survives_garbage):
        name = test.__name__.replace('_', ' ')
        try:
            test()
            passed += 1
            print('ok    fake: ' + name)
        except Exception:  # a failed test is reported, the others still run
            failed += 1
            print('FAIL  fake: ' + name)
            traceback.print_exc(file=sys.stdout)
    print('fake: %d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
