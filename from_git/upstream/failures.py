"""The one table from the errors of libraries to ours."""

import http.client
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import requests
import urllib3

from from_git.errors import BrokenError, DeadlineError, TooHeavyError, TransientError, UpstreamError
from from_git.upstream import proxy
from from_git.upstream.callstate import call
from from_git.upstream.proxy import ProxyFailed

E = TypeVar("E", bound=BaseException)
# OpenSSL's numbers, which are fixed (x509_vfy.h); Python gives them as `verify_code`
_NAME = {62, 64}
_NOT_YET, _EXPIRED = 9, 10
_AUTHORITY = {2, 18, 19, 20, 21}


@contextmanager
def translated(time_left: Callable[[], float], setting: str, timeout: float, proxied: bool) -> Iterator[None]:
    """Raise our error in place of a library's in the block; the most specific rule comes first.

    Args:
        time_left: gives the seconds that the caller still has.
        setting: name of the setting that gives the upstream's address, for messages.
        timeout: seconds that a call has.
        proxied: whether the call goes through a proxy.

    Raises:
        DeadlineError: the time of the caller is over.
        TooHeavyError: the timeout of the call passed after the request was sent.
        TransientError: the body cannot be decompressed, or the TLS handshake broke off.
        BrokenError: there was no connection, or it broke.
        UpstreamError: the certificate is bad, or the proxy refused.
        Cancelled: the caller waits no longer.
    """
    try:
        yield
    except (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        if time_left() <= 0:
            raise DeadlineError("the time for the whole answer passed while it was being asked.") from error
        raise _too_late(error, setting, timeout, proxied) from error
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
        raise _tls_failure(error, setting) from error
    except (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError) as error:
        raise TransientError("it sent a body that cannot be decompressed.") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, http.client.HTTPException) as error:
        raise _broken(error, setting) from error


def _too_late(error: Exception, setting: str, timeout: float, proxied: bool) -> UpstreamError:
    within = f"within {timeout:g} s (UPSTREAM_TIMEOUT)."
    if call.asked:
        return TooHeavyError(f"it did not answer {within}")
    # without a connection no query was sent that could be too heavy; a handshake of TLS is no answer either
    if proxied and isinstance(error, requests.ConnectTimeout):
        return BrokenError(f"the proxy between us and it made no connection {within}", advice=proxy.ADVICE)
    return BrokenError(f"it did not answer {within}", advice=_unreachable(setting))


def _tls_failure(error: BaseException, setting: str) -> UpstreamError:
    bad = _cause(error, ssl.SSLCertVerificationError)
    if bad is None:  # a certificate stays what it is; a handshake that breaks off may not
        advice = f"Try again later; if that does not help, look at {setting}: it may lead to a port without TLS."
        return TransientError("the TLS handshake with it failed.", advice=advice)
    code = bad.verify_code
    if code in _NAME:
        return UpstreamError(
            "its TLS certificate is for another host name than the one that was asked.", advice=f"Look at {setting}."
        )
    if code == _EXPIRED:
        advice = f"Whoever runs it must renew it; look at {setting}, and at this machine's clock."
        return UpstreamError("its TLS certificate has expired.", advice=advice)
    if code == _NOT_YET:
        return UpstreamError("its TLS certificate is not valid yet.", advice="Look at this machine's clock.")
    if code in _AUTHORITY:
        advice = (
            "If your company has an authority of its own, name the file with that authority's certificate in"
            f" UPSTREAM_CA_FILE; else look at {setting}."
        )
        return UpstreamError("its TLS certificate is signed by an authority that is not trusted here.", advice=advice)
    return UpstreamError(f"its TLS certificate is not valid (OpenSSL's code {code}).", advice=f"Look at {setting}.")


def _broken(error: Exception, setting: str) -> UpstreamError:
    failed = _cause(error, ProxyFailed)
    if failed:
        return proxy.failure(failed.status)
    if _cause(error, urllib3.exceptions.NewConnectionError):
        return BrokenError("it could not be reached.", advice=_unreachable(setting))
    advice = f"Try again later; if that does not help, look at {setting}."
    return BrokenError("it broke the connection before its answer was whole.", advice=advice)


def _unreachable(setting: str) -> str:
    advice = f"Try again later; if that does not help, look at {setting}"
    return f"{advice}, and set UPSTREAM_PROXY if a proxy is the only way out of this network."


def _cause(error: BaseException | None, kind: type[E]) -> E | None:
    """The first error of a kind among an error and its causes."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
