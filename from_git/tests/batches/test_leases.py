"""Tests of claims and leases."""

from from_git import forges
from from_git.batches import filling, leases
from from_git.models import Purpose
from from_git.profiles import parse_profiles
from from_git.tests.kit.databases import OnPostgres, OnSQLite
from from_git.values.profile import Profile


def profiles(number: int, host: str = "github.com") -> list[Profile]:
    """So many profiles of a host."""
    return parse_profiles([f"https://{host}/owner-{one}" for one in range(number)], forges.hosts()).profiles


class Leases(OnSQLite):
    """Claims."""

    def test_items_are_claimed_in_their_order_and_each_by_one(self) -> None:
        filling.fill(profiles(40), "me", Purpose.ASKED)
        first, second = leases.claim("one", "github.com", 32), leases.claim("two", "github.com", 32)
        self.assertEqual([one.position for one in (*first, *second)], list(range(40)))


class LeasesOnPostgres(OnPostgres, Leases):
    """The same on PostgreSQL."""
