"""`python -m emulator`: the forges on a loopback port until Ctrl-C or SIGTERM, then exit status 0."""

from __future__ import annotations

import argparse
import signal
import ssl
import sys
import threading
from collections.abc import Sequence
from typing import Any

from emulator.catalogue import faults_of
from emulator.faults.active import Faults
from emulator.kind import Kind
from emulator.kinds import KINDS
from emulator.latency import Latency
from emulator.server import Emulator
from emulator.world import World


def _arguments(arguments: Sequence[str] | None, kinds: Sequence[Kind]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--base-ms", type=float, default=0, help="milliseconds that every call takes")
    parser.add_argument("--jitter-ms", type=float, default=0, help="up to so many milliseconds more, at random")
    parser.add_argument(
        "--per-repository-ms", type=float, default=0, help="milliseconds for each repository asked with details"
    )
    parser.add_argument("--max-weight", type=int, help="a GraphQL query that details more repositories than this fails")
    parser.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        help="seconds after which a GraphQL query is ended (default: 10; 0: never)",
    )
    parser.add_argument(
        "--no-limits",
        action="store_true",
        help="no limit but the points of GraphQL: no secondary ones, no calls an hour",
    )
    parser.add_argument("--certificate", help="PEM file with a certificate and its key; answers https instead of http")
    parser.add_argument("--list-faults", action="store_true", help="print the faults and presets, and end")
    for kind in kinds:
        for field, help in kind.arguments.items():
            default = getattr(kind, field)
            option = f"--{kind.traits.name}-{field.replace('_', '-')}"
            parser.add_argument(option, type=type(default), default=default, help=help)
    return parser.parse_args(arguments)


def list_faults(faults: Faults) -> str:
    """The names of faults, then of presets, each with its meaning on a line of its own."""
    rows = {name: one.help for table in (faults.kinds, faults.presets) for name, one in table.items()}
    width = max(map(len, rows))
    return "\n".join(f"{name:{width}}  {words}" for name, words in rows.items())


def _emulator(given: argparse.Namespace, kinds: Sequence[Kind]) -> Emulator:
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
    options: dict[str, Any] = {
        kind.traits.name: {field: getattr(given, f"{kind.traits.name}_{field}") for field in kind.arguments}
        for kind in kinds
    }
    world = World(kinds=kinds)
    return Emulator(world, given.port, latency, limits=not given.no_limits, tls=tls, **options)


def main(arguments: Sequence[str] | None = None, kinds: Sequence[Kind] = KINDS) -> int:
    """Run until a signal; returns the exit status: 0, or 1 where the port is taken."""
    given = _arguments(arguments, kinds)
    write = sys.stdout.write
    if given.list_faults:
        write(list_faults(faults_of(kinds)) + "\n")
        return 0
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    emulator = _emulator(given, kinds)
    try:
        emulator.start()
    except OSError as error:
        sys.stderr.write(f"port {given.port}: {error.strerror}\n")
        return 1
    write(
        f"{emulator.introduction()}"
        "This is an emulator: it holds recorded and made-up data, not the forges' data of today.\n"
    )
    sys.stdout.flush()
    over.wait()
    emulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
