"""`/from-git/stream` while it waits: for a forge, or for the same fetch as another stream."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from emulator import Fault
from from_git.tests.kit.events import COMMENT, Event, Listener
from from_git.tests.kit.streaming import MAILCHIMP, SLOW, SMALL, TEAM, StreamTestCase, progresses


class Shared(StreamTestCase):
    """Streams that wait for the same."""

    def test_two_cost_one_fetch_and_both_see_it(self) -> None:
        self.emulator.faults.add(replace(SLOW, seconds=0.5))  # so that the second is there in time
        with ThreadPoolExecutor(2) as pool:
            both = [one.result() for one in [pool.submit(self.listen, TEAM) for _ in range(2)]]

        self.assertEqual(both[0][-1].data, both[1][-1].data)
        self.assertEqual(self.calls(), 31)
        for events in both:
            self.assertTrue([one for one in progresses(events) if 0 < one["watchers"]["done"] < 30])

    def test_who_comes_later_sees_where_it_is(self) -> None:
        self.emulator.faults.add(replace(SLOW, seconds=0.5))  # so that it is not at its end when the other one comes
        first = self.listener(TEAM)
        before = first.progress(lambda body: body["watchers"]["done"] >= 4)["watchers"]["done"]

        bodies = progresses(self.listen(TEAM))

        self.assertEqual(bodies[0]["watchers"]["known"], 0)
        self.assertGreaterEqual(bodies[1]["watchers"]["done"], before)
        self.assertEqual(bodies[1]["profiles"]["found"], 1)
        self.assertEqual((bodies[-1]["cost"], self.calls()), ({}, 31))
        self.assertEqual(list(first)[-1].name, "answer")


class Waiting(StreamTestCase):
    """While nothing comes from a forge."""

    def test_comments_show_that_it_lives(self) -> None:
        self.beating(0.3)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=1.3))
        begun = time.monotonic()
        listener = self.listener(SMALL)
        comments = [event for event in listener if event.name == COMMENT]

        self.assertGreaterEqual(len(comments), 2)
        self.assertLessEqual(len(comments), (time.monotonic() - begun) / 0.3)

    def test_they_come_each_two_seconds(self) -> None:
        begun = time.monotonic()
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        comment = self.listener(SMALL).until(lambda event: event.name == COMMENT)

        self.assertGreaterEqual(comment.at - begun, 2.0)

    def waits(self, listener: Listener) -> tuple[list[str], list[Event]]:
        """The first waits that are told, and the rest."""
        found = listener.progress(lambda body: bool(body["waits"]))["waits"]
        return found, [event for event in listener if event.name != COMMENT]

    def test_a_retry_is_told_without_advice_for_who_gets_an_error(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=503, times=1, headers={"Retry-After": "1"}))

        [words], rest = self.waits(self.listener(f"{SMALL}?q", MAILCHIMP))

        self.assertRegex(words, rf"^GitHub for {SMALL}\?q: it answered with status 503[^.]*\.")
        self.assertNotIn("Try again", words)
        last = progresses(rest)[-1]
        self.assertEqual((last["retries"], last["waits"]), (1, []))
        self.assertEqual(last["cost"]["github"]["retries"], 1)
        self.assertEqual(rest[-1].name, "answer")

    def test_a_limit_is_told_with_its_seconds(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, times=1, headers={"Retry-After": "1"}))

        [words], rest = self.waits(self.listener(SMALL))

        self.assertRegex(words, rf"^GitHub for {SMALL}: .*(limit|429).*")
        self.assertNotIn("Ask again", words)
        self.assertEqual(rest[-1].name, "answer")

    def test_a_budget_is_told_with_its_seconds(self) -> None:
        self.tempo_for_test(hour=0.9)  # with what it takes to wait it is one second, and never two
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=5)

        [words], rest = self.waits(self.listener("https://bitbucket.org/team-7"))

        self.assertRegex(words, r"^Bitbucket for \S+: it waited: .* It goes on in 1 second\.$")
        self.assertEqual(rest[-1].name, "answer")

    def test_a_few_are_told(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=503, times=9, headers={"Retry-After": "1"}))
        urls = [f"https://github.com/user-{number}" for number in range(1, 9)]

        listener = self.listener(*urls)
        found = listener.progress(lambda body: len(body["waits"]) >= 5)["waits"]

        self.assertEqual(len(found), 5)
