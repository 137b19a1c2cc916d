"""The service's own seconds: beats, waits and windows that no setting of an operator changes."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Tempo:
    """How long the parts of the service wait, in seconds; the setting TEMPO is the one that holds."""

    first_wait: float = 0.25
    """Before the second try of a call; each further wait is twice as long."""
    longest_wait: float = 8.0
    """Between two tries; a forge that is away for a minute is found again soon after."""
    most_tries: float = math.inf
    """Of one call, the first included, where its failure might be tried again more often."""
    minute: float = 60.0
    """The window in which a forge counts its time, or single calls."""
    hour: float = 3600.0
    """The window in which a forge counts calls or points."""
    aside: float = 300.0
    """For which a credential that its forge has refused is left alone, where there are others."""
    tick: float = 0.1
    """Between two looks at the progress, where somebody watches."""
    heartbeat: float = 2.0
    """Between comment lines of a stream: proxies see life, and the loss of a client is noticed by the second one."""
    patience: float = 4.0
    """After which last good numbers will do for a picture; image proxies wait for ten (CAMO_SOCKET_TIMEOUT)."""
    recent: float = 1.0
    """For which the bytes of an answer are used again, as long as nothing was fetched since."""


USUAL = Tempo()
"""Of the service as it runs."""
