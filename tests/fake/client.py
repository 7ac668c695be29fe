"""A client of build/hum-fake that shows bytes as they came: what check.py asks with."""

import functools
import http.client
import json
import os
import re
import socket
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, '..', 'fixtures')
CHAT = {'model': 'fake', 'messages': [{'role': 'user', 'content': 'hi'}]}
PATHS = ('/api/chat', '/v1/chat/completions')
PATIENCE = 120  # seconds; only for what never comes


class TooLate(Exception):
    """The test was not in time for what the server does by its clock."""


def in_time(condition, what):
    if not condition:
        raise TooLate(what)


def unhurried(test):
    """A test whose requests must come before the server goes on: given a factor for the server's
    times, once more with a greater one if they came too late, as on a busy machine."""
    @functools.wraps(test)
    def run():
        for factor in (1, 4, 16):
            try:
                return test(factor)
            except TooLate:
                pass
        return test(64)
    return run


class Fake:
    """A fake server for one test; it must leave without a complaint."""

    binary = os.path.join(HERE, '../../build/hum-fake')

    def __init__(self, script=None, *arguments):
        command = [Fake.binary, '--stdin-guard', '--fixtures', FIXTURES]
        if script is not None:
            command += ['--script', json.dumps(script)]
        self.process = subprocess.Popen(command + list(arguments), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline().decode()
        assert line.startswith('listening http://'), line
        self.port = int(line.rsplit(':', 1)[1])
        self.host = '::1' if '[::1]' in line else '127.0.0.1'

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.stdin.close()
        errors = self.process.stderr.read().decode()
        status = self.process.wait(PATIENCE)
        if kind is None:
            assert status == 0 and errors == '', (status, errors)
        elif errors:
            print(errors)

    def connect(self):
        s = socket.create_connection((self.host, self.port), PATIENCE)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def control(self, method, path, body=None):
        c = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        c.request(method, '/_fake/' + path, body)
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data

    def wait(self, event, n=1):
        path = 'wait?event=%s&n=%d&timeout_ms=%d' % (event, n, PATIENCE * 500)
        status, data = self.control('GET', path)
        assert status == 200, (event, n, data)
        return json.loads(data)

    def log(self, query=''):
        lines = self.control('GET', 'log?' + query)[1].decode().splitlines()
        return [json.loads(line) for line in lines]

    def times(self):
        return json.loads(self.control('GET', 'tokens')[1])['times']

    def script(self, script):
        status, data = self.control('POST', 'script', json.dumps(script))
        assert status == 200, data

    def ask(self, request):
        """All bytes of the answer, read until the server closes."""
        s = self.connect()
        s.sendall(request)
        return drain(s)


def request(path, body=None, method=None, headers='Connection: close\r\n', version='1.1'):
    data = b'' if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    method = method or ('GET' if body is None else 'POST')
    head = '%s %s HTTP/%s\r\nHost: 127.0.0.1\r\n%s' % (method, path, version, headers)
    if body is not None:
        head += 'Content-Length: %d\r\n' % len(data)
    return head.encode() + b'\r\n' + data


def chat(path, **more):
    return request(path, dict(CHAT, stream=True, **more))


def drain(s):
    pieces = []
    while True:
        try:
            pieces.append(s.recv(1 << 20))
        except ConnectionResetError:
            pieces.append(b'<RESET>')
            return b''.join(pieces)
        if not pieces[-1]:
            s.close()
            return b''.join(pieces)


def parse(raw):
    """Head lines, chunks (None when not chunked) and body; ends says how a body ended."""
    head, _, rest = raw.partition(b'\r\n\r\n')
    lines = head.decode().split('\r\n')
    if 'Transfer-Encoding: chunked' not in lines:
        return lines, None, rest, 'whole'
    chunks, at = [], 0
    while at < len(rest):
        line = rest.find(b'\r\n', at)
        if line < 0:
            return lines, chunks, b''.join(chunks), 'truncated'
        n = int(rest[at:line], 16)
        at = line + 2
        if n == 0:
            return lines, chunks, b''.join(chunks), 'whole' if rest[at:] == b'\r\n' else 'more'
        if len(rest) < at + n + 2:
            return lines, chunks, b''.join(chunks), 'truncated'
        chunks.append(rest[at:at + n])
        at += n + 2
    return lines, chunks, b''.join(chunks), 'cut'


def records(body):
    """The JSON of each record of either dialect."""
    text = body.decode()
    if text.startswith('{'):
        return [json.loads(line) for line in text.splitlines()]
    events = re.split(r'\r?\n\r?\n', text.rstrip('\r\n'))
    return [json.loads(e[e.index('{'):]) for e in events if '{' in e]


def texts(body):
    """Thinking and text tokens."""
    thinking, text = [], []
    for r in records(body):
        m = r.get('message') or (r['choices'][0]['delta'] if r.get('choices') else {})
        for name, out in (('thinking', thinking), ('reasoning_content', thinking),
                          ('reasoning', thinking), ('content', text)):
            if m.get(name):
                out.append(m[name])
    return thinking, text


def shape(value):
    """Names in order and kinds of values: what must be the same as in a recording."""
    if isinstance(value, dict):
        return [(k, shape(v)) for k, v in value.items() if k != 'usage']
    if isinstance(value, list):
        return [shape(v) for v in value[:1]]
    return 'number' if isinstance(value, (int, float)) and not isinstance(value, bool) else \
        type(value).__name__


def head_shape(lines):
    masked = ('Date', 'Content-Length')
    return [line.split(':')[0] if line.split(':')[0] in masked else line for line in lines]


def recorded(name):
    with open(os.path.join(FIXTURES, name), 'rb') as f:
        return f.read()


def same_as_recorded(name, raw, exact=False):
    lines, _, body, _ = parse(recorded(name))
    got_lines, _, got, _ = parse(raw)
    got_lines = [line for line in got_lines if line != 'Connection: close' or line in lines]
    if lines[-1].startswith('Keep-Alive'):
        lines = lines[:-1]
    assert head_shape(got_lines) == head_shape(lines), (name, got_lines, lines)
    if exact:
        assert got == body, (name, got, body)
    elif body.startswith(b'{'):
        assert shape(json.loads(got)) == shape(json.loads(body)), (name, got, body)
