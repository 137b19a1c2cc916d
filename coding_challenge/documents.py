"""What is written from the table of options: `python -m coding_challenge.documents` brings both files up to date."""

import re
from pathlib import Path

from coding_challenge.options import OPTIONS, Option

BASE_DIR = Path(__file__).resolve().parent.parent
EXAMPLE = BASE_DIR / "local_settings.py.example"
README = BASE_DIR / "README.md"
_BEGIN, _END = "<!-- settings: made by python -m coding_challenge.documents -->\n", "<!-- end of settings -->\n"


def example() -> str:
    """The text of local_settings.py.example: every option with its default, commented out."""
    lines = [
        "# Copy this file to local_settings.py and take the # away from what you want to change.",
        "# Each name may be an environment variable instead; what stands here wins.",
        "",
    ]
    for option in OPTIONS:
        lines += [
            f"# {option.help[0].upper()}{option.help[1:]}{_bounds(option)}.",
            f"# {option.name} = {option.default!r}",
            "",
        ]
    return "\n".join(lines[:-1]) + "\n"


def table() -> str:
    """The README's table of settings, as Markdown."""
    rows = ["| name | default | what |", "| --- | --- | --- |"]
    for option in OPTIONS:
        default = ",".join(option.default) if isinstance(option.default, list) else option.default
        shown = "empty" if default == "" else "off" if default is False else f"`{default}`"
        rows.append(f"| `{option.name}` | {shown} | {option.help}{_bounds(option)} |")
    return "\n".join(rows) + "\n"


def with_table(readme: str) -> str:
    """The README's text with its table of settings made anew."""
    pattern = re.compile(re.escape(_BEGIN) + ".*?" + re.escape(_END), re.DOTALL)
    return pattern.sub(lambda _: f"{_BEGIN}\n{table()}\n{_END}", readme)


def write() -> None:
    """Bring both files up to date."""
    EXAMPLE.write_text(example(), encoding="utf-8")
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")


def _bounds(option: Option) -> str:
    return "" if option.minimum is None else f" ({option.unit}, at least {option.minimum:g})"


if __name__ == "__main__":
    write()
