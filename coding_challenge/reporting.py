"""What Django's own page of a traceback, which DEBUG shows, may say of the settings."""

import re

from django.views.debug import SafeExceptionReporterFilter

from from_git.options import table

# Django hides names that look like secrets, and an address with a password inside has none of those
_HIDDEN = [
    *(SafeExceptionReporterFilter.hidden_settings.pattern, "^LOCATION$"),
    *(f"^{option.name}$" for option in table() if option.secret),
]


class SecretsHidden(SafeExceptionReporterFilter):
    """Hides, beside what Django does, every option that is secret and the address of the cache."""

    hidden_settings = re.compile("|".join(_HIDDEN), re.IGNORECASE)
