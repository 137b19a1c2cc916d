"""What stands in the database: batches with their items, watched profiles with their snapshots.

All times are the database's own. Columns have defaults in the database, so that an older version may insert rows.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class BatchState(models.TextChoices):
    """What a batch is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(models.TextChoices):
    """What an item is; `WAITING` and `RUNNING` are open, all others final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    MISSING = "missing"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (ItemState.WAITING, ItemState.RUNNING)
"""The states of items that are to be worked on."""


class Purpose(models.TextChoices):
    """Why there is a batch."""

    ASKED = "asked"
    """It came by POST."""
    COMMAND = "command"
    """`manage.py batch` has it worked on."""
    SNAPSHOT = "snapshot"
    """Watched profiles, each of which gets a snapshot."""


class Batch(models.Model):
    """Many profiles that are fetched one after the other, whatever happens to those who fetch them."""

    id = models.CharField(max_length=32, primary_key=True)
    """128 random bits in hexadecimal digits; who knows them may read and cancel the batch."""
    purpose = models.CharField(max_length=10, choices=Purpose, db_default=Purpose.ASKED)
    state = models.CharField(max_length=10, choices=BatchState, db_default=BatchState.RUNNING)
    total = models.IntegerField(db_default=0)
    """Number of its items."""
    content = models.CharField(max_length=64, db_default="")
    """Tells batches of the same profiles in the same order; empty where nobody asks."""
    client = models.CharField(max_length=64, db_default="")
    """A keyed hash of the client's address, or the name of a command."""
    created = models.DateTimeField(db_default=Now())
    finished = models.DateTimeField(null=True)
    worker = models.CharField(max_length=40, db_default="")
    """The process that works on it, where one alone does."""
    lease = models.DateTimeField(null=True)
    """Until when that process is believed to live."""
    answer = models.BinaryField(null=True)
    """The final answer's body, JSON compressed with zlib; empty until it is worked out."""

    class Meta:
        # Django's own name; where it has to make one up, it loads the database's driver
        db_table = "from_git_batch"
        verbose_name_plural = "batches"
        indexes: ClassVar = [models.Index(fields=["state", "created"], name="from_git_batch_state")]

    def __str__(self) -> str:
        return f"{self.total} profiles, {self.state}"


class BatchItem(models.Model):
    """One profile of a batch."""

    # the database need not look for each of 100,000 rows whether their batch is there: a third of the time they take
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items", db_index=False, db_constraint=False)
    position = models.IntegerField()
    """In the order asked, from 0."""
    host = models.CharField(max_length=255)
    """The name of the host."""
    url = models.CharField(max_length=2_000)
    """The profile's URL as asked."""
    state = models.CharField(max_length=10, choices=ItemState, db_default=ItemState.WAITING)
    rank = models.BigIntegerField(db_default=0)
    """Waiting items of a host are claimed in this order; a new batch begins at the rank that is served at that moment,
    so that batches are served in turn."""
    attempts = models.IntegerField(db_default=0)
    """How often it was claimed, but for claims that were given back because of a limit; the result of a claim counts
    only while this is the number that the claim was given."""
    tries = models.IntegerField(db_default=0)
    """How often its forge has failed."""
    suspect = models.BooleanField(db_default=False)
    """Whether a worker that held it died: it is claimed next by a worker that holds nothing else."""
    alone = models.BooleanField(db_default=False)
    """Whether the worker that holds it holds nothing else."""
    deaths = models.IntegerField(db_default=0)
    """How many workers died that held nothing else."""
    not_before = models.DateTimeField(null=True)
    worker = models.CharField(max_length=40, db_default="")
    """The process that holds it."""
    lease = models.DateTimeField(null=True)
    """Until when that process is believed to live."""
    error = models.CharField(max_length=8, db_default="")
    """The code of the error, where it failed."""
    reason = models.TextField(db_default="")
    """The message of the error, or why it waits."""
    result = models.BinaryField(null=True)
    """What was found; see `from_git.kept.stored`."""
    finished = models.DateTimeField(null=True)

    class Meta:
        db_table = "from_git_batchitem"
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "position"], name="from_git_item_position")]
        indexes: ClassVar = [
            models.Index(
                fields=["host", "rank", "id"], name="from_git_item_waiting", condition=Q(state=ItemState.WAITING)
            ),
            models.Index(fields=["lease"], name="from_git_item_running", condition=Q(lease__isnull=False)),
            models.Index(fields=["batch", "host", "rank"], name="from_git_item_open", condition=Q(state__in=OPEN)),
            models.Index(fields=["state", "host"], name="from_git_item_suspect", condition=Q(suspect=True)),
        ]

    def __str__(self) -> str:
        return f"{self.url}, {self.state}"


class Profile(models.Model):
    """A profile whose numbers over time are kept."""

    host = models.CharField(max_length=255)
    key = models.CharField(max_length=2_000)
    """The owner folded to one case."""
    url = models.CharField(max_length=2_000)
    """Its URL as it was first given."""
    identity = models.CharField(max_length=2_000, db_default="")
    """What is the same for one profile under different names, as last told; empty where its name
    is all that is known."""
    watched = models.BooleanField(db_default=True)
    added = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "from_git_profile"
        constraints: ClassVar = [models.UniqueConstraint(fields=["host", "key"], name="from_git_profile_key")]

    def __str__(self) -> str:
        return self.url


class Snapshot(models.Model):
    """The numbers of a watched profile at one moment."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="snapshots", db_index=False)
    at = models.DateTimeField()
    """When the profile was fetched."""
    kind = models.CharField(max_length=20, db_default="")
    """Organization, User or another sort of owner; empty where the forge said that there is no such profile."""
    original_repos = models.BigIntegerField(db_default=0)
    forked_repos = models.BigIntegerField(db_default=0)
    watchers = models.BigIntegerField(db_default=0)
    followers = models.BigIntegerField(db_default=0)
    langs_num = models.BigIntegerField(db_default=0)
    """Of languages under their present names; see `from_git.history.languages`."""
    topics_num = models.BigIntegerField(db_default=0)
    not_told = models.CharField(max_length=100, db_default="")
    """Keys of an answer that the forge did not tell, with blanks between them."""
    names = models.TextField(null=True)  # noqa: DJ001 - null says more than "nothing" here
    """Languages and topics, JSON of `{"langs": {name: [repos, bytes]}, "topics": {name: repos}}`; null where they are
    those of the last snapshot before that has some."""

    class Meta:
        db_table = "from_git_snapshot"
        constraints: ClassVar = [models.UniqueConstraint(fields=["profile", "at"], name="from_git_snapshot_at")]
        indexes: ClassVar = [
            models.Index(fields=["profile", "at"], name="from_git_snapshot_names", condition=Q(names__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}, {self.at:%Y-%m-%d %H:%M}"
