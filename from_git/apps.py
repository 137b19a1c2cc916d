"""The app, and what `manage.py check` says about its settings."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from from_git.conf import settings


class FromGitConfig(AppConfig):
    """from-git as a Django app."""

    name = "from_git"
    verbose_name = "from-git"

    def ready(self) -> None:
        """Register the checks."""
        register(github_token)
        register(encrypted_upstreams)
        register(misspelt_variables)


def github_token(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """from_git.W001: without a token every GitHub profile gets an error."""
    if settings.GITHUB_API_TOKEN:
        return []
    return [
        Warning(
            "GITHUB_API_TOKEN is empty: GitHub profiles get an error, Bitbucket profiles work.",
            hint="Set it in local_settings.py or in the environment; a token without any scope is enough.",
            id="from_git.W001",
        )
    ]


def encrypted_upstreams(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """from_git.W002: credentials would cross the network in clear text."""
    warnings: list[CheckMessage] = []
    for name in ("GITHUB_GRAPHQL_URL", "BITBUCKET_API_URL"):
        parts = urlsplit(getattr(settings, name))
        near = parts.hostname in ("localhost", "127.0.0.1", "::1") and not settings.UPSTREAM_PROXY
        if parts.scheme == "http" and not near:
            hint = "Use an https address."
            warnings.append(
                Warning(
                    f"{name} is not encrypted: credentials can be read on the way.",
                    hint=hint,
                    id="from_git.W002",
                )
            )
    return warnings


def misspelt_variables(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """from_git.W003: a variable of the environment that probably was meant to be a setting has no effect."""
    hint = "Rename it, or write the setting itself."
    return [Warning(sentence, hint=hint, id="from_git.W003") for sentence in settings.MISSPELT_VARIABLES]
