"""Django's settings, whose names and types `from_git.options` declares where no type checker looks."""

from typing import Any

from django.conf import settings as django_settings

settings: Any = django_settings
