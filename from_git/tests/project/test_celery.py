"""Celery's commands as docs/deploy.md has them: how they start, and with what they refuse to."""

import json
import re
import shlex
import sys
from typing import ClassVar
from unittest import TestCase

from redis import Redis

from emulator.tests.helpers import settled
from from_git.batches import broker, engine
from from_git.tests.flights.test_flights_redis import redis_settings
from from_git.tests.kit import postgres
from from_git.tests.kit.crew import WORKER, Member
from from_git.tests.kit.databases import created, migrated
from from_git.tests.kit.killable import free_port
from from_git.tests.kit.project import ROOT, environment, project_copy, ran
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.service import ServiceTestCase

DEPLOYED = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
LINES = re.findall(r"(?m)^(?:\.venv/bin/)?celery -A coding_challenge ((?:worker|beat).*)$", DEPLOYED)
CALLED = "This worker is called"
AWAY = "The database does not answer, or has no tables yet"
SECRET = "s3cret-of-broker"
SHARED = {"CACHE_URL": "redis://127.0.0.1:1/0"}  # which nobody asks before the broker
_PATHS = ("/from-git/test", "/livez", "/readyz", "/metrics", "/health-check", "/from-git/batches")
_EXTRA = ("celery", "kombu", "amqp", "billiard")
"""Not psycopg: REST framework loads it wherever it is installed."""
_IN_ROOM = ("from_git.tasks", *(f"from_git.batches.{name}" for name in ("broker", "loop", "lone", "worker")))
_SERVICE = """
import json, sys
sys.modules.update(dict.fromkeys({absent}))  # importing these fails, as where they are not installed
import coding_challenge.wsgi
from from_git import probes
probes.started()
from django.test import Client
answers = [Client().get(path).status_code for path in {paths}]
print(json.dumps([answers, sorted(name for name, one in sys.modules.items() if one)]))
"""


class Loaded(TestCase):
    """What the service loads of all this."""

    def loaded(self, *paths: str, absent: tuple[str, ...] = (), **settings: str) -> set[str]:
        """Which of the modules of batches are there in a process that was asked for these paths."""
        found = ran(
            *(sys.executable, "-c", _SERVICE.format(paths=paths, absent=absent)),
            folder=project_copy(self),
            env=environment(ALLOWED_HOSTS="testserver", SECRET_KEY="x" * 64, **settings),
        )
        self.assertEqual(found.returncode, 0, found.stderr)
        answers, modules = json.loads(found.stdout)
        self.assertNotIn(500, answers)
        names = {f"{name}." for name in modules}
        return {one for one in (*_EXTRA, *_IN_ROOM, "sqlite3") if any(name.startswith(f"{one}.") for name in names)}

    def test_with_batches_off_the_service_loads_no_engine_and_needs_no_driver(self) -> None:
        self.assertEqual(self.loaded(*_PATHS, absent=(*_EXTRA, "psycopg")), set())
        self.assertEqual(self.loaded(*_PATHS), set())

    def test_with_batches_on_it_needs_neither_without_a_broker(self) -> None:
        loaded = self.loaded(*_PATHS, absent=(*_EXTRA, "psycopg"), BATCHES="on")

        self.assertEqual(loaded & {*_EXTRA, "from_git.tasks", "from_git.batches.broker"}, set())

    def test_with_a_broker_it_loads_celery_with_the_first_wake_up_alone(self) -> None:
        address = f"redis://127.0.0.1:{free_port()}/0"

        self.assertEqual(self.loaded(*_PATHS, BATCHES="on", CELERY_BROKER_URL=address) & set(_EXTRA), set())


class Refused(TestCase):
    """Starts that end with a sentence."""

    def said(self, *command: str, **settings: str) -> str:
        """What is said at the end of a command that fails."""
        found = ran(
            *(sys.executable, "-m", "celery", "-A", "coding_challenge", *command),
            folder=project_copy(self),
            env=environment(**settings),
        )
        self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
        self.assertNotIn("Traceback", found.stderr)
        return found.stderr

    def test_without_a_broker(self) -> None:
        for command in ("worker", "beat"):
            self.assertIn("CELERY_BROKER_URL is empty", self.said(command))

    def test_with_a_wrong_setting(self) -> None:
        self.assertIn(
            "CELERY_BROKER_URL in the environment is a secret value", self.said("worker", CELERY_BROKER_URL="http://x")
        )

    def test_in_a_pool_that_copies_processes_or_has_one_place(self) -> None:
        address = f"redis://127.0.0.1:{free_port()}/0"
        said = self.said(*WORKER, "-P", "solo", CELERY_BROKER_URL=address, **SHARED)

        self.assertIn("start it with -P threads", said)


@needs_redis
@postgres.needs_postgres
class Started(ServiceTestCase):
    """With a Redis and a PostgreSQL."""

    databases = {"default"}  # noqa: RUF012 - as Django's
    redis: ClassVar[str]
    given: ClassVar[dict[str, str]]

    @classmethod
    def setUpClass(cls) -> None:
        """Start them."""
        super().setUpClass()
        cls.redis = start_redis(cls)
        database = created(postgres.address(), f"celery_{free_port()}")
        migrated(database)
        cls.given = {"CELERY_BROKER_URL": cls.redis, "DATABASE_URL": database}

    def setUp(self) -> None:
        """Begin with nothing in the broker."""
        super().setUp()
        self.cache = self.redis.replace("/0", "/1")
        self.settings_for_test(CELERY_BROKER_URL=self.redis, **redis_settings(self.cache))
        self.client_of_broker = self.enterContext(Redis.from_url(self.redis))
        self.client_of_broker.flushall()

    def start(self, *command: str, **settings: str) -> Member:
        """A command of Celery until the end of the test."""
        given = {**self.given, "CACHE_URL": self.cache, **settings}
        member = Member(type(self), *command, lease=0.0, **given)
        self.addCleanup(member.kill)
        return member

    def assert_says(self, member: Member, words: str) -> None:
        """It comes to say that."""
        self.assertTrue(settled(lambda: words in member.said, True), member.said)

    def test_a_worker_waits_for_tables_and_the_lines_of_the_documents_do_what_they_say(self) -> None:
        [worker] = [shlex.split(line) for line in LINES if line.startswith("worker") and "-Q" not in line]
        [beat] = [shlex.split(line) for line in LINES if line.startswith("beat")]
        empty = created(postgres.address(), f"celery_{free_port()}")
        started = self.start(*worker, DATABASE_URL=empty)
        self.assert_says(started, AWAY)
        self.assertEqual(engine.workers_seen(), 0)

        migrated(empty)
        self.assert_says(started, CALLED)
        self.assertEqual(settled(engine.workers_seen, 1), 1)
        self.start(*beat)
        # a tick waits here until the worker takes it
        self.assertEqual(settled(lambda: self.client_of_broker.exists(f"_kombu.binding.{broker.OWN}"), 1), 1)

        started.process.terminate()
        self.assertEqual(started.ended(), 0)
        self.assertEqual(engine.workers_seen(), 0)

    def test_a_worker_of_some_hosts_leaves_the_messages_of_others(self) -> None:
        [some] = [shlex.split(line) for line in LINES if "-Q" in line]
        hosts = {"github.com", "bitbucket.org", "gitlab.com", "codeberg.org"}
        own = set(some[some.index("-Q") + 1].split(","))
        for host in hosts:
            broker.send([host], 1)

        self.assert_says(self.start(*some), CALLED)

        left = {host: int(host not in own) for host in hosts}
        self.assertEqual(settled(lambda: {host: self.client_of_broker.llen(host) for host in hosts}, left), left)

    def test_a_second_worker_is_refused_where_they_share_no_cache(self) -> None:
        first = self.start(*WORKER, CACHE_URL="locmem://")
        self.assert_says(first, CALLED)

        second = self.start(*WORKER, CACHE_URL="locmem://")

        self.assertEqual(second.ended(), 1)
        self.assertIn("Another process works on batches already", second.said)

    def test_the_pool_is_threads_though_celery_itself_prefers_another_one(self) -> None:
        started = self.start(*WORKER, "-P", "prefork")

        self.assert_says(started, "(thread)")

    def test_no_line_holds_the_password_of_a_broker_that_is_away(self) -> None:
        started = []
        for address in (f"redis://:{SECRET}@", f"amqp://user:{SECRET}@", f"redis://user:{SECRET}%2F@"):
            away = {"CELERY_BROKER_URL": f"{address}127.0.0.1:{free_port()}/0", "LOG_LEVEL": "DEBUG"}
            started.append((self.start(*WORKER, **away), "Cannot connect to"))
            started.append((self.start("beat", **away), "Connection error"))

        for one, words in started:
            self.assert_says(one, words)
            self.assertNotIn(SECRET, one.said)
