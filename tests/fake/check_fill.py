"""What check.py proves of filling in: prompts, records, loads, counts."""

import json
import os

from client import (CHAT, FIXTURES, Fake, chat, drain, in_time, parse, recorded, records,
                    request, same_as_recorded, shape, unhurried)

CODER = {'name': 'coder', 'capabilities': ['completion', 'insert']}
DOCUMENT = ''.join('int value_%d(void)\n{\n    return %d;\n}\n\n' % (n, n * n) for n in range(40))
FIM = '<|fim_prefix|>%s<|fim_suffix|>%s<|fim_middle|>'


def infill(prefix, suffix='', line='', **more):
    return request('/infill', dict({'input_prefix': prefix, 'input_suffix': suffix,
                                    'prompt': line, 'stream': True}, **more))


def generate(prompt, **more):
    return request('/api/generate', dict({'model': 'coder', 'prompt': prompt}, **more))


def completion(prompt, **more):
    return request('/v1/completions', dict({'model': 'coder', 'prompt': prompt, 'stream': True},
                                           **more))


def said(raw):
    """The text of an answer of any of the routes."""
    lines, _, body, end = parse(raw)
    assert ' 200 ' in lines[0] and end == 'whole', raw
    return ''.join(r.get('response') or r.get('content') or
                   (r['choices'][0]['text'] if r.get('choices') else '') for r in records(body))


def refusal(raw):
    lines, _, body, _ = parse(raw)
    return int(lines[0].split()[1]), json.loads(body)['error']


def state(f):
    return json.loads(f.control('GET', 'state')[1])


def infills_as_recorded():
    extra = [{'filename': 'buf.h', 'text': 'struct buf { char *data; size_t len, cap; };\n'}]
    gap = ('static void buf_free(struct buf *b)\n{\n', '}\n')
    with Fake({'models': ['tiny'], 'default': {'tokens': ['\tif', ' (!', 't', ')\n']}}) as f:
        _, chunks, _, _ = parse(recorded('llama-server/infill-stream.http'))
        lines, got, _, end = parse(f.ask(infill(*gap, input_extra=extra, n_predict=32, seed=4,
                                                temperature=0.8)))
        assert end == 'whole' and 'Content-Type: text/event-stream' in lines
        for n in (0, -2, -1):
            mine, real = records(got[n])[0], records(chunks[n])[0]
            for settings in (mine, real):  # the fake has none
                settings.pop('generation_settings', None)
            assert shape(mine) == shape(real), (n, mine, real)
        last, real = records(got[-1])[0], records(chunks[-1])[0]
        for name in ('prompt', 'model', 'stop_type', 'has_new_line'):
            assert last[name] == real[name], (name, last[name], real[name])
        assert last['tokens_predicted'] == 5 and last['timings']['predicted_n'] == 5
        assert last['tokens_cached'] == last['tokens_evaluated'] + 4
        for name, more in (('infill', {'n_predict': 32, 'seed': 4}),
                           ('infill-no-predict', {'n_predict': 0})):
            raw = f.ask(infill(*gap, stream=False, **more))
            whole, real = (json.loads(parse(r)[2])
                           for r in (raw, recorded('llama-server/%s.http' % name)))
            assert [k for k in whole] == [k for k in real], (whole, real)
            assert whole['stop_type'] == ('limit' if 'no' in name else 'eos'), whole
        fields = ['content', 'timings', 'truncated', 'nothing', 'tokens_cached']
        got = records(parse(f.ask(infill(*gap, response_fields=fields)))[2])
        assert list(got[-1]) == [name for name in fields if name != 'nothing'], got[-1]
        _, chunks, _, _ = parse(recorded('llama-server/completion-stream-probs.http'))
        _, got, _, _ = parse(f.ask(infill(*gap, n_probs=2)))
        assert shape(records(got[0])[0]) == shape(records(chunks[0])[0]), got[0]
        real = json.loads(parse(recorded('llama-server/props.http'))[2])
        mine = json.loads(parse(f.ask(request('/props')))[2])
        assert set(mine) < set(real) and mine['total_slots'] == 4, mine
        assert mine['default_generation_settings']['n_ctx'] == 4096
        f.script({'models': ['tiny'], 'slots': 2})
        assert json.loads(parse(f.ask(request('/props')))[2])['total_slots'] == 2


def infill_refuses():
    with Fake({'models': [CODER, {'name': 'plain', 'fim': False}]}) as f:
        same_as_recorded('llama-server/error-infill-field.http',
                         f.ask(request('/infill', {'input_prefix': 5, 'input_suffix': ''})), True)
        same_as_recorded('llama-server/error-no-prompt.http',
                         f.ask(request('/v1/completions', {'stream': True})), True)
        for body, word in (({'input_suffix': ''}, "key 'input_prefix' not found"),
                           ({'input_prefix': ''}, "key 'input_suffix' not found"),
                           ({'input_extra': 5}, 'input_extra'),
                           ({'input_extra': [{'text': 5}]}, '"text"'),
                           ({'input_extra': [{'text': 'x', 'filename': 5}]}, '"filename"')):
            status, error = refusal(f.ask(request('/infill', body)))
            assert status == 400 and word in error['message'], (body, error)
        status, error = refusal(f.ask(infill('a', model='plain')))
        assert status == 501 and error == {
            'code': 501, 'type': 'not_supported_error',
            'message': 'Infill is not supported by this model: prefix token is missing. '
                       'suffix token is missing. middle token is missing. '}, error
        f.script({'fim': False})
        assert refusal(f.ask(infill('a')))[0] == 501
        f.script({'server': 'ollama'})
        for raw in (infill('a'), request('/props')):
            assert b'404 Not Found' in f.ask(raw)
        f.script({'server': 'llama-server'})
        assert said(f.ask(infill('a'))) and b'404' in f.ask(generate('a', suffix='b'))


def ollama_fills_as_recorded():
    with Fake({'server': 'ollama', 'models': ['tiny', 'coder'],
               'default': {'tokens': ['\tif', ' <=']}}) as f:
        name = 'ollama/%s.http'
        body = {'model': 'tiny', 'prompt': 'int a;\n', 'suffix': '}\n'}
        same_as_recorded(name % 'generate-suffix-not-able', f.ask(request('/api/generate', body)),
                         True)
        body = {'model': 'tiny-fim', 'prompt': 'int f(void)\n{\n', 'suffix': '}\n'}
        f.script({'server': 'ollama', 'models': ['tiny-fim']})
        same_as_recorded(name % 'default-mode-v1-completions-stream-suffix',
                         f.ask(request('/v1/completions', dict(body, stream=True))), True)
        f.script({'server': 'ollama', 'models': [dict(CODER, name='tiny-fim')],
                  'default': {'tokens': ['\tif', ' <=']}})
        for route, recording in (('/api/generate', 'gotemplate-generate-stream-suffix'),
                                 ('/v1/completions', 'gotemplate-v1-completions-stream-suffix')):
            _, chunks, _, _ = parse(recorded(name % recording))
            _, got, _, _ = parse(f.ask(request(route, dict(body, stream=True))))
            kinds = [[[shape(r) for r in records(c[i])] for i in (0, -1)] for c in (got, chunks)]
            for kind in kinds:  # no load_duration: the fake's model needs no loading
                kind[1] = [[x for x in r if x[0] != 'load_duration'] for r in kind[1]]
            assert kinds[0] == kinds[1], (route, kinds)
        usage = {'include_usage': True}
        got = records(parse(f.ask(request('/v1/completions', dict(body, stream=True,
                                                                  stream_options=usage))))[2])
        assert [r['usage']['completion_tokens'] for r in got] == [0, 0, 0, 2], got
        assert got[2]['choices'][0]['finish_reason'] == 'stop' and got[3]['choices'] == []
        f.script({'models': [CODER, dict(CODER, name='tiny-fim', show={'license': 'MIT',
                                                                       'template': '.Suffix'})]})
        text = json.loads(parse(f.ask(request('/api/show', {'model': 'tiny-fim'})))[2])
        assert text['template'] == '.Suffix' and text['license'] == 'MIT'
        text = json.loads(parse(f.ask(request('/api/show', {'model': 'coder'})))[2])
        assert 'insert' in text['capabilities'] and '.Suffix' in text['template']


def empty_prompts_load():
    with Fake({'models': [CODER, 'fake'], 'rules': [{'text': 'never for a load'}]}) as f:
        for more, reason in (({}, 'load'), ({'suffix': '}'}, 'load'), ({'raw': True}, 'load'),
                             ({'keep_alive': 0}, 'unload'), ({'keep_alive': '0s'}, 'unload')):
            lines, _, body, _ = parse(f.ask(generate('', **more)))
            got = json.loads(body)
            assert got['done_reason'] == reason and got['response'] == '', got
            assert 'application/json' in ''.join(lines)
        assert refusal(f.ask(generate('', model='fake', suffix='x')))[0] == 400
        assert refusal(f.ask(generate('', model='nope')))[0] == 404
        said(f.ask(generate('x', raw=True)))
        assert json.loads(parse(f.ask(request('/api/ps')))[2])['models']
        said(f.ask(generate('x', raw=True, keep_alive=0)))
        assert not json.loads(parse(f.ask(request('/api/ps')))[2])['models']
        f.script({'models': [CODER], 'rules': [
            {'match': {'load': True}, 'status': 500, 'json': {'error': 'no memory'}, 'times': 1},
            {'match': {'load': True}, 'first_ms': 50}, {'text': 'x'}]})
        assert refusal(f.ask(generate(''))) == (500, 'no memory')
        assert json.loads(parse(f.ask(generate('')))[2])['done_reason'] == 'load'
        assert said(f.ask(generate('y', raw=True))) == 'x'


def generate_says_what_it_must():
    with Fake({'models': [CODER, {'name': 'deep', 'capabilities': ['insert', 'thinking']}],
               'default': {'tokens': ['a', 'b'], 'thinking': 'hm', 'logprob': [-0.25, -2]}}) as f:
        last = records(parse(f.ask(generate('int a', suffix='}')))[2])[-1]
        assert len(last['context']) == last['prompt_eval_count'] + last['eval_count'], last
        last = records(parse(f.ask(generate('int a', raw=True)))[2])[-1]
        assert 'context' not in last and last['done_reason'] == 'stop'
        got = records(parse(f.ask(generate('x', model='deep', suffix='}')))[2])
        assert got[0]['thinking'] == 'hm', 'thinking is the default'
        got = records(parse(f.ask(generate('x', model='deep', suffix='}', think=False)))[2])
        assert [r['response'] for r in got] == ['a', 'b', '']
        got = records(parse(f.ask(generate('x', suffix='}', think=False, logprobs=True)))[2])
        assert got[0]['logprobs'] == [{'token': 'a', 'logprob': -0.25, 'bytes': [97]}], got
        assert got[1]['logprobs'][0]['logprob'] == -2 and 'logprobs' not in got[2]
        got = records(parse(f.ask(generate('x', raw=True, logprobs=True, top_logprobs=3)))[2])[1]
        assert len(got['logprobs'][0]['top_logprobs']) == 3
        got = json.loads(parse(f.ask(generate('x', raw=True, logprobs=True, think=False,
                                              stream=False)))[2])
        assert got['response'] == 'ab' and len(got['logprobs']) == 2
        for more, status, word in (({'raw': True, 'system': 's'}, 400, 'raw mode'),
                                   ({'suffix': 5}, 400, 'suffix'),
                                   ({'top_logprobs': 'x'}, 400, 'top_logprobs')):
            got = refusal(f.ask(generate('x', **more)))
            assert got[0] == status and word in got[1], got


def tells_probabilities():
    with Fake({'models': [CODER], 'default': {'tokens': ['a', 'b'], 'logprob': -0.5}}) as f:
        got = records(parse(f.ask(infill('x', n_probs=1)))[2])
        for r, text in zip(got, 'ab'):
            probs = r['completion_probabilities']
            assert [(p['token'], p['logprob']) for p in probs] == [(text, -0.5)], r
        assert 'completion_probabilities' not in got[2] and 'completion_probabilities' not in got[3]
        got = json.loads(parse(f.ask(infill('x', n_probs=1, stream=False)))[2])
        assert len(got['completion_probabilities']) == 2
        got = records(parse(f.ask(completion('x', logprobs=2)))[2])
        assert len(got[0]['choices'][0]['logprobs']['content'][0]['top_logprobs']) == 2
        assert got[2]['choices'][0]['logprobs'] is None
        f.script({'server': 'ollama', 'models': [CODER], 'default': {'tokens': ['a', 'b']}})
        got = records(parse(f.ask(completion('x', logprobs=1)))[2])
        assert got[1]['choices'][0]['logprobs']['content'][0]['logprob'] == -0.1


def limits_hold():
    with Fake({'models': [CODER], 'default': {'tokens': ['one', ' two', ' three\n', 'four']}}) as f:
        for raw in (infill('x', n_predict=2), completion('x', max_tokens=2),
                    generate('x', raw=True, options={'num_predict': 2})):
            raw = f.ask(raw)
            assert said(raw) == 'one two' and (b'"length"' in raw or b'"limit"' in raw), raw
        for raw in (infill('x', stop=['\n', 'zz']), completion('x', stop='\n'),
                    generate('x', raw=True, options={'stop': ['ur', '\n']})):
            raw = f.ask(raw)
            assert said(raw) == 'one two three' and b'"length"' not in raw, raw
        last = records(parse(f.ask(infill('x', stop=['e\n'])))[2])[-1]
        assert last['stop_type'] == 'word' and last['stopping_word'] == 'e\n', last
        for raw in (infill('x', n_predict=-1), generate('x', raw=True, options={'num_predict': 0})):
            assert said(f.ask(raw)) == 'one two three\nfour'
        assert said(f.ask(infill('x', n_predict=0))) == 'one'


def prompts_of_all_routes(before, after):
    """The same gap in each form that a server may get it in."""
    head, _, line = before.rpartition('\n')
    head += '\n'
    deep = '<｜fim▁begin｜>%s<｜fim▁hole｜>%s<｜fim▁end｜>'
    yield infill(before, after)
    yield infill(head, after, line, input_extra=[{'filename': 'a.c', 'text': 'other\n'}])
    yield generate(before, suffix=after)
    yield completion(before, suffix=after)
    for raw in (FIM % (before, after), FIM % (head, after) + line, deep % (before, after),
                '<|repo_name|>p\n<|file_sep|>a.c\nother\n<|file_sep|>b.c\n' + FIM % (before, after),
                '<fim_prefix><fim_suffix>%s<fim_middle>%s' % (after, before),
                '[SUFFIX]%s[PREFIX]+++++ a.c\nother\n+++++ b.c\n%s' % (after, before),
                '<PRE> %s <SUF>%s <MID>' % (before, after),
                '<[fim-suffix]>%s<[fim-prefix]>%s<[fim-middle]>' % (after, before),
                '<|user|>\n###PATH:a.c\n<|code_suffix|>%s<|code_prefix|>%s<|code_middle|><|assistant|>\n%s'
                % (after, head, line)):
        yield generate(raw, raw=True)
        yield completion(raw)


def understands_every_prompt():
    at = DOCUMENT.index('return 9;') + 4
    before, after = DOCUMENT[:at], DOCUMENT[at:]
    expect = {'prefix_ends': '    retu', 'suffix_begins': 'rn 9;\n}', 'contains': ['value_3'],
              'excludes': ['secret'], 'max_bytes': len(DOCUMENT) + 200}
    with Fake({'models': [CODER], 'rules': [{'continue': DOCUMENT, 'continue_lines': 1,
                                             'expect_prompt': expect}]}) as f:
        count = 0
        for count, raw in enumerate(prompts_of_all_routes(before, after), 1):
            assert said(f.ask(raw)) == 'rn 9;', raw
            fill = f.log('event=request')[-1]['fill']
            assert fill['prefix_bytes'] == len(before), (raw, fill)
            assert fill['suffix_bytes'] == len(after) and fill['prompt_bytes'] >= len(before)
        assert count == 22 and not f.log('event=unexpected')
        f.script({'models': [CODER], 'server': 'ollama', 'suffix': 'ignored', 'default': {'text': 'y'}})
        counts = [json.loads(parse(f.ask(completion('x y', stream=False, **more)))[2])
                  ['usage']['prompt_tokens'] for more in ({}, {'suffix': ' z' * 40})]
        assert counts[0] == counts[1], counts
        own = {'prefix': '<A>', 'suffix': '<B>', 'middle': '<C>', 'file': '<F>'}
        f.script({'models': [dict(CODER, fim=own)], 'rules': [{'text': 'y', 'expect_prompt': {
            'prefix_ends': 'pre', 'suffix_begins': 'suf', 'max_bytes': 40}}]})
        for prompt in ('<F>a\n<A>pre<B>suf<C>', '<B>suf<A><F>a\n<C>pre'):
            assert said(f.ask(generate(prompt, raw=True))) == 'y'
        for wrong, word in ((infill('pr', 'suf'), 'prefix ends with "pr"'),
                            (infill('pre', 'sux'), 'suffix begins with "sux"'),
                            (infill('pre', 'suf', input_extra=[{'text': 'x' * 40}]), 'more than 40'),
                            (chat('/api/chat'), 'no request to fill in')):
            assert b' 500 ' in f.ask(wrong)
            assert word in f.log('event=unexpected')[-1]['why'], word
        f.script([{'text': 'y', 'expect_prompt': {'contains': ['a', 'b'], 'excludes': ['c', 'd']}}])
        for prefix, word in (('a', 'lacks "b"'), ('abd', 'contains "d"')):
            assert b' 500 ' in f.ask(completion(prefix))
            assert word in f.log('event=unexpected')[-1]['why'], word
        f.script([{'match': {'text': 'a.c'}, 'text': 'in a.c'}, {'text': 'elsewhere'}])
        assert said(f.ask(infill('x', input_extra=[{'filename': 'a.c', 'text': ''}]))) == 'in a.c'
        assert said(f.ask(infill('x'))) == 'elsewhere'
        status, data = f.control('POST', 'script', '[{"expect_prompt": {"contain": []}}]')
        assert status == 400 and b'contain' in data


def goes_on_in_a_document():
    at = DOCUMENT.index('value_7') + 5
    with Fake({'models': [CODER], 'default': {'continue': DOCUMENT, 'continue_lines': 2}}) as f:
        def rest(before, **more):
            return said(f.ask(infill(before, **more)))
        assert rest(DOCUMENT[:at]) == '_7(void)\n{'
        assert rest(DOCUMENT[:DOCUMENT.index('{') + 1]) == '\n    return 0;\n}'
        assert rest('// a.c: other\n' + DOCUMENT[:5]) == 'alue_0(void)\n{'
        assert rest(DOCUMENT[:at] + 'x') == '' == rest('not in there') == rest('')
        assert rest(DOCUMENT[:at - 30] + 'x' + DOCUMENT[at - 29:at]) == ''
        assert rest(DOCUMENT[at - 20:at]) == '_7(void)\n{'
        twice = 'a();\nb(1);\nq();\na();\nb(2);\n'
        f.script({'models': [CODER], 'default': {'continue': twice, 'continue_lines': 1}})
        assert rest('q();\na();\nb(') == '2);' and rest('a();\nb(') == '1);'
        f.script({'models': [CODER], 'default': {'continue': {'file': 'README.md'},
                                                 'continue_lines': 1}})
        with open(os.path.join(FIXTURES, 'README.md'), encoding='utf-8') as text:
            first = text.readline()
        assert rest(first[:5]) == first[5:-1]
        f.script([{'continue': {'file': 'nowhere'}}])
        assert b' 500 ' in f.ask(infill('a')) and f.log('event=unexpected')
        f.script({'models': [CODER], 'default': {'continue': DOCUMENT, 'continue_lines': 1,
                                                 'miss': 3, 'seed': 5}})
        runs = []
        for _ in range(2):
            runs.append([rest(DOCUMENT[:at]) for _ in range(6)])
            f.script({'models': [CODER], 'default': {'continue': DOCUMENT, 'continue_lines': 1,
                                                     'miss': 3, 'seed': 5}})
        assert runs[0] == runs[1] and [r == '_7(void)' for r in runs[0]] == [1, 1, 0] * 2, runs
        assert runs[0][2] != runs[0][5] and runs[0][2]


def tells_what_prompts_share():
    long = DOCUMENT[:2000]
    with Fake({'models': [CODER, 'other'], 'default': {'text': 'abc def'}}) as f:
        for raw in (infill(long), infill(long, line='int x'), infill('X' + long),
                    infill(long, model='other'), completion(long), completion(long + 'abc')):
            said(f.ask(raw))
        fills = [e['fill'] for e in f.log('event=request')]
        start = len('<|repo_name|>myproject\n<|file_sep|>filename\n<|fim_prefix|>')
        assert [e['shared'] for e in fills] == [0, start + len(long), start, 0, 0, len(long)], fills


@unhurried
def leaving_ends_a_load(slow):
    def events(name):
        return [e['request'] for e in f.log('event=' + name)]

    with Fake({'models': [CODER, 'other'], 'load_ms': 150 * slow, 'default': {'text': 'x'}}) as f:
        first, second = f.connect(), f.connect()
        first.sendall(generate('a', raw=True))
        f.wait('load_start')
        second.sendall(generate('b', raw=True))
        f.wait('request', 2)
        first.close()
        in_time(not f.log('event=load_done'), 'it leaves while it loads')
        assert f.wait('disconnect')['phase'] == 'loading'
        body = parse(drain(second))[2]
        assert records(body)[-1]['load_duration'] == 150000000 * slow, 'from zero'
        abort, done = f.log('event=load_abort')[0], f.log('event=load_done')[0]
        again = f.log('event=load_start')[1]
        assert abort['request'] == 1 and again['request'] == done['request'] == 2
        assert abort['model'] == 'coder' and done['ns'] - again['ns'] >= 1.5e8 * slow
        f.script({'models': [CODER, 'other'], 'load_ms': 100 * slow, 'default': {'text': 'x'}})
        f.ask(generate('', keep_alive=0))
        f.control('POST', 'reset')
        sockets = [f.connect() for _ in range(3)]
        for n, (s, model) in enumerate(zip(sockets, ('coder', 'coder', 'other')), 1):
            s.sendall(generate('a', raw=True, model=model))
            f.wait('request', n)
        ends = [records(parse(drain(s))[2])[-1] for s in sockets]
        started = f.log('event=load_start')
        loaded = f.log('event=load_done')
        in_time(f.log('event=request')[2]['ns'] < loaded[0]['ns'], 'all come while it loads')
        assert ends[0]['load_duration'] == 100e6 * slow, ends
        assert 0 < ends[1]['load_duration'] <= ends[1]['total_duration'], 'so long as it waited'
        assert [e['model'] for e in started] == ['coder', 'other'] and len(loaded) == 2
        assert started[1]['ns'] >= loaded[0]['ns'], 'one after the other'
        f.script({'models': [CODER], 'load_ms': 20, 'default': {'count': 30, 'interval_ms': 2}})
        f.control('POST', 'reset')
        first.close()
        one, two = f.connect(), f.connect()
        one.sendall(generate('a', raw=True))
        f.wait('first')
        two.sendall(generate('a', raw=True, options={'num_ctx': 99}))
        drain(one)
        drain(two)
        assert f.log('event=load_start')[-1]['ns'] > f.log('event=done')[0]['ns']
        assert events('load_abort') == []


def counts_who_is_alive():
    answer = {'text': 'x', 'first_ms': 60000}
    with Fake({'models': [CODER], 'rules': [{'match': {'nth': 1}, **answer},
                                            {'match': {'nth': 1}, **answer}, {'text': 'x'}]}) as f:
        assert state(f)['active_max'] == {'all': 0, 'fill': 0}
        one, two = f.connect(), f.connect()
        one.sendall(infill('a'))
        f.wait('request')
        assert state(f)['filling'] == 1
        two.sendall(chat('/api/chat'))
        f.wait('request', 2)
        one.close()
        said(f.ask(infill('b')))
        said(f.ask(generate('c', raw=True)))
        f.ask(generate(''))
        got = state(f)
        assert got['filling'] == 0 and got['active_max'] == {
            'all': 2, 'fill': 1, '/infill': 1, '/api/chat': 1, '/api/generate': 1}, got
        f.control('POST', 'reset')
        assert state(f)['active_max'] == {'all': 1, 'fill': 0, '/api/chat': 1}
        two.close()
        f.wait('disconnect')
        f.script({'models': [CODER], 'default': answer})
        sockets = [f.connect() for _ in range(3)]
        for n, s in enumerate(sockets, 1):
            s.sendall(infill('a'))
            f.wait('request', n)
        assert state(f)['active_max']['fill'] == 3 == state(f)['filling']
        for s in sockets:
            s.close()


@unhurried
def slots_bound_how_many_run(slow):
    answer = {'count': 20, 'interval_ms': 2 * slow}
    with Fake({'models': [CODER], 'slots': 2, 'default': answer}) as f:
        sockets = [f.connect() for _ in range(4)]
        for n, s in enumerate(sockets, 1):
            s.sendall(infill('a%d' % n))
            f.wait('request', n)
        for s in sockets:
            assert len(said(drain(s))) > 20
        first = f.log('event=done')[0]['ns']
        in_time(f.log('event=request')[-1]['ns'] < first, 'all come before the first is done')
        assert [e['request'] for e in f.log('event=queued')] == [3, 4]


TESTS = (infills_as_recorded, infill_refuses, ollama_fills_as_recorded, empty_prompts_load,
         generate_says_what_it_must, tells_probabilities, limits_hold, understands_every_prompt,
         goes_on_in_a_document, tells_what_prompts_share, leaving_ends_a_load,
         counts_who_is_alive, slots_bound_how_many_run)
