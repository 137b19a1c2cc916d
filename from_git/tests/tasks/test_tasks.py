"""Batches over real workers of Celery, real brokers and a real PostgreSQL, whatever of it is killed."""

import json
from typing import Any, ClassVar

from django.db import connection

from emulator.latency import Latency
from emulator.tests.helpers import settled
from from_git import forges, tasks
from from_git.batches import broker, engine, filling, states
from from_git.batches.answer import answer_of
from from_git.history import watching
from from_git.models import Batch, BatchItem, ItemState, Purpose
from from_git.profiles import parse_profiles
from from_git.tests.flights.test_flights_redis import redis_settings
from from_git.tests.kit import postgres
from from_git.tests.kit.crew import WORKER, Member
from from_git.tests.kit.databases import OnKilledPostgres, OnPostgres, OnSQLite
from from_git.tests.kit.forges import environment_for
from from_git.tests.kit.killable import Redis
from from_git.tests.kit.rabbitmq import RabbitMQ, needs_rabbitmq
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.service import ServiceTestCase

LEASE = 4.0
HOST = "github.com"


class Schedule(OnSQLite, ServiceTestCase):
    """What beat asks for."""

    def test_every_task_of_the_schedule_is_there_and_may_come_twice_and_from_a_newer_version(self) -> None:
        watching.watch(parse_profiles(["https://github.com/spack"], forges.hosts()).profiles)
        scheduled = {one["task"] for one in broker.application(fixups=[]).conf.beat_schedule.values()}
        ours = {one.name: one for one in (tasks.tick, tasks.housekeep, tasks.snapshot)}

        self.assertEqual(set(ours), scheduled)
        for one in ours.values():
            for _ in range(2):
                one(of_a_newer_version=1)
        self.assertEqual(Batch.objects.filter(purpose=Purpose.SNAPSHOT).count(), 1)


@postgres.needs_postgres
@needs_redis
class Crew(OnPostgres, ServiceTestCase):
    """Two workers and a beat, which are whole again when a test begins."""

    cache: ClassVar[str]
    broker: ClassVar[Redis | RabbitMQ]
    workers: ClassVar[list[Member]]
    beats: ClassVar[list[Member]]

    @classmethod
    def setUpClass(cls) -> None:
        """Start all of it."""
        super().setUpClass()
        cls.cache = start_redis(cls)
        cls.broker = cls.start_broker()
        settings = {
            **environment_for(cls.emulator),
            "GITHUB_SECONDS_PER_MINUTE": "0",
            "PROFILE_CACHE_SECONDS": "0",
            "DATABASE_URL": cls.database_url,
            "CACHE_URL": cls.cache,
            "CELERY_BROKER_URL": cls.broker.url,
            "PROFILES_IN_FLIGHT": "4",
        }
        cls.workers = [Member(cls, *WORKER, "-n", f"w{number}@x", lease=LEASE, **settings) for number in (1, 2)]
        cls.beats = [Member(cls, "beat", lease=LEASE, **settings) for _ in (1, 2)]

    @classmethod
    def start_broker(cls) -> Redis | RabbitMQ:
        """The broker."""
        raise NotImplementedError

    def setUp(self) -> None:
        """Begin with everybody at work, and forges that take a moment."""
        super().setUp()
        self.settings_for_test(CELERY_BROKER_URL=self.broker.url, **redis_settings(self.cache))
        for one in (self.broker, *self.workers, *self.beats):
            if one.process.poll() is not None:
                one.restart()
        self.assertEqual(settled(engine.workers_seen, 2), 2, [one.said for one in self.workers])
        before = self.emulator.latency
        self.emulator.latency = Latency(0.1)
        self.addCleanup(setattr, self.emulator, "latency", before)

    def batch(self, number: int) -> Batch:
        """A batch of so many profiles, as a request makes it."""
        self.owners = [("github", f"org-3-{one}") for one in range(1, number + 1)]
        urls = [f"https://github.com/{login}" for _, login in self.owners]
        made = filling.fill(parse_profiles(urls, forges.hosts()).profiles, "somebody", Purpose.ASKED)
        engine.wake([HOST])
        return made

    def until_done(self, batch: Batch, at_least: int) -> None:
        """Wait until so many are done."""

        def done() -> bool:
            return states.counts(batch.id).get(ItemState.DONE, 0) >= at_least

        if not settled(done, True):
            raise AssertionError([states.counts(batch.id), *(one.said for one in (*self.workers, *self.beats))])

    def assert_whole(self, batch: Batch, attempts: int) -> None:
        """Every profile is done, by so many claims of each at most, and the sum is the straight one."""
        self.until_done(batch, batch.total)
        claims = BatchItem.objects.filter(batch=batch).values_list("attempts", flat=True)
        self.assertLessEqual(max(claims), attempts)
        batch.refresh_from_db()
        body: dict[str, Any] = json.loads(b"".join(answer_of(batch)))
        self.assertEqual((body["data"], body["failed"]), (self.world.sum(self.owners), []))

    def at_work(self) -> int:
        """How many workers hold something."""
        held = BatchItem.objects.filter(state=ItemState.RUNNING).values_list("worker", flat=True)
        return len(set(held))


class Contract(Crew):
    """What holds with every broker."""

    def test_two_workers_do_it_together_whatever_messages_come_besides(self) -> None:
        batch = self.batch(60)
        for _ in range(5):  # doubled ones, beside those of two beats
            broker.send([HOST], 4)
        newer = broker.application(fixups=[], set_as_current=False)
        newer.send_task(broker.DRAIN, (HOST,), {"of_a_newer_version": 1})
        newer.send_task("from_git.tasks.of_a_newer_version", (HOST,), queue=HOST)

        self.assertEqual(settled(self.at_work, 2), 2)
        self.assert_whole(batch, attempts=1)

    def test_what_a_killed_worker_held_is_done_by_the_other_one(self) -> None:
        batch = self.batch(60)
        self.assertEqual(settled(self.at_work, 2), 2)

        self.workers[0].kill()

        self.assert_whole(batch, attempts=2)

    def test_a_broker_that_is_killed_and_empty_after_that_is_no_loss_and_workers_hear_of_new_work(self) -> None:
        batch = self.batch(60)
        self.until_done(batch, 4)

        self.broker.kill()
        self.until_done(batch, 8)
        self.broker.restart()
        self.broker.empty(HOST, broker.OWN)

        self.assert_whole(batch, attempts=1)
        self.assert_whole(self.batch(12), attempts=1)

    def test_work_that_came_while_it_was_down_is_done_when_it_is_back(self) -> None:
        self.broker.kill()
        batch = self.batch(12)
        self.assertTrue(settled(lambda: self.at_work() == 0, True))

        self.broker.restart()

        self.assert_whole(batch, attempts=1)


class OverRedis(Contract):
    """With Redis."""

    @classmethod
    def start_broker(cls) -> Redis:
        """With what waits on disk."""
        return Redis(cls)


@needs_rabbitmq
class OverRabbitMQ(Contract):
    """With RabbitMQ."""

    @classmethod
    def start_broker(cls) -> RabbitMQ:
        """As it is installed."""
        return RabbitMQ(cls)


class DatabaseKilled(OnKilledPostgres, Crew):
    """A PostgreSQL of its own."""

    @classmethod
    def start_broker(cls) -> Redis:
        """Any."""
        return Redis(cls)

    def test_a_database_that_is_killed_holds_work_up_and_no_more(self) -> None:
        batch = self.batch(60)
        self.until_done(batch, 4)

        self.database.kill()
        connection.close()
        self.database.start()

        self.assert_whole(batch, attempts=2)


del Contract
