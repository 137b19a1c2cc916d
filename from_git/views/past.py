"""What was, for views: asked of the database only where a request wants it."""

from collections.abc import Sequence
from datetime import datetime

from from_git.aggregator import Answer
from from_git.batches.sql import reached
from from_git.history.at import answer_at
from from_git.logfacts import bind_facts
from from_git.values.profile import Profile


def answered_at(profiles: Sequence[Profile], moment: datetime) -> Answer:
    """The answer at a moment; see `answer_at`.

    Raises:
        NothingHere: a profile is not watched, or has no snapshot so old.
        RequestError: one of these profiles is a part of another one.
        DatabaseAway: the database is away or not migrated.
    """
    bind_facts(past=moment.isoformat())
    with reached():
        return answer_at(profiles, moment)
