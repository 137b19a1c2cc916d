"""Every setting of from-git, once: settings module, `local_settings.py.example` and docs/settings.md come from here.

A value comes from `local_settings.py` beside manage.py, else from the environment variable of the same name, else from
the default. Whatever is wrong stops the start, all of it at once. No Django here: this runs before Django is set up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from from_git.options import readers
from from_git.options.readers import WrongSetting


@dataclass(frozen=True)
class Option:
    """One setting."""

    name: str
    read: Callable[[object], Any]
    """From what was written to the value; raises WrongSetting."""
    default: Any
    help: str
    unit: str = ""
    minimum: float | None = None
    secret: bool = False
    """Whether the value must never be shown."""

    def value(self, written: object) -> Any:
        """The checked value; raises WrongSetting."""
        value = self.read(written)
        if self.minimum is not None and isinstance(value, int | float) and value < self.minimum:
            raise WrongSetting(f"expected at least {self.minimum:g}{' ' + self.unit if self.unit else ''}")
        return value


OPTIONS = (
    Option(
        "GITHUB_API_TOKEN",
        readers.header_text,
        "",
        "needed for GitHub profiles; a token without any scope is enough",
        secret=True,
    ),
    Option(
        "GITHUB_GRAPHQL_URL",
        readers.web_address,
        "https://api.github.com/graphql",
        "GitHub's GraphQL API; Enterprise Server: `https://HOST/api/graphql`",
    ),
    Option("GITHUB_HOST", readers.host, "github.com", "the host that GitHub profile URLs carry"),
    Option(
        "BITBUCKET_API_URL",
        readers.web_address,
        "https://api.bitbucket.org/2.0",
        "Bitbucket's REST API, ending in /2.0",
    ),
    Option("BITBUCKET_USERNAME", readers.text, "", "the account's e-mail address, with BITBUCKET_API_TOKEN"),
    Option(
        "BITBUCKET_API_TOKEN",
        readers.text,
        "",
        "API token (`read:repository:bitbucket`); without credentials: 60 calls an hour",
        secret=True,
    ),
    Option(
        "BITBUCKET_ACCESS_TOKEN",
        readers.header_text,
        "",
        "instead of the two above; reaches one workspace only",
        secret=True,
    ),
    Option("NUM_THREADS_GITHUB", readers.threads, 8, "GitHub queries under way at the same time", "threads", 1),
    Option(
        "NUM_THREADS_BITBUCKET", readers.threads, 4, "Bitbucket list pages under way at the same time", "threads", 1
    ),
    Option(
        "NUM_THREADS_BITBUCKET_WATCHERS",
        readers.threads,
        16,
        "Bitbucket watcher counts under way at the same time",
        "threads",
        1,
    ),
    Option("REQUEST_DEADLINE", readers.seconds, 60.0, "for one whole answer", "seconds", 0.1),
    Option("UPSTREAM_TIMEOUT", readers.seconds, 15.0, "for one call to a forge", "seconds", 0.1),
    Option(
        "UPSTREAM_CA_FILE",
        readers.authorities,
        "",
        "PEM file with authorities that are trusted beside the usual ones, e.g. the company's own",
    ),
    Option(
        "UPSTREAM_PROXY",
        readers.proxy_address,
        "",
        "`http://[user:password@]host:port`, where a proxy is the only way to the forges; `https_proxy` and its like in"
        " the environment have no effect",
        secret=True,
    ),
    Option(
        "GITHUB_SECONDS_PER_MINUTE",
        readers.seconds,
        55.0,
        "GitHub's time to spend in any minute, 0 = no bound (Enterprise Server)",
        "seconds",
        0,
    ),
    Option(
        "BITBUCKET_CALLS_PER_HOUR",
        readers.calls,
        "auto",
        "calls to Bitbucket in any hour, 0 = no bound; auto = 60 without credentials, 1,000 with an API token, what"
        " Bitbucket says with an access token",
        "calls",
        0,
    ),
    Option(
        "PROFILE_CACHE_SECONDS",
        readers.seconds,
        300.0,
        "how long a profile's numbers are kept, 0 = not at all; that one is missing is kept for a fifth of it",
        "seconds",
        0,
    ),
    Option(
        "WATCHERS_CACHE_SECONDS",
        readers.seconds,
        0.0,
        "how long the watcher count of a Bitbucket repository is kept where its list is read again, 0 = not at all;"
        " `fetchedAt` then says when the oldest of them was counted",
        "seconds",
        0,
    ),
    Option(
        "STALE_IF_ERROR_SECONDS",
        readers.seconds,
        3600.0,
        "for how long after its time a proxy may show an answer while no new one is to be had, 0 = not at all",
        "seconds",
        0,
    ),
    Option(
        "LAST_GOOD_SECONDS",
        readers.seconds,
        86_400.0,
        "for how long a card, a chart or a badge may show the last good numbers, with their age, while a forge gives"
        " none, 0 = not at all",
        "seconds",
        0,
    ),
    Option(
        "FLIGHT_SECONDS",
        readers.seconds,
        900.0,
        "the longest that one profile's fetch may take: for the page, `manage.py aggregate`, and where it goes on after"
        " a request's deadline",
        "seconds",
        0.1,
    ),
    Option(
        "CACHE_URL",
        readers.cache_address,
        "locmem://",
        "`redis://…` to share what is kept, fetches under way, limits, budgets and CLIENT_RATE between processes and"
        " machines",
        secret=True,
    ),
    Option(
        "SERVER_THREADS",
        readers.whole,
        80,
        "of one process of the server; answers hold at most four fewer, so that probes get one",
        "threads",
        5,
    ),
    Option("MAX_PROFILES", readers.whole, 0, "profiles in one request, 0 = any number", "profiles", 0),
    Option(
        "CLIENT_RATE",
        readers.rate,
        "",
        "answers, streams and pictures that one client may ask for, e.g. `60/minute` (or second, hour, day); empty ="
        " any number",
    ),
    Option(
        "NUM_PROXIES",
        readers.whole,
        0,
        "proxies in front whose `X-Forwarded-For` names the client; 0 = the connection's address is the client",
        "proxies",
        0,
    ),
    Option(
        "CLIENT_SHARE",
        readers.share,
        1.0,
        "the largest part of what may be spent at a forge in any minute or hour that one client may use, e.g. `0.5`",
        "part",
        0.01,
    ),
    Option(
        "SECRET_KEY",
        readers.text,
        "",
        "random at each start; required when ALLOWED_HOSTS names more than loopback",
        secret=True,
    ),
    Option("DEBUG", readers.switch, False, "Django's debug mode; never in production"),
    Option(
        "ALLOWED_HOSTS",
        readers.names,
        ["localhost", "127.0.0.1", "[::1]"],
        "hosts under which the service may be asked",
    ),
    Option("LOG_LEVEL", readers.log_level, "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    Option("LOG_FORMAT", readers.log_format, "text", "text, or json: one object a line"),
    Option(
        "DATABASE_URL",
        readers.text,
        "",
        "e.g. `postgres://user:password@host/name`; empty = SQLite; answering needs none",
        secret=True,
    ),
)
"""The table; its order is the documentation's."""


# these matter while Django starts; changing them later has no effect
_AT_START = (
    *("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "LOG_LEVEL", "LOG_FORMAT", "DATABASE_URL", "CACHE_URL", "NUM_PROXIES"),
)


def changeable_defaults() -> dict[str, Any]:
    """Name to default of the options that may be changed while the process runs."""
    return {option.name: option.default for option in OPTIONS if option.name not in _AT_START}


def without_ours(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that set no option, for a process that must begin with the defaults."""
    ours = {option.name for option in OPTIONS} | {"DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in environ.items() if name not in ours}
