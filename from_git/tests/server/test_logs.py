"""The log: how a line is written, and how it looks."""

import io
import json
import logging
import logging.config
import os
import threading
from contextlib import redirect_stderr
from contextvars import Context
from typing import Any, cast
from unittest import TestCase, TestResult

from from_git.conf import settings
from from_git.logfacts import bound_facts
from from_git.options import credentials
from from_git.server import logs

FORMS = ("text", "json")


def handler(form: str) -> tuple[logging.Handler, io.StringIO]:
    """A handler as LOG_FORMAT makes it, and what it writes."""
    config = logs.configure("INFO", form, lambda: credentials.secret_values(settings))
    written = io.StringIO()
    made = logging.StreamHandler(written)
    made.setFormatter(
        cast(Any, logging.config).DictConfigurator({}).configure_custom(dict(config["formatters"]["line"]))
    )
    return made, written


class Written(TestCase):
    """The handler that writes without a lock."""

    def test_lines_of_many_threads_come_whole_and_each_once(self) -> None:
        reading, writing = os.pipe()
        wanted = sorted(f"{writer} {number} {'x' * 400}" for writer in range(8) for number in range(50))
        # smaller than what is written, so that writers meet a full pipe
        with os.fdopen(reading, encoding="utf-8") as source, os.fdopen(writing, "w") as sink:
            made = logs.LineHandler(sink)

            def write(writer: int) -> None:
                for number in range(50):
                    made.handle(logging.makeLogRecord({"msg": f"{writer} {number} {'x' * 400}"}))

            writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
            for one in writers:
                one.start()
            lines = sorted(source.readline().rstrip("\n") for _ in wanted)
            for one in writers:
                one.join()

        self.assertEqual(lines, wanted)

    def test_it_is_the_handler_of_all_loggers_and_outlives_a_closed_stream(self) -> None:
        config = logs.configure("INFO", "text", list)
        self.assertIs(config["handlers"]["console"]["()"], logs.LineHandler)
        with os.fdopen(os.dup(1), "w") as closed:
            made = logs.LineHandler(closed)
        with redirect_stderr(io.StringIO()) as said:
            made.handle(logging.makeLogRecord({"msg": "into nothing"}))
        self.assertIn("into nothing", said.getvalue())


class Format(TestCase):
    """From a record to its line."""

    def run(self, result: TestResult | None = None) -> TestResult | None:
        """Run in a context of its own, without what other tests have bound."""
        return Context().run(super().run, result)

    def written(self, form: str, write: Any) -> str:
        """What `write(logger)` puts into the log."""
        made, written = handler(form)
        logger = logging.Logger("somebody")
        logger.addHandler(made)
        write(logger)
        return written.getvalue()

    def test_text_has_time_level_logger_message_and_facts(self) -> None:
        with bound_facts(request_id="r-1", asked=["github/a", "github/b"]):
            line = self.written("text", lambda logger: logger.warning("Hello %s", "you"))

        self.assertRegex(line, r"^\S+Z WARNING somebody Hello you request_id=r-1 asked=github/a,github/b\n$")

    def test_json_has_the_same_as_one_object_a_line(self) -> None:
        with bound_facts(request_id="r-1", asked=["github/a"]):
            line = self.written("json", lambda logger: logger.warning("Hello %s", "you"))

        facts = json.loads(line)
        del facts["timestamp"]
        self.assertEqual(
            facts,
            {
                "event": "Hello you",
                "level": "warning",
                "logger": "somebody",
                "request_id": "r-1",
                "asked": ["github/a"],
            },
        )

    def test_no_value_message_or_traceback_can_begin_a_line(self) -> None:
        evil = "x\r\n2026-01-01T00:00:00Z INFO forged\x1b[2J\x85\u2028\x0b\x0c\x00"

        def write(logger: logging.Logger) -> None:
            try:
                raise ValueError(evil)
            except ValueError:
                logger.exception("%s", evil)

        for form in FORMS:
            with self.subTest(form), bound_facts(path=evil, asked=[evil]):
                lines = self.written(form, write).splitlines()
                self.assertFalse([line for line in lines if line.startswith("2026-01-01")])
                self.assertTrue(all(line.startswith("    ") for line in lines[1:]), lines)
                self.assertFalse([c for line in lines for c in line if not c.isprintable()])
                self.assertIn("ValueError", "".join(lines))

    def test_no_message_or_traceback_has_the_key_of_a_batch(self) -> None:
        key = "0123456789abcdef" * 2

        def write(logger: logging.Logger) -> None:
            try:
                raise ValueError(f"Key (batch_id)=({key})")
            except ValueError:
                logger.exception("Internal Server Error: /from-git/batches/%s", key)

        written = self.written("text", write)
        self.assertNotIn(key, written)
        self.assertEqual(written.count("***"), 2)
