"""Any request at all: hypothesis looks for one that is a fault of ours. Always the same ones, so that CI can repeat."""

import json
from typing import Any
from unittest import SkipTest, TestCase
from urllib.parse import quote, quote_from_bytes, urlsplit

from from_git.forges.registry import KINDS
from from_git.profiles import parse_profiles
from from_git.tests.kit.hostile import JSON, OWNER, Seen, assert_clear, exchange, request
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.views.test_hostile_client import ELSEWHERE, LOOKALIKES, TRAVERSALS

try:
    from hypothesis import given, settings, strategies as st
except ImportError as missing:
    raise SkipTest("hypothesis is not installed (requirements-dev.txt)") from missing

HOSTS = {kind.host: host_of(kind) for kind in KINDS.values()}
REPEATABLE = settings(deadline=None, derandomize=True, database=None)
OFTEN, SELDOM = settings(REPEATABLE, max_examples=1_000), settings(REPEATABLE, max_examples=150)

# what URLs are made of, and what splits, ends, escapes or impersonates a part of one
PIECES = st.sampled_from(
    [
        *"github.com bitbucket.org www. https:// HTTP:// : / // .. . @ # ? & = \\ , ; spack mfem nobody user-3".split(),
        *"team-2 orgs repositories workspace %2e %2f %00 %0d%0a %5c {x} evil.example :443 [::1] ' \" < ` $".split(),
        *("\u0456", "\u0131", "\u0130", "\u3002", "\uff0e", "\uff0f", "\u200b", "\u202e", "\u2028", "\ud800"),
        *("\xa0", "\xad", "\x00", "\x1b[31m", "\x7f", "\x85", "\r\n", "\r", "\t", "\U0001f600"),
    ]
)
PROFILES = st.sampled_from(["https://github.com/user-3", "bitbucket.org/team-2/", "github.com/orgs/spack/repositories"])
TEXTS = st.one_of(
    PROFILES,
    st.sampled_from([*LOOKALIKES, *ELSEWHERE, *TRAVERSALS]),
    st.lists(PIECES | st.text(max_size=4), max_size=8).map("".join),
    st.tuples(PROFILES, PIECES, st.text(max_size=3)).map("".join),
)
BYTES = st.binary(max_size=40) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
ESCAPED = BYTES.map(lambda value: quote_from_bytes(value, safe="").encode())
RAW = BYTES.map(lambda value: value.translate(None, b"\r\n"))
NAMES = st.sampled_from([b"url", b"url", b"url", b"expand", b"URL", b"url[]", b"format", b"t", b"utm_x", b"%75rl", b""])
VALUES = st.one_of(
    RAW,
    st.sampled_from(
        [b"1", b"-1", b"chunked", b"gzip", b"*/*", b"application/json", b"close", b"100-continue", b"127.0.0.1"]
    ),
    st.tuples(
        st.sampled_from([b"application/json", b"multipart/form-data", b"text/x", b"*/*", b""]),
        st.sampled_from([b";", b"; charset=", b"; charset*=", b"; charset*0=", b"; boundary=", b";q=", b";indent="]),
        RAW | st.sampled_from([b"utf-8", b"hex", b"utf-8''x", b"idna''x", b'"', b"x"]),
    ).map(b"".join),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        "Host Content-Type Content-Length X-Request-ID Accept Accept-Encoding Accept-Language Connection Cookie Origin "
        "Authorization Range If-None-Match If-Modified-Since X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto "
        "X-HTTP-Method-Override Content-Encoding Referer User-Agent Upgrade Forwarded".split()
    ),
    VALUES,
    max_size=5,
)
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["url", "expand"]) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
DISPOSITIONS = st.lists(
    st.sampled_from(
        ["form-data", ' name="url"', " name=url", " name*=utf-8''url", ' filename="a"', " filename*=x''a", ""]
    ),
    max_size=4,
).map(lambda parts: "Content-Disposition: " + ";".join(parts))
PART_HEADERS = st.lists(
    DISPOSITIONS
    | st.sampled_from(
        [
            'Content-Disposition: form-data; name="url"',
            "Content-Transfer-Encoding: base64",
            "Content-Type: text/plain; charset=hex",
            "Content-Type: text/plain; charset*=nonsense''x",
            "Content-Type: multipart/mixed; boundary=y",
            "Content-Length: -1",
            "\x00: \x00",
        ]
    ),
    max_size=3,
).map(lambda lines: "\r\n".join(lines).encode())
PARTS = st.tuples(st.sampled_from([b"--x\r\n", b"--x--", b"--y\r\n", b""]), PART_HEADERS, st.just(b"\r\n\r\n"), BYTES)
MULTIPARTS = st.tuples(
    st.lists(PARTS.map(b"".join), max_size=4).map(b"\r\n".join), st.sampled_from([b"\r\n--x--\r\n", b"--x", b""])
).map(b"".join)


class AnyRequest(ServiceTestCase):
    """Through sockets, to the forges and back."""

    def setUp(self) -> None:
        """Watch what the forges are asked for."""
        super().setUp()
        self.seen = Seen(self, self.emulator)

    def assert_served(self, asked: bytes) -> None:
        """A refusal that no forge hears of, or an answer for owners that can be owners."""
        before = len(self.seen.owners)
        status, headers, body = exchange(self.base, asked)
        if asked.startswith(b"HEAD"):
            self.assertEqual(body, b"")
            body = b'{"error": "ERR3", "message": "It says.", "advice": "Do."}' if status >= 400 else b"{}"
        found = assert_clear(self, status, body)
        self.assertEqual(headers["content-type"], JSON)
        owners = self.seen.owners[before:]
        if found.get("error") != "OK" and not asked.startswith(b"HEAD"):
            self.assertEqual(owners, [])
        for owner in owners:
            self.assertRegex(owner.split("/")[0], OWNER)

    @SELDOM
    @given(st.lists(st.tuples(NAMES, ESCAPED | RAW), max_size=5))
    def test_any_query_is_answered_or_refused(self, pairs: list[tuple[bytes, bytes]]) -> None:
        query = b"&".join(name + b"=" + value for name, value in pairs)
        self.assert_served(request(b"/health-check?" + query.translate(None, b" \t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0")))

    @SELDOM
    @given(HEADERS, st.sampled_from([b"", b'{"url": "github.com/user-3"}', b"url=github.com%2Fnobody"]))
    def test_any_headers_are_answered_or_refused(self, headers: dict[str, bytes], body: bytes) -> None:
        method = b"POST" if body else b"GET"
        self.assert_served(request(b"/health-check?url=github.com/nobody", headers, body, method))

    @SELDOM
    @given(
        st.sampled_from([b"GET", b"HEAD", b"PUT", b"TRACE", b"get", b"CONNECT"]) | st.binary(min_size=1, max_size=9),
        ESCAPED,
    )
    def test_any_method_is_answered_or_refused(self, method: bytes, path: bytes) -> None:
        method = method.translate(None, b" \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0") or b"X"
        for target in (b"/health-check?url=github.com/a/b", b"/health-check" + path, b"/" + path):
            if path or target.startswith(b"/health"):
                self.assert_served(request(target, method=method))

    @SELDOM
    @given(SHAPES, st.booleans(), st.none() | st.integers(0, 60))
    def test_json_of_any_shape_is_answered_or_refused(self, value: Any, ascii_only: bool, cut: int | None) -> None:
        bodies = [value, {"url": value}, {"url": [value]}, {"url": "github.com/nobody", "expand": value}]
        for one in bodies:
            text = json.dumps(one, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
            self.assert_served(request(headers={"Content-Type": JSON.encode()}, body=text[:cut], method=b"POST"))

    @SELDOM
    @given(st.lists(st.tuples(NAMES, ESCAPED | RAW), max_size=5))
    def test_any_form_is_answered_or_refused(self, pairs: list[tuple[bytes, bytes]]) -> None:
        body = b"&".join(name + b"=" + value for name, value in pairs)
        kind = {"Content-Type": b"application/x-www-form-urlencoded"}
        self.assert_served(request(headers=kind, body=body, method=b"POST"))

    @SELDOM
    @given(MULTIPARTS)
    def test_any_multipart_body_is_answered_or_refused(self, body: bytes) -> None:
        kind = {"Content-Type": b"multipart/form-data; boundary=x"}
        self.assert_served(request(headers=kind, body=body, method=b"POST"))


class AnyText(TestCase):
    """Parsing, compared with another reader of URLs."""

    @OFTEN
    @given(st.lists(TEXTS, max_size=4))
    def test_a_profile_is_where_any_reader_of_urls_sees_it(self, texts: list[str]) -> None:
        profiles, bad, _ = parse_profiles(texts, HOSTS)

        for profile in profiles:
            parts = urlsplit(profile.url if "://" in profile.url.split("?")[0] else f"https://{profile.url}")
            self.assertEqual(HOSTS[(parts.hostname or "").removeprefix("www.")], profile.host)
            self.assertEqual((parts.username, parts.port), (None, None))
            self.assertIn(profile.owner, parts.path.split("/"))
            self.assertRegex(profile.owner, rf"\A{OWNER.pattern}\Z")
            self.assertEqual(quote(profile.owner, safe=""), profile.owner)
            self.assertTrue(profile.url.isascii() and profile.url.isprintable())
        self.assertTrue(all(str(reason).isprintable() for _, reason in bad), bad)

    @OFTEN
    @given(st.lists(TEXTS, max_size=6))
    def test_every_line_is_a_profile_or_named(self, texts: list[str]) -> None:
        profiles, bad, _ = parse_profiles(texts, HOSTS)

        named = {profile.url for profile in profiles} | {text for text, _ in bad}
        for text in texts:
            for line in text.replace("\r", "\n").split("\n"):
                if line.strip() and line.strip() not in named:  # the same profile in another spelling
                    self.assertIn(parse_profiles([line], HOSTS).profiles[0], profiles)
