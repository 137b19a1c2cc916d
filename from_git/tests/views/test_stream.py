"""`/from-git/stream`: which events there are, and what they say."""

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import requests

from emulator import Fault
from from_git.aggregator import Asking
from from_git.aggregator.fetches import Fetches
from from_git.flights.awaited import Waiter
from from_git.question import profiles_asked
from from_git.tests.kit.events import Listener
from from_git.tests.kit.streaming import MAILCHIMP, NOBODY, SLOW, SMALL, SPACK, TEAM, StreamTestCase, names, progresses
from from_git.values.profile import Profile

ANEW = {"Cache-Control": "no-cache"}
EVIL = "a\nb\rc\u2028d\x85e\n\nevent: answer\ndata: {}\n\n"


class Events(StreamTestCase):
    """Which there are."""

    def test_progress_then_the_answer_with_the_bytes_of_the_api(self) -> None:
        urls = (SPACK, MAILCHIMP, NOBODY, "http://www.github.com/NoBody2/")
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        for expand in ({}, {"expand": "profiles,langs,topics"}, {"expand": ["topics", "langs"]}):
            with self.subTest(expand):
                events = self.listen(*urls, **expand)
                parameters: dict[str, Any] = {"url": urls, **expand}
                plain = requests.get(f"{self.base}/health-check", params=parameters, timeout=30)

                self.assertEqual(names(events), ["progress", "answer"])
                self.assertEqual(events[-1].data.encode(), plain.content)
                self.assertEqual(len([one for one in events if one.name == "answer"]), 1)
        self.assertEqual(json.loads(plain.content)["missing"], list(urls[2:]))

    def test_all_may_be_missing(self) -> None:
        events = self.listen(NOBODY, "https://bitbucket.org/nobody")

        self.assertEqual(names(events), ["progress", "answer"])
        self.assertEqual(events[-1].body["missing"], [NOBODY, "https://bitbucket.org/nobody"])
        last = progresses(events)[-1]
        self.assertEqual(last["profiles"], {"done": 2, "found": 0, "known": 2, "kept": 0})
        for what in ("pages", "watchers"):
            self.assertEqual(last[what]["done"], last[what]["known"])

    def test_names_that_would_begin_another_event_stay_in_their_line(self) -> None:
        def edit(answer: Any) -> Any:
            if isinstance(answer, dict):
                return {key: EVIL if key == "name" else edit(value) for key, value in answer.items()}
            return [edit(one) for one in answer] if isinstance(answer, list) else answer

        self.emulator.faults.add(Fault("edit", path="/graphql", edit=edit))

        events = self.listen(SPACK)

        self.assertEqual(names(events), ["progress", "answer"])
        self.assertEqual(events[-1].body["data"]["topics"], [EVIL])
        self.assertNotRegex(events[-1].data, "[\r\n\u2028]")
        self.assertEqual(events[-1].data.encode(), self.ask(SPACK).content)

    def test_the_headers_say_that_nobody_may_keep_or_collect_it(self) -> None:
        for method in ("GET", "HEAD"):
            with self.subTest(method):
                headers = self.listener(SMALL, method=method).headers
                for name, value in {
                    "Content-Type": "text/event-stream; charset=utf-8",
                    "Cache-Control": "no-store",
                    "X-Accel-Buffering": "no",
                    "X-Content-Type-Options": "nosniff",
                    "X-Frame-Options": "DENY",
                    "Content-Length": None,
                }.items():
                    self.assertEqual(headers[name], value, name)
                self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
                self.assertRegex(headers["X-Request-ID"], "^[0-9a-f]{32}$")

    def test_whatever_the_client_accepts_it_is_a_stream(self) -> None:
        for headers in ({"Accept": "image/png"}, {"Accept": "text/event-stream"}, {"Accept": "text/html"}):
            with self.subTest(headers):
                self.assertEqual(names(self.listen(SMALL, headers=headers)), ["progress", "answer"])
        self.assertEqual(names(self.listen(SMALL, format="csv")), ["progress", "answer"])

    def test_head_asks_nobody(self) -> None:
        listener = self.listener(SMALL, method="HEAD")

        self.assertEqual((listener.status, list(listener)), (200, []))
        self.assertEqual(self.calls(), 0)
        self.assert_all_given_back()

    def test_the_last_event_alone_has_an_id_and_who_has_had_it_gets_a_204(self) -> None:
        for urls in ((SMALL, NOBODY), ("nonsense",)):
            events = self.listen(*urls)
            self.assertEqual([one.id for one in events], ["" for _ in events[:-1]] + ["end"])
        calls = self.calls()
        address = f"{self.base}/from-git/stream?url={SMALL}"
        self.settings_for_test(CLIENT_RATE="1/hour")
        for method in ("GET", "HEAD"):
            for _ in range(2):  # whatever keeps a stream from beginning keeps none from ending
                done = requests.request(method, address, headers={"Last-Event-ID": events[-1].id}, timeout=30)
                self.assertEqual((done.status_code, done.content), (204, b""))
                self.assertEqual(done.headers["Cache-Control"], "no-store")
        self.assertEqual(self.calls(), calls)
        self.assertEqual(self.listen(SMALL, headers={"Last-Event-ID": "another"})[-1].name, "answer")

    def test_what_is_kept_will_do_unless_the_client_wants_it_anew(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        first = self.listen(SMALL)[-1]
        calls = self.calls()

        self.assertEqual(self.listen(SMALL)[-1].data, first.data)
        self.assertEqual(self.calls(), calls)
        self.assertEqual(self.listen(SMALL, headers=ANEW)[-1].data, first.data)
        self.assertGreater(self.calls(), calls)


class ProgressEvents(StreamTestCase):
    """What they say."""

    def test_the_first_comes_before_any_call_and_the_last_says_that_all_is_done(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        with Listener(self.base, SPACK, NOBODY) as listener:
            first = next(iter(listener)).body
        self.emulator.faults.clear()

        last = progresses(self.listen(SMALL, MAILCHIMP))[-1]

        self.assertEqual(list(first), ["profiles", "pages", "watchers", "retries", "waits", "cost", "elapsed"])
        self.assertEqual(first["profiles"], {"done": 0, "found": 0, "known": 2, "kept": 0})
        nothing = {"done": 0, "known": 0}
        self.assertEqual([first[what] for what in ("pages", "watchers")], [nothing] * 2)
        self.assertEqual((first["retries"], first["waits"], first["cost"]), (0, [], {}))
        self.assertEqual(last["profiles"], {"done": 2, "found": 2, "known": 2, "kept": 0})
        counted = self.public("github", "user-3") + self.public("bitbucket", "mailchimp")
        self.assertEqual(last["watchers"], {"done": counted, "known": counted})
        self.assertEqual(last["pages"]["done"], last["pages"]["known"])
        self.assertEqual(list(last["cost"]), ["bitbucket", "github"])

    def test_there_is_one_when_the_size_of_each_is_known(self) -> None:
        self.ticking(30.0)
        self.emulator.faults.add(Fault("slow", path="/2.0/repositories/team-30", seconds=0.3))
        self.emulator.faults.add(SLOW)

        bodies = progresses(self.listen(SMALL, TEAM, NOBODY))

        self.assertEqual([one["profiles"]["found"] for one in bodies], [0, 1, 2, 2])
        self.assertEqual([one["profiles"]["done"] for one in (bodies[0], bodies[-1])], [0, 3])
        size = self.public("github", "user-3") + self.public("bitbucket", "team-30")
        self.assertEqual(bodies[2]["watchers"]["known"], size)
        self.assertLess(bodies[2]["watchers"]["done"], size)
        self.assertLess(bodies[1]["elapsed"], bodies[2]["elapsed"])

    def test_what_is_kept_is_done_from_the_start(self) -> None:
        self.ticking(30.0)
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.listen(SMALL, NOBODY)

        both = progresses(self.listen(SMALL, MAILCHIMP))
        kept = progresses(self.listen(SMALL, NOBODY))

        self.assertEqual([one["profiles"]["found"] for one in both], [1, 2, 2])
        self.assertEqual([(one["profiles"]["done"], one["profiles"]["kept"]) for one in both[::2]], [(1, 1), (2, 1)])
        self.assertEqual(both[-1]["watchers"]["known"], self.public("bitbucket", "mailchimp"))
        self.assertEqual([one["profiles"] for one in kept], [{"done": 2, "found": 1, "known": 2, "kept": 2}] * 2)

    def test_between_them_is_a_tenth_of_a_second_and_nothing_goes_back(self) -> None:
        self.settings_for_test(NUM_THREADS_BITBUCKET_WATCHERS=4)
        self.emulator.faults.add(SLOW)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.25))

        bodies = progresses(self.listen(TEAM, SPACK, SMALL, NOBODY))

        # rounded to a thousandth
        apart = [after["elapsed"] - before["elapsed"] >= 0.098 for before, after in pairwise(bodies[:-1])]
        self.assertLessEqual(apart.count(False), 3)  # one for each size
        self.assertGreater(apart.count(True), 2)
        for before, after in pairwise(bodies):
            self.assertLessEqual(before["elapsed"], after["elapsed"])
            self.assertLessEqual(before["retries"], after["retries"])
            for what in ("profiles", "pages", "watchers"):
                self.assertLessEqual(before[what]["done"], after[what]["done"], what)
                self.assertLessEqual(after[what]["done"], after[what]["known"], what)
        self.assertTrue([one for one in bodies if 0 < one["watchers"]["done"] < bodies[-1]["watchers"]["done"]])

    def test_nothing_is_said_twice_between_start_and_end(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.8))

        bodies = [{**one, "elapsed": 0} for one in progresses(self.listen(NOBODY))]

        for before, after in pairwise(bodies[:-1]):
            self.assertNotEqual(before, after)
        self.assertLess(len(bodies), 6)

    def test_looks_take_a_tenth_of_the_time_and_the_clock_is_not_asked_for_each_profile(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=8)
        urls = [f"https://github.com/nobody-{number}" for number in range(60)]
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.3))
        profiles = Counted(profiles_asked(urls))
        spent = iter(range(10**6))  # each look takes a second
        fetches = Fetches(profiles, Asking(30.0, "A_SETTING"), Waiter(), lambda: next(spent) * 1.0)
        profiles.walks = 0
        begun = time.monotonic()
        looks = [time.monotonic() - begun for _ in fetches.all(0.1)]

        self.assertEqual((len(fetches.outcomes), profiles.walks), (60, 0))
        self.assertGreater(len(looks), 2)
        for before, after in pairwise(looks[1:]):
            self.assertGreaterEqual(after - before, 0.9)


class Counted(list[Profile]):
    """A list that counts how often somebody walks through it."""

    walks = 0

    def __iter__(self) -> Iterator[Profile]:
        self.walks += 1
        return super().__iter__()
