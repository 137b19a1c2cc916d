"""Batches: many profiles, whose rows in the database say what is to be done; whatever wakes a worker says nothing.

The rules of this room:

- All that is to be done stands in the tables before anybody is told of it, and what is done stands there in the same
  transaction as its result.
- The clock is the database's; those of the machines do not matter.
- Who claims an item holds it by a lease of LEASE seconds, renewed each RENEW. An item whose lease has passed is given
  to others by `leases.reap`. Each claim has a number (`attempts`), and only the result of the last claim counts.
- A worker is one process, and its name is given to no other one.
- Rows are locked in the order of their ids, or skipped where they are locked, so that nobody waits in a circle.
"""

LEASE = 30.0
"""Seconds for which a worker is believed to live after it was last heard of."""
RENEW = 3.0
"""Seconds between two signs of life of a worker."""
TICK = 5.0
"""Seconds between two looks at what waits, by whoever wakes workers."""
