"""The bundled emulator in the place of the forges."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from emulator import Emulator
from from_git import forges
from from_git.conf import settings
from from_git.forges.registry import KINDS
from from_git.options import changeable_defaults
from from_git.values.kind import Demo, Kind

_CACHE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}


@contextmanager
def emulated() -> Iterator[Emulator]:
    """Ask the emulator instead of the forges until the end of the block, whatever is configured.

    Raises:
        OSError: there is no free port.
    """
    with Emulator() as emulator:  # its forges have limits, as in reality
        for name, default in changeable_defaults().items():
            setattr(settings, name, default)
        settings.CACHE_URL, settings.CACHES = "locmem://", {"default": _CACHE}
        entries = []
        for kind, demo in shown():
            server = emulator[kind.name]
            if kind.options.address:
                setattr(settings, kind.options.address, server.url)
            else:
                entries.append({"kind": kind.name, "host": kind.host, "api": server.url})
            for name, part in demo.credentials.items():
                setattr(settings, name, server.credentials[part])
        settings.FORGES = entries
        forges.close()
        try:
            yield emulator
        finally:
            forges.close()


def shown() -> list[tuple[Kind, Demo]]:
    """The kinds of forges that the emulator has, and what to ask there."""
    return [(kind, kind.demo) for kind in KINDS.values() if kind.demo]


def owners(emulator: Emulator) -> str:
    """All owners that the emulator has, in a paragraph for each forge."""
    there = emulator.world.owners()
    parts = ["The emulator has these owners:"]
    for kind, _ in shown():
        named = [one.login for one in there if one.forge == kind.name]
        [traits] = [one.traits for one in emulator.world.kinds if one.traits.name == kind.name]
        generated = [f"{beginning}-N" for beginning in traits.generated]
        words = f"{kind.url('')} {', '.join(named)}, and {' and '.join(generated)} with N repositories"
        parts.append(textwrap.fill(words, 110, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False))
    return "\n".join(parts)
