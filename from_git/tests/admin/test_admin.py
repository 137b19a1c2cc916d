"""Django's admin: there where DJANGO_ADMIN is on, behind a login, and nowhere else."""

import re
import secrets
import sys
from collections.abc import Mapping
from unittest import TestCase

import requests

from emulator import Emulator, World
from from_git.tests.kit.project import documented, environment, project_copy, ran
from from_git.tests.kit.workers import Gunicorn

NAME, PASSWORD = "operator", "correct horse battery staple"
MODELS = ("batch", "batchitem", "profile", "snapshot")
ROWS = """
from django.db.models.functions import Now
from from_git.models import *
for key in "ab":
    batch = Batch.objects.create(id=key * 32, total=2)
    for position in range(2):
        url = f"https://github.com/user-{position}<b>"
        BatchItem.objects.create(batch=batch, position=position, host="github.com", url=url)
profile = Profile.objects.create(host="github.com", key="user-3", url="https://github.com/user-3")
Snapshot.objects.create(profile=profile, at=Now(), original_repos=3)
"""


class Off(TestCase):
    """As it is by default."""

    def test_nothing_of_it_is_imported_and_there_is_no_such_address(self) -> None:
        program = (
            "import coding_challenge.wsgi, sys; from django.urls import resolve, Resolver404\n"
            "try: print(resolve('/admin/'))\n"
            "except Resolver404: print([name for name in sys.modules if name in ('from_git.admin',"
            " 'django.contrib.auth.models', 'django.contrib.sessions')])"
        )
        for value, found in (("off", "[]\n"), ("on", "ResolverMatch")):
            with self.subTest(value):
                done = ran(
                    *(sys.executable, "-c", program), folder=project_copy(self), env=environment(DJANGO_ADMIN=value)
                )
                self.assertTrue(done.stdout.startswith(found), done.stdout + done.stderr)

    def test_it_changes_no_table_of_ours_and_no_check(self) -> None:
        folder = project_copy(self)
        for value in ("off", "on"):
            for command in (("migrate",), ("makemigrations", "--check"), ("check", "--fail-level", "ERROR")):
                with self.subTest(value, command=command):
                    done = ran(
                        *(sys.executable, "manage.py", *command), folder=folder, env=environment(DJANGO_ADMIN=value)
                    )
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_with_it_the_checks_for_production_have_nothing_to_say(self) -> None:
        folder = project_copy(self)
        (folder / "local_settings.py").write_text(documented(), encoding="utf-8")
        variables = environment(SECRET_KEY=secrets.token_urlsafe(64), GITHUB_API_TOKEN="ghp_x", DJANGO_ADMIN="on")
        command = ("manage.py", "check", "--deploy", "--fail-level", "DEBUG")

        done = ran(sys.executable, *command, folder=folder, env=variables)

        self.assertIn("no issues (0 silenced)", done.stdout + done.stderr)


class On(TestCase):
    """A service with it."""

    service: Gunicorn

    @classmethod
    def setUpClass(cls) -> None:
        """Start it, without tables."""
        super().setUpClass()
        emulator = cls.enterClassContext(Emulator(World(), limits=False))
        cls.service = Gunicorn(cls, emulator, 1, DJANGO_ADMIN="on")
        cls.manage("migrate")
        secret = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        cls.manage("createsuperuser", "--noinput", "--username", NAME, "--email", "", **secret)

    def setUp(self) -> None:
        """Two batches, a profile and its snapshot."""
        super().setUp()
        self.manage("shell", "--command", f"from from_git.models import *\nBatch.objects.all().delete()\n{ROWS}")
        self.addCleanup(
            self.manage, "shell", "--command", "from from_git.models import *; Profile.objects.all().delete()"
        )
        self.session = self.enterContext(requests.Session())

    @classmethod
    def manage(cls, *command: str, **more: str) -> None:
        """Run a command of manage.py beside it."""
        variables = environment(DJANGO_ADMIN="on", **more)
        done = ran(sys.executable, "manage.py", *command, folder=cls.service.folder, env=variables)
        if done.returncode:
            raise AssertionError(done.stderr)

    def get(self, path: str, status: int = 200) -> requests.Response:
        """A page of the admin."""
        response = self.session.get(f"{self.service.base}/admin/{path}", timeout=30)
        self.assertEqual(response.status_code, status, response.text[:2_000])
        return response

    def post(self, path: str, fields: Mapping[str, str]) -> requests.Response:
        """Send the form of a page."""
        page = self.get(path)
        [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[:1])
        fields = {"csrfmiddlewaretoken": token, **fields}
        return self.session.post(page.url, fields, headers={"Referer": page.url}, timeout=30)

    def log_in(self) -> None:
        """As the operator."""
        response = self.post("login/", {"username": NAME, "password": PASSWORD, "next": "/admin/"})
        self.assertEqual((response.status_code, response.url), (200, f"{self.service.base}/admin/"))

    def test_who_has_not_logged_in_sees_a_login_and_nothing_else(self) -> None:
        for path in ("", *(f"from_git/{name}/" for name in MODELS)):
            with self.subTest(path):
                page = self.get(path)
                self.assertIn("/admin/login/", page.url)
                self.assertNotIn("user-3", page.text)
        wrong = self.post("login/", {"username": NAME, "password": "guessed"})
        self.assertIn("Please enter the correct username and password", wrong.text)

    def test_all_four_models_are_listed_and_foreign_text_is_escaped(self) -> None:
        self.log_in()
        for name, shown in zip(MODELS, ("running", "user-0&lt;b&gt;", "user-3", "user-3"), strict=True):
            with self.subTest(name):
                page = self.get(f"from_git/{name}/")
                self.assertIn(shown, page.text)
                self.assertNotIn("<b>", page.text.partition('id="result_list"')[2])
        self.assertIn("All 2 items", self.get(f"from_git/batch/{'a' * 32}/change/").text)
        self.assertEqual(self.get(f"from_git/batchitem/?batch__id__exact={'a' * 32}").text.count("user-0&lt;b&gt;"), 1)

    def test_its_pages_widen_the_policy_by_files_from_here_and_stay_in_no_cache(self) -> None:
        self.log_in()
        page = self.get("from_git/batch/")
        policy = page.headers["Content-Security-Policy"]
        self.assertIn("script-src 'self'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertIn("no-store", page.headers["Cache-Control"])
        for script in sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))):
            with self.subTest(script):
                self.assertEqual(requests.get(self.service.base + script, timeout=30).status_code, 200)
        elsewhere = requests.get(f"{self.service.base}/from-git/docs", timeout=30)
        self.assertNotIn("font-src", elsewhere.headers["Content-Security-Policy"])

    def test_the_log_has_no_key_of_a_batch(self) -> None:
        self.log_in()
        self.get(f"from_git/batch/{'a' * 32}/change/")
        self.assertIn("path=/admin/from_git/batch/*** status=200", self.service.said)
        self.assertNotIn("a" * 32, self.service.said)

    def test_a_cookie_is_for_the_admin_alone_and_no_other_answer_sets_one(self) -> None:
        self.log_in()
        self.assertEqual({cookie.path for cookie in self.session.cookies}, {"/admin/"})
        response = self.session.get(f"{self.service.base}/from-git/test", timeout=30)
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertNotIn("Cookie", response.headers.get("Vary", ""))

    def test_what_from_git_works_out_cannot_be_changed_by_hand(self) -> None:
        self.log_in()
        for name in MODELS:
            with self.subTest(name):
                self.get(f"from_git/{name}/add/", 403)
                self.assertNotIn("delete_selected", self.get(f"from_git/{name}/").text)

    def test_a_form_from_elsewhere_is_refused(self) -> None:
        self.log_in()
        fields = {"action": "cancel", "_selected_action": "a" * 32}
        response = self.session.post(f"{self.service.base}/admin/from_git/batch/", fields, timeout=30)
        self.assertEqual(response.status_code, 403)
        self.assertEqual(self.get("from_git/batch/").text.count('class="field-state">Running'), 2)

    def test_a_batch_is_cancelled_and_the_others_go_on(self) -> None:
        self.log_in()
        fields = {"action": "cancel", "_selected_action": "a" * 32, "index": "0"}
        first, again = (self.post("from_git/batch/", fields) for _ in range(2))
        self.assertIn("1 cancelled.", first.text)
        self.assertIn("0 cancelled.", again.text)
        states = re.findall(r'class="field-state">(\w+)', self.get("from_git/batch/").text.lower())
        self.assertEqual(sorted(states), ["cancelled", "running"])

    def test_whether_a_profile_is_watched_can_be_changed(self) -> None:
        self.log_in()
        [key] = re.findall(r'name="form-0-id" value="(\d+)"', self.get("from_git/profile/").text)
        fields = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": key, "_save": "Save"}
        response = self.post("from_git/profile/", fields)
        self.assertIn("1 profile was changed successfully.", response.text)
