"""The answer, over real sockets from the client to the forges."""

from from_git.tests.service import ServiceTestCase


class Answer(ServiceTestCase):
    """What a 200 holds."""

    def test_recorded_and_made_up_owners_on_both_forges_add_up(self) -> None:
        self.assert_exact(("github", "spack"), ("bitbucket", "mailchimp"), ("github", "mailchimp"))
