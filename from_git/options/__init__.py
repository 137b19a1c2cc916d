"""Every setting of from-git, once: settings module, `local_settings.py.example` and docs/settings.md come from here.

A value comes from `local_settings.py` (in `place.FOLDER`), else from the environment variable of the same name, else
from the default. Whatever is wrong stops the start, all of it at once. This runs before Django is set up. Each
kind of forge declares its own settings, in its folder.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from from_git import readers
from from_git.forges.registry import KINDS
from from_git.values.kind import Kind
from from_git.values.option import Option

_HOSTS = (
    Option(
        "FORGES",
        readers.entries,
        [],
        f'more hosts, e.g. `[{{"kind": "{next(iter(KINDS))}", "host": "git.example.org", "accounts":'
        ' [{"token": "…"}]}]`, in the environment as JSON; an entry replaces an earlier host of its name whole;'
        " docs/settings.md tells all keys",
        secret=True,
    ),
)
_CALLS = (
    Option(
        "POOL_WIDTH",
        readers.pool_width,
        "auto",
        "how many of these threads call a forge at the same time: `auto` = as many as its answers allow, `fixed` ="
        " always all",
    ),
    Option("REQUEST_DEADLINE", readers.seconds, 60.0, "time for one whole answer", "seconds", 0.1),
    Option("UPSTREAM_TIMEOUT", readers.seconds, 15.0, "time for one call to a forge", "seconds", 0.1),
    Option(
        "UPSTREAM_CA_FILE",
        readers.authorities,
        "",
        "PEM file with authorities that are trusted beside the usual ones, e.g. those of a company",
    ),
    Option(
        "UPSTREAM_PROXY",
        readers.proxy_address,
        "",
        "`http://[user:password@]host:port`, where a proxy is the only way to the forges; `https_proxy` and its like in"
        " the environment have no effect",
        secret=True,
    ),
)
_PROFILES = (
    Option(
        "PROFILE_CACHE_SECONDS",
        readers.seconds,
        300.0,
        "how long a profile's numbers are kept, 0 = not at all; a missing profile is remembered for a fifth of it",
        "seconds",
        0,
    ),
)
_SERVICE = (
    Option(
        "STALE_IF_ERROR_SECONDS",
        readers.seconds,
        3600.0,
        "how long a proxy may show an outdated answer while the service has no new one, 0 = not at all",
        "seconds",
        0,
    ),
    Option(
        "LAST_GOOD_SECONDS",
        readers.seconds,
        86_400.0,
        "how long a card, a chart or a badge may show the last good numbers, with their age, while a forge gives no"
        " new ones, 0 = not at all",
        "seconds",
        0,
    ),
    Option(
        "FLIGHT_SECONDS",
        readers.seconds,
        900.0,
        "the longest time for the fetch of one profile: for the page, `manage.py aggregate`, and when it goes on after"
        " a request's deadline",
        "seconds",
        0.1,
    ),
    Option(
        "CACHE_URL",
        readers.cache_address,
        "locmem://",
        "`redis://…` to share cached profiles, fetches under way, limits, budgets and CLIENT_RATE between processes and"
        " machines",
        secret=True,
    ),
    Option(
        "SERVER_THREADS",
        readers.whole,
        80,
        "threads of one process of the server; answers hold at most all but four, so that probes always get one",
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
        "the largest part of a forge's budget in any minute or hour that one client may use, e.g. `0.5`",
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
    Option(
        "PUBLIC_URL",
        readers.public_address,
        "",
        "the address under which others reach the service, e.g. `https://from-git.example.org`, for the links, pictures"
        " and badges that the page gives; empty = the address under which the page was opened",
    ),
    Option("LOG_LEVEL", readers.log_level, "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    Option("LOG_FORMAT", readers.log_format, "text", "text, or json: one object a line"),
    Option(
        "DATABASE_URL",
        readers.text,
        "",
        "a PostgreSQL, e.g. `postgres://user:password@host/name`, or an SQLite; empty = SQLite; answering needs none",
        secret=True,
    ),
)
_BATCHES = (
    Option("BATCHES", readers.switch, False, "batches by POST at /from-git/batches; off: there is no such address"),
    Option(
        "PROFILES_IN_FLIGHT",
        readers.whole,
        32,
        "profiles of batches that one process fetches at the same time",
        "profiles",
        1,
    ),
    Option("BATCH_MAX_URLS", readers.whole, 1_000_000, "profiles in one batch", "profiles", 1),
    Option("BATCHES_PER_CLIENT", readers.whole, 3, "batches that one client may have under way", "batches", 1),
    Option("BATCH_KEEP_DAYS", readers.whole, 30, "how long a batch is kept after its end", "days", 1),
    Option(
        "CELERY_BROKER_URL",
        readers.broker_address,
        "",
        "`redis://…` or `amqp://…`, by which Celery's workers are woken; empty = one process of the service works on"
        " batches",
        secret=True,
    ),
    Option("SNAPSHOT_KEEP_DAYS", readers.whole, 0, "how long snapshots are kept, 0 = for ever", "days", 0),
    Option("DJANGO_ADMIN", readers.switch, False, "Django's admin at /admin/, for batches and snapshots"),
)
# these matter while Django starts; changing them later has no effect
_AT_START = (
    *("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "LOG_LEVEL", "LOG_FORMAT", "DATABASE_URL", "CACHE_URL", "NUM_PROXIES"),
    "DJANGO_ADMIN",
)


@lru_cache(maxsize=4)
def _table(kinds: tuple[Kind, ...]) -> tuple[Option, ...]:
    rows = [kind.options for kind in kinds]
    return (
        *chain.from_iterable(one.access for one in rows),
        *_HOSTS,
        *chain.from_iterable(one.threads for one in rows),
        *_CALLS,
        *chain.from_iterable(one.bounds for one in rows),
        *_PROFILES,
        *chain.from_iterable(one.kept for one in rows),
        *_SERVICE,
        *_BATCHES,
    )


def table() -> tuple[Option, ...]:
    """Every setting, those of each kind of forge too; its order is the documentation's."""
    return _table(tuple(KINDS.values()))


def changeable_defaults() -> dict[str, Any]:
    """Name to default of the options that may be changed while the process runs."""
    return {option.name: option.default for option in table() if option.name not in _AT_START}


def without_ours(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that set no option, for a process that must begin with the defaults."""
    ours = {option.name for option in table()} | {"DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in environ.items() if name not in ours}
