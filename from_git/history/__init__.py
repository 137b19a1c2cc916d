"""Numbers over time: which profiles are watched, which snapshots of them are kept, and what these say.

Only watched profiles have snapshots, and only batches that are made for it write them; whoever asks for an answer
writes none. The functions of this room ask the database as they are called and raise Django's DatabaseError where it
cannot be used; `from_git.batches.sql.reached` makes of it what clients see.
"""

import os

from django.db import connections


def may_be() -> bool:
    """Whether there may be a database in which profiles are watched; it is not asked, and no connection is made.

    Here, since the commands that show an answer ask it too, and load no tables.
    """
    # not by the connection, which would load the database's driver
    database = connections.settings["default"]
    return "sqlite" not in database["ENGINE"] or os.path.exists(str(database["NAME"]))
