"""Outcomes as JSON values, for a cache that other versions or other programs may have written to."""

from typing import Any

from from_git.errors import UpstreamError, kinds
from from_git.values.found import Fetched, Found
from from_git.values.stats import LARGEST, Language, Stats

_ERROR_TYPES: dict[str, tuple[type, ...]] = {
    "reason": (str,),
    "said": (str,),
    "_advice": (str, type(None)),
    "tries": (int,),
    "wait": (int, float, type(None)),
    "guessed": (bool,),
}


def encoded(outcome: Fetched | UpstreamError) -> dict[str, Any]:
    """The outcome as JSON values; an error loses its profile."""
    if isinstance(outcome, UpstreamError):
        facts = {name: value for name, value in vars(outcome).items() if name in _ERROR_TYPES}
        return {"error": type(outcome).__name__, **facts}
    times = {"at": outcome.at, "oldest": outcome.oldest}
    if outcome.found is None:
        return {"kind": None, **times}
    stats = outcome.found.stats
    return {
        "kind": outcome.found.kind,
        **times,
        "identity": outcome.found.identity,
        "missing": list(outcome.found.missing),
        "counts": [stats.original_repos, stats.forked_repos, stats.watchers, stats.followers],
        "langs": [[name, one.repos, one.bytes] for name, one in stats.langs.items()],
        "topics": [[name, repos] for name, repos in stats.topics.items()],
    }


def decoded(value: object) -> Fetched | UpstreamError | None:
    """The outcome that `encoded` made the value from; None for any other value."""
    try:
        return _error(value) if isinstance(value, dict) and "error" in value else _fetched(value)
    except (KeyError, TypeError, ValueError):
        return None


def _fetched(value: Any) -> Fetched:
    kind, at, oldest = value["kind"], _time(value["at"]), _time(value["oldest"])
    if kind is None:
        return Fetched(None, at, oldest)
    original, forked, watchers, followers = map(_count, value["counts"])
    langs = {
        _name(name): Language(_count(repos), None if size is None else _count(size))
        for name, repos, size in value["langs"]
    }
    topics = {_name(name): _count(repos) for name, repos in value["topics"]}
    missing = [_name(one) for one in value["missing"]]
    if list(langs) != sorted(langs) or list(topics) != sorted(topics) or value["missing"] != sorted(set(missing)):
        raise ValueError("the names are not in order")
    stats = Stats(original, forked, watchers, followers, langs, topics)
    identity = None if value["identity"] is None else _name(value["identity"])
    return Fetched(Found(_name(kind), stats, tuple(missing), identity), at, oldest)


def _error(value: dict[str, Any]) -> UpstreamError:
    kind = {one.__name__: one for one in kinds(UpstreamError)}[value["error"]]
    facts = {name: value[name] for name in _ERROR_TYPES if name in value}
    if not issubclass(kind, UpstreamError):
        raise TypeError("an error of another sort")
    if any(type(fact) not in _ERROR_TYPES[name] for name, fact in facts.items()):
        raise TypeError("a member has another type")
    if not 0 <= (facts.get("wait") or 0) < 2**40:
        raise ValueError("not a wait")
    error = kind.__new__(kind)
    vars(error).update({"said": "", "_advice": None, "tries": 1, "reason": facts["reason"], "profile": None, **facts})
    return error


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise TypeError("not a count")
    return value


def _name(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not a name")
    return value


def _time(value: object) -> float:
    if not isinstance(value, int | float) or not 0 < value < 2**40:
        raise TypeError("not a time")
    return float(value)
