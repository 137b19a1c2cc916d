"""Writes tables in documents and the example file from the settings and the errors: run it with `python -m`."""

import re
from pathlib import Path

from from_git.errors import UpstreamError, kinds, meaning
from from_git.options import table as options
from from_git.values.option import Option

BASE_DIR = Path(__file__).resolve().parent.parent
EXAMPLE = BASE_DIR / "local_settings.py.example"
SETTINGS = BASE_DIR / "docs" / "settings.md"
API = BASE_DIR / "docs" / "api.md"
_MADE_BY = "made by python -m coding_challenge.documents"


def example() -> str:
    """The text of local_settings.py.example: every option with its default, commented out."""
    lines = [
        "# Copy this file to local_settings.py and remove the # before each setting that you change.",
        "# A setting may be an environment variable of the same name instead; local_settings.py wins.",
        "",
    ]
    for option in options():
        lines += [
            f"# {option.help[0].upper()}{option.help[1:]}{_bounds(option)}.",
            f"# {option.name} = {option.default!r}",
            "",
        ]
    return "\n".join(lines[:-1]) + "\n"


def table() -> str:
    """The table of settings in docs/settings.md."""
    rows = ["| name | default | meaning |", "| --- | --- | --- |"]
    for option in options():
        default = ",".join(option.default) if isinstance(option.default, list) else option.default
        shown = "empty" if default == "" else "off" if default is False else f"`{default}`"
        rows.append(f"| `{option.name}` | {shown} | {option.help}{_bounds(option)} |")
    return "\n".join(rows) + "\n"


def errors() -> str:
    """The table of errors in docs/api.md."""
    rows = ["| meaning | status | `error` | more members | sent at most |", "| --- | --- | --- | --- | --- |"]
    for kind in kinds():
        members = ", ".join(f"`{name}`" for name in kind.members)
        times = kind.attempts if issubclass(kind, UpstreamError) else 0
        sent = f"{times} times" if times > 1 else "once" if times else ""
        rows.append(f"| {meaning(kind)} | {kind.status} | `{kind.code}` | {members} | {sent} |")
    return "\n".join(rows) + "\n"


def with_table(text: str, name: str, content: str, made_by: str = _MADE_BY) -> str:
    """A document's text with the part of that name made anew."""
    begin, end = f"<!-- {name}: {made_by} -->\n", f"<!-- end of {name} -->\n"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n{content}\n{end}", text)


def with_tables(text: str) -> str:
    """A document's text with the tables of settings and errors made anew, where it has them."""
    return with_table(with_table(text, "settings", table()), "errors", errors())


def write() -> None:
    """Bring the example file and both documents up to date."""
    EXAMPLE.write_text(example(), encoding="utf-8")
    for document in (SETTINGS, API):
        document.write_text(with_tables(document.read_text(encoding="utf-8")), encoding="utf-8")


def _bounds(option: Option) -> str:
    return "" if option.minimum is None else f" ({option.unit}, at least {option.minimum:g})"


if __name__ == "__main__":
    write()
