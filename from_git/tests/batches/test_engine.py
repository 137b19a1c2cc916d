"""Wake-ups: nobody waits for them, and they fail without a word to whoever sends them."""

import threading
from typing import ClassVar

from redis import Redis

from emulator.tests.helpers import settled
from from_git.batches import engine
from from_git.batches.broker import OWN
from from_git.tests.flights.test_flights_redis import redis_settings
from from_git.tests.kit.killable import free_port
from from_git.tests.kit.raw import RawServer, silent
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.service import ServiceTestCase

HOST = "github.com"


def idle() -> bool:
    """Whether no wake-up is being sent."""
    return all(one.name != "wake-workers" for one in threading.enumerate())


@needs_redis
class Woken(ServiceTestCase):
    """A Redis as broker, another database of it as cache."""

    redis: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start it."""
        super().setUpClass()
        cls.redis = start_redis(cls)

    def setUp(self) -> None:
        """Begin with nothing in it."""
        super().setUp()
        self.broker = self.enterContext(Redis.from_url(self.redis))
        self.broker.flushall()
        self.settings_for_test(CELERY_BROKER_URL=self.redis, **redis_settings(self.redis.replace("/0", "/1")))

    def messages(self, queue: str = HOST) -> int:
        """So many wait."""
        return int(self.broker.llen(queue))

    def test_a_wake_up_waits_in_the_queue_of_its_host_and_in_no_other(self) -> None:
        engine.wake([HOST, "gitlab.com", HOST])

        self.assertEqual(settled(lambda: (self.messages(), self.messages("gitlab.com")), (1, 1)), (1, 1))
        self.assertEqual((self.messages(OWN), self.messages("bitbucket.org")), (0, 0))

    def test_one_for_a_host_that_the_settings_do_not_have_waits_where_every_worker_looks(self) -> None:
        engine.wake(["gone.example"])

        self.assertEqual(settled(lambda: self.messages(OWN), 1), 1)
        self.assertEqual(self.messages("gone.example"), 0)

    def test_every_worker_that_was_seen_gets_one(self) -> None:
        present = [engine.Presence(f"worker {number}") for number in range(3)]
        for one in present:
            one.renew()
            one.renew()
        self.assertEqual(engine.workers_seen(), 3)

        engine.wake([HOST])

        self.assertEqual(settled(self.messages, 3), 3)
        for one in present:
            one.end()
        self.assertEqual(engine.workers_seen(), 0)

    def test_no_more_than_sixteen_are_sent_however_many_workers_there_are(self) -> None:
        present = [engine.Presence(f"worker {number}") for number in range(20)]
        for one in present:
            one.renew()

        engine.wake([HOST])
        engine.wake(["gitlab.com"])

        self.assertEqual(settled(lambda: self.messages("gitlab.com"), 16), 16)
        self.assertEqual((engine.workers_seen(), self.messages()), (20, 16))

    def test_a_worker_that_says_nothing_is_forgotten(self) -> None:
        silent = engine.Presence("silent")
        silent.renew()
        with Redis.from_url(self.redis.replace("/0", "/1")) as cache:
            [key] = cache.keys("*from-git:worker:*")
            self.assertGreater(cache.ttl(key), 0)
            self.assertLessEqual(cache.ttl(key), engine.SEEN)
            cache.expire(key, 5)
            silent.renew()
            self.assertGreater(cache.ttl(key), 5)

    def test_without_a_shared_cache_nobody_knows(self) -> None:
        self.settings_for_test(CACHE_URL="locmem://")
        engine.Presence("alone").renew()

        self.assertIsNone(engine.workers_seen())

    def test_a_cache_that_is_away_is_no_number_and_no_error(self) -> None:
        self.settings_for_test(**redis_settings(f"redis://127.0.0.1:{free_port()}/0"))
        present = engine.Presence("unseen")
        present.renew()
        present.end()

        self.assertIsNone(engine.workers_seen())


class BrokerAway(ServiceTestCase):
    """Nobody listens, or nobody answers."""

    def test_nobody_waits_for_it_and_the_log_has_one_line(self) -> None:
        with RawServer(silent) as hanging:
            for scheme in ("redis", "amqp"):
                for port in (free_port(), hanging.port):
                    self.settings_for_test(CELERY_BROKER_URL=f"{scheme}://user:s3cret-of-test@127.0.0.1:{port}/0")
                    with self.subTest(scheme, port=port), self.assertLogs(engine.logger, "WARNING") as log:
                        for _ in range(100):
                            engine.wake([HOST])
                        self.assertTrue(settled(idle, True))
                        self.assertEqual(len(log.output), 1)
                        self.assertNotIn("s3cret", log.output[0])
