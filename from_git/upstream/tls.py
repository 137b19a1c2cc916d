"""The authorities that must have signed the certificate of an upstream, and the words for a bad certificate."""

import ssl

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from from_git.errors import TransientError, UpstreamError

# OpenSSL's numbers, which are fixed (x509_vfy.h); Python gives them as `verify_code`
_NAME = {62, 64}
_NOT_YET, _EXPIRED = 9, 10
_AUTHORITY = {2, 18, 19, 20, 21}


def context(ca_file: str) -> ssl.SSLContext:
    """The TLS context of all connections to one upstream; reading the authorities takes 30 to 40 ms.

    Nothing comes from the environment: neither authorities nor, as urllib3 would take it, a file for session keys.

    Args:
        ca_file: a PEM file with authorities that are trusted beside Mozilla's list (certifi); empty without one.

    Raises:
        UpstreamError: the file cannot be read, or holds none.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and name
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION
    made.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_file:
        try:
            made.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = "the file that names the authorities to trust can no longer be read."
            raise UpstreamError(reason, advice="Look at UPSTREAM_CA_FILE.") from error
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a company may name an authority below its root
    return made


def failure(error: BaseException, setting: str) -> UpstreamError:
    """Our error for a TLS handshake that failed; `setting`: name of the setting that gives the upstream's address."""
    bad = _certificate_error(error)
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


def _certificate_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The innermost cause, if it is a certificate that cannot be trusted."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error
