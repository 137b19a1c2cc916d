"""How the server and the kept answers speak of a question that comes again: by keys of the WSGI environment."""

AGAIN = "from_git.again"
"""Set where an answer is kept: a function without arguments that gives it, or None when it may not be used any more."""
KEPT = "from_git.kept"
"""Set by the server: what such a function has just given, so that nothing has to be looked for, or waited for."""
