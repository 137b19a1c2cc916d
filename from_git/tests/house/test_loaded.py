"""What is loaded into a process, and what not: each import takes its time and memory at every start."""

import json
import sys

from from_git.tests.kit.forges import ForgesTestCase, environment_for
from from_git.tests.kit.project import environment, project_copy, ran

SERVER_ONLY = (
    *("django.urls", "django.http", "django.db.models", "django.forms", "django.template", "django.core.mail"),
    *("rest_framework", "drf_spectacular", "whitenoise", "csp", "gunicorn", "from_git.urls", "from_git.views"),
)
"""Django with URLs and models: 110 ms, 11 MB."""
REDIS = ("redis",)
"""65 ms, 6 MB; with CACHE_URL alone."""
GITHUB = ("python_graphql_client", "aiohttp", "websockets")
"""120 ms, 10 MB; where GitHub is asked."""
TERMINAL = ("rich", "pygments", "markdown_it", "from_git.terminal")
"""45 ms, 5 MB; where stdout is a terminal."""
SPREADSHEET = ("xlsxwriter",)
"""12 ms, 3 MB; with the first workbook."""
METRICS = ("prometheus_client", "http.server")
"""15 ms, 1.3 MB; where somebody can ask for them."""
EMULATOR = ("emulator", "from_git.management.emulated")
"""With `--emulated`, and in the demo."""
VIEWS = ("rest_framework.views", "drf_spectacular.openapi", "from_git.urls", "from_git.views", "django.contrib.admin")
"""With the first question."""
_AGGREGATE = "from coding_challenge.cli import manage; manage(['manage.py', 'aggregate', *{urls}])"
_WORKER = "import coding_challenge.wsgi; from from_git import probes; probes.started(); probes.publish()"


class Loaded(ForgesTestCase):
    """After whole runs, so that no place in between can load more."""

    def loaded(self, program: str, *absent: str) -> set[str]:
        """Which of these, or of their submodules, are loaded when that has run."""
        names = "import json, sys; sys.stderr.write(json.dumps(sorted(sys.modules)))"
        found = ran(
            *(sys.executable, "-c", f"{program}\n{names}"),
            folder=project_copy(self),
            env=environment(**environment_for(self.emulator), BITBUCKET_CALLS_PER_HOUR="0"),
        )
        self.assertEqual(found.returncode, 0, found.stderr)
        modules = json.loads(found.stderr)
        return {one for one in absent if any(f"{name}.".startswith(f"{one}.") for name in modules)}

    def test_for_bitbucket_alone_the_command_loads_nothing_of_server_redis_github_or_terminal(
        self,
    ) -> None:
        program = _AGGREGATE.format(urls=["bitbucket.org/team-7"])
        self.assertEqual(
            self.loaded(program, *SERVER_ONLY, *METRICS, *REDIS, *GITHUB, *TERMINAL, *SPREADSHEET, *EMULATOR), set()
        )

    def test_for_github_it_loads_the_client_of_graphql_besides(self) -> None:
        program = _AGGREGATE.format(urls=["github.com/mfem", "bitbucket.org/team-7"])
        self.assertEqual(
            self.loaded(program, *SERVER_ONLY, *METRICS, *REDIS, *GITHUB, *TERMINAL, *SPREADSHEET), set(GITHUB)
        )

    def test_a_worker_that_nobody_has_asked_has_no_views_and_no_part_that_a_question_may_never_need(self) -> None:
        self.assertEqual(self.loaded(_WORKER, *VIEWS, *REDIS, *GITHUB, *TERMINAL, *SPREADSHEET), set())
