"""What is counted, and its documentation."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from unittest import TestCase, skipIf

from prometheus_client.parser import text_string_to_metric_families

from from_git import metrics
from from_git.errors import UpstreamError
from from_git.metrics import batches
from from_git.metrics.library import Metric, registry
from from_git.tests.kit.exposition import sample
from from_git.tests.kit.machine import Machine, lacking
from from_git.tests.kit.project import ROOT, project_copy

NOBODY = ("nobody", "nowhere")
DOCS = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


def documented(column: str) -> set[str]:
    """The names in the first column of the table that has this header."""
    rows = DOCS.split(f"| {column}")[1].split("\n\n")[0].splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def outcomes(kind: type[UpstreamError] = UpstreamError) -> set[str]:
    """Of the error and all below it."""
    return {kind.outcome}.union(*(outcomes(one) for one in kind.__subclasses__()))


def _calls(limit: float | None) -> metrics.Allowance:
    return metrics.Allowance("calls", "X", limit, 3.0, 0.0)


class Documented(TestCase):
    """docs/metrics.md."""

    def test_it_has_every_metric_and_no_other(self) -> None:
        metrics.account(NOBODY, 1, 0.0, 0.0, [], False)  # its gauges are made when they are first set
        batches.waiting({NOBODY: 0})
        batches.told(dict.fromkeys(batches._TEXTS, 0))

        families = text_string_to_metric_families(metrics.exposed().decode())
        names = {one.name + "_total" * (one.type == "counter") for one in families}

        self.assertEqual(names, {f"from_git_{name}" for name in documented("name (all begin")})

    def test_it_has_every_outcome_and_no_other(self) -> None:
        ours = {"ok", "cancelled", "resent", "fault"}

        self.assertEqual(outcomes() | ours, documented("`outcome`"))


class Counted(TestCase):
    """What other rooms count by."""

    def test_threads_that_count_first_at_the_same_time_make_one_metric(self) -> None:
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        for number in range(20):
            metric = Metric("Counter", f"raced_{number}", "Of this test")
            with ThreadPoolExecutor(8) as threads:
                list(threads.map(lambda one: one.child().inc(), [metric] * 8))
            Metric.all.remove(metric)
            registry().unregister(metric.made)

            self.assertEqual(metric.made.collect()[0].samples[0].value, 8)

    def test_lookups_by_forge_and_result(self) -> None:
        before = sample("cache_lookups_total", "github.com", "hit", "github")

        metrics.cache("hit", ("github", "github.com"))
        metrics.cache("hit", ("github", "github.com"))

        self.assertEqual(sample("cache_lookups_total", "github.com", "hit", "github"), before + 2)

    def test_a_limit_that_is_lifted_is_not_shown_any_more(self) -> None:
        for limit in (700.0, None):
            metrics.account(NOBODY, 1, 0.0, 0.0, [_calls(limit)], False)
            self.assertEqual(sample("budget_limit", "1", "nowhere", "calls", "nobody"), limit or 0.0)
        self.assertEqual(sample("budget_spent", "1", "nowhere", "calls", "nobody"), 3.0)

    def test_an_account_that_turns_out_to_be_another_one_is_in_no_sum_by_itself(self) -> None:
        for place in (1, 2):
            metrics.account(NOBODY, place, 0.0, 0.0, [_calls(700.0)], False)
        metrics.account(NOBODY, 2, 0.0, 30.0, [], False)

        for name, value in (("budget_limit", 700.0), ("budget_spent", 3.0)):
            self.assertEqual(sum(sample(name, place, "nowhere", "calls", "nobody") for place in "12"), value)
        self.assertEqual(sample("account_set_aside_seconds", "2", "nowhere", "nobody"), 30.0)


@skipIf(lacking(), lacking())
class FullDisk(TestCase):
    """A folder for metrics on a disk that is full before, or while, something is counted."""

    def test_the_workers_live_and_answer_and_say_so_once(self) -> None:
        for room in ("4k", "80k", "200k", "8m"):
            with self.subTest(room):
                machine = Machine(self)
                (machine.root / "counted").mkdir()
                machine.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", "/counted"])
                folder = str(project_copy(self))
                command = [sys.executable, "-m", "gunicorn", "--workers=2"]
                server = machine.start(command, folder, PROMETHEUS_MULTIPROC_DIR="/counted")
                base = "http://127.0.0.1:8000"
                machine.answering(f"{base}/livez", server)

                asked = ("/livez", "/health-check", "/from-git/test", "/nothing", "/metrics", "/readyz")
                statuses = [machine.ask(base + path)[0] for path in asked * 3]

                self.assertEqual(statuses, [200, 400, 200, 404, 200, 200] * 3, server.said)
                self.assertNotIn("was sent", server.said)  # gunicorn's words for a signal
                self.assertNotIn("Traceback", server.said)
                self.assertIn(server.said.count("no room for metrics"), (0,) if room == "8m" else (1, 2))
                server.main.terminate()
