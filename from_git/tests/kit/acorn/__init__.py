"""Acorn: a kind of forge that lives in the tests alone, to show that one can be added without a line changed elsewhere.

    with registered(ACORN):
        ...  # a forge of its kind is `emulator.tests.acorn`

It has groves, whose profiles are at `HOST/NAME` and `HOST/groves/NAME`, and no topics.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from from_git import readers
from from_git.values.credential import Credential
from from_git.values.kind import BadUrl, Examples, Kind, NoCredentials, ProfileUrls, Tells
from from_git.values.option import KindOptions, Option


def _owner_in(path: Sequence[str]) -> str | None:
    match path:
        case ["groves", _]:
            return path[1]
        case ["groves", _, *_]:
            raise BadUrl("it is a page of a grove, not its profile")
    return None


def _contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    if values["ACORN_CALLS_PER_HOUR"] and not values["ACORN_TOKEN"]:
        yield "ACORN_CALLS_PER_HOUR bounds the calls of a token: set ACORN_TOKEN."


def _credentials(values: Mapping[str, Any]) -> Iterator[Credential]:
    if values["ACORN_TOKEN"]:
        yield Credential(values["ACORN_TOKEN"])


ACORN = Kind(
    name="acorn",
    label="Acorn",
    host="acorn.test",
    urls=ProfileUrls(
        name="[a-z][a-z0-9-]{1,19}",
        rule="2 to 20 letters, digits or hyphens, a letter first",
        reserved=frozenset({"groves", "squirrels"}),
        owner_in=_owner_in,
    ),
    options=KindOptions(
        address="ACORN_URL",
        host="ACORN_HOST",
        accounts="ACORN_TOKEN",
        credentials=_credentials,
        account_keys={"ACORN_TOKEN": "token"},
        contradictions=_contradictions,
        access=(
            Option("ACORN_URL", readers.web_address, "https://acorn.test/api", "Acorn's API"),
            Option("ACORN_HOST", readers.text, "acorn.test", "the host of Acorn's profile URLs"),
            Option("ACORN_TOKEN", readers.header_text, "", "of any user", secret=True, elsewhere=("OAK_TOKEN",)),
        ),
        threads=(Option("NUM_THREADS_ACORN", readers.threads, 4, "calls to Acorn at the same time", "threads", 1),),
        bounds=(Option("ACORN_CALLS_PER_HOUR", readers.whole, 0, "calls to Acorn in any hour", "calls", 0),),
    ),
    opening=f"{__name__}.opening",
    without=NoCredentials(True, "lets strangers make few calls: set ACORN_TOKEN."),
    api=lambda host: f"https://{host}/api",
    examples=Examples("GROVE", "oak", ("oak",)),
    tells=Tells(
        not_told=frozenset({"topics", "topicsNum"}),
        bytes=False,
        leaves_out={"langs": "Acorn names them in its own order."},
    ),
)
