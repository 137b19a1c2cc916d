"""`/readyz` with a shared cache that is away, or that answers and keeps nothing."""

import logging
import socket
import subprocess
from urllib.parse import urlsplit

from redis import Redis

from emulator.tests.helpers import settled
from from_git.tests.flights.test_flights_redis import redis_settings
from from_git.tests.kit.exposition import scraped
from from_git.tests.kit.raw import RawServer, silent
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.probes.test_probes import URL, ProbesTestCase


@needs_redis
class SharedCache(ProbesTestCase):
    """`/readyz` with Redis."""

    LOST = "The shared cache does not answer"

    def cache_at(self, address: str) -> None:
        """Use this cache, as CACHE_URL would."""
        self.settings_for_test(**redis_settings(address, pool_class="from_git.upstream.redispool.IdleAwarePool"))

    def test_one_that_answers_is_no_reason(self) -> None:
        self.cache_at(start_redis(type(self)))
        self.assertEqual(settled(lambda: self.get("/readyz").json()["degraded"], []), [])
        self.answer(URL)
        spent = ("budget_spent", ("1", "github.com", "seconds", "github"))
        self.assertTrue(settled(lambda: scraped(self.base)[spent] > 0, True))

    def test_one_that_refuses_or_hangs_is_named_and_holds_nobody_up(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        hanging = self.enterContext(RawServer(silent))
        for where in (port, int(hanging.url.split(":")[2].split("/")[0])):
            with self.subTest(where):
                self.cache_at(f"redis://127.0.0.1:{where}/0")
                self.ready(200, "degraded", self.LOST)
                self.assertNotIn(str(where), self.get("/readyz").text)
                self.assertEqual(self.get("/metrics").status_code, 200)
                self.settings_kept(GITHUB_API_TOKEN=self.emulator["github"].credentials["token"])

    def refuses(self, address: str, words: str) -> None:
        """The cache there is named with these words of its server, once in the log too, and answers are exact."""
        self.cache_at(address)
        logging.getLogger("from_git").setLevel(logging.WARNING)
        with self.assertLogs("from_git.memory", "WARNING") as logs:
            self.ready(200, "degraded", f"The shared cache refuses what it is asked: “{words}")
            self.settings_kept(PROFILE_CACHE_SECONDS=300.0)
            for _ in range(3):
                self.assert_exact(("bitbucket", "team-20"), ("github", "user-3"))
        kinds = [line.partition("(")[2].partition(":")[0] for line in logs.output]
        self.assertIn(words[:30], logs.output[0])
        self.assertEqual(len(kinds), len(set(kinds)), logs.output)  # one line for each kind of failure
        for line in logs.output:
            self.assertNotIn("s3cret", line)

    def test_one_that_reads_and_keeps_nothing_is_named_with_its_own_words(self) -> None:
        address = start_redis(type(self))
        port = str(urlsplit(address).port)
        replica = start_redis(type(self), "--replicaof", "127.0.0.1", port, "--masterauth", "x")
        self.refuses(replica, "You can't write against a read only replica.")
        with Redis.from_url(address) as redis:
            redis.config_set("maxmemory-policy", "noeviction")
            redis.config_set("maxmemory", "1")
            self.refuses(address, "command not allowed when used memory > 'maxmemory'.")
            redis.config_set("maxmemory", "0")
            redis.execute_command("ACL", "SETUSER", "reader", "on", ">s3cret-of-redis", "~*", "+@read", "+@connection")
            own = address.replace("://", "://reader:s3cret-of-redis@")
            self.refuses(own, "this user has no permissions to run the 'set' command")
            self.refuses(own.replace("s3cret-of-redis", "another"), "invalid username-password pair or user is disabl")

    def test_one_without_hello_is_named_and_works_with_the_older_protocol(self) -> None:
        address = start_redis(type(self), "--rename-command", "HELLO", "", "--requirepass", "s3cret-of-redis")
        address = address.replace("://", "://:s3cret-of-redis@")
        # it repeats the arguments, of which one is the password
        self.refuses(address, "unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' '***'")

        self.cache_at(f"{address}?protocol=2")

        self.ready(200, "ready")
        self.assert_exact(("bitbucket", "team-3"))

    def shut_down(self, port: int) -> None:
        """End the Redis there."""
        with Redis(port=port) as redis:
            redis.shutdown(nosave=True)

    def test_one_that_goes_and_comes_back(self) -> None:
        address = start_redis(type(self))
        port = address.rpartition(":")[2].partition("/")[0]
        self.cache_at(address)
        self.ready(200, "ready")

        self.shut_down(int(port))

        self.assertTrue(settled(lambda: self.LOST in self.get("/readyz").text, True))
        command = ["redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"]
        again = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.addCleanup(again.wait)
        self.addCleanup(again.kill)
        self.assertEqual(settled(lambda: self.get("/readyz").json()["status"], "ready"), "ready")
