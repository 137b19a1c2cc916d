"""Questions with more of anything than anybody needs."""

import json
from typing import Any

import requests

from from_git.errors import RequestError
from from_git.question import asked, profiles_asked
from from_git.question.fields import encoded_fields
from from_git.tests.kit.hostile import exchange, request
from from_git.tests.question.test_question import JSON, MFEM, SPACK, UUID, QuestionTestCase


class Many(QuestionTestCase):
    """More of anything than anybody needs."""

    def test_fields_that_are_not_url_are_bounded_with_or_without_a_name(self) -> None:
        form = {"Content-Type": b"application/x-www-form-urlencoded"}
        for field in (b"a&", b"&", b"=&", b"%61=1&", b"expand=&", b"\xff&"):
            for target, body in ((b"?" + field * 500_000, b""), (b"", field * 2_000_000)):
                with self.subTest(field, body=bool(body)):
                    asked = request(b"/health-check" + target, form, body[:10_000_000], b"POST")
                    status, _, said = exchange(self.base, asked)
                    self.assertEqual(status, 400)
                    self.assertIn("more than 100 parameters", json.loads(said)["message"])

    def test_members_and_parts_are_bounded_too(self) -> None:
        members = {f"m{number}": 1 for number in range(101)}
        self.assertIn("more than 100", self.refused(self.post(json={"url": SPACK, **members}))["message"])
        for part in ("[]", "{}", '[{"a":[1]}]'):
            body = f'{{"url":[{",".join([part] * 500_000)}]}}'.encode()
            self.assertIn("another shape", self.refused(self.post(data=body, headers=JSON))["message"])
        workspaces = [f"https://bitbucket.org/{UUID}?{number}" for number in range(2_000)]
        self.assertEqual(self.post(json={"url": workspaces}).status_code, 200)
        self.emulator.meter.reset()
        parts = [("url", (None, SPACK)), *((name, (None, "1")) for name in members)]
        self.assertIn("More than 100", self.refused(self.post(files=parts))["message"])

    def test_a_hundred_are_named_by_twenty_and_any_number_of_url_is_fine(self) -> None:
        body = self.refused(self.post(json={f"m{number}": 1 for number in range(100)}))
        self.assertEqual(len(body["parameters"]), 20)
        self.assertIn("80 more", body["message"])
        several = [(f"{SPACK}?{number}") for number in range(20_000)]
        ways: tuple[dict[str, Any], ...] = (
            {"data": [("url", url) for url in several]},
            {"json": {"url": several}},
            {"files": [("url", (None, url)) for url in several]},
        )
        for options in ways:
            self.assertEqual(self.post(**options).json(), self.answer(SPACK))

    def test_parts_of_any_kind_are_read_alike(self) -> None:
        plain = b'--x\r\nContent-Disposition: form-data; name="url"\r\n\r\n%s\r\n'
        other = b"--x\r\ncontent-disposition: form-data; name=url\r\nContent-Type: text/plain\r\n\r\n%s\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = self.answer(SPACK, MFEM)
        for parts in ((plain, plain), (plain, other), (other, plain), (other, other)):
            body = parts[0] % SPACK.encode() + parts[1] % MFEM.encode() + b"--x--\r\n"
            self.assertEqual(self.post(data=body, headers=kind).json(), answer)
        self.emulator.meter.reset()
        for end in (b"", b"--x", b"--x-", b"--x--y", b"--x\r\n\r\n--x--"):
            response = self.post(data=plain % SPACK.encode() + plain % b"github.com/a/b" + end, headers=kind)
            self.assertEqual(response.status_code, 400, end)

    def test_of_80_000_bad_hosts_twenty_are_named_and_the_rest_is_counted(self) -> None:
        bad = [f"https://githib{number}.com/x" for number in range(80_000)]
        for urls in (bad, "\n".join(bad)):
            response = self.post(json={"url": urls})
            body = self.refused(response)
            self.assertEqual((len(body["urls"]), body["urlsMore"]), (20, 79_980))
            self.assertLess(len(response.content), 10_000)

    def test_a_long_bad_url_is_told_cut(self) -> None:
        body = self.refused(self.post(json={"url": ["x" * 1_000_000] * 3 + ["y" * 2_000]}))

        self.assertEqual([one["url"] for one in body["urls"]], ["x" * 200 + "…", "y" * 2_000])

    def test_escapes_are_read_as_they_always_were(self) -> None:
        for value, fine in (
            ("https%3A%2F%2Fgithub.com%2Fmfem", True),
            ("https://github.com/mfem?x=100%25", True),
            ("https://github.com/mfem?x=100%", True),
            ("https://github.com/mfem?x=a,b", True),
            ("https://github.com/mfem?a=b=c%3Dd", True),
            ("github.com/mfem%0D%0Agithub.com/spack", True),
            ("+github.com/mfem+", True),
            ("https%253A%252F%252Fgithub.com%252Fmfem", False),
            ("github.com/%C3%28", False),
        ):
            with self.subTest(value):
                response = requests.get(f"{self.base}/health-check?url={value}", timeout=30)
                self.assertEqual(response.status_code, 200 if fine else 400, response.text)

    def test_what_is_no_escape_stays_as_it_is_beside_those_that_are(self) -> None:
        self.assertEqual(encoded_fields(b"url=%41%zz=+%&%75rl=b"), {"url": ["A%zz= %", "b"]})

    def test_what_is_not_named_is_counted_whatever_else_is_wrong(self) -> None:
        urls = [f"https://example{number}.org/x" for number in range(25)]
        body = self.refused(self.get("/health-check", ("archived", "1"), *(("url", url) for url in urls)))
        self.assertEqual((len(body["urls"]), body["urlsMore"], len(body["parameters"])), (20, 5, 1))

        response = self.get("/health-check", ("expand", ",".join(f"x{number}" for number in range(22))))
        self.assertIn("'x19' and 2 more.", self.refused(response)["message"])

    def test_as_many_profiles_as_are_allowed_are_no_more(self) -> None:
        with self.settings(MAX_PROFILES=2):
            self.assertEqual(len(profiles_asked([SPACK, MFEM, SPACK])), 2)
            self.assertRaises(RequestError, profiles_asked, [SPACK, MFEM, "https://github.com/user-3"])

    def test_what_is_in_the_address_comes_before_what_is_in_the_body(self) -> None:
        found = asked("health-check", {"url": [MFEM]}, {"url": [SPACK, MFEM]})
        self.assertEqual([one.owner for one in found.profiles], ["mfem", "spack"])
