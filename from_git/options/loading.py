"""From where settings are written to their values: `local_settings.py`, the environment, the table's defaults."""

import difflib
import ipaddress
import json
import os
import traceback
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from from_git.forges.entries import read_entries
from from_git.forges.registry import KINDS
from from_git.options import table
from from_git.options.credentials import passwords
from from_git.values.option import Option, WrongSetting

_LONG_NAME, _LONGER_NAME = 9, 12  # characters


def read(
    folder: str, environ: Mapping[str, str], known: Callable[[str], bool]
) -> tuple[dict[str, object], dict[str, Any], list[str]]:
    """What local_settings.py in `folder` defines, the value of every option, and a sentence for each wrong thing.

    Args:
        environ: the environment variables.
        known: whether a name that is no setting of ours is one of Django's.

    Raises:
        BrokenFile: see `local_settings`.
    """
    local = local_settings(folder)
    values, wrong = load(local, environ)
    return local, values, wrong + unknown(local, known)


def load(local: Mapping[str, object], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The value of every option, and a sentence for each thing that is wrong.

    Args:
        local: what local_settings.py defines.
        environ: the environment variables.
    """
    values = {option.name: option.default for option in table()}
    wrong: list[str] = []
    for option in table():
        source = "local_settings.py" if option.name in local else "the environment"
        # an empty variable is how compose files and shells say "not set"
        written = local.get(option.name, environ.get(option.name) or option.default)
        try:
            values[option.name] = option.value(written)
        except WrongSetting as error:
            hidden = option.secret or "@" in str(written) or passwords(str(written))
            shown = "a secret value" if hidden else repr(written)[:200]
            wrong.append(f"{option.name} in {source} is {shown}: {error}.")
    return values, wrong + _contradictions(values)


def unknown(local: Mapping[str, object], known: Callable[[str], bool]) -> list[str]:
    """A sentence for each upper-case name in local_settings.py that is no setting of ours and not `known`."""
    ours = [option.name for option in table()]
    strange = [name for name in local if name.isupper() and name not in ours and not known(name)]
    sentences = []
    for name in strange:
        near = difflib.get_close_matches(name, ours, n=1)
        sentences.append(f"{name} in local_settings.py is not a setting{f'; did you mean {near[0]}?' if near else '.'}")
    return sentences


def misspelt(environ: Mapping[str, str], values: Mapping[str, Any]) -> list[str]:
    """A sentence for each environment variable whose name nearly is a setting's; its value is in none.

    Only what hardly can be meant for another program counts: a few edits of a name of nine letters or more, the name
    of a token as other programs have it, a setting of a forge with one word left out; and only while the setting that
    was probably meant still has its default.

    Args:
        environ: the environment variables.
        values: the value of each setting.
    """
    known = {option.name: values.get(option.name, option.default) for option in table()}
    unset = [option for option in table() if known[option.name] == option.default]
    others = {name: kind for kind in KINDS.values() for name in kind.options.elsewhere}
    sentences = []
    for name in sorted(name for name, value in environ.items() if value and name not in known):
        if kind := others.get(name):
            if not any(host.kind is kind and host.credentials for host in read_entries(known)[0]):
                entry = json.dumps(
                    {"kind": kind.name, "host": kind.host, "accounts": [{"token": "…"}]}, ensure_ascii=False
                )
                sentences.append(f"{name} in the environment is not a setting; give the token in FORGES: [{entry}].")
        elif near := {option.name: edits for option in unset if (edits := _edits_to(name, option)) is not None}:
            nearest = [one for one, edits in near.items() if edits == min(near.values())]
            sentences.append(f"{name} in the environment is not a setting; did you mean {' or '.join(nearest)}?")
    return sentences


def _edits_to(name: str, option: Option) -> int | None:
    """How far a name is from the option's; None: too far for it to be meant."""
    if name in option.elsewhere:
        return 0
    ours = option.name
    words, wanted = name.split("_"), ours.split("_")
    if words[0] in [kind.upper() for kind in KINDS] and len(words) >= 2 and len(wanted) == len(words) + 1:
        return 0 if any(words == wanted[:out] + wanted[out + 1 :] for out in range(1, len(wanted))) else None
    edits, most = _edits(name.upper(), ours), 1 if len(ours) < _LONGER_NAME else 2
    return edits if len(ours) >= _LONG_NAME and edits <= most else None


def _edits(one: str, other: str) -> int:
    """How many characters to add, drop, replace or swap with the next (Damerau and Levenshtein); 9 if many."""
    if abs(len(one) - len(other)) > 2:
        return 9
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def complaint(wrong: list[str]) -> str:
    """The text for somebody whose settings are wrong."""
    return "Wrong settings:\n" + "\n".join(f"- {sentence}" for sentence in wrong)


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    wrong = [sentence for kind in KINDS.values() for sentence in kind.options.contradictions(values)]
    fixed = [kind.host for kind in KINDS.values() if not kind.options.host]
    for kind in KINDS.values():
        if (name := kind.options.host) and values[name] in fixed:
            wrong.append(f"{name} is {values[name]}: expected the host of {kind.label} profile URLs.")
    wrong += read_entries(values)[1]
    stranger = first_stranger(values["ALLOWED_HOSTS"])
    if stranger and not values["SECRET_KEY"]:
        wrong.append(
            f"SECRET_KEY is empty, but ALLOWED_HOSTS names {stranger!r}: set SECRET_KEY to a long random text."
        )
    return wrong


def first_stranger(hosts: Iterable[str]) -> str | None:
    """The first of ALLOWED_HOSTS by which others than this machine may ask; None where there is none."""
    return next((name for name in hosts if not _is_loopback(name)), None)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def local_settings(folder: str) -> dict[str, object]:
    """What local_settings.py in `folder` defines; empty when there is no such file.

    Raises:
        BrokenFile: it cannot be read, or does not run to its end.
    """
    path = os.path.join(folder, "local_settings.py")
    if not os.path.lexists(path):
        return {}
    try:
        with open(path, "rb") as file:
            source = file.read()
        module = types.ModuleType("local_settings")
        module.__file__ = path
        exec(compile(source, path, "exec"), vars(module))  # noqa: S102 - as an import would
    except SyntaxError as error:
        where = error.filename or path
        words = "it is not UTF-8" if "codec can't decode" in str(error.msg) else str(error.msg)
        raise BrokenFile(where, error.lineno, words) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the file may raise anything
        raise BrokenFile(path, _line(error, path), _words(error)) from None
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


class BrokenFile(Exception):
    """local_settings.py, or a file that it imports, is no Python that runs; str() says where and why, in one line."""

    def __init__(self, path: str, line: int | None, words: str) -> None:
        place = f"{path}, line {line}" if line else path
        super().__init__(f"{place}: {' '.join(words.split())}.")


def _line(error: BaseException, path: str) -> int | None:
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == path), None)


def _words(error: BaseException) -> str:
    """What is wrong, without any value: it may be a token, unquoted or in the wrong place."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({type(error).__name__})"
    if isinstance(error, ImportError):
        return f"{error} ({type(error).__name__})"
    if isinstance(error, NameError):
        return "a name is used that nothing defines (NameError); text needs quotes"
    if isinstance(error, SystemExit):
        return "it ends the program (SystemExit)"
    return f"it fails with {type(error).__name__}"
