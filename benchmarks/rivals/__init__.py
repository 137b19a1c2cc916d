"""Clients that one could write in an afternoon instead, each in a process of its own.

`python -m benchmarks.rivals.NAME` reads lines of JSON: first the `Job`, then a question a line, {"github": names,
"bitbucket": names}. To each question it writes a line with the sums. It keeps its connections between questions,
verifies the forges' certificates and asks for the details that the service asks for; it knows nothing of limits, faults
or lists that change.
"""
