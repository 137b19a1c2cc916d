"""A table beside a batch's rows in which the database itself notes each time that an outcome is written."""

from dataclasses import dataclass
from typing import Any

from benchmarks.batches.site import Batch, Site

_FINAL = "('done', 'missing', 'failed', 'cancelled')"
_POSTGRES = f"""
CREATE TABLE benchmark_ledger (
    item bigint, state text, worker text, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION benchmark_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO benchmark_ledger (item, state, worker) VALUES (NEW.id, NEW.state, OLD.worker);
    RETURN NULL;
END $$;
CREATE TRIGGER benchmark_note AFTER UPDATE ON from_git_batchitem
    FOR EACH ROW WHEN (NEW.state IN {_FINAL}) EXECUTE FUNCTION benchmark_note()"""
SQLITE = f"""
CREATE TABLE benchmark_ledger (item integer, state text, worker text);
CREATE TRIGGER benchmark_note AFTER UPDATE ON from_git_batchitem WHEN NEW.state IN {_FINAL} BEGIN
    INSERT INTO benchmark_ledger (item, state, worker) VALUES (NEW.id, NEW.state, OLD.worker);
END"""
VERDICT = """
SELECT count(*), count(*) FILTER (WHERE written = 0), count(*) FILTER (WHERE written > 1) FROM (
    SELECT (SELECT count(*) FROM benchmark_ledger WHERE item = one.id) AS written
    FROM from_git_batchitem AS one WHERE batch_id = {}) AS each_item"""
"""Items, those never written and those written more than once; the id of the batch belongs into the braces."""
_GAP = """
SELECT coalesce(max(gap), 0) FROM (
    SELECT extract(epoch FROM at - lag(at, 1, to_timestamp(%s)) OVER (ORDER BY at)) AS gap
    FROM benchmark_ledger WHERE at > to_timestamp(%s)) AS gaps"""


@dataclass(frozen=True)
class Verdict:
    """How often the rows of a batch were written."""

    items: int
    lost: int
    doubled: int

    def check(self, what: str, size: int) -> None:
        """See that each was written once.

        Raises:
            AssertionError: it was not.
        """
        if (self.items, self.lost, self.doubled) != (size, 0, 0):
            raise AssertionError(f"{what}: {self} of {size}")


def open_ledger(site: Site) -> None:
    """Begin to note."""
    site.rows(_POSTGRES)


def verdict(batch: Batch) -> Verdict:
    """What was noted of a batch."""
    return Verdict(*map(int, batch.site.rows(VERDICT.format("%s"), batch.id)[0]))


def longest_gap(site: Site, since: float) -> float:
    """The most seconds without an outcome, from that moment of the clock on."""
    found: Any = site.rows(_GAP, since, since)[0][0]
    return float(found)


def states(batch: Batch) -> dict[tuple[str, str], int]:
    """How many items have each state and reason."""
    statement = "SELECT state, reason, count(*) FROM from_git_batchitem WHERE batch_id = %s GROUP BY 1, 2"
    return {(state, reason): number for state, reason, number in batch.site.rows(statement, batch.id)}
