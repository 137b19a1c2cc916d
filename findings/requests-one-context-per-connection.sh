#!/usr/bin/env bash
# requests reads the whole bundle of authorities again for each new connection of a session.
#
# Versions: requests 2.34.2, urllib3 2.8.0, trustme 1.2.1; Python 3.11 or newer. Seen on 2026-11-28.
# Expected: a session keeps its authorities. `verify` names one bundle, the pool is one, so the bundle is read once, as
#   urllib3's own PoolManager(ssl_context=…) does.
# Seen: `verify` is handed on as a path, urllib3 makes an SSLContext for each connection of the pool, and each of them
#   reads the bundle: eight connections at the same time read it eight times. With the usual bundle of 130 and more
#   authorities that is 30 to 40 ms of CPU and some 0.8 MB for each connection, on top of the handshake.
# A context that is handed to the pool (init_poolmanager(ssl_context=…)) is used too, but `verify` has the bundle read
# into it again at each connection.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet requests==2.34.2 urllib3==2.8.0 trustme==1.2.1
cat >"$work/look.py" <<'PYTHON'
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
import trustme
import urllib3
from requests.adapters import HTTPAdapter

AT_ONCE = 8
bundle = sys.argv[1]
together = threading.Barrier(AT_ONCE)
reads = []
read = ssl.SSLContext.load_verify_locations


def counted(self, *arguments, **named):
    reads.append(self)
    return read(self, *arguments, **named)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        together.wait(20)  # so that no connection is used twice
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Given(HTTPAdapter):
    """Hands a context to the pool."""

    def init_poolmanager(self, *arguments, **named):
        super().init_poolmanager(*arguments, ssl_context=ssl.create_default_context(cafile=bundle), **named)


def reads_of(ask):
    reads.clear()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert {one.result() for one in [pool.submit(ask) for _ in range(AT_ONCE)]} == {200}
    return len(reads), len({id(one) for one in reads})


authority = trustme.CA()
authority.cert_pem.write_to_path(bundle)
own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("127.0.0.1").configure_cert(own)
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.socket = own.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"https://127.0.0.1:{server.server_address[1]}/"
ssl.SSLContext.load_verify_locations = counted

session, given = requests.Session(), requests.Session()
session.trust_env = given.trust_env = False
session.mount("https://", HTTPAdapter(pool_maxsize=AT_ONCE))
plain = reads_of(lambda: session.get(address, verify=bundle, timeout=30).status_code)
given.mount("https://", Given(pool_maxsize=AT_ONCE))
handed = reads_of(lambda: given.get(address, verify=bundle, timeout=30).status_code)
manager = urllib3.PoolManager(maxsize=AT_ONCE, ssl_context=ssl.create_default_context(cafile=bundle))
alone = reads_of(lambda: manager.request("GET", address, timeout=30).status)
print(f"{AT_ONCE} connections: requests reads the bundle {plain[0]} times into {plain[1]} contexts,")
print(f"with a context handed to it {handed[0]} times into {handed[1]}; urllib3 with a context {alone[0]} times")
assert plain == (AT_ONCE, AT_ONCE), plain
assert handed == (AT_ONCE, 1), handed
assert alone == (0, 0), alone
PYTHON
"$work/venv/bin/python" "$work/look.py" "$work/bundle.pem"
echo "FINDING HOLDS"
