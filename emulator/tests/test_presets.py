"""Presets: the effect of each, over HTTP too."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import requests

from emulator import PRESETS, preset
from emulator.tests.helpers import EmulatorCase, Json

DETAILS = (
    "name isArchived createdAt pushedAt licenseInfo { spdxId } watchers { totalCount } "
    "languages(first: 2) { edges { size } }"
)
QUERY = {
    "query": f'{{ repositoryOwner(login: "org-3") {{ repositories(first: 3) {{ nodes {{ {DETAILS} }} }} }} '
    "rateLimit { cost } }"
}


class TestPresets(EmulatorCase):
    """The table."""

    def struck(self, name: str, **changes: Any) -> requests.Response:
        """The answer of the forge that the preset is for."""
        self.emulator.faults.clear()
        self.emulator.faults.add(preset(name, **changes))
        if name.startswith("bitbucket"):
            return self.client.get("/repositories/team-3")
        return self.client.post(QUERY)

    def test_limits_have_their_status_words_and_headers(self) -> None:
        retry, remaining = "retry-after", "x-ratelimit-remaining"
        for name, status, words, header, value in (
            ("primary_200_rate_limit", 200, '"RATE_LIMIT"', remaining, "0"),
            ("primary_200_rate_limited", 200, '"RATE_LIMITED"', remaining, "0"),
            ("primary_200_message", 200, '"documentation_url"', remaining, "0"),
            ("primary_200_untyped", 200, '{"errors": [{"message": "API rate limit', remaining, "0"),
            ("primary_403", 403, "API rate limit", remaining, "0"),
            ("primary_429", 429, "API rate limit", retry, "60"),
            ("primary_429_bare", 429, "", retry, None),
            ("secondary_200", 200, '"message": "You have exceeded a secondary', retry, None),
            ("secondary_200_retry_after", 200, '"message": "You have exceeded a secondary', retry, "60"),
            ("secondary_200_errors", 200, '{"errors": [{"message": "You have exceeded a secondary', retry, None),
            ("secondary_403", 403, "You have exceeded a secondary", retry, None),
            ("secondary_403_retry_after", 403, "You have exceeded a secondary", retry, "60"),
            ("bitbucket_429", 429, "Rate limit for this resource has been exceeded", retry, None),
            ("timeout_502", 502, "<center>nginx</center>", retry, None),
            ("timeout_504", 504, "in time", retry, None),
            ("something_went_wrong", 200, '{"data": null, "errors": [{"message": "Something went', retry, None),
            ("something_went_wrong_502", 502, '{"data": null, "errors": [{"message": "Something went', retry, None),
            ("node_limit", 200, "MAX_NODE_LIMIT_EXCEEDED", retry, None),
            ("login_attempts", 403, "Maximum number of login attempts", retry, None),
        ):
            with self.subTest(name):
                answer = self.struck(name)

                self.assertEqual((answer.status_code, answer.headers.get(header)), (status, value))
                self.assertIn(words, answer.text)
                self.assertNotIn("X-Emulator-Missed", answer.headers)

    def test_used_up_points_say_when_they_come_back(self) -> None:
        before = int(time.time())
        for name in (name for name in PRESETS if name.startswith("primary") and "429" not in name):
            reset = int(self.struck(name).headers["x-ratelimit-reset"])

            self.assertIn(reset - 3600, range(before, int(time.time()) + 1), name)

    def test_owners_are_null_with_the_error_of_their_preset_or_none(self) -> None:
        for name, changes, error in (
            ("null_owner", {}, None),
            ("null_owner", {"message": "odd"}, None),
            ("null_owner", {"message": "odd", "type": "NOT_FOUND"}, "NOT_FOUND"),
            ("saml", {}, "FORBIDDEN"),
            ("forbidden_owner", {}, "FORBIDDEN"),
            ("insufficient_scopes", {}, "INSUFFICIENT_SCOPES"),
        ):
            with self.subTest(name, **changes):
                answer = self.struck(name, **changes).json()

                self.assertEqual(answer["data"], {"repositoryOwner": None, "rateLimit": {"cost": 1}})
                self.assertEqual(answer.get("errors", [{}])[0].get("type"), error)
        self.assertTrue(self.struck("saml").json()["errors"][0]["extensions"]["saml_failure"])

    def test_queries_with_viewer_alone_are_forbidden(self) -> None:
        self.assertEqual(self.struck("forbidden_viewer").status_code, 200)
        self.assertNotIn("errors", self.client.post(QUERY).json())

        answer = self.client.graphql("{ viewer { id } rateLimit { cost } }")

        self.assertEqual((answer["data"], answer["errors"][0]["path"]), (None, ["viewer"]))

    def connection(self, name: str, **changes: Any) -> tuple[Json, Json]:
        """The connection of a struck query, and the paths of its errors."""
        answer = self.struck(name, **changes).json()
        return answer["data"]["repositoryOwner"]["repositories"], [one["path"] for one in answer.get("errors", ())]

    def test_parts_are_null(self) -> None:
        nodes, errors = self.connection("null_node")
        self.assertEqual(([node is None for node in nodes["nodes"]], errors), ([True, False, False], []))
        nodes, errors = self.connection("null_nodes")
        self.assertEqual((nodes, errors), ({"nodes": None}, []))
        nodes, errors = self.connection("null_edges")
        self.assertEqual(([node["languages"] for node in nodes["nodes"]], errors), ([{"edges": None}] * 3, []))
        for name, key in (
            ("resource_limits", "languages"),
            ("forbidden_watchers", "watchers"),
            ("forbidden_license", "licenseInfo"),
        ):
            nodes, errors = self.connection(name)
            self.assertEqual([node[key] for node in nodes["nodes"]], [None] * 3)
            self.assertEqual(errors, [["repositoryOwner", "repositories", "nodes", one, key] for one in range(3)])

    def test_what_is_told_of_a_repository_is_null_odd_or_left_out(self) -> None:
        true = self.client.post(QUERY).json()["data"]["repositoryOwner"]["repositories"]["nodes"]
        self.assertIn("MIT", [node["licenseInfo"] and node["licenseInfo"]["spdxId"] for node in true])
        ids = [node["licenseInfo"] and {**node["licenseInfo"]} for node in true]
        for name, key, values in (
            ("null_license", "licenseInfo", [None] * 3),
            ("unrecognised_license", "licenseInfo", [one and {"spdxId": "NOASSERTION"} for one in ids]),
            ("null_spdx_id", "licenseInfo", [one and {"spdxId": None} for one in ids]),
            ("never_pushed", "pushedAt", [None] * 3),
            ("malformed_time", "createdAt", ["yesterday"] * 3),
            ("lost_archived", "isArchived", ["missing"] * 3),
        ):
            with self.subTest(name):
                nodes, errors = self.connection(name)

                self.assertEqual(([node.get(key, "missing") for node in nodes["nodes"]], errors), (values, []))
        nodes, _ = self.connection("null_license", most=1)
        self.assertEqual([node["licenseInfo"] for node in nodes["nodes"][1:]], ids[1:])
        times = [one["created_on"] for one in self.struck("bitbucket_malformed_time").json()["values"]]
        self.assertEqual(times, ["yesterday"] * 3)

    def test_an_older_server_refuses_queries_with_visibility_alone(self) -> None:
        self.emulator.faults.add(preset("older_server"))
        query = '{ user(login: "user-3") { repositories(ownerAffiliations: OWNER, %s: PUBLIC) { totalCount } } }'
        answers = [self.client.post({"query": query % name}) for name in ("visibility", "privacy")]

        self.assertEqual(answers[0].json()["errors"][0]["extensions"]["code"], "argumentNotAccepted")
        self.assertEqual(answers[0].headers["X-GitHub-Enterprise-Version"], "enterprise-server@3.0.0")
        self.assertEqual(answers[1].json()["data"]["user"]["repositories"]["totalCount"], 3)

    def test_every_preset_is_tested_here_or_beside_and_has_words(self) -> None:
        modules = sorted(Path(__file__).parent.glob("test_*presets.py"))
        tested = "".join(path.read_text(encoding="utf-8") for path in modules)

        self.assertEqual([name for name in PRESETS if f'"{name}"' not in tested], [])
        self.assertTrue(all(one.help for one in PRESETS.values()))

    def test_over_http_a_preset_is_named_and_changed(self) -> None:
        told = self.client.control("POST", "faults", json={"preset": "secondary_403", "times": 1, "contains": "org-3"})

        self.assertEqual([self.client.post(QUERY).status_code for _ in range(2)], [403, 200])
        self.assertEqual(told.json()["presets"]["bitbucket_429"], PRESETS["bitbucket_429"].help)
        self.assertEqual(told.json()["faults"][0]["contains"], "org-3")

    def test_an_unknown_preset_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no preset 'explode'; there are: primary_200"):
            preset("explode")
        self.assertEqual(self.client.control("POST", "faults", json={"preset": "explode"}).status_code, 400)
