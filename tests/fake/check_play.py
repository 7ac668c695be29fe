"""What check.py proves of answers that a script gives piece by piece."""

import base64
import json
import os
import time

from client import CHAT, HERE, Fake, chat, parse, request

PATHS = {'ollama': '/api/chat', 'openai': '/v1/chat/completions', 'anthropic': '/v1/messages'}
CASES = os.path.join(HERE, '..', 'cases', 'wire.jsonl')


def play(f, *answers, **more):
    f.script(dict(more, answers=list(answers)))


def ask(f, path='/v1/chat/completions', **body):
    return f.ask(request(path, dict(CHAT, **body)))


def said(f, **body):
    """The body of what is answered to a request with these fields."""
    lines, _, body, end = parse(ask(f, **body))
    assert ' 200 ' in lines[0] and end == 'whole', lines
    return body.decode()


def header(lines, name):
    return [line.partition(': ')[2] for line in lines if line.lower().startswith(name + ':')]


def chunks_of(pieces):
    """What each HTTP chunk holds, told by the form of the pieces."""
    for p in pieces:
        p = {'text': p} if isinstance(p, str) else p
        data = base64.b64decode(p.get('base64', '')) or p.get('text', '').encode()
        data *= p.get('times', 1)
        n = p.get('split', len(data) or 1)
        yield from (data[at:at + n] for at in range(0, len(data), n))


def plays_every_case():
    with open(CASES, encoding='utf-8') as lines, Fake() as f:
        for line in lines:
            case = json.loads(line)
            for a in case['answers']:
                status, data = f.control('POST', 'script', line.encode())
                assert status == 200, (case['name'], data)
                when = a.get('when', {})
                body = {name: {} for name in [when['has']]} if 'has' in when else {}
                if 'role' in when:
                    body['messages'] = [{'role': when['role'], 'content': 'x'}]
                if a is not case['answers'][0] and 'nth' in case['answers'][0]['when']:
                    ask(f, PATHS[case['dialect']])
                head, chunks, got, end = parse(ask(f, PATHS[case['dialect']], **body))
                assert end == 'whole' and int(head[0].split()[1]) == a.get('status', 200), head
                for name, value in a.get('headers', {}).items():
                    assert header(head, name.lower()) == [value], (case['name'], head)
                if 'pieces' in a:
                    assert chunks == list(chunks_of(a['pieces'])), (case['name'], chunks)
                else:
                    assert got.decode() == a['body'] if 'body' in a else \
                        json.loads(got) == a['json'], (case['name'], got)


def sends_each_kind_of_piece():
    odd = bytes(range(256)) * 3
    pieces = ['one', {'text': 'ab\u6f22', 'split': 2}, {'text': 'x', 'times': 3}, '',
              {'base64': base64.b64encode(odd).decode()}, {'text': 'never', 'times': 0},
              {'base64': 'AAEC', 'times': 2, 'split': 2}, {'pause_ms': 60}, 'two']
    with Fake() as f:
        for path in PATHS.values():
            play(f, {'pieces': pieces})
            began = time.monotonic()
            lines, chunks, _, end = parse(ask(f, path))
            assert chunks == list(chunks_of(pieces)) and end == 'whole', chunks
            assert time.monotonic() - began >= 0.06
            assert header(lines, 'content-type') == ['text/event-stream']
        for split, count in ((1000000, 1), (10, 100000)):
            play(f, {'pieces': [{'text': '0123456789', 'times': 100000, 'split': split}]})
            _, chunks, body, end = parse(ask(f))
            assert len(chunks) == count and len(body) == 1000000 and end == 'whole'
        for end, mark in (('close', b''), ('reset', b'<RESET>')):
            play(f, {'pieces': ['a', {'pause_ms': 20}, {'end': end}, 'b']})
            raw = ask(f)
            assert raw.endswith(b'1\r\na\r\n' + mark), raw
        play(f, {'pieces': []})
        assert parse(ask(f))[2:] == (b'', 'whole')
        play(f, {'pieces': ['abcdef'], 'chunk_bytes': 4, 'split': 1})
        assert parse(ask(f))[1] == [b'abcd', b'ef']


def sends_raw_bytes():
    raw = 'HTTP/1.1 200 Fine\r\nContent-Length: 9\r\n\r\n{"a":'
    with Fake() as f:
        for pieces, want in (([raw], raw), ([raw, {'end': 'reset'}], raw + '<RESET>'),
                             (['HT', {'pause_ms': 10}, 'TP/9\r\n'], 'HTTP/9\r\n'), ([], '')):
            play(f, {'framing': 'raw', 'status': 500, 'headers': {'X': 'y'}, 'pieces': pieces})
            got = f.ask(request(PATHS['ollama'], CHAT, headers=''))
            assert got.decode() == want, got


def chooses_by_the_request():
    with Fake() as f:
        play(f, {'when': {'has': 'tools', 'nth': 2}, 'body': 'both'},
             {'when': {'has': 'tools'}, 'body': 'has'}, {'when': {'role': 'tool'}, 'body': 'role'},
             {'when': {'over': ['max_tokens', 10]}, 'body': 'over'},
             {'when': {'thinking': 'adaptive'}, 'body': 'thinking'},
             {'when': {'nth': 3}, 'body': 'nth'}, {'body': 'always'}, {'body': 'never'})
        result = {'role': 'tool', 'content': 'x'}
        assert said(f, model='a', tools=[]) == 'has' and said(f, model='a', tools=[]) == 'both'
        assert said(f, model='a') == 'nth' and said(f, model='a') == 'always'
        assert said(f, model='b', messages=[*CHAT['messages'], result]) == 'role'
        assert said(f, model='b', max_tokens=11) == 'over'
        assert said(f, model='c', max_tokens=10) == 'always'
        assert said(f, model='c', thinking={'type': 'adaptive'}) == 'thinking'
        assert said(f, model='d', thinking={'type': 'enabled'}) == 'always'
        play(f, {'when': {'has': 'tools'}, 'body': 'x'})
        assert b' 500 ' in ask(f) and f.log('event=unexpected')
        f.script([{'when': {'role': 'user'}, 'match': {'text': ['moon', 'sun']}, 'text': 'Sky.'},
                  {'text': 'Earth.'}])
        assert 'Sky.' in said(f, messages=[{'role': 'user', 'content': 'the sun'}])
        assert 'Earth.' in said(f)


def answers_as_written():
    with Fake() as f:
        play(f, {'status': 529, 'headers': {'Retry-After': '7'}, 'json': {'error': 'x'},
                 'first_ms': 60})
        began = time.monotonic()
        lines, _, body, _ = parse(ask(f))
        assert time.monotonic() - began >= 0.06
        assert lines[0].startswith('HTTP/1.1 529 ') and header(lines, 'retry-after') == ['7']
        assert header(lines, 'content-type') == ['application/json'] and body == b'{"error":"x"}'
        play(f, {'body': '<p>', 'headers': {'content-type': 'text/html'}})
        lines, _, body, _ = parse(ask(f))
        assert header(lines, 'content-type') == ['text/html'] and body == b'<p>'
        play(f, {'status': 503, 'body': ''})
        lines, _, body, _ = parse(ask(f))
        assert ' 503 ' in lines[0] and body == b''
        play(f, {'tokens': ['a', 'b'], 'done_reason': 'length'})
        for path in (PATHS['openai'], PATHS['ollama']):  # an answer of tokens will do too
            raw = f.ask(chat(path))
            assert b'"content":"a"' in raw and b'_reason":"length"' in raw, raw


def plays_for_every_dialect():
    with Fake() as f:
        for dialect, path in PATHS.items():
            play(f, {'body': 'ok'}, dialect=dialect, name='a case', want={}, wait_ms=1)
            assert parse(f.ask(request(path, {'messages': [5], 'model': 7, 'stream': [1]})))[2] == b'ok'
            assert parse(f.ask(request(path, b'no JSON')))[2] == b'ok'
            for raw in (request('/api/tags'), request('/v1/models'), chat(PATHS['openai'])):
                status = f.ask(raw).split()[1]
                assert status == (b'404' if dialect == 'anthropic' else b'200'), (dialect, raw)
        for n, silence in enumerate(({'pause_ms': 60000}, {'end': 'stall'}), 1):
            play(f, {'pieces': ['a', silence]})
            s = f.connect()
            s.sendall(chat(PATHS['openai']))
            assert b'\r\na\r\n' in s.recv(4096)
            s.close()
            assert f.wait('disconnect', n)['phase'] == 'streaming'


def refuses_bad_answers():
    with Fake() as f:
        for answer, word in (({'pieces': [5]}, 'pieces'), ({'pieces': [{'txt': 'x'}]}, 'txt'),
                             ({'pieces': [{'text': 'a', 'base64': 'b'}]}, 'one of'),
                             ({'pieces': [{'times': 2}]}, 'one of'),
                             ({'pieces': [{'end': 'soon'}]}, 'end'),
                             ({'pieces': [{'pause_ms': -1}]}, 'pause_ms'),
                             ({'framing': 'chunky'}, 'framing'), ({'when': {'had': 'x'}}, 'had'),
                             ({'when': {'over': ['x']}}, 'over'), ({'statu': 1}, 'statu')):
            status, data = f.control('POST', 'script', json.dumps({'answers': [answer]}))
            assert status == 400 and word in data.decode(), (answer, data)


TESTS = (plays_every_case, sends_each_kind_of_piece, sends_raw_bytes, chooses_by_the_request,
         answers_as_written, plays_for_every_dialect, refuses_bad_answers)
