"""The database that DATABASE_URL names, as Django's settings have it."""

import os
import warnings
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_ENGINES = "django.db.backends.sqlite3", "django.db.backends.postgresql"
# readers never wait for a writer, and a writer waits for another one; measured: no "database is locked"
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}

# a machine that is gone without a word is noticed; by default that takes a quarter of an hour
_POSTGRES = {
    "connect_timeout": 5,  # seconds, as all but the last one
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}


def configured(url: str, folder: str) -> dict[str, Any] | None:
    """The settings of a database; None for an address that names none, or one of another kind.

    Args:
        url: its address; empty: an SQLite file in `folder`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # django-environ's warning of an unknown database shows the password
        try:
            found: dict[str, Any] = environ.Env.db_url_config(url or "sqlite:///db.sqlite3")
        except (ValueError, ImproperlyConfigured):
            return None
    if found.get("ENGINE") not in _ENGINES:
        return None
    if not url:
        found["NAME"] = os.path.join(folder, "db.sqlite3")
    usual = _SQLITE if found["ENGINE"] == _ENGINES[0] else _POSTGRES
    found["OPTIONS"] = {**usual, **found.get("OPTIONS", {})}
    return found
