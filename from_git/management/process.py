"""The process of a command: where its log goes, and how it ends."""

import logging
import signal

from from_git import metrics


def alone() -> None:
    """Make this the process of a command that works on a batch: without metrics and the log's lines about answers, and
    SIGTERM ends it as `terminate` says."""
    metrics.off()  # nobody can ask this process for them
    logging.getLogger("from_git.aggregator").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, terminate)


def terminate(*_: object) -> None:
    """End as SIGTERM does, but with what was begun undone: the cursor is back, no file is half, nothing is held.

    Raises:
        SystemExit: with the status of a process that SIGTERM has ended.
    """
    raise SystemExit(128 + signal.SIGTERM)
