"""Answers that Bitbucket was seen to fail with, as faults made ready."""

from __future__ import annotations

from emulator.bitbucket.server import USED_UP
from emulator.faults.fault import Fault
from emulator.faults.presets import Preset

PRESETS: dict[str, Preset] = {
    "bitbucket_429": Preset(
        Fault("status", "/2.0/*", status=429, body=USED_UP, content_type="text/plain"),
        "Bitbucket's limit: a plain text, no retry-after",
    ),
    "bitbucket_malformed_time": Preset(
        Fault("wrong_type", "/2.0/*", at="values.*.created_on", value="yesterday"),
        "Bitbucket: every `created_on` in lists is no time",
    ),
}
