"""The documentation names no setting, parameter, member, route or command that does not exist."""

import re
from unittest import TestCase

from from_git.tests.kit.mentions import ROOT, unknown

DOCUMENTS = sorted(str(one.relative_to(ROOT)) for one in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
DEPLOYED = sorted(f"deploy/{one.name}" for one in (ROOT / "deploy").iterdir())


class Documents(TestCase):
    """Those of this project."""

    def test_every_name_in_them_exists(self) -> None:
        for name in DOCUMENTS:
            text = (ROOT / name).read_text(encoding="utf-8")
            if name == "CHANGELOG.md":  # older versions may name what has gone since
                text = "".join(re.split(r"^(?=## )", text, flags=re.MULTILINE)[:2])
            with self.subTest(name):
                self.assertEqual(unknown(text), [])

    def test_every_name_in_what_deploys_exists(self) -> None:
        for name in DEPLOYED:
            with self.subTest(name):
                self.assertEqual(unknown((ROOT / name).read_text(encoding="utf-8"), markdown=False), [])


class MadeUp(TestCase):
    """Names that nothing has are found, wherever they stand."""

    def test_each_kind_of_made_up_name_is_found(self) -> None:
        for text, found in {
            "Set UPSTREAM_TIMEOUTS to 3.": ["setting UPSTREAM_TIMEOUTS"],
            "```sh\nDEBUGG=1 .venv/bin/gunicorn\n```": ["setting DEBUGG"],
            "Run `manage.py agregate`.": ["command manage.py agregate"],
            "```sh\n.venv/bin/python manage.py frobnicate --all\n```": ["command manage.py frobnicate"],
            "`manage.py aggregate URL --jsn`": ["option --jsn of manage.py aggregate"],
            "`from-git makemigrations`": ["command from-git makemigrations"],
            "```sh\n.venv/bin/from-git aggregate --jsn URL\n```": ["option --jsn of from-git aggregate"],
            "with `--deadlin SECONDS`": ["option --deadlin"],
            "`python -m from_git.tests.outcome`": ["module from_git.tests.outcome"],
            "`python -m benchmarks --quik`": ["option --quik of benchmarks"],
            "`/healthz` is a probe": ["route /healthz"],
            "`/from-git/chart/stars.png`": ["route /from-git/chart/stars.png"],
            "```sh\ncurl 'http://127.0.0.1:8000/health-chek?url=https://github.com/a'\n```": ["route /health-chek"],
            "`?url=…&exclude=forks`": ["parameter exclude"],
            "`/health-check?url=…&theme=dark`": ["parameter theme of /health-check"],
            "```sh\ncurl 'http://127.0.0.1:8000/health-check?urls=https://github.com/a'\n```": [
                "parameter urls of /health-check"
            ],
            "the member `forkRepos`": ["member forkRepos"],
            "has the members `watchers` and\n`theme`, besides": ["member theme"],
            '```json\n{"error": "OK", "datas": {"watchers": 1}}\n```': ["member datas"],
            'a body `{"urlz": ["…"]}`': ["member urlz"],
            "the metric `from_git_answered_total`": ["name from_git_answered_total"],
            "see `test_nothing_at_all.py`": ["file test_nothing_at_all.py"],
        }.items():
            with self.subTest(text):
                self.assertEqual(unknown(text), found)

    def test_what_deploys_is_searched_as_a_whole(self) -> None:
        text = "# UPSTREAM_TIMEOUTS\nExecStartPre=/opt/from-git/.venv/bin/python manage.py chek\nacl probe /livez\n"

        self.assertEqual(unknown(text, markdown=False), ["setting UPSTREAM_TIMEOUTS", "command manage.py chek"])

    def test_what_exists_is_not_complained_of(self) -> None:
        for text in (
            "UPSTREAM_TIMEOUT, `DEBUG=1`, SECURE_SSL_REDIRECT, AF_INET, `RATE_LIMITED`",
            "`from-git aggregate --json URL`, `.venv/bin/from-git serve --bind 0.0.0.0:80`",
            "`manage.py aggregate --json URL`, `manage.py check --deploy`, `python -m benchmarks --quick`",
            "`/from-git/badge/KEY?url=…`, `/health-check?url=…&expand=langs&format=csv`, `/livez`, `/etc/passwd`",
            'the members `originalRepos` and `retryAfter`, GitHub\'s `stargazerCount`, `{"url": "…"}`',
            "`https://bitbucket.org/x?foo=1` of others, `fanout`, `runner.py`, `docs/deploy.md`",
        ):
            with self.subTest(text):
                self.assertEqual(unknown(text), [])
