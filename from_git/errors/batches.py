"""Errors that only batches and numbers over time have."""

from from_git.errors.base import FromGitError
from from_git.errors.requests import RequestError
from from_git.values.words import counted


class ForeignOrigin(RequestError):
    """A page of another site has a browser begin or cancel a batch."""

    status = 403
    members = ()
    usual_advice = "Do it from a page of this service, or without a browser."

    def __init__(self) -> None:
        super().__init__("The request comes from a page of another site (its Origin or Sec-Fetch-Site says so).")


class NoSuchBatch(RequestError):
    """There is no such batch, or it ended so long ago that it was deleted (BATCH_KEEP_DAYS)."""

    status = 404
    members = ()
    usual_advice = "Batches are begun by a POST to /from-git/batches, whose answer says the address."

    def __init__(self) -> None:
        super().__init__("There is no such batch.")


class TooManyUrls(RequestError):
    """The batch would have more profiles than the server allows (BATCH_MAX_URLS).

    Args:
        most: profiles that a batch may have.
        given: profiles that this one would have, or so many of them as were read.
    """

    status = 413
    members = ()
    usual_advice = "Make several batches of it, one after the other."

    def __init__(self, most: int, given: int) -> None:
        super().__init__(f"A batch may have {counted(most, 'profile')}, and this one has {given:,} (BATCH_MAX_URLS).")


class TooManyBatches(RequestError):
    """This client has as many batches under way as it may have (BATCHES_PER_CLIENT).

    Args:
        most: so many.
    """

    status = 429
    members = ("retryAfter",)
    wait = 60.0
    usual_advice = "Wait until one of them is done, or cancel one by a DELETE of its address."

    def __init__(self, most: int) -> None:
        super().__init__(f"This client has {counted(most, 'batch', 'batches')} under way and may have no more at once.")


class TooManyUploads(RequestError):
    """This process reads as many long lists of URLs as it can at this moment."""

    status = 429
    members = ("retryAfter",)
    wait = 5.0

    def __init__(self) -> None:
        super().__init__("Other long lists are being read at this moment.")


class DatabaseAway(FromGitError):
    """The database, which batches and numbers over time need, cannot be used at this moment.

    Args:
        migrated: whether its tables may be there; False: `manage.py migrate` has not been run.
    """

    status = 503
    code = "ERR2"

    def __init__(self, migrated: bool = True) -> None:
        if migrated:
            super().__init__("The database cannot be used at this moment; the log says why.")
            self._advice = (
                "Ask again later; if that does not help, see that DATABASE_URL is right and its disk not full."
            )
        else:
            super().__init__("The database has no tables of this version of from-git.")
            self._advice = "Run `manage.py migrate` with the same DATABASE_URL."
