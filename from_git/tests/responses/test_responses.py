"""Responses that every route has, as functions."""

import json
import tempfile
from collections.abc import Generator
from contextvars import Context, ContextVar
from typing import IO, Any, cast
from unittest import TestCase

from django.http import HttpResponse

from from_git.errors import LimitError, RequestError
from from_git.logfacts import known_facts
from from_git.responses import (
    SAFE,
    Spooled,
    Streamed,
    error_response,
    method_refused,
    methods_response,
    retry_after,
    unsafe_response,
)

WHO = ContextVar("WHO", default="nobody")


class Errors(TestCase):
    """Those that no view of REST framework raised."""

    def test_they_have_their_status_their_body_and_their_headers(self) -> None:
        response = error_response(RequestError("It is wrong.", "Mend it."), {"X-More": "1"})
        self.assertEqual((response.status_code, response.headers["X-More"]), (400, "1"))
        self.assertEqual(
            json.loads(response.content), {"error": "ERR3", "message": "It is wrong.", "advice": "Mend it."}
        )
        self.assertNotIn("Retry-After", response.headers)

    def test_where_time_helps_a_header_says_how_much(self) -> None:
        self.assertEqual(retry_after(RequestError("x")), {})
        self.assertEqual(retry_after(LimitError("x", 12.2)), {"Retry-After": "13"})
        self.assertEqual(error_response(LimitError("x", 12.2)).headers["Retry-After"], "13")


class Methods(TestCase):
    """OPTIONS, and methods that are not taken."""

    def test_options_say_which_there_are_and_nothing_else(self) -> None:
        response = methods_response(["GET", "POST"])
        self.assertEqual((response.status_code, response.content), (204, b""))
        self.assertEqual(dict(response.headers), {"Allow": "GET, POST"})

    def test_a_route_that_shows_something_answers_each_method_by_the_table(self) -> None:
        for method, status in (("OPTIONS", 204), ("POST", 405), ("DELETE", 405), ("BREW", 405)):
            with self.subTest(method):
                response = unsafe_response(method)
                self.assertEqual((response.status_code, response.headers["Allow"]), (status, ", ".join(SAFE)))

    def test_a_refusal_names_the_method_and_those_that_there_are(self) -> None:
        error = method_refused("PUT", ["GET", "HEAD"])
        self.assertEqual(error.message, "PUT is not allowed here. Allowed: GET, HEAD.")
        self.assertEqual(error.advice, "Use one of GET, HEAD.")


class InItsContext(TestCase):
    """Parts that are made while a response is sent."""

    def test_they_and_their_end_run_in_the_context_of_the_request(self) -> None:
        seen: list[str] = []

        def parts() -> Generator[bytes, None, None]:
            try:
                while True:
                    seen.append(WHO.get())
                    yield b"x"
            finally:
                seen.append(f"end of {WHO.get()}")

        token = WHO.set("the request")
        response = cast(HttpResponse, Streamed(parts()))
        WHO.reset(token)
        sent = iter(response)
        self.assertEqual([next(sent), next(sent)], [b"x", b"x"])
        response.close()

        self.assertEqual(seen, ["the request", "the request", "end of the request"])
        self.assertEqual(WHO.get(), "nobody")

    def test_the_log_hears_who_left_before_the_end_and_of_nobody_else(self) -> None:
        def parts() -> Generator[bytes, None, None]:
            yield from (b"x", b"y")

        for taken, outcome in ((0, None), (1, "LEFT"), (2, "LEFT"), (3, None)):
            with self.subTest(taken=taken):
                response = Context().run(Streamed, parts())  # no other test's outcome
                sent = iter(cast(HttpResponse, response))
                for _ in range(taken):
                    next(sent, None)
                cast(HttpResponse, response).close()
                self.assertEqual(response.context.run(known_facts).get("outcome"), outcome)

    def test_one_that_is_taken_too_slowly_ends_as_if_its_client_were_gone(self) -> None:
        ended: list[bool] = []

        def parts() -> Generator[bytes, None, None]:
            try:
                yield b"x"
            finally:
                ended.append(True)

        made = parts()  # kept here: what nobody holds any more ends by itself
        response = Streamed(made, seconds=0.0)
        sent = iter(cast(HttpResponse, response))
        with self.assertRaises(ConnectionResetError):
            next(sent)
        self.assertEqual((ended, response.context.run(known_facts)["outcome"]), ([True], "LEFT"))


class Files(TestCase):
    """A response with the bytes of a file."""

    def response(self, size: int) -> tuple[Any, IO[bytes]]:
        """One with so many bytes, and its file."""
        file = self.enterContext(tempfile.TemporaryFile())
        file.write(bytes(size))
        return Spooled(file, b"", "text/plain", {"X-More": "1"}), file

    def test_it_has_all_of_them_in_parts_and_their_number(self) -> None:
        response, file = self.response(150_000)
        self.assertEqual(
            dict(response.headers), {"Content-Type": "text/plain", "X-More": "1", "Content-Length": "150000"}
        )
        parts = list(response)
        self.assertEqual((len(parts), b"".join(parts)), (3, bytes(150_000)))
        response.close()
        self.assertTrue(file.closed)

    def test_the_file_is_closed_where_a_client_leaves_and_where_nobody_has_asked_for_a_part(self) -> None:
        for parts in (0, 1):
            with self.subTest(parts=parts):
                response, file = self.response(150_000)
                for _ in range(parts):
                    next(iter(response))
                self.assertFalse(file.closed)
                response.close()
                self.assertTrue(file.closed)
