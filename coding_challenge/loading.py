"""From where settings are written to their values: `local_settings.py`, the environment, the table's defaults."""

import difflib
import importlib.util
import ipaddress
import os
from collections.abc import Callable, Mapping
from typing import Any

from coding_challenge.options import OPTIONS
from coding_challenge.readers import WrongSetting


def load(local: Mapping[str, object], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The value of every option, and a sentence for each thing that is wrong.

    Args:
        local: what local_settings.py defines.
        environ: the environment variables.
    """
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for option in OPTIONS:
        source = "local_settings.py" if option.name in local else "the environment"
        # an empty variable is how compose files and shells say "not set"
        written = local.get(option.name, environ.get(option.name) or option.default)
        try:
            values[option.name] = option.value(written)
        except WrongSetting as error:
            # an address may hold a password
            shown = "a secret value" if option.secret or "@" in str(written) else repr(written)[:200]
            wrong.append(f"{option.name} in {source} is {shown}: {error}.")
    defaults = {option.name: option.default for option in OPTIONS}
    return values, wrong + _contradictions({**defaults, **values})


def unknown(local: Mapping[str, object], known: Callable[[str], bool]) -> list[str]:
    """A sentence for each upper-case name in local_settings.py that is no setting of ours and not `known`."""
    ours = [option.name for option in OPTIONS]
    strange = [name for name in local if name.isupper() and name not in ours and not known(name)]
    sentences = []
    for name in strange:
        near = difflib.get_close_matches(name, ours, n=1)
        sentences.append(f"{name} in local_settings.py is not a setting{f'; did you mean {near[0]}?' if near else '.'}")
    return sentences


def complaint(wrong: list[str]) -> str:
    """The text for somebody whose settings are wrong."""
    return "Wrong settings:\n" + "\n".join(f"- {sentence}" for sentence in wrong)


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    wrong = []
    if bool(values["BITBUCKET_USERNAME"]) != bool(values["BITBUCKET_API_TOKEN"]):
        wrong.append("BITBUCKET_USERNAME and BITBUCKET_API_TOKEN only work together: set both or neither.")
    if values["BITBUCKET_ACCESS_TOKEN"] and values["BITBUCKET_API_TOKEN"]:
        wrong.append("BITBUCKET_ACCESS_TOKEN and BITBUCKET_API_TOKEN exclude each other: set one of them.")
    if values["GITHUB_HOST"] == "bitbucket.org":
        wrong.append("GITHUB_HOST is bitbucket.org: expected the host of GitHub profile URLs.")
    strangers = [name for name in values["ALLOWED_HOSTS"] if not _is_loopback(name)]
    if strangers and not values["SECRET_KEY"]:
        wrong.append(
            f"SECRET_KEY is empty, but ALLOWED_HOSTS names {strangers[0]!r}: set SECRET_KEY to a long random text."
        )
    return wrong


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def local_settings(folder: str) -> dict[str, object]:
    """What local_settings.py in `folder` defines; empty when there is no such file. Its own errors go through."""
    path = os.path.join(folder, "local_settings.py")
    if not os.path.exists(path):
        return {}
    spec = importlib.util.spec_from_file_location("local_settings", path)
    if spec is None or spec.loader is None:
        return {}
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}
