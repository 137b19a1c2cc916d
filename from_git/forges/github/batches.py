"""GitHub: for how many repositories each query asks, so that the last ones of an owner end together."""

from collections.abc import Sequence

UNKNOWN_GAIN = 10.0
"""What is believed until it is learned: ten more repositories take as long as the query without any."""
_LIST = 0.008  # queries a repository that pages of a hundred need more than a list from both ends, which needs 1 in 200
_LOOKED_AT = 10  # answers of the list; those before are as long as they may be


def average_size(usual: int, gain: float) -> int:
    """The repositories of a query on average at least, so that all take little more of the forge's time than pages of a
    hundred: the `usual` ones where it takes about `UNKNOWN_GAIN`, more where details cost less."""
    return int(usual * max(1.0, (0.03 + _LIST) / (0.3 / gain + _LIST)))


def batch_size(ids: Sequence[int], threads: int, gain: float, average: int, most: int, spare: float = 0.0) -> int:
    """The repositories of each query that begins now, for one owner.

    While the list is still being read, queries may be larger the earlier they begin, since the last ids decide about
    the end: those of the last answer are asked for in as small parts as there are threads for, and queries to spare.
    Where the threads cannot take all that the list brings, nothing is gained by that, and all queries are equal: as few
    rounds over the threads as there can be.

    Args:
        ids: how many come with this answer, and with each further one of the list; each of those answers takes as long
            as a query without details.
        threads: queries that can be under way at the same time.
        gain: repositories that take as long as a query without any.
        average: repositories of a query on average at least; a single one may ask for fewer.
        most: repositories of a query at most.
        spare: queries that earlier ones have saved by being larger than the average.
    """
    rest, left = sum(ids), len(ids) - 1
    if rest <= average:
        return most  # one query; and if the list is longer than it said, not many tiny ones
    for last in range(min(most, max(1, average // 4, int(gain))), most + 1):  # less is mostly round trip
        if _fits(ids[-_LOOKED_AT:], threads, gain, average, most, spare, last):
            return min(most, int(last + gain * left))
    rounds = -(-rest // (threads * most))
    return min(most, -(-rest // min(threads * rounds, -(-rest // average))))


def _fits(ids: Sequence[int], threads: int, gain: float, average: int, most: int, spare: float, last: int) -> bool:
    """Whether the queries may be of such sizes that the last ones are for `last` repositories."""
    queries = under_way = 0.0
    for left, number in enumerate(reversed(ids)):
        size = min(most, last + gain * left)
        queries += number / size if left else -(-number // last)  # a few that fill no batch wait for the next answer
        under_way += number / size if left < 1 + size / gain else 0.0  # still, when the last ones begin
    return under_way <= threads and queries <= sum(ids) / average + spare
