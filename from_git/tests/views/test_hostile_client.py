"""Requests that nobody sends by accident: each is refused in JSON, or answered rightly, and no forge hears of it."""

import json
from typing import Any
from urllib.parse import quote

from from_git.tests.kit.hostile import JSON, Seen, assert_clear, exchange, request
from from_git.tests.kit.service import ServiceTestCase

FORM = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data; boundary=x"

LOOKALIKES = [
    "https://b\u0456tbucket.org/spack",  # Cyrillic
    "https://g\u0131thub.com/spack",  # without a dot
    "https://G\u0130THUB.com/spack",  # lower() gives two characters
    "https://github\uff0ecom/spack",
    "https://github\u3002com/spack",
    "https://\uff47ithub.com/spack",
    "https://github.com\uff0fspack",
    "https://xn--gthub-n4a.com/spack",
    "https://github.com\u200b/spack",
    "https://\u017fr.ht/spack",
]
ELSEWHERE = [
    "https://github.com@evil.example/spack",
    "https://github.com:pw@evil.example/spack",
    "https://evil.example@github.com/spack",
    "https://github.com\\@evil.example/spack",
    "https://evil.example\\github.com/spack",
    "https://github.com.evil.example/spack",
    "https://evil.example/github.com/spack",
    "https://evil.example?github.com/spack",
    "https://evil.example#github.com/spack",
    "https://github.com:443@evil.example:80/spack",
    "https://github.com%2eevil.example/spack",
    "https://github.com%00.evil.example/spack",
    "https://127.0.0.1/spack",
    "https://[::1]/spack",
    "https://localhost/graphql",
    "file:///etc/passwd",
    "gopher://github.com/spack",
    "data:github.com/spack",
    "//github.com/spack",
    "https://www.www.github.com/spack",
]
TRAVERSALS = [
    "https://github.com/..",
    "https://github.com/../spack",
    "https://github.com/%2e%2e",
    "https://github.com/%2e%2e%2fspack",
    "https://github.com/spack%2f..",
    "https://github.com/spack/..",
    "https://github.com/.%2e/x",
    "https://bitbucket.org/spack%3fx",
    "https://bitbucket.org/spack%23",
    "https://bitbucket.org/spack;x",
    "https://bitbucket.org/..%5cx",
    "https://bitbucket.org/.",
    "https://bitbucket.org/{team}/../../user",
    "https://bitbucket.org/mailchimp\x00",
    "https://bitbucket.org/mail\r\nchimp",
    "https://bitbucket.org/mailchimp\r\nHost: evil.example",
    "https://github.com/spack\u2028https://github.com/mfem",
    'https://github.com/spack"}',
    "https://github.com/$login",
]
UNDECODABLE = [b"%ED%A0%80", b"%C0%AF", b"%C0%AE%C0%AE", b"%F5", b"%00", b"%1B%5B31m", b"%FF%FE", b"\xff", b"%", b"%zz"]


class WrongUrls(ServiceTestCase):
    """Values of `url`."""

    def setUp(self) -> None:
        """Watch what the forges are asked for."""
        super().setUp()
        self.seen = Seen(self, self.emulator)

    def test_lookalikes_other_places_and_traversals_are_refused_and_reach_no_forge(self) -> None:
        for url in [*LOOKALIKES, *ELSEWHERE, *TRAVERSALS]:
            with self.subTest(url):
                query = b"/health-check?url=github.com/mfem&url=" + quote(url, safe="").encode()
                status, _, body = exchange(self.base, request(query))
                message = assert_clear(self, status, body)["message"]
                self.assertEqual(status, 400, message)
                posted = request(headers={"Content-Type": JSON.encode()}, body=json.dumps({"url": url}).encode())
                status, _, body = exchange(self.base, posted.replace(b"GET", b"POST", 1))
                self.assertEqual(status, 400, assert_clear(self, status, body))
        self.assertEqual(self.seen.owners, [])

    def test_what_is_no_utf8_is_refused_and_shown_escaped(self) -> None:
        for value in UNDECODABLE:
            with self.subTest(value):
                status, _, body = exchange(self.base, request(b"/health-check?url=github.com/" + value))
                assert_clear(self, status, body)
                self.assertEqual(status, 400)
        self.assertEqual(self.seen.owners, [])

    def test_a_lone_surrogate_in_json_is_refused_and_shown_escaped(self) -> None:
        for text in (rb"\ud800", rb"\udfff", rb"\ud83d", rb"\udc00\ud800"):
            body = b'{"url": "https://github.com/%s"}' % text
            status, _, answer = exchange(self.base, request(method=b"POST", headers=json_type(), body=body))
            self.assertEqual(status, 400)
            self.assertIn(text.decode()[:6], assert_clear(self, status, answer)["message"])

    def test_ten_thousand_urls_are_answered_by_both_methods_and_of_as_many_bad_ones_twenty_are_named(self) -> None:
        good = "&".join(f"url=github.com/{'Spack' if n % 2 else 'mfem'}?{n}" for n in range(10_000)).encode()
        bad = "&".join(f"url=github.com/a/{n}" for n in range(10_000)).encode()
        exact = self.world.sum([("github", "spack"), ("github", "mfem")])
        for name, line, posted in (("GET", b"?%s", b""), ("POST", b"", b"%s")):
            with self.subTest(name):
                answers = []
                for urls in (good, bad):
                    target, body = b"/health-check" + line.replace(b"%s", urls), posted.replace(b"%s", urls)
                    asked = request(target, {"Content-Type": FORM}, body, name.encode())
                    answers.append(exchange(self.base, asked))
                (status, _, answer), (refused, _, refusal) = answers
                self.assertEqual((status, json.loads(answer)["data"]), (200, exact))
                self.assertEqual(refused, 400)
                found = assert_clear(self, refused, refusal)
                self.assertEqual(found["message"].count("'github.com/a/"), 20)
                self.assertEqual((len(found["urls"]), found["urlsMore"]), (20, 9_980))
                self.assertIn("9,980 more", found["message"])
        self.assertEqual(set(self.seen.owners) - {"by-id"}, {"Spack", "mfem"})

    def test_five_megabytes_of_address_are_refused_and_one_is_read(self) -> None:
        for size, status in ((1_000_000, 400), (5_000_000, 414)):
            for start in (b"url=", b"url=github.com/", b"", b"&=&", b"url=%00"):
                with self.subTest(size=size, start=start):
                    found, _, body = exchange(self.base, request(b"/health-check?" + start + b"a" * size))
                    self.assertEqual(found, status)
                    assert_clear(self, found, body)
        self.assertEqual(self.seen.owners, [])


class WrongHeaders(ServiceTestCase):
    """Heads that some part of the way might read otherwise than another."""

    urls = b'{"url": "github.com/nobody"}'

    def refused(self, status: int, headers: dict[str, bytes], **options: Any) -> str:
        """The message of the refusal."""
        asked = request(method=b"POST", headers={"Content-Type": JSON.encode(), **headers}, body=self.urls, **options)
        found, _, body = exchange(self.base, asked)
        message = str(assert_clear(self, found, body).get("message"))
        self.assertEqual(found, status, message)
        return message

    def test_a_charset_that_does_not_exist_is_a_415_in_every_spelling(self) -> None:
        for parameter in (
            b"charset=nonsense",
            b"charset*=nonsense''x",
            b"a*=nonsense''x",
            b"a*=\x00''x",
            b"charset*=hex''x",
        ):
            with self.subTest(parameter):
                self.assertIn("UTF-8", self.refused(415, {"Content-Type": b"application/json; " + parameter}))

    def test_a_length_that_is_not_one_number_is_refused_and_the_body_is_no_other_request(self) -> None:
        for length in (b"abc", b"-1", b"+28", b"2_8", b"\xb2", b"0x1c", b"28, 28", b"28\r\nContent-Length: 3", b""):
            with self.subTest(length):
                self.assertIn("Content-Length", self.refused(400, {"Content-Length": length}))

    def test_a_server_that_lets_a_wrong_length_pass_gets_a_400_as_well(self) -> None:
        for length in ("abc", "-1", "2_8", "\xb2", "9" * 5_000):
            with self.subTest(length[:9]):
                answer = self.client.post(
                    "/health-check", self.urls, JSON, CONTENT_LENGTH=length, headers={"Host": "127.0.0.1"}
                )
                self.assertEqual((answer.status_code, answer.json()["error"]), (400, "ERR3"))

    def test_media_types_and_methods_are_shown_with_odd_characters_escaped(self) -> None:
        for odd in (b"\x1b[31m", b"\x85", b"\xa0", b"\xad", b"\x0b", b"\x00", b"\x7f"):
            with self.subTest(odd):
                self.refused(415, {"Content-Type": b"text/x" + odd + b"y"})
        found, _, body = exchange(self.base, request(method=b"GE\x1bT"))
        self.assertIn("\\u001b", assert_clear(self, found, body)["message"])

    def test_nothing_that_comes_in_becomes_a_header_that_goes_out(self) -> None:
        line = b"x%0d%0aSet-Cookie:%20a=b"
        cases = [
            request(b"/health-check?url=" + line),
            request(b"/" + line),
            request(b"/?" + line),
            request(headers={"X-Request-ID": b"x\r\n Set-Cookie: a=b"}),
            request(headers={"X-Request-ID": b"x\rSet-Cookie: a=b"}),
            request(headers={"Host": b"127.0.0.1\rSet-Cookie: a=b"}),
            request(headers={"Origin": b"null\rSet-Cookie: a=b"}),
        ]
        for case in cases:
            with self.subTest(case[:60]):
                status, headers, _ = exchange(self.base, case)
                self.assertNotEqual(status, 500)
                self.assertNotIn("set-cookie", headers)
                self.assertNotIn("\r", "".join(headers.values()))

    def test_accept_headers_of_any_kind_get_errors_in_json(self) -> None:
        for accept in (
            b";",
            b", ,",
            b"*/*; q*=nonsense''x",
            b"text/html;q=0, text/csv;q=0, a/b",
            b"text/csv;q=2",
            b"text/csv; q=0.1; a*=nonsense''x",
            b"application/json; indent=999999",
            b"\xff",
            b"a/b;" * 9_000,
        ):
            with self.subTest(accept[:40]):
                status, headers, body = exchange(self.base, request(headers={"Accept": accept}))
                assert_clear(self, status, body)
                self.assertEqual(headers["content-type"], "application/json")
                self.assertIn(status, (400, 406))


class WrongBodies(ServiceTestCase):
    """Bodies that parse badly or too well."""

    def post(self, kind: bytes, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer."""
        status, _, answer = exchange(self.base, request(method=b"POST", headers={"Content-Type": kind}, body=body))
        return status, assert_clear(self, status, answer)

    def test_json_that_is_deep_huge_or_no_json_is_refused(self) -> None:
        bodies = [
            b"[" * 100_000 + b"]" * 100_000,
            b'{"url":' * 100_000 + b"1" + b"}" * 100_000,
            b'{"url": ' + b"9" * 5_000 + b"}",
            b'{"url": 1e999999}',
            b'{"url": NaN}',
            b'{"url": -Infinity}',
            b'{"url": null}',
            b'{"url": {"url": "github.com/spack"}}',
            b'{"url": [["github.com/spack"]]}',
            b'\xef\xbb\xbf{"url": "github.com/spack"}',
            '{"url": "github.com/spack"}'.encode("utf-16"),
            b'{"url": "\xed\xa0\x80"}',
            b'{"url": "github.com/spack"',
            b'{"url": "github.com/spack"} {}',
            b"",
        ]
        for body in bodies:
            with self.subTest(body[:40]):
                self.assertEqual(self.post(JSON.encode(), body)[0], 400)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)

    def test_a_key_given_twice_or_unknown_is_refused_before_half_of_it_is_answered(self) -> None:
        twice = b'{"url": "github.com/spack", "url": "github.com/user-3"}'
        unknown = b'{"url": "github.com/spack", "x": [1e400], "\\u0000": {}}'
        for body, names in ((twice, ["url"]), (unknown, ["x", "\0"])):
            status, answer = self.post(JSON.encode(), body)
            self.assertEqual((status, [one["name"] for one in answer["parameters"]]), (400, names))
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)

    def test_broken_multipart_bodies_are_refused(self) -> None:
        part = b'--x\r\nContent-Disposition: form-data; name="url"'
        bodies = [
            b"",
            b"--x",
            b"--x--",
            b"--y\r\n\r\n--y--",
            part,
            part + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\xff=\r\n--x--\r\n",
            part + b'; filename="a"\r\nContent-Type: text/plain; charset=\x00\r\n\r\ngithub.com/spack\r\n--x--\r\n',
            part + b"; filename*=nonsense''a\r\n\r\ngithub.com/a/b\r\n--x--\r\n",
            part + b'; filename="../../../etc/passwd"\r\n\r\ngithub.com/spack\r\n--x--\r\n',
            b"--x\r\n" + b"A: b\r\n" * 2_000 + b"\r\nx\r\n--x--\r\n",
            b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 70_000 + b"\r\n\r\nx\r\n--x--\r\n",
            b"".join(part + b"\r\n\r\n\x00\r\n" for _ in range(2_000)) + b"--x--\r\n",
            b"".join(part + b'; filename="a"\r\n\r\nx\r\n' for _ in range(2_000)) + b"--x--\r\n",
        ]
        for body in bodies:
            with self.subTest(body[:200]):
                self.assertEqual(self.post(MULTIPART, body)[0], 400)
        for kind in (b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/form-data; boundary=\xe9"):
            with self.subTest(kind):
                self.assertEqual(self.post(kind, part + b"\r\n\r\ngithub.com/spack\r\n--x--\r\n")[0], 400)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)


def json_type() -> dict[str, bytes]:
    """The header of a JSON body."""
    return {"Content-Type": JSON.encode()}
