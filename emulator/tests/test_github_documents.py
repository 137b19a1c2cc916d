"""GitHub: documents that are not run, and in which words."""

from __future__ import annotations

from emulator.tests.helpers import EmulatorCase

OWNER = 'repositoryOwner(login: "spack")'


class TestDocuments(EmulatorCase):
    """Parsing and validation: status 200, `errors`, no `data`."""

    def test_a_parse_error_has_the_recorded_shape(self) -> None:
        answer = self.client.post({"query": "{\n  viewer(x = 1) { login }\n}"})

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(
            answer.json(),
            {
                "errors": [
                    {"locations": [{"line": 2, "column": 12}], "message": 'Parse error on "=" (EQUALS) at [2, 12]'}
                ]
            },
        )

    def test_an_unfinished_document_is_a_parse_error(self) -> None:
        self.assertEqual(self.client.errors("{ viewer")[0]["message"], "Unexpected end of document")

    def test_a_text_that_has_no_tokens_is_a_parse_error(self) -> None:
        self.assertIn("Syntax Error", self.client.errors("{ ? }")[0]["message"])

    def test_an_unknown_field_is_named_with_its_path_and_code(self) -> None:
        answer = self.client.graphql(f"query Q {{ {OWNER} {{ ... on User {{ nosuch }} }} }}")

        self.assertEqual(
            answer,
            {
                "errors": [
                    {
                        "path": ["query Q", "repositoryOwner", "... on User", "nosuch"],
                        "extensions": {"code": "undefinedField", "typeName": "User", "fieldName": "nosuch"},
                        "locations": [{"line": 1, "column": 59}],
                        "message": "Field 'nosuch' doesn't exist on type 'User'",
                    }
                ]
            },
        )

    def test_an_unknown_field_in_a_fragment_is_found_there(self) -> None:
        error = self.client.errors(f"{{ {OWNER} {{ ...F }} }} fragment F on RepositoryOwner {{ nosuch }}")[0]

        self.assertEqual(error["path"], ["fragment F", "nosuch"])

    def test_an_unknown_argument_is_named(self) -> None:
        error = self.client.errors(f"{{ {OWNER} {{ login(size: 1) }} }}")[0]

        self.assertEqual(error["message"], "Field 'login' doesn't accept argument 'size'")
        self.assertEqual(error["extensions"]["code"], "argumentNotAccepted")

    def test_a_missing_argument_is_named(self) -> None:
        error = self.client.errors("{ repositoryOwner { login } }")[0]

        self.assertEqual(error["message"], "Field 'repositoryOwner' is missing required arguments: login")

    def test_an_undeclared_and_an_unused_variable_are_errors(self) -> None:
        undeclared = self.client.errors("{ repositoryOwner(login: $x) { login } }")
        unused = self.client.errors(f"query($x: Int) {{ {OWNER} {{ login }} }}")

        self.assertEqual(undeclared[0]["extensions"], {"code": "variableNotDefined", "variableName": "x"})
        self.assertEqual(unused[0]["extensions"], {"code": "variableNotUsed", "variableName": "x"})

    def test_an_object_without_selection_is_an_error(self) -> None:
        self.assertEqual(set(self.client.graphql(f"{{ {OWNER} }}")), {"errors"})

    def test_a_mutation_is_an_error(self) -> None:
        self.assertEqual(set(self.client.graphql("mutation { addStar { x } }")), {"errors"})

    def test_a_missing_variable_is_an_error_with_its_problem(self) -> None:
        query = "query($login: String!) { repositoryOwner(login: $login) { login } }"

        answer = self.client.graphql(query)

        self.assertEqual(set(answer), {"errors"})
        self.assertEqual(answer["errors"][0]["message"], "Variable $login of type String! was provided invalid value")
        self.assertIsNone(answer["errors"][0]["extensions"]["value"])

    def test_a_variable_of_the_wrong_type_is_an_error(self) -> None:
        query = f"query($n: Int!) {{ {OWNER} {{ repositories(first: $n) {{ totalCount }} }} }}"

        self.assertEqual(self.client.errors(query, n="ten")[0]["extensions"]["value"], "ten")

    def test_a_document_without_operation_names_needs_one_if_it_has_two(self) -> None:
        two = {"query": f"query A {{ {OWNER} {{ login }} }} query B {{ {OWNER} {{ id }} }}"}

        chosen = self.client.post({**two, "operationName": "A"}).json()
        unknown = self.client.post({**two, "operationName": "C"}).json()
        missing = self.client.post(two).json()

        self.assertEqual(chosen, {"data": {"repositoryOwner": {"login": "spack"}}})
        self.assertEqual(unknown, {"errors": [{"message": 'No operation named "C"'}]})
        self.assertEqual(missing, {"errors": [{"message": "An operation name is required"}]})

    def test_the_schema_can_be_asked_for(self) -> None:
        answer = self.client.graphql(
            '{ __type(name: "Repository") { name fields { name } } __schema { types { name } } }'
        )

        self.assertIn({"name": "stargazerCount"}, answer["data"]["__type"]["fields"])
