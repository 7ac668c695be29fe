"""What check.py proves of filling in: prompts, records, prefix caches, loads, counts."""

import json
import os

from client import (CHAT, FIXTURES, Fake, chat, drain, parse, recorded, records, request,
                    same_as_recorded, shape)

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
            assert shape(mine) == shape(real), (n, mine, real)
        last, real = records(got[-1])[0], records(chunks[-1])[0]
        for name in ('prompt', 'generation_settings', 'model', 'stop_type', 'has_new_line'):
            assert last[name] == real[name], (name, last[name], real[name])
        assert last['tokens_predicted'] == 5 and last['timings']['predicted_n'] == 5
        assert last['tokens_cached'] == last['tokens_evaluated'] + 4
        for name, more in (('infill', {'n_predict': 32, 'seed': 4}),
                           ('infill-no-predict', {'n_predict': 0})):
            raw = f.ask(infill(*gap, stream=False, **more))
            same_as_recorded('llama-server/%s.http' % name, raw)
            whole = json.loads(parse(raw)[2])
            assert whole['stop_type'] == ('limit' if 'no' in name else 'eos'), whole
        fields = ['content', 'timings/predicted_n', 'timings/predicted_ms', 'truncated', 'nothing',
                  'tokens_cached']
        _, chunks, _, _ = parse(recorded('llama-server/infill-stream-vim-fields.http'))
        _, got, _, _ = parse(f.ask(infill(*gap, response_fields=fields)))
        assert shape(records(got[-1])[0]) == shape(records(chunks[-1])[0]), got[-1]
        _, chunks, _, _ = parse(recorded('llama-server/completion-stream-probs.http'))
        _, got, _, _ = parse(f.ask(infill(*gap, n_probs=2)))
        assert shape(records(got[0])[0]) == shape(records(chunks[0])[0]), got[0]
        same_as_recorded('llama-server/props.http', f.ask(request('/props')))
        assert json.loads(parse(f.ask(request('/props')))[2])['total_slots'] == 4
        f.script({'models': ['tiny'], 'slots': 2})
        assert json.loads(parse(f.ask(request('/props')))[2])['total_slots'] == 2
        f.script({'models': ['tiny'], 'serial': True})
        assert json.loads(parse(f.ask(request('/props')))[2])['total_slots'] == 1


def infill_refuses():
    with Fake({'models': [CODER, {'name': 'plain', 'fim': False}]}) as f:
        same_as_recorded('llama-server/error-infill-field.http',
                         f.ask(request('/infill', {'input_prefix': 5, 'input_suffix': ''})), True)
        same_as_recorded('llama-server/error-no-prompt.http',
                         f.ask(request('/v1/completions', {'stream': True})), True)
        for body, word in (({'input_suffix': ''}, "key 'input_prefix' not found"),
                           ({'input_prefix': ''}, "key 'input_suffix' not found"),
                           ({'input_extra': 5}, 'must be an array'),
                           ({'input_extra': [{'filename': 'x'}]}, '"text" field'),
                           ({'input_extra': [{'text': 'x', 'filename': 5}]}, '"filename" field')):
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


TESTS = (infills_as_recorded, infill_refuses)
