"""An answer as a workbook, read without a program for spreadsheets."""

import io
from unittest import TestCase

from from_git.aggregator import Answer
from from_git.spreadsheet import write
from from_git.tests.kit.flying import SPACK, fetched
from from_git.tests.kit.workbook import Page, pages


def workbook(answer: Answer) -> dict[str, Page]:
    """The sheets of an answer."""
    file = io.BytesIO()
    write(answer, file)
    return pages(file)


class Sheets(TestCase):
    """What every workbook has."""

    def test_there_are_always_all_five(self) -> None:
        one = fetched(1_700_000_000.0)
        assert one.found
        answer = Answer(fetched={SPACK: one}, found={SPACK: one.found}, missing=(), stats=one.found.stats)

        sheets = workbook(answer)

        self.assertEqual(list(sheets), ["Totals", "Profiles", "Repositories", "Languages", "Topics"])
        self.assertEqual(
            sheets["Totals"].records()[2], {"key": "watchers", "label": "Watchers", "value": one.found.stats.watchers}
        )
