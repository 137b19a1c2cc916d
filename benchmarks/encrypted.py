"""What does TLS cost a process that asks a forge for the first time?"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import trustme

from benchmarks.processes import Certificate, stage
from benchmarks.questions import Question
from benchmarks.results import Result, Target, median, spread
from benchmarks.usage import Usage, measure
from emulator.latency import Latency

_OTHER_FORGE = Question(("user-2",))
"""Has the service load its code, and leaves Bitbucket's connections to be made."""


@dataclass(frozen=True)
class Encrypted:
    """The first question to Bitbucket over TLS, beside the same one in clear; each in processes of its own.

    Args:
        cpu: CPU time over that in clear, at most.
        memory: megabytes by which the process may grow more than in clear.
    """

    name: str
    question: Question
    latency: Latency
    cpu: float = 1.4
    memory: float = 3.0

    def run(self, rounds: int) -> Result:
        """Measure both in turn; the baseline is the one in clear."""
        clear: list[Usage] = []
        secure: list[Usage] = []
        with tempfile.TemporaryDirectory() as folder:
            certificate = _certificate(Path(folder))
            for _ in range(rounds):
                clear.append(self._first(None))
                secure.append(self._first(certificate))
        ours, bare = median(secure), median(clear)
        times = _least(secure), _least(clear)
        targets = (
            Target(f"CPU to clear ({times[0]:.2f} s to {times[1]:.2f} s)", times[0] / times[1], self.cpu),
            Target(f"MB more at {ours.connections} connections", ours.memory - bare.memory, self.memory),
        )
        return Result(self.name, ours, targets, spread(secure), bare)

    def _first(self, certificate: Certificate | None) -> Usage:
        with stage(self.latency, certificate) as found:
            found.ask(_OTHER_FORGE)
            found.expected(self.question)
            return measure(found, found.worker, lambda: found.ask(self.question))


def _least(rounds: list[Usage]) -> float:
    """CPU of the cheapest round: whatever else the machine does only adds to it."""
    return min(one.cpu for one in rounds)


def _certificate(folder: Path) -> Certificate:
    """One for loopback, of an authority made for it."""
    authority = trustme.CA()
    files = Certificate(str(folder / "server.pem"), str(folder / "authority.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(files.server)
    authority.cert_pem.write_to_path(files.authority)
    return files
