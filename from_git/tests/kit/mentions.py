"""The names that a document mentions and that nothing has: settings, commands, routes, parameters, members."""

import re
import shlex
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import global_settings
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve
from drf_spectacular.generators import SchemaGenerator

from coding_challenge.cli import COMMANDS
from from_git import metrics
from from_git.options import table
from from_git.question.fields import PARAMETERS

ROOT = Path(__file__).resolve().parents[3]
OURS = ("benchmarks", "coding_challenge", "conformance", "emulator", "from_git")
_OF_ADMIN = ("createsuperuser",)  # commands that are there with DJANGO_ADMIN
FOREIGN_SETTINGS = {
    *("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY"),  # gunicorn's variables
    *("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),  # Python's
    *("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),  # of other programs, and not looked at
    *("GITHUB_TOKEN", "NUM_THREADS_GITHB"),  # examples of names that are near ours
    *("GITLAB_TOKEN", "GITEA_TOKEN", "CODEBERG_TOKEN"),  # examples of names of other programs
    *("REQUIRE_SIGNIN_VIEW", "_SHORTCODE"),  # Gitea's; the end of a login at GitHub
    "CLOCK_BOOTTIME",  # Linux's
    *("POSTGRES_USER", "POSTGRES_PASSWORD"),  # of PostgreSQL's image
    *("HTTP_X_FORWARDED_PROTO", "SCRIPT_NAME"),  # WSGI's
    *("TCP_MEM_HIT", "TCP_MISS", "TCP_REFRESH_FAIL_OLD", "TCP_REFRESH_MODIFIED", "TCP_REFRESH_UNMODIFIED"),  # Squid's
}
FOREIGN_OPTIONS = {
    *("--bind", "--certfile", "--chdir", "--config", "--worker-connections", "--workers"),  # gunicorn's
    *("--upgrade", "--volume"),  # uv's and docker's
}
FOREIGN_FOLDERS = {"app", "etc", "opt", "tmp", "run", "srv", "var", "2.0", "graphql"}
"""First parts of paths that are no routes of ours: of a machine, of an image, of the forges' APIs."""
FOREIGN_WORDS = {
    *("ghost", "https_proxy", "no_proxy", "max_filedescriptors"),  # GitHub's, curl's, Squid's
    *("large_client_header_buffers", "ssl_certificate", "ssl_certificate_key", "proxy_http_version"),  # nginx's
    *("proxy_cache_bypass", "proxy_cache_lock", "proxy_cache_revalidate", "proxy_cache_use_stale", "proxy_cache_valid"),
    *("proxy_hide_header", "proxy_read_timeout"),
}
FOREIGN_PARAMETERS = {"protocol", "ssl_ca_certs"}  # of redis-py, in CACHE_URL
FOREIGN_FILES = {"local_settings.py", "profiles.txt", "weekly.sh"}  # everybody's own
_PLACEHOLDERS = {"KEY": "watchers", "NAME": "langs"}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")
_SETTING = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b(?!\*)|\b[A-Z][A-Z0-9]+(?==[\w…])")
_COMMAND = re.compile(r"(?:^|python3? |bin/)(manage\.py|from-git) ([a-z]\w*)([^|&;#`]*)")
_MODULE = re.compile(r"python3? -m ([\w.]+)([^|&;#`]*)")
_ADDRESS = re.compile(
    r"(?:^|(?<=[\s'\"(=]))(https?://(?:127\.0\.0\.1|localhost|from-git\.example)(?::\d+)?)?(/[\w./-]*)?(\?[^\s'\")]+)?"
)
_PARAMETER = re.compile(r"[?&]([^=&?#\s]+)=")
_CALLED_MEMBER = re.compile(r"\b(?:[Mm]embers?|[Kk]eys?)\s((?:`\w+`(?:,\s|\sand\s|\sor\s)?)+)")
_MEMBER = re.compile(r'"([A-Za-z]\w*)"\s*:')


def unknown(text: str, markdown: bool = True) -> list[str]:
    """What `text` mentions and nothing has: each with its kind, `setting GITHUB_TOKN`, in the order of kinds.

    Args:
        markdown: whether names other than settings are looked for in its code alone.
    """
    blocks = _BLOCK.findall(text) if markdown else [("", text)]
    spans = [" ".join(one.split()) for one in _SPAN.findall(_BLOCK.sub("", text))] if markdown else []
    lines = [line for _, block in blocks for line in block.replace("\\\n", " ").splitlines()]
    found = [*_settings(text)]
    for line in (*spans, *lines):
        found += [*_commands(line), *_routes(line)]
    for span in spans:
        found += [*_options(span), *_paths(span), *_words(span)]
    for names in _CALLED_MEMBER.findall(text) if markdown else ():
        found += [f"member {name}" for name in _SPAN.findall(names) if name not in _schema_members()]
    for kind, block in (*blocks, *(("json", one) for one in spans if one.startswith("{"))):
        found += _members(block) if kind == "json" else []
    return list(dict.fromkeys(found))


def _settings(text: str) -> Iterator[str]:
    known = {option.name for option in table()} | set(dir(global_settings)) | FOREIGN_SETTINGS | _environment()
    for name in _SETTING.findall(text):
        if name not in known | _capitals() and not hasattr(socket, name):
            yield f"setting {name}"


def _commands(line: str) -> Iterator[str]:
    for program, name, rest in _COMMAND.findall(line):
        if name not in (COMMANDS if program == "from-git" else {*get_commands(), *_OF_ADMIN}):
            yield f"command {program} {name}"
        elif name not in ("serve", *_OF_ADMIN):  # whose options are gunicorn's, and Django's
            yield from (f"option {one} of {program} {name}" for one in _long(rest) if one not in _parser_options(name))
    for name, rest in _MODULE.findall(line):
        if name.split(".")[0] not in OURS:
            continue
        sources = _module(name)
        if not sources:
            yield f"module {name}"
        yield from (f"option {one} of {name}" for one in _long(rest) if sources and f'"{one}"' not in sources)


def _options(span: str) -> Iterator[str]:
    """Options that stand alone, and may be of any command of ours."""
    if span.startswith("--"):
        known = {one for name in ("aggregate", "demo", "runserver", "check", "test") for one in _parser_options(name)}
        for one in _long(span):
            if one not in known | FOREIGN_OPTIONS and f'"{one}"' not in _sources():
                yield f"option {one}"


def _routes(line: str) -> Iterator[str]:
    for host, path, query in _ADDRESS.findall(line.removeprefix("GET ").removeprefix("POST ")):
        first = path.split("/")[1] if path else ""
        names = _PARAMETER.findall(query)
        if not path and not host:
            every = {name for route, known in PARAMETERS.items() if route != "body" for name in known}
            every |= FOREIGN_PARAMETERS
            yield from (f"parameter {name}" for name in names if name not in every)
        elif host or first in _first_parts():
            route = _route(path or "/")
            if route is None:
                yield f"route {path}"
            else:
                known = set(PARAMETERS.get(route, ()))
                yield from (f"parameter {name} of {path}" for name in names if name not in known)


def _paths(span: str) -> Iterator[str]:
    """A path alone is a route, or lies in one of the folders that are known."""
    path = span.split("?")[0]
    if re.fullmatch(r"/[\w./-]+", path) and path.split("/")[1] not in FOREIGN_FOLDERS and _route(path) is None:
        yield f"route {path}"


def _members(block: str) -> Iterator[str]:
    yield from (f"member {name}" for name in _MEMBER.findall(block) if name not in _schema_members())


def _words(span: str) -> Iterator[str]:
    """A name in camel case is a member, or of a forge's API; another one is at least in the code, or a file."""
    if re.fullmatch(r"[a-z]+(?:[A-Z][a-z]*)+", span):
        if span not in _schema_members() | _forge_words():
            yield f"member {span}"
    elif re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", span):
        if span not in _code_words() | _metrics() | FOREIGN_WORDS:
            yield f"name {span}"
    elif re.fullmatch(r"[\w.-][\w./-]*\.(?:py|sh|txt|in|toml|yaml|conf|service|md|js)", span):
        there = any(path.as_posix().endswith(f"/{span}") for path in _files())
        yield from () if there or span in FOREIGN_FILES else (f"file {span}",)


def _route(path: str) -> str | None:
    """The name of the route at a path with placeholders; None: there is none."""
    for placeholder, value in _PLACEHOLDERS.items():
        path = path.replace(placeholder, value)
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return None


def _long(words: str) -> list[str]:
    try:
        parts = shlex.split(words)
    except ValueError:
        parts = words.split()
    return [one.split("=")[0] for one in parts if one.startswith("--")]


@cache
def _parser_options(name: str) -> frozenset[str]:
    """The options of a command of manage.py."""
    application = get_commands()[name]
    command = load_command_class(application, name) if isinstance(application, str) else application
    return frozenset(command.create_parser("manage.py", name)._option_string_actions)


@cache
def _schema_members() -> frozenset[str]:
    """Every member of a body in the API's description, of a body that is sent, and of what the probes answer."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from value.get("properties", {})
            for child in value.values():
                yield from walk(child)
        elif isinstance(value, list):
            for child in value:
                yield from walk(child)

    probes = [one for one in _files() if one.match("from_git/probes*") or one.match("from_git/probes*/*.py")]
    named = {name for one in probes for name in _MEMBER.findall(one.read_text(encoding="utf-8"))}
    return frozenset({*walk(SchemaGenerator().get_schema(public=True)), *PARAMETERS["body"], *named})


@cache
def _files() -> tuple[Path, ...]:
    """The files of the project."""
    folders = [ROOT / name for name in (*OURS, "deploy", "docs", ".ci")]
    return (*(one for folder in folders for one in folder.rglob("*") if one.is_file()), *ROOT.glob("*"))


@cache
def _sources() -> str:
    """Everything that runs, is served or configures, as one text; no tests and no documents."""
    kinds = {".py", ".js", ".css", ".html", ".svg", ".conf", ".yaml", ".service", ".toml", ".in", ""}
    files = [one for one in _files() if one.is_file() and one.suffix in kinds and "tests" not in one.parts]
    return "\n".join(one.read_text(encoding="utf-8") for one in files)


@cache
def _code_words() -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z]\w*", _sources()))


@cache
def _metrics() -> frozenset[str]:
    """The names of the metrics, with and without the beginning that all of them have."""
    names = re.findall(r"^# TYPE (\w+)", metrics.exposed().decode(), re.MULTILINE)
    return frozenset(names) | {name.removeprefix("from_git_") for name in names}


@cache
def _forge_words() -> frozenset[str]:
    """What the adapters and the experiments ask for, and what the emulated forges know."""
    folders = (ROOT / "from_git" / "forges", ROOT / "emulator", ROOT / "benchmarks")
    files = [one for folder in folders for one in folder.rglob("*.py")]
    return frozenset(word for one in files for word in re.findall(r"\w+", one.read_text(encoding="utf-8")))


@cache
def _module(name: str) -> str:
    """The sources of a module or package of ours; empty: there is none."""
    place = ROOT.joinpath(*name.split("."))
    files = [*place.glob("*.py"), *([place.with_suffix(".py")] if place.with_suffix(".py").is_file() else [])]
    return "\n".join(one.read_text(encoding="utf-8") for one in files)


@cache
def _environment() -> frozenset[str]:
    """The variables of the environment that our code, tests included, reads or sets."""
    read = re.compile(r'(?:environ(?:\.\w+\(|\[)|getenv\()\s*"([A-Z][A-Z0-9_]+)"|"([A-Z][A-Z0-9_]+)" in os\.environ')
    texts = (one.read_text(encoding="utf-8") for one in _files() if one.suffix == ".py")
    return frozenset(name for text in texts for names in read.findall(text) for name in names if name)


@cache
def _capitals() -> frozenset[str]:
    """The types of errors of the forges, as the emulator sends them."""
    texts = (one.read_text(encoding="utf-8") for one in (ROOT / "emulator").rglob("*.py") if "tests" not in one.parts)
    return frozenset(name for text in texts for name in re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', text))


@cache
def _first_parts() -> frozenset[str]:
    """What our routes begin with."""
    return frozenset({"health-check", "from-git", "livez", "readyz", "metrics"})
