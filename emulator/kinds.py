"""The registry: the kinds of forges that the emulator shows, one line each.

A kind is a folder of its name; `KIND` in its module `kind` is the kind. Tests add kinds by argument: see `World`.
"""

from __future__ import annotations

from importlib import import_module

from emulator.kind import Kind

_NAMES = (
    "github",
    "bitbucket",
    "gitlab",
    "gitea",
)

KINDS: tuple[Kind, ...] = tuple(import_module(f"emulator.{name}.kind").KIND for name in _NAMES)
"""The kinds of forges, each with its default options."""
