"""An authority of the test's own, made anew each time: no key lies in the repository, and nothing expires."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme

LOOPBACK = "127.0.0.1"


@cache
def authority(name: str = "ours") -> trustme.CA:
    """The authority of that name; making one takes a while."""
    return trustme.CA(organization_name=name)


def server(name: str = LOOPBACK, signed_by: str = "ours", lasts: timedelta = timedelta(days=1)) -> ssl.SSLContext:
    """What a server at `name` answers with.

    Args:
        lasts: from now; below zero it has expired.
    """
    begins = datetime.now(UTC) - timedelta(days=9)
    certificate = authority(signed_by).issue_cert(name, not_before=begins, not_after=datetime.now(UTC) + lasts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def ca_file(folder: str, name: str = "ours") -> str:
    """The path of a PEM file with the authority's certificate, as UPSTREAM_CA_FILE takes it."""
    path = Path(folder) / f"{name}.pem"
    authority(name).cert_pem.write_to_path(path)
    return str(path)
