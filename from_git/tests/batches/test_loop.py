"""The loop that works on batches, over real sockets and databases."""

import threading
from typing import Any

from emulator import Fault
from from_git import flights, forges
from from_git.batches import states
from from_git.kept import stored
from from_git.models import BatchItem, ItemState
from from_git.profiles import parse_profiles
from from_git.serializers import data_members
from from_git.tests.kit.databases import OnPostgres
from from_git.tests.kit.loops import LoopTestCase, orgs, teams
from from_git.values.stats import Tally

GITHUB, BITBUCKET = "github.com", "bitbucket.org"


class Work(LoopTestCase):
    """What becomes of items."""

    def test_every_profile_is_fetched_once_and_the_sum_is_that_of_the_service(self) -> None:
        urls = [*orgs(90), *teams(40), "https://github.com/no-body-x"]
        batch, loop = self.batch(urls), self.loop()

        self.work(loop, GITHUB, BITBUCKET)

        self.assertEqual(self.states(batch), {"done": 130, "missing": 1})
        self.assertEqual(self.ended, [batch.id])
        self.assertEqual({one.attempts for one in self.items(batch)}, {1})
        self.assertEqual(self.calls(), 91)
        found = Tally()
        for one in self.items(batch):
            if one.result and (profile := stored.unpack(bytes(one.result)).found):
                found.add(profile.stats)
        self.assertEqual(data_members(found.stats()), self.answer(*urls)["data"])

    def test_a_batch_leaves_what_this_process_keeps_to_requests(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        one, other = parse_profiles(orgs(2), forges.hosts()).profiles
        self.answer(one.url)
        asked = self.calls()
        batch = self.batch(orgs(2))

        self.work(self.loop(), GITHUB)

        self.assertEqual(self.states(batch), {"done": 2})
        self.assertEqual(self.calls() - asked, 1)
        self.assertEqual(list(flights.kept([one, other], anew=False)), [one])

    def test_a_failure_that_may_pass_is_tried_again_later_and_one_that_does_not_is_final(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=401))
        batch, other = self.batch(orgs(1)), self.batch(teams(1))
        self.emulator.faults.add(Fault("status", path="/2.0/*", status=500))

        self.work(self.loop(), GITHUB, BITBUCKET)

        (refused,), (again,) = self.items(batch), self.items(other)
        self.assertEqual((refused.state, refused.error, refused.attempts), ("failed", "ERR2", 1))
        self.assertIn("it refused our token (401)", refused.reason)
        self.assertEqual((again.state, again.tries, again.attempts), ("waiting", 1, 1))
        self.assertIsNotNone(again.not_before)

    def test_what_fails_for_the_third_time_has_failed(self) -> None:
        batch = self.batch(teams(1))
        BatchItem.objects.update(tries=2)
        self.emulator.faults.add(Fault("status", path="/2.0/*", status=500))

        self.work(self.loop(), BITBUCKET)

        self.assertEqual([(one.state, one.error) for one in self.items(batch)], [("failed", "ERR2")])
        self.assertEqual(self.ended, [batch.id])

    def test_the_wait_of_a_forge_costs_no_attempt_no_slot_and_no_call_and_others_go_on(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=4)
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, headers={"Retry-After": "600"}))
        batch, loop = self.batch([*orgs(40), *teams(30)]), self.loop()
        blocked = threading.Thread(target=loop.serve, args=(GITHUB, 4.0), daemon=True)
        blocked.start()

        self.work(loop, BITBUCKET)
        self.until(lambda: loop.idle)

        blocked.join()
        waiting = [one for one in self.items(batch) if one.host == GITHUB]
        self.assertEqual(self.states(batch), {"waiting": 40, "done": 30})
        self.assertEqual({one.attempts for one in waiting}, {0})
        put_off = [one for one in waiting if one.not_before]
        self.assertLessEqual(len(put_off), 4)
        self.assertTrue(put_off)
        self.assertTrue(all("rate limit" in one.reason for one in put_off))
        self.assertLessEqual(self.calls(), 4)

    def test_a_forge_that_does_not_answer_makes_room_for_another_one(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=4)
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        stuck, loop = self.batch(orgs(8)), self.loop()
        loop.begin(GITHUB, 60.0)
        self.until(lambda: self.states(stuck).get("running") == 4)
        other = self.batch(teams(3))

        self.work(loop, BITBUCKET)

        self.assertEqual(self.states(other), {"done": 3})
        self.assertEqual({one.attempts for one in self.items(stuck)}, {0, 1})

    def test_a_host_that_is_no_longer_known_fails_its_items_with_a_sentence(self) -> None:
        batch = self.batch(orgs(1))
        BatchItem.objects.update(host="gone.example", url="https://gone.example/somebody")

        self.work(self.loop(), "gone.example")

        self.assertEqual(
            [(one.state, one.error, one.reason) for one in self.items(batch)],
            [("failed", "ERR2", "gone.example is not among the forges of this service any more.")],
        )


class Ends(LoopTestCase):
    """What becomes of items when somebody ends something."""

    def slow(self, seconds: float = 0.3) -> None:
        """Let each call to GitHub take so long."""
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=seconds))

    def test_of_a_cancelled_batch_nothing_is_asked_any_more(self) -> None:
        self.slow()
        batch, other, loop = self.batch(orgs(200)), self.batch(orgs(5, size=2)), self.loop()
        job = loop.begin(GITHUB, 60.0)
        self.until(lambda: self.calls() > 8)

        states.cancel(batch.id)

        self.until(lambda: not any(held.item.batch_id == batch.id for held in loop._air))
        asked = self.calls()
        self.until(job.over.is_set)
        self.assertLessEqual(self.calls() - asked, 5)
        self.assertEqual(self.states(other), {"done": 5})
        self.assertNotIn("running", self.states(batch))

    def test_what_is_in_the_air_is_given_back_at_the_end_as_if_it_had_never_been_claimed(self) -> None:
        self.slow(5.0)
        batch, loop = self.batch(orgs(50)), self.loop()
        job = loop.begin(GITHUB, 60.0)
        self.until(lambda: self.states(batch).get("running"))

        loop.close()

        self.assertTrue(job.over.is_set())
        self.assertEqual(self.states(batch), {"waiting": 50})
        self.assertEqual({(one.attempts, one.deaths, one.suspect) for one in self.items(batch)}, {(0, 0, False)})
        self.assertTrue(loop.begin(GITHUB, 60.0).over.is_set())

    def test_two_jobs_for_one_host_do_no_harm(self) -> None:
        batch, loop = self.batch(orgs(40)), self.loop()

        self.work(loop, GITHUB, GITHUB, GITHUB)

        self.assertEqual((self.states(batch), self.calls()), ({"done": 40}, 40))

    def test_no_more_is_in_the_air_than_may_be_and_no_thread_is_made_for_a_profile(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=6, NUM_THREADS_GITHUB=4)
        self.slow(0.05)
        batch, loop, before = self.batch(orgs(60)), self.loop(), threading.active_count()
        job = loop.begin(GITHUB, 60.0)
        most = dict[str, Any](running=0, threads=0)

        def look() -> bool:
            most["running"] = max(most["running"], len(loop._air))
            most["threads"] = max(most["threads"], threading.active_count() - before)
            return job.over.is_set()

        self.until(look)
        self.assertEqual(self.states(batch), {"done": 60})
        self.assertLessEqual(most["running"], 6)
        self.assertLessEqual(most["threads"], 4 + 10)

    def test_an_item_whose_worker_died_is_claimed_alone(self) -> None:
        batch, loop, alone = self.batch(orgs(30)), self.loop(), list[int]()
        suspects = [one.id for one in self.items(batch)[10:13]]
        BatchItem.objects.filter(id__in=suspects).update(suspect=True)
        claim = loop._store.claim

        class Store:
            def __getattr__(self, name: str) -> Any:
                return getattr(states_of, name)

            def claim(self, worker: str, host: str, most: int, one: bool, only: str | None) -> Any:
                found = claim(worker, host, most, one, only)
                if one:
                    alone.extend(item.id for item in found)
                    held.append(len(loop._air))
                return found

        states_of, held = loop._store, list[int]()
        loop._claiming._store = Store()

        self.work(loop, GITHUB)

        self.assertEqual(self.states(batch), {"done": 30})
        self.assertEqual(sorted(alone), suspects)
        self.assertEqual(set(held), {0})
        self.assertEqual([one.state for one in self.items(batch) if one.suspect], [ItemState.DONE] * 3)


class WorkOnPostgres(OnPostgres, Work):
    """The same on PostgreSQL."""


class EndsOnPostgres(OnPostgres, Ends):
    """The same on PostgreSQL."""
