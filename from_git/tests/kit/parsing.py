"""One URL at a time."""

from collections.abc import Mapping

from from_git.profiles.guesses import explained
from from_git.profiles.reading import read
from from_git.values.host import Host
from from_git.values.kind import BadUrl
from from_git.values.profile import Profile


def parse_profile(text: str, hosts: Mapping[str, Host]) -> Profile:
    """The profile that `text` (without surrounding blanks) names; `hosts` as in `profiles.parse_profiles`.

    Raises:
        BadUrl: says why not, and what was probably meant.
    """
    try:
        return read(text, hosts)
    except BadUrl as error:
        raise explained(error, text, hosts) from None
