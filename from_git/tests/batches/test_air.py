"""What is in the air: whose flights, and what is claimed for which host."""

import time

from emulator import Fault
from from_git import flights
from from_git.batches import leases
from from_git.batches.air import Air, Held, Landed
from from_git.batches.claiming import Claiming
from from_git.batches.loop import Job
from from_git.models import Batch, BatchItem
from from_git.tests.kit.loops import LoopTestCase, orgs, teams

GITHUB, BITBUCKET = "github.com", "bitbucket.org"


class Airs(LoopTestCase):
    """Flights of items."""

    def held(self, *batches: Batch) -> list[Held]:
        """All items of these batches, claimed."""
        return [
            Held(item, time.monotonic() + 30.0)
            for batch in batches
            for item in leases.claim("me", GITHUB, 100, batch=batch.id)
        ]

    def landed(self, air: Air, number: int) -> list[Landed]:
        """So many that have landed."""
        found = list[Landed]()

        def look() -> bool:
            found.extend(air.landed(0.1))
            return len(found) >= number

        self.until(look)
        return found

    def test_items_of_one_profile_share_a_flight_and_each_has_its_outcome(self) -> None:
        air, held = Air(), self.held(self.batch(orgs(1)), self.batch(orgs(1)))
        for one in held:
            self.assertIsNone(air.begin(one))
        self.assertEqual(len(air), 2)

        landed = self.landed(air, 2)

        self.assertEqual({one.held.item.id for one in landed}, {one.item.id for one in held})
        self.assertEqual((self.calls(), len(air), list(air)), (1, 0, []))

    def test_who_leaves_a_shared_flight_leaves_it_to_the_other(self) -> None:
        air, (first, second) = Air(), self.held(self.batch(orgs(1)), self.batch(orgs(1)))
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.2))
        air.begin(first)
        air.begin(second)

        air.leave(first)
        air.leave(first)

        self.assertEqual(len(air), 1)
        self.assertEqual([one.held for one in self.landed(air, 1)], [second])

    def test_a_flight_that_was_cancelled_as_it_was_joined_is_joined_again(self) -> None:
        air, (one,) = Air(), self.held(self.batch(orgs(1)))
        air.begin(one)
        assert one.flight
        one.flight._land(None)

        self.assertEqual([landed.held for landed in self.landed(air, 1)], [one])
        self.assertEqual(one.joined, 2)

    def test_one_whose_flights_are_cancelled_again_and_again_is_given_back(self) -> None:
        air, (one,) = Air(), self.held(self.batch(orgs(1)))
        air.begin(one)
        assert one.flight
        one.joined = 20
        one.flight._land(None)

        self.assertEqual([landed.outcome for landed in self.landed(air, 1)], [leases.GivenBack(one.item.id, 1, 1.0)])
        self.assertEqual(len(air), 0)

    def test_a_flight_that_does_not_end_by_its_deadline_is_left(self) -> None:
        air, (one,) = Air(), self.held(self.batch(orgs(1)))
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        air.begin(one)
        self.assertEqual(air.overdue(), [])
        one.deadline = time.monotonic() - 60.0

        (landed,) = air.overdue()

        self.assertIsInstance(landed.outcome, leases.GivenBack)
        self.assertEqual(len(air), 0)
        assert one.profile
        self.assertFalse(flights.current().under_way(one.profile))


class Claims(LoopTestCase):
    """Which hosts and batches have how many slots."""

    def test_hosts_with_work_have_equal_parts_and_one_alone_has_all(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=8)
        self.batch([*orgs(50), *teams(50)])
        for hosts, counts in (((GITHUB, BITBUCKET), [4, 4]), ((GITHUB,), [8])):
            with self.subTest(hosts=hosts):
                claiming = Claiming("me", leases, Air())

                held = claiming.claim([Job(host, None, 1e9) for host in hosts], busy=False)

                self.assertEqual([sum(one.item.host == host for one in held) for host in hosts], counts)

    def test_batches_of_one_host_are_claimed_in_turn(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=8)
        batches = [self.batch(orgs(50, size=number)) for number in (1, 2)]
        claiming = Claiming("me", leases, Air())

        held = claiming.claim([Job(GITHUB, batch.id, 1e9) for batch in batches], busy=False)

        self.assertEqual([sum(one.item.batch_id == batch.id for one in held) for batch in batches], [4, 4])

    def test_more_hosts_than_places_are_served_in_turn(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=1)
        self.batch([*orgs(5), *teams(5)])
        claiming, jobs = Claiming("me", leases, Air()), [Job(host, None, 1e9) for host in (GITHUB, BITBUCKET)]

        claimed = [one.item.host for _ in range(4) for one in claiming.claim(jobs, busy=False)]

        self.assertEqual(claimed, [GITHUB, BITBUCKET] * 2)

    def test_one_whose_worker_died_is_claimed_when_nothing_else_is_held(self) -> None:
        batch = self.batch(orgs(3))
        BatchItem.objects.filter(batch=batch, position=1).update(suspect=True)
        claiming, job = Claiming("me", leases, Air()), Job(GITHUB, None, 1e9)
        claiming.look()

        self.assertEqual((claiming.claim([job], busy=True), claiming.wants_all_landed), ([], True))
        [held] = claiming.claim([job], busy=False)
        self.assertEqual((held.item.position, held.item.alone), (1, True))

    def test_where_nothing_is_due_it_looks_again_a_second_later_or_for_a_new_job(self) -> None:
        claiming, job = Claiming("me", leases, Air()), Job(GITHUB, None, 1e9)
        self.assertEqual(claiming.claim([job], busy=False), [])
        self.assertFalse(claiming.may_claim(job))
        self.batch(orgs(1))
        self.assertEqual(claiming.claim([job], busy=False), [])

        self.assertEqual(len(claiming.claim([job, Job(GITHUB, None, 1e9)], busy=False)), 1)

    def test_a_host_whose_turn_comes_later_has_the_loop_look_no_sooner(self) -> None:
        self.settings_for_test(PROFILES_IN_FLIGHT=1)
        self.emulator.faults.add(Fault("hang", path="*"))
        self.batch([*orgs(2), *teams(2)])
        air, jobs = Air(), [Job(GITHUB, None, 1e9), Job(BITBUCKET, None, 1e9)]
        claiming = Claiming("me", leases, air)
        (held,) = claiming.claim(jobs, busy=False)
        air.begin(held)
        self.addCleanup(air.leave, held)

        self.assertEqual(claiming.claim(jobs, busy=False), [])
        self.assertGreater(claiming.again, time.monotonic())
