"""The settings that the app reads are Django's, with a value for each row of the table."""

from django.conf import settings as djangos
from django.test import SimpleTestCase, override_settings

from from_git.conf import settings
from from_git.options import table
from from_git.values.tempo import USUAL


class Settings(SimpleTestCase):
    """One object."""

    def test_every_row_has_a_value(self) -> None:
        for option in table():
            with self.subTest(option.name):
                self.assertTrue(hasattr(settings, option.name))

    def test_a_change_is_seen_at_once(self) -> None:
        self.assertIs(settings, djangos)
        with override_settings(REQUEST_DEADLINE=7.5):
            self.assertEqual(settings.REQUEST_DEADLINE, 7.5)

    def test_the_services_own_seconds_are_the_usual_ones(self) -> None:
        self.assertEqual(settings.TEMPO, USUAL)
