"""One reading of a GitLab group from both ends: what it takes for whole is, whatever changes meanwhile."""

import random
from unittest import TestCase

from from_git.forges.gitlab.nodes import GroupPage
from from_git.forges.gitlab.walk import Side, Walk
from from_git.forges.gitlab.witness import Witness

_ROW = b""


class Group:
    """A group whose projects are created, deleted and hidden."""

    def __init__(self, number: int, rng: random.Random, hides: bool = True) -> None:
        self._rng = rng
        self._changes = 3 if hides else 2
        self._next = number + 1
        self.all = {one: rng.random() < 0.8 for one in range(1, number + 1)}
        """By id, whether it is public."""

    @property
    def public(self) -> set[str]:
        """The ids of the public ones."""
        return {str(one) for one, public in self.all.items() if public}

    def change(self) -> None:
        """Create or delete one, or make one private."""
        what = self._rng.randrange(self._changes)
        if what == 0:
            self.all[self._next] = self._rng.random() < 0.8
            self._next += 1
        elif self.all:
            one = self._rng.choice(list(self.all))
            if what == 1:
                del self.all[one]
            else:
                self.all[one] = False

    def page(self, side: Side, cursor: str | None, size: int) -> GroupPage:
        """A page as GitLab makes it: hidden ones are taken out of it afterwards."""
        ids = sorted(self.all, reverse=True)
        if cursor is not None:
            ids = [one for one in ids if (one < int(cursor)) == (side is Side.NEWEST) and one != int(cursor)]
        cut = ids[:size] if side is Side.NEWEST else ids[-size:]
        shown: dict[str, bytes | None] = {str(one): _ROW for one in cut if self.all[one]}
        edge = next(reversed(shown), None) if side is Side.NEWEST else next(iter(shown), None)
        return GroupPage("1", "g", len(self.all), shown, len(ids) > size, edge)

    def witness(self, rank: int = 0) -> Witness:
        """What REST tells: the newest, or the one of that rank and the next."""
        ids = sorted(self.public, key=int, reverse=True)
        cut = ids[rank - 1 : rank + 1] if rank else ids[:1]
        return Witness(len(ids), tuple(cut), rank + 1 >= len(ids))


class Histories(TestCase):
    """Random ones."""

    def _read(
        self, group: Group, rng: random.Random, changes: float, size: int
    ) -> tuple[Walk, Witness | None, Witness | None]:
        """A walk that has ended, with its first witness, and one that was asked beside the last pages, if any was."""
        walk, first, beside = Walk(), None, None
        while not walk.is_whole and not walk.is_stuck:
            side = rng.choice([one for one in Side if walk.leads_on(one)])
            if rng.random() < changes:
                group.change()
            if len(walk.public) + 2 * size >= len(group.public) and rng.random() < 0.5:
                beside = group.witness()
            if rng.random() < changes:
                group.change()
            walk.take(side, group.page(side, walk.cursor(side), size), size)
            if rng.random() < changes:
                group.change()
            first = first or group.witness()
            if rng.random() < 0.2 and (shown := walk.shown(Side.NEWEST)):
                walk.take_neighbours(group.witness(shown))
        return walk, first, beside

    def test_what_agrees_with_a_witness_that_was_asked_afterwards_is_the_list(self) -> None:
        agreed = 0
        for seed in range(3000):
            rng = random.Random(seed)  # noqa: S311 - changes
            group = Group(rng.randrange(40), rng)
            walk, _, _ = self._read(group, rng, rng.choice([0.0, 0.1, 0.4]), rng.choice([2, 3, 5, 10]))
            if walk.is_whole and walk.agrees(group.witness()):
                agreed += 1
                self.assertEqual(walk.public.keys(), group.public, seed)
        self.assertGreater(agreed, 1000)

    def test_what_agrees_with_a_witness_beside_the_last_pages_was_the_list(self) -> None:
        agreed = 0
        for seed in range(20000):
            rng = random.Random(seed)  # noqa: S311 - changes
            group = Group(rng.randrange(40), rng, hides=False)
            moments = [group.public]
            change = group.change

            def noted(change=change, group=group, moments=moments) -> None:  # type: ignore[no-untyped-def]
                change()
                moments.append(group.public)

            group.change = noted  # type: ignore[method-assign]
            walk, first, beside = self._read(group, rng, rng.choice([0.0, 0.1, 0.4]), rng.choice([2, 3, 5, 10]))
            if walk.is_whole and walk.is_quiet and beside and beside == first and walk.agrees(beside):
                agreed += 1
                self.assertIn(set(walk.public), moments, seed)
        self.assertGreater(agreed, 1000)

    def test_a_walk_ends_though_pages_repeat_or_lead_nowhere(self) -> None:
        for cursor in (None, "7", "1"):
            with self.subTest(cursor):
                walk = Walk()
                page = GroupPage("1", "g", 50, {"9": _ROW, "8": _ROW, "7": _ROW}, True, cursor)
                for _ in range(30):
                    for side in Side:
                        if walk.leads_on(side):
                            walk.take(side, page._replace(rows={} if side is Side.OLDEST else page.rows), 10)
                self.assertTrue(walk.is_stuck)
                self.assertLessEqual(walk.pages, 4)

    def test_only_neighbours_between_both_walks_and_the_end_of_the_list_show_that_nothing_is_left(self) -> None:
        for ids, is_end, whole in (
            (("8", "3"), False, True),
            (("8", "3"), True, True),
            (("8", "5"), False, False),
            (("9", "8"), False, False),
            (("9", "8"), True, True),
            ((), True, False),
        ):
            with self.subTest(ids, is_end=is_end):
                walk = Walk()
                walk.take(Side.NEWEST, GroupPage("1", "g", 9, {"9": _ROW, "8": _ROW, "7": None}, True, "a"), 3)
                walk.take(Side.OLDEST, GroupPage("1", "g", 9, {"3": _ROW, "2": _ROW}, True, "b"), 3)
                self.assertEqual(walk.shown(Side.NEWEST), 2)
                walk.take_neighbours(Witness(4, ids, is_end))
                self.assertEqual(walk.is_whole, whole)

    def test_one_page_that_shows_all_is_believed_alone(self) -> None:
        walk = Walk()
        walk.take(Side.OLDEST, GroupPage("1", "g", 2, {"2": _ROW, "1": _ROW}, False, "a"), 3)
        walk.take(Side.NEWEST, GroupPage("1", "g", 1, {"2": _ROW}, False, "b"), 3)
        walk.take(Side.OLDEST, GroupPage("1", "g", 2, {"2": _ROW, "1": _ROW}, False, "a"), 3)
        self.assertEqual(walk.public.keys(), {"2"})

    def test_another_order_is_read_from_one_end_alone(self) -> None:
        walk = Walk()
        walk.take(Side.NEWEST, GroupPage("1", "g", 4, {"3": _ROW, "9": _ROW}, True, "a"), 2)
        walk.take(Side.OLDEST, GroupPage("1", "g", 4, {"9": _ROW, "1": _ROW}, True, "b"), 2)
        self.assertFalse(walk.is_whole)
        self.assertFalse(walk.leads_on(Side.OLDEST))
        walk.take(Side.NEWEST, GroupPage("1", "g", 4, {"1": _ROW, "2": _ROW}, False, "c"), 2)
        self.assertTrue(walk.is_whole)
