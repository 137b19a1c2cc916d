"""A fault as a value, and its JSON form."""

from __future__ import annotations

import unittest
from dataclasses import fields

from emulator import KINDS, Fault
from emulator.catalogue import faults_of


class TestValue(unittest.TestCase):
    """The value itself."""

    def test_an_unknown_kind_is_refused_with_those_there_are(self) -> None:
        with self.assertRaisesRegex(ValueError, "no fault 'explode'; there are: status, "):
            faults_of(KINDS).add(Fault("explode"))

    def test_edit_needs_a_function(self) -> None:
        with self.assertRaisesRegex(ValueError, "needs a function"):
            Fault("edit")

    def test_a_kind_needs_its_attributes(self) -> None:
        for kind, missing in (("headers", "headers"), ("foreign_next", "url"), ("nulls", "at"), ("world", "owner")):
            with self.assertRaisesRegex(ValueError, f"the fault '{kind}' needs '{missing}'"):
                faults_of(KINDS).add(Fault(kind))

    def test_an_impossible_change_is_refused(self) -> None:
        for change in ({"explode": 1}, {"create": "x"}, {"delete": -1}, {"transfer": 1}, {"vanish": 1}):
            with self.assertRaises(ValueError, msg=str(change)):
                Fault("world", owner="acme", change=change)

    def test_the_json_form_carries_every_attribute_but_a_function(self) -> None:
        fault = Fault(
            "graphql_errors",
            path="/graphql",
            contains="spack",
            method="POST",
            account="emulator",
            times=2,
            after=1,
            status=500,
            headers={"A": "b"},
            body=b"text",
            content_type="text/plain",
            seconds=0.5,
            errors=({"message": "m"},),
            data=None,
            for_seconds=1.5,
            chance=0.5,
            seed=3,
            size=10,
            cut=True,
            url="http://example.org",
            at="data.*",
            most=1,
            value="@nan",
            type="FORBIDDEN",
            message="no",
            extensions={"saml_failure": True},
            owner="acme",
            change={"create": 1},
            repository="b",
        )

        self.assertEqual(set(fault.as_json()), {one.name for one in fields(Fault)} - {"edit"})
        self.assertEqual(Fault.from_json(fault.as_json()), fault)

    def test_the_json_form_leaves_defaults_out(self) -> None:
        self.assertEqual(Fault("hang", times=1).as_json(), {"kind": "hang", "times": 1})

    def test_bad_json_forms_are_refused(self) -> None:
        for value in ({}, {"kind": "hang", "colour": 1}, {"kind": "edit"}, {"kind": "nosuch"}):
            with self.assertRaises(ValueError, msg=str(value)):
                faults_of(KINDS).add(Fault.from_json(value))
