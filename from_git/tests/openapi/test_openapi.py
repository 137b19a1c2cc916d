"""The API's own description: valid, complete, and never contradicted by the service."""

import json
import os
import re
import subprocess
import sys
import tempfile
from http import HTTPStatus
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import skipUnless

import requests
from django.core.management import call_command

from from_git import __version__
from from_git.errors import kinds
from from_git.openapi import EXAMPLES
from from_git.question.fields import PARAMETERS
from from_git.serializers import EXPANSIONS, ROW
from from_git.tests.kit import outcomes, past
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.keys import KEYS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FILTER = {"forks": ["no", "only"], "archived": ["no", "only"], "active": None}
PICTURES = (
    "/from-git/badge/{key}",
    "/from-git/card.svg",
    *(f"/from-git/chart/{name}.svg" for name in ("langs", "repos", "topics")),
)
BATCHES = {
    "/from-git/batches": {"post", "options"},
    "/from-git/batches/{batch}": {"get", "head", "delete", "options"},
    "/from-git/batches/{batch}/items": {"get", "head", "options"},
}
HISTORY = ("/from-git/chart/history.svg", "/from-git/history")
STREAM = "/from-git/stream"
METHODS = ("get", "head", "post", "options")


class Description(ServiceTestCase):
    """`/from-git/openapi.json`."""

    def setUp(self) -> None:
        """Get it."""
        super().setUp()
        self.response = requests.get(f"{self.base}/from-git/openapi.json", timeout=30)
        self.described: dict[str, Any] = self.response.json()

    def test_it_is_json_of_openapi_3_1_with_our_version_and_without_a_host(self) -> None:
        self.assertEqual(self.response.headers["Content-Type"], "application/json")
        self.assertTrue(self.described["openapi"].startswith("3.1"))
        self.assertEqual(self.described["info"]["version"], __version__)
        self.assertEqual([server["url"] for server in self.described["servers"]], ["/"])
        self.assertNotIn("license", self.described["info"])

    def test_drf_spectacular_finds_it_valid_and_has_no_warning(self) -> None:
        said = StringIO()

        call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=said)

        self.assertEqual(json.loads(said.getvalue()), self.described)

    def test_it_has_the_api_and_not_the_pages(self) -> None:
        self.assertEqual(
            list(self.described["paths"]), ["/health-check", PICTURES[0], *BATCHES, *PICTURES[1:], *HISTORY, STREAM]
        )
        for path, methods in BATCHES.items():
            self.assertEqual(set(self.described["paths"][path]), methods)
        self.assertEqual(set(self.described["paths"]["/health-check"]), set(METHODS))
        for path in (*PICTURES, *HISTORY, STREAM):
            self.assertEqual(set(self.described["paths"][path]), {"get", "head", "options"})

    def test_it_has_every_status_with_its_code_and_members_and_an_example(self) -> None:
        schemas = self.described["components"]["schemas"]
        for method in ("get", "post"):
            responses = self.described["paths"]["/health-check"][method]["responses"]
            here = [kind for kind in kinds() if kind.__module__ != "from_git.errors.batches"]
            self.assertEqual({"200", "304", *(str(kind.status) for kind in here)}, set(responses))
            for kind in here:
                with self.subTest(method, kind=kind.__name__):
                    content = responses[str(kind.status)]["content"]["application/json"]
                    properties = schemas[content["schema"]["$ref"].rpartition("/")[2]]["properties"]
                    self.assertEqual(properties["error"]["const"], kind.code)
                    self.assertEqual(list(properties)[:3], ["error", "message", "advice"])
                    self.assertLessEqual({*kind.members}, set(properties))
                    for example in content["examples"].values():
                        self.assertEqual(example["value"]["error"], kind.code)
                        self.assertLessEqual(set(example["value"]), set(properties))
                    self.assertEqual("Retry-After" in responses[str(kind.status)]["headers"], kind.status in (429, 503))

    def test_it_knows_the_members_of_an_answer_and_of_its_parts(self) -> None:
        body = requests.get(
            f"{self.base}/health-check?url=github.com/mfem&forks=no&expand={','.join(EXPANSIONS)}", timeout=30
        ).json()
        schemas = self.described["components"]["schemas"]
        parts = {"Answer": body, "Data": body["data"], "Profile": body["profiles"][0]}
        parts |= {"Language": body["langsDetail"][0], "Topic": body["topicsDetail"][0]}
        parts |= {"Repository": body["repositories"][0]}
        for name, part in parts.items():
            with self.subTest(name):
                # the one is there where internal repositories count, the other in an answer of the past
                known = [one for one in schemas[name]["properties"] if one not in ("counted", "at")]
                self.assertEqual(list(part), known)
        self.assertEqual(tuple(body["profiles"][0]), ROW)

    def test_it_has_of_pictures_and_badges_what_they_take_and_send(self) -> None:
        for path in PICTURES:
            with self.subTest(path):
                said = self.described["paths"][path]["get"]
                takes = {one["name"]: one["schema"].get("enum") for one in said["parameters"]}
                address = f"{self.base}{path.replace('{key}', 'langs')}?url=github.com/mfem"
                sent = requests.get(address, timeout=30)
                self.assertEqual("404" in said["responses"], "{key}" in path)
                self.assertLessEqual({"200", "304", "405", "412"}, set(said["responses"]))
                for status in ("200", "304"):
                    self.assertLessEqual(set(said["responses"][status]["headers"]), {*sent.headers, "Last-Modified"})
                    self.assertIn("ETag", said["responses"][status]["headers"])
                self.assertEqual(
                    list(said["responses"]["200"]["content"]), [sent.headers["Content-Type"].split(";")[0]]
                )
                if "{key}" in path:
                    self.assertEqual(set(takes), {"key", *PARAMETERS["badge"]} - {"format"})
                    self.assertEqual(takes, {**takes, "key": list(KEYS), **FILTER})
                else:
                    route = "card" if path.endswith("card.svg") else "chart"
                    self.assertEqual(set(takes), {*PARAMETERS[route]} - {"format"})
                    self.assertEqual(takes, {**takes, **FILTER, "theme": ["light", "dark"]})
                    wide, high = re.findall(r'^<svg [^>]*width="(\d+)" height="(\d+)"', sent.text)[0]
                    self.assertIn(f"{wide} by {high} pixels", said["description"])

    def test_it_has_of_a_wrong_question_what_is_said_of_each_url_and_parameter(self) -> None:
        asked = {"url": "https://bitucket.org/x", "urls": "github.com/mfem"}
        body = requests.get(f"{self.base}/health-check", params=asked, timeout=30).json()

        said = self.described["components"]["schemas"]["Error400"]["properties"]
        self.assertEqual(list(body), list(said))
        for name in ("urls", "parameters"):
            [one] = body[name]
            self.assertEqual(list(one), said[name]["items"]["required"])
        for name in ("Question", "Form"):
            self.assertIs(self.described["components"]["schemas"][name]["additionalProperties"], False)

    def test_it_has_of_a_stream_its_events_and_its_end(self) -> None:
        said = self.described["paths"][STREAM]["get"]

        event = said["responses"]["200"]["content"]["text/event-stream"]["schema"]["properties"]
        self.assertEqual(event["event"]["enum"], ["progress", "answer", "failure"])
        self.assertIn("id", event)
        self.assertNotIn("content", said["responses"]["204"])
        self.assertIn("Last-Event-ID", [one["name"] for one in said["parameters"]])

    def test_head_and_options_have_no_content(self) -> None:
        for method in ("head", "options"):
            for response in self.described["paths"]["/health-check"][method]["responses"].values():
                self.assertNotIn("content", response)

    def test_it_takes_other_methods_as_every_page_does(self) -> None:
        refused = requests.post(f"{self.base}/from-git/openapi.json", timeout=30)

        self.assertEqual((refused.status_code, refused.json()["error"]), (405, "ERR3"))
        for path in ("/from-git/openapi.json", "/from-git/docs"):
            options = requests.options(self.base + path, timeout=30)
            self.assertEqual((options.status_code, options.headers["Allow"]), (204, "GET, HEAD, OPTIONS"))
        for status, accept, method in ((406, "image/png", "GET"), (405, "text/html", "POST")):
            with self.subTest(status):
                shown = requests.request(method, f"{self.base}/from-git/docs", headers={"Accept": accept}, timeout=30)
                self.assertEqual((shown.status_code, shown.headers["Content-Type"]), (status, "application/json"))
                self.assertEqual(list(shown.json()), ["error", "message", "advice"])


class Examples(outcomes.Outcomes):
    """The file that the examples stand in."""

    def test_they_are_what_the_service_says_today(self) -> None:
        written = EXAMPLES.read_text(encoding="utf-8")

        self.assertEqual(outcomes.document(self.said()), written, "run python -m from_git.tests.kit.outcomes")

    def test_every_status_has_one(self) -> None:
        # but of files, which are not described: 416
        statuses = {kind.status for kind in kinds()} - {HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}
        self.assertEqual({one.status for one in outcomes.OUTCOMES}, {200, *statuses})


class Contradictions(OnSQLite, ServiceTestCase):
    """schemathesis against the running service."""

    points = 1_000_000

    def setUp(self) -> None:
        """Have a past, a batch, and room for others."""
        super().setUp()
        self.settings_for_test(BATCHES=True, BATCHES_PER_CLIENT=100_000)
        for url in ("https://github.com/user-3", "https://github.com/mfem", "https://bitbucket.org/team-5"):
            past.put(url, past.day(1), past.found(1))
        past.put("https://bitbucket.org/nobody", past.day(1), None)
        past.put("https://bitbucket.org/mailchimp", past.day(1), past.found(1))
        one = {"url": ["https://github.com/user-3"]}
        self.batch = requests.post(f"{self.base}/from-git/batches", json=one, timeout=30).json()["id"]

    @skipUnless(find_spec("schemathesis"), "schemathesis is not installed (requirements-dev.txt)")
    def test_there_are_none(self) -> None:
        result = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
                *("run", f"{self.base}/from-git/openapi.json", "--checks", "all"),
                *("--exclude-checks", "use_after_free"),  # a batch that was cancelled is still there
                *("--seed", "1", "--no-color", "--generation-database", "none"),
            ],
            env={
                **os.environ,
                "FROM_GIT_BATCH": self.batch,
                "SCHEMATHESIS_HOOKS": "from_git.tests.kit.profile_urls",
                "PYTHONPATH": str(ROOT),
                "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),  # all of Unicode is looked through once
            },
            cwd=self.enterContext(tempfile.TemporaryDirectory()),  # it leaves a folder where it runs
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("Tested: 37", result.stdout)
