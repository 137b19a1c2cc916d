"""`python -m emulator`: both upstreams on a loopback port until Ctrl-C or SIGTERM, then exit status 0."""

from __future__ import annotations

import argparse
import signal
import ssl
import sys
import threading
from collections.abc import Sequence

from emulator.faults import FAULTS, PRESETS
from emulator.latency import Latency
from emulator.server import Emulator


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--base-ms", type=float, default=0, help="milliseconds that every call takes")
    parser.add_argument("--jitter-ms", type=float, default=0, help="up to so many milliseconds more, at random")
    parser.add_argument(
        "--per-repository-ms", type=float, default=0, help="milliseconds for each repository asked with details"
    )
    parser.add_argument(
        "--max-weight", type=int, help="a GraphQL query that details more repositories than this gets a 502"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        help="seconds after which a GraphQL query is ended (default: 10; 0: never)",
    )
    parser.add_argument(
        "--no-limits", action="store_true", help="no limit but GitHub's points: no secondary limits, no Bitbucket hour"
    )
    parser.add_argument("--github-token", default="emulator-token", help="the token that GitHub takes")
    parser.add_argument("--certificate", help="PEM file with a certificate and its key; answers https instead of http")
    parser.add_argument("--list-faults", action="store_true", help="print the faults and presets, and end")
    return parser.parse_args(arguments)


def list_faults() -> str:
    """The tables of faults and of presets, one a line."""
    rows = {**{name: kind.help for name, kind in FAULTS.items()}, **{name: one.help for name, one in PRESETS.items()}}
    width = max(map(len, rows))
    return "\n".join(f"{name:{width}}  {words}" for name, words in rows.items())


def _emulator(given: argparse.Namespace) -> Emulator:
    latency = Latency(
        given.base_ms / 1000,
        given.jitter_ms / 1000,
        given.per_repository_ms / 1000,
        given.max_weight,
        given.timeout or None,
    )
    tls = None
    if given.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(given.certificate)
    forge = {"token": given.github_token}
    return Emulator(port=given.port, latency=latency, limits=not given.no_limits, tls=tls, github=forge)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal; returns the exit status: 0, or 1 where the port is taken."""
    given = _arguments(arguments)
    write = sys.stdout.write
    if given.list_faults:
        write(list_faults() + "\n")
        return 0
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    emulator = _emulator(given)
    try:
        emulator.start()
    except OSError as error:
        sys.stderr.write(f"port {given.port}: {error.strerror}\n")
        return 1
    github, bitbucket = emulator["github"], emulator["bitbucket"]
    ours = bitbucket.credentials
    write(
        f"GitHub GraphQL: {github.url}  (token: {github.credentials['token']})\n"
        f"Bitbucket REST: {bitbucket.url}  (anonymous, or Basic {ours['username']}:{ours['api_token']}, "
        f"or Bearer {ours['access_token']})\n"
        "This is an emulator: it holds recorded and made-up data, not what the forges say today.\n"
    )
    sys.stdout.flush()
    over.wait()
    emulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
