"""gunicorn's configuration, for `from-git serve` and `gunicorn.conf.py`; gunicorn's command line wins over each value.

docs/deploy.md says how to start it, and what to change for larger and smaller machines.
"""

import math
from typing import Any

from from_git.server import master

_FIXED: dict[str, Any] = {
    "bind": "127.0.0.1:8000",
    "worker_class": "from_git.server.worker.Worker",
    # `workers` is gunicorn's own: WEB_CONCURRENCY, else 1, since without Redis each has only its part of the budgets
    # so that a reload takes new settings; with it, pools and locks are made after the fork all the same
    "preload_app": False,
    # seconds without a sign of life of a worker's main loop, after which it is killed with all its answers; that loop
    # never waits for a request, so this bounds none of them (REQUEST_DEADLINE does)
    "timeout": 60,
    # longer than proxies keep an idle connection (nginx and Squid: 60), so that none sends into one that is just closed
    "keepalive": 75,
    "limit_request_line": 0,  # no bound of gunicorn's; from_git.server.parser has one above MAX_QUERY_BYTES
    "limit_request_fields": 100,
    "limit_request_field_size": 8190,
    "http_parser": "python",  # the bounds above are those of this one
    "forwarder_headers": "",  # else a client behind a proxy on this machine could set SCRIPT_NAME
    "secure_scheme_headers": {},  # SECURE_PROXY_SSL_HEADER alone decides what counts as https
    "control_socket_disable": True,  # signals are enough
    "logger_class": "from_git.server.master.Log",
    "accesslog": None,  # the service writes a line for each request, without the query
    "on_starting": master.on_starting,
    "pre_fork": master.pre_fork,
    "post_worker_init": master.post_worker_init,
    "worker_exit": master.worker_exit,
    "child_exit": master.child_exit,
}


def values(wsgi_app: str) -> dict[str, Any]:
    """The values that differ from gunicorn's defaults, read anew at each start and reload.

    Names the folder of metrics in the environment, so it stands before anything that counts is imported.

    Args:
        wsgi_app: the module of the application to serve.

    Raises:
        SystemExit: a setting of from-git is wrong; its text has a sentence for each.
    """
    ours = master.values()
    master.make_metrics_folder()
    return {
        **_FIXED,
        "wsgi_app": wsgi_app,
        "threads": ours["SERVER_THREADS"],
        # what is under way when the server is told to end is answered by its deadline; a longer stream is cut
        "graceful_timeout": math.ceil(ours["REQUEST_DEADLINE"]) + 5,
    }
