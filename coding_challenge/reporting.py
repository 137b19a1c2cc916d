"""The settings that Django's page of a traceback (DEBUG) must not show."""

import re

from django.views.debug import SafeExceptionReporterFilter

from from_git.options import table

# Django hides names that look like secrets, and an address with a password inside has none of those
_HIDDEN = [
    *(SafeExceptionReporterFilter.hidden_settings.pattern, "^LOCATION$"),
    *(f"^{option.name}$" for option in table() if option.secret),
]


class SecretsHidden(SafeExceptionReporterFilter):
    """Hides every secret option and the address of the cache, besides the settings that Django hides."""

    hidden_settings = re.compile("|".join(_HIDDEN), re.IGNORECASE)
