"""What every response carries, and who may be asked for."""

import http.client
import json

from from_git.tests.kit.service import ServiceTestCase

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
HARDENED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Headers(ServiceTestCase):
    """The same on every response."""

    def response(self, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
        """The answer, whose body has been read."""
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=30)
        self.addCleanup(connection.close)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        self.body = response.read()
        return response

    def assert_hardened(self, response: http.client.HTTPResponse, wider: set[str] | None = None) -> None:
        """All headers that a browser heeds are there."""
        policy = set(response.headers["Content-Security-Policy"].split("; "))
        self.assertEqual(policy, POLICY if wider is None else POLICY - {"img-src data:"} | wider)
        for name, value in HARDENED.items():
            self.assertEqual(response.headers[name], value, name)
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertNotIn("Access-Control-Allow-Origin", response.headers)

    def test_page_files_answers_and_errors_are_hardened(self) -> None:
        # its own script asks our API, and has a worker
        page = {"script-src 'self'", "connect-src 'self'", "img-src data: 'self'", "worker-src 'self'"}
        self.assert_hardened(self.response("GET", "/from-git/test"), page)
        for status, method, path, headers in [
            (200, "GET", "/static/from_git/page.css", {}),
            (200, "GET", "/health-check?url=github.com/user-3", {}),
            (302, "GET", "/", {}),
            (400, "GET", "/health-check", {}),
            (400, "GET", "/health-check", {"Host": "evil.example"}),
            (404, "GET", "/nope", {}),
            (404, "GET", "/static/nope.css", {}),
            (405, "PUT", "/health-check", {}),
            (405, "PUT", "/from-git/test", {}),
            (405, "PUT", "/static/from_git/page.css", {}),
            (415, "POST", "/health-check", {"Content-Type": "application/json; charset=hex"}),
        ]:
            with self.subTest(f"{status} {method} {path} {headers}"):
                response = self.response(method, path, **headers)
                self.assertEqual(response.status, status)
                self.assert_hardened(response)
                self.assertEqual(response.headers["Cross-Origin-Opener-Policy"], "same-origin")

    def test_our_own_faults_are_hardened(self) -> None:
        self.settings_for_test(GITHUB_GRAPHQL_URL=None, TEMPLATES=[])
        for path, logger in [("/health-check?url=github.com/spack", "from_git"), ("/from-git/test", "django.request")]:
            with self.subTest(path), self.assertLogs(logger, "ERROR"):
                response = self.response("GET", path)
                self.assertEqual(response.status, 500)
                self.assert_hardened(response)

    def test_another_host_is_a_400_in_the_form_of_every_error(self) -> None:
        for path in ("/", "/from-git/test", "/health-check?url=github.com/spack", "/nope"):
            for host in ("evil.example", "127.0.0.1.evil.example", "a b", "", "127.0.0.1:x"):
                with self.subTest(path, host=host):
                    response = self.response("GET", path, Host=host)
                    self.assertEqual(response.status, 400)
                    body = json.loads(self.body)
                    self.assertEqual((list(body), body["error"]), (["error", "message", "advice"], "ERR3"))

    def test_allowed_hosts_match_in_any_case_with_any_port_and_below_a_dot(self) -> None:
        self.settings_for_test(ALLOWED_HOSTS=[".example.org"])
        for host, status in [
            ("example.org", 200),
            ("EXAMPLE.org:8443", 200),
            ("a.b.example.org", 200),
            ("example.org.", 200),
            ("badexample.org", 400),
            ("127.0.0.1", 400),
        ]:
            with self.subTest(host):
                self.assertEqual(self.response("GET", "/from-git/test", Host=host).status, status)
