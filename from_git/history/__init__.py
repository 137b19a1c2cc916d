"""Numbers over time: which profiles are watched, which snapshots of them are kept, and what these say.

Only watched profiles have snapshots, and only batches that are made for it write them; whoever asks for an answer
writes none. The functions of this room ask the database as they are called and raise Django's DatabaseError where it
cannot be used; `from_git.batches.sql.reached` makes of it what clients see.
"""
