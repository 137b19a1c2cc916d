"""The resources under /_emulator/."""

from __future__ import annotations

from emulator import Choice
from emulator.tests.helpers import EmulatorCase


class TestControl(EmulatorCase):
    """Meter, faults, oracle and owners from another process."""

    def test_the_meter_is_told_and_reset(self) -> None:
        self.client.get("/repositories/team-3")

        told = self.client.control("GET", "meter").json()
        reset = self.client.control("DELETE", "meter").json()

        self.assertEqual((told["bitbucket"]["calls"], told["bitbucket"]["statuses"]), (1, {"200": 1}))
        self.assertEqual(reset["bitbucket"]["calls"], 0)
        self.assertEqual(told["github"]["calls"], 0)

    def test_faults_are_switched_on_listed_and_switched_off(self) -> None:
        fault = {"kind": "status", "status": 503, "body": "busy", "path": "/2.0/*", "content_type": "text/plain"}

        posted = self.client.control("POST", "faults", json=fault).json()
        struck = self.client.get("/repositories/team-3")
        cleared = self.client.control("DELETE", "faults").json()

        self.assertEqual(posted["faults"], [fault])
        self.assertIn("no answer, ever", posted["kinds"]["hang"])
        self.assertEqual((struck.status_code, struck.text), (503, "busy"))
        self.assertEqual(cleared["faults"], [])
        self.assertEqual(self.client.get("/repositories/team-3").status_code, 200)

    def test_a_bad_fault_is_400_with_the_reason(self) -> None:
        for data in (
            '{"kind": "explode"}',
            '{"kind": "hang", "colour": 1}',
            "{",
            "[]",
            '"x"',
            '{"kind": "hang", "errors": 3}',
            '{"kind": "hang", "times": "2"}',
            '{"kind": "hang", "after": true}',
            '{"kind": "hang", "contains": 3}',
            '{"kind": "hang", "method": 3}',
            '{"kind": "chunked", "cut": 1}',
            '{"kind": "headers", "headers": [1]}',
            '{"kind": "world", "owner": "acme", "change": {"explode": 1}}',
        ):
            answer = self.client.control("POST", "faults", data=data)

            self.assertEqual(answer.status_code, 400, data)
            self.assertTrue(answer.json()["error"])
        self.assertEqual(self.emulator.faults.all(), [])

    def test_the_oracle_answers_for_both_forges(self) -> None:
        told = self.client.control(
            "GET", "sum", params=[("github", "spack"), ("bitbucket", "team-30"), ("github", "x")]
        ).json()

        self.assertEqual(told, self.world.sum([("github", "spack"), ("bitbucket", "team-30")]))

    def test_the_oracle_chooses_and_tells_the_repositories_too(self) -> None:
        asked = {"github": "org-30", "forks": "only", "archived": "no", "pushed_since": "2020-01-01"}
        choice, profiles = Choice("only", "no", "2020-01-01"), [("github", "org-30")]

        told = self.client.control("GET", "rows", params=asked).json()["rows"]
        total = self.client.control("GET", "sum", params=asked).json()

        self.assertEqual((told, total), (self.world.rows(profiles, choice), self.world.sum(profiles, choice)))
        self.assertEqual(total["forkedRepos"], len(told))
        self.assertEqual(self.client.control("GET", "sum", params={"forks": "yes"}).status_code, 400)

    def test_owners_are_listed_with_what_was_filled_in(self) -> None:
        told = {
            (owner["forge"], owner["login"]): owner for owner in self.client.control("GET", "owners").json()["owners"]
        }

        spack = told["github", "spack"]
        self.assertEqual((spack["kind"], spack["publicRepositories"]), ("Organization", 71))
        self.assertIn("watchers", spack["filled"])
        self.assertEqual(told["github", "mailchimp"]["source"], "made up")

    def test_anything_else_is_404(self) -> None:
        for method, name in (
            ("GET", "nosuch"),
            ("POST", "meter"),
            ("DELETE", "sum"),
            ("POST", "owners"),
            ("PUT", "faults"),
        ):
            self.assertEqual(self.client.control(method, name).status_code, 404)

    def test_control_calls_are_neither_counted_nor_struck(self) -> None:
        self.client.control("POST", "faults", json={"kind": "status"})

        answer = self.client.control("GET", "meter")

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
