"""What `/metrics` says, as numbers."""

from collections import Counter

import requests
from prometheus_client.parser import text_string_to_metric_families

from from_git import metrics


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Value by name and by the values of its labels, in the order of the labels' names."""
    return {
        (one.name.removeprefix("from_git_"), tuple(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def scraped(base: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """The samples of the service at `base`."""
    response = requests.get(f"{base}/metrics", timeout=30)
    assert response.status_code == 200, response.text
    return samples(response.text)


def sample(name: str, *labels: str) -> float:
    """One of this process, 0 if there is none."""
    return samples(metrics.exposed().decode()).get((name, labels), 0.0)


def pool_sizes() -> Counter[tuple[str, ...]]:
    """Threads that the pools of this process may have, by their labels."""
    found = samples(metrics.exposed().decode()).items()
    return Counter({labels: int(value) for (name, labels), value in found if name == "pool_threads"})
