"""The one table from the errors of libraries to ours."""

import ssl
from typing import TypeVar

import urllib3

from from_git.errors import BrokenError, DeadlineError, TooHeavyError, TransientError, UpstreamError
from from_git.upstream import proxy
from from_git.upstream.proxy import ProxyFailed
from from_git.upstream.sending import Sending

E = TypeVar("E", bound=BaseException)
# OpenSSL's numbers, which are fixed (x509_vfy.h); Python gives them as `verify_code`
_NAME = {62, 64}
_NOT_YET, _EXPIRED = 9, 10
_AUTHORITY = {2, 18, 19, 20, 21}


LIBRARIES = (OSError, urllib3.exceptions.HTTPError)
"""The errors of a call that are not ours; those of requests, of TLS and of the parser are OSErrors."""


def translated(error: Exception, call: Sending, setting: str, timeout: float, proxied: bool) -> UpstreamError:
    """Our error in place of one of `LIBRARIES`; the most specific rule comes first.

    It is a DeadlineError where the time of the caller is over, TooHeavyError where the timeout of the call passed after
    the request was sent, TransientError for a body that cannot be decompressed or a TLS handshake that broke off,
    BrokenError where there was no connection, or it broke, else an UpstreamError: the certificate is bad, or the proxy
    refused.

    Args:
        setting: name of the setting that gives the upstream's address, for messages.
        timeout: seconds that a call has.
        proxied: whether the call goes through a proxy.

    Raises:
        Cancelled: the caller waits no longer.
    """
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)  # which urllib3 takes for a timeout
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError) and not refused:
        if call.caller.time_left() <= 0:
            return DeadlineError("the time for the whole answer passed while it was being asked.")
        return _too_late(error, call, setting, timeout, proxied)
    if isinstance(error, ssl.SSLError):
        return _tls_failure(error, setting)
    if isinstance(error, urllib3.exceptions.DecodeError):
        return TransientError("it sent a body that cannot be decompressed.")
    return _broken(error, setting)


def _too_late(error: Exception, call: Sending, setting: str, timeout: float, proxied: bool) -> UpstreamError:
    within = f"within {timeout:g} s (UPSTREAM_TIMEOUT)."
    if call.asked:
        return TooHeavyError(f"it did not answer {within}")
    # without a connection no query was sent that could be too heavy; a handshake of TLS is no answer either
    if proxied and isinstance(error, urllib3.exceptions.ConnectTimeoutError):
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
