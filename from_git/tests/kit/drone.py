"""A process that works on batches until it is killed, or until nothing of them is left; for tests that kill it.

`python -m from_git.tests.kit.drone NAME HOST...`; it says `ready` on stdout when it begins. Where POISON is set, it is
killed as soon as it begins to fetch a profile whose URL ends with that.
"""

import os
import signal
import sys
import threading
from typing import Any

import django


def main(name: str, hosts: list[str]) -> None:
    """Work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
    django.setup()
    from from_git import flights
    from from_git.batches.loop import Loop

    ours: Any = flights.current()
    join, poison = ours.join, os.environ.get("POISON", "")

    def deadly(profile: Any, *rest: Any, **more: Any) -> Any:
        if poison and profile.url.endswith(poison):
            os.kill(os.getpid(), signal.SIGKILL)
        return join(profile, *rest, **more)

    ours.join = deadly
    loop = Loop(name)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threads = [threading.Thread(target=loop.serve, args=(host, 300.0)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loop.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
