"""Filters over whole answers, against the straight sum over the emulator's world."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import requests

from emulator import Owner, Repository
from emulator.world import Choice
from from_git.tests.kit.events import listen
from from_git.tests.kit.service import ServiceTestCase

BETAGOUV, ORG, TEAM = "https://github.com/betagouv", "https://github.com/org-130", "https://bitbucket.org/mailchimp"
OWNERS = {BETAGOUV: ("github", "betagouv"), ORG: ("github", "org-130"), TEAM: ("bitbucket", "mailchimp")}
SIDES = ("", "no", "only")
EXPAND = "profiles,langs,topics,repositories"


class FiltersTestCase(ServiceTestCase):
    """Questions with filters."""

    def setUp(self) -> None:
        """Keep profiles, so that a filter need not fetch."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)

    def get(self, *urls: str, path: str = "/health-check", **parameters: Any) -> requests.Response:
        """The response to a question; empty parameters are left out."""
        given = {name: value for name, value in parameters.items() if value != ""}
        return requests.get(self.base + path, params={"url": urls, **given}, timeout=60)

    def body(self, *urls: str, **parameters: Any) -> dict[str, Any]:
        """The body of a 200."""
        response = self.get(*urls, **parameters)
        self.assertEqual(response.status_code, 200, response.text)
        return dict(response.json())

    def calls(self) -> int:
        """To all forges, so far."""
        return sum(one.calls for one in self.emulator.meter.snapshot().values())


class Sums(FiltersTestCase):
    """What counts."""

    def test_data_details_and_rows_follow_every_filter(self) -> None:
        sizes = set()
        for urls, forks, archived in [
            *(((BETAGOUV, ORG), forks, archived) for forks, archived in product(SIDES, SIDES)),
            *(((TEAM, ORG), forks, "") for forks in SIDES),
        ]:
            with self.subTest(urls=urls, forks=forks, archived=archived):
                owners = [OWNERS[url] for url in urls]
                choice = Choice(forks, archived)
                body = self.body(*urls, forks=forks, archived=archived, expand=EXPAND)
                self.assertEqual(body["data"], self.world.sum(owners, choice))
                details = self.world.details(owners, choice)
                self.assertEqual({name: body[name] for name in details}, details)
                for url, row in zip(urls, body["profiles"], strict=True):
                    own = self.world.sum([OWNERS[url]], choice)
                    self.assertEqual({name: row[name] for name in own}, own)
                filter = {"forks": forks, "archived": archived}
                self.assertEqual(body.get("filter", {}), {name: value for name, value in filter.items() if value})
                sizes.add(len(body["repositories"]))
        self.assertGreater(len(sizes), 8)

    def test_active_counts_back_from_the_request_to_the_second(self) -> None:
        now = datetime.now(UTC)
        repositories = [
            Repository(
                f"r{hours}", watchers=1, pushed_at=now - timedelta(hours=hours), created_at="2020-01-01T00:00:00Z"
            )
            for hours in (1, 23, 25, 47, 49)
        ]
        never = Repository("never", watchers=1, pushed_at=None)
        self.world.add(Owner("github", "pushers", "Organization", (*repositories, never)))
        url = "https://github.com/pushers"
        for days, watchers in (("1", 2), ("2", 4), ("3", 5), ("36500", 5)):
            with self.subTest(days):
                body = self.body(url, active=days)
                self.assertEqual(body["data"]["watchers"], watchers)
                self.assertEqual(body["filter"], {"active": int(days)})
        self.assertEqual(self.body(url)["data"]["watchers"], 6)

    def test_a_shared_repository_is_chosen_as_it_counts(self) -> None:
        # found first as it was, and later with the other owner as an archived one: without archived ones it is gone
        moves = Repository("moves", watchers=100, created_at="2020-01-01T00:00:00Z")
        self.world.add(Owner("github", "shows-one", "Organization", (Repository("stays", watchers=1), moves)))
        self.world.add(Owner("github", "shows-two", "Organization", (Repository("other", watchers=10),)))
        urls = [f"https://github.com/{name}" for name in ("shows-one", "shows-two")]
        self.body(urls[0])
        self.world.change("github", "shows-one", transfer="shows-two")
        two = self.world.owner("github", "shows-two")
        assert two
        for one in two.repositories:
            if one.name == "moves":
                one.__dict__["is_archived"] = True

        self.assertEqual(self.body(*urls)["data"]["watchers"], 111)
        self.assertEqual(self.body(*urls, archived="no")["data"]["watchers"], 11)
        only = self.body(*urls, archived="only", expand="repositories")
        self.assertEqual((only["data"]["watchers"], [one["profile"] for one in only["repositories"]]), (100, [urls[1]]))

    def test_one_that_leaves_nothing_is_a_200_with_zeros_that_says_so(self) -> None:
        self.world.add(Owner("github", "sources", "Organization", (Repository("one", stars=3, languages={"C": 1}),)))
        body = self.body("https://github.com/sources", forks="only", expand=EXPAND)

        self.assertEqual(list(body), ["error", "data", "missing", "filter", *EXPANDED])
        self.assertEqual(body["data"], self.world.sum([]))
        self.assertEqual((body["filter"], body["langsDetail"], body["repositories"]), ({"forks": "only"}, [], []))
        self.assertEqual((body["profiles"][0]["originalRepos"], body["profiles"][0]["langs"]), (0, []))


EXPANDED = ["profiles", "langsDetail", "topicsDetail", "repositories"]


class Asking(FiltersTestCase):
    """How it is asked."""

    def test_another_filter_of_a_kept_profile_asks_no_forge(self) -> None:
        self.body(BETAGOUV, TEAM)
        before = self.calls()
        both: tuple[dict[str, Any], ...] = (
            {"forks": "no"},
            {"forks": "only", "expand": EXPAND},
            {"forks": "no", "format": "csv"},
        )
        for parameters in both:
            self.get(BETAGOUV, TEAM, **parameters)
        self.body(BETAGOUV, archived="only")
        self.body(BETAGOUV, archived="no", active=300)
        self.assertEqual(self.calls(), before)

    def test_a_new_fetch_is_chosen_from_anew(self) -> None:
        self.world.add(Owner("github", "grows", "User", (Repository("one", watchers=1),)))
        self.settings_for_test(PROFILE_CACHE_SECONDS=0.0)
        for watchers in (1, 5):
            owner = self.world.owner("github", "grows")
            assert owner
            owner.repositories[0].__dict__["watchers"] = watchers
            self.assertEqual(self.body("https://github.com/grows", forks="no")["data"]["watchers"], watchers)

    def test_without_one_the_bytes_are_as_before(self) -> None:
        self.assertEqual(list(self.body(BETAGOUV)), ["error", "data", "missing"])
        self.assertNotIn(b"filter", self.get(BETAGOUV, format="csv").content)

    def test_a_body_takes_the_same_and_may_stand_beside_an_address(self) -> None:
        wanted = self.body(BETAGOUV, forks="no", archived="no", active=4_000, expand="repositories")
        members = {"url": [BETAGOUV], "forks": "no", "archived": "no", "active": 4_000, "expand": "repositories"}
        address = f"{self.base}/health-check"
        self.assertEqual(requests.post(address, json=members, timeout=30).json(), wanted)
        self.assertEqual(requests.post(address, data=members, timeout=30).json(), wanted)
        members.pop("forks")
        self.assertEqual(requests.post(address, json=members, params={"forks": "no"}, timeout=30).json(), wanted)
        both = requests.post(address, json={**members, "forks": "only"}, params={"forks": "no"}, timeout=30)
        self.assertEqual((both.status_code, both.json()["parameters"][0]["name"]), (400, "forks"))

    def test_the_stream_gives_the_same_answer(self) -> None:
        wanted = self.body(BETAGOUV, forks="only", expand=EXPAND)
        last = listen(self.base, BETAGOUV, forks="only", expand=EXPAND)[-1]
        self.assertEqual((last.name, last.body), ("answer", wanted))

    def test_what_a_forge_does_not_tell_is_a_400_for_its_profiles_alone_and_costs_no_call(self) -> None:
        for untold, parameters in (
            (["archived"], {"archived": "no"}),
            (["active"], {"active": 90}),
            (["archived", "active"], {"archived": "only", "active": 90, "forks": "no"}),
        ):
            with self.subTest(parameters):
                response = self.get(BETAGOUV, TEAM, "https://bitbucket.org/nobody", **parameters)
                body = response.json()
                self.assertEqual((response.status_code, body["error"]), (400, "ERR3"))
                self.assertEqual([one["url"] for one in body["urls"]], [TEAM, "https://bitbucket.org/nobody"])
                self.assertEqual([one["name"] for one in body["parameters"]], untold)
                self.assertIn("Bitbucket does not tell", body["message"])
        self.assertEqual(self.calls(), 0)
        self.assertEqual(self.get(BETAGOUV, TEAM, forks="no").status_code, 200)

    def test_one_parameter_that_is_wrong_is_named_on_every_route(self) -> None:
        for name, value in (("forks", ""), ("archived", "yes"), ("active", "0")):
            for path in (
                "/health-check",
                "/from-git/badge/watchers",
                "/from-git/card.svg",
                "/from-git/chart/langs.svg",
            ):
                with self.subTest(path, name=name):
                    response = requests.get(self.base + path, params={"url": BETAGOUV, name: value}, timeout=30)
                    self.assertEqual(response.status_code, 400 if path == "/health-check" else 200)
                    self.assertIn("bad request" if "badge" in path else f"{name} takes", response.text)
            [event] = listen(self.base, BETAGOUV, **{name: value})
            self.assertEqual((event.name, event.body["status"]), ("failure", 400))
        self.assertEqual(self.calls(), 0)


class Finished(FiltersTestCase):
    """The rows of the profiles that were done when a question failed."""

    def test_a_failure_has_them_where_profiles_are_asked_for(self) -> None:
        self.body(ORG)
        self.body(BETAGOUV)
        nobody = "https://github.com/nobody-there"
        self.body(nobody)
        other = "https://github.com/mfem"  # is not kept, and there is no token to ask for it
        self.settings_for_test(GITHUB_API_TOKEN="", PROFILE_CACHE_SECONDS=300.0)
        last = listen(self.base, BETAGOUV, nobody, other, ORG, expand="profiles", forks="no")[-1]
        self.assertEqual(last.name, "failure", json.dumps(last.body))
        self.assertEqual([one["url"] for one in last.body["profiles"]], [BETAGOUV, ORG])
        own = self.world.sum([OWNERS[ORG]], Choice("no"))
        self.assertEqual({name: last.body["profiles"][1][name] for name in own}, own)
        self.assertEqual(last.body["profile"], other)
        plain = listen(self.base, BETAGOUV, other, expand="langs")[-1]
        self.assertNotIn("profiles", plain.body)
