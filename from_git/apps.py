"""The app, and what `manage.py check` says about its settings."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from from_git import forges
from from_git.conf import settings
from from_git.options.loading import first_stranger
from from_git.values.host import counts_internal
from from_git.values.words import FORGES, enumerated


class FromGitConfig(AppConfig):
    """from-git as a Django app."""

    name = "from_git"
    verbose_name = "from-git"

    def ready(self) -> None:
        """Register the checks."""
        register(missing_credentials)
        register(encrypted_upstreams)
        register(misspelt_variables)
        register(shown_to_strangers)


def missing_credentials(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """from_git.W001: without credentials every profile of a host gets an error."""
    hosts = forges.hosts().values()
    barred = [one for one in hosts if not one.kind.without.served and not one.credentials]
    others = enumerated([one.label for one in hosts if one not in barred], FORGES)
    works = f", {others} profiles work" if others else ""
    return [
        Warning(
            f"{host.setting('accounts')} is empty: {host.label} profiles get an error{works}.",
            hint=host.words(host.kind.without.hint),
            id="from_git.W001",
        )
        for host in barred
    ]


def encrypted_upstreams(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """from_git.W002: credentials would cross the network in clear text."""
    warnings: list[CheckMessage] = []
    for host in forges.hosts().values():
        parts = urlsplit(host.api)
        near = parts.hostname in ("localhost", "127.0.0.1", "::1") and not host.proxy
        if parts.scheme == "http" and not near:
            hint = "Use an https address."
            warnings.append(
                Warning(
                    f"{host.setting('api')} is not encrypted: credentials can be read on the way.",
                    hint=hint,
                    id="from_git.W002",
                )
            )
    return warnings


def misspelt_variables(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """from_git.W003: a variable of the environment that probably was meant to be a setting has no effect."""
    hint = "Rename it, or write the setting itself."
    return [Warning(sentence, hint=hint, id="from_git.W003") for sentence in settings.MISSPELT_VARIABLES()]


def shown_to_strangers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """from_git.W004: whoever reaches the service sees sums over what only people with an account at a host see."""
    stranger = first_stranger(settings.ALLOWED_HOSTS)
    return [
        Warning(
            f"{host.setting('count')} has internal repositories count, and ALLOWED_HOSTS names {stranger!r}: everybody"
            f" who reaches from-git learns of what {host.label} shows to its own accounts only.",
            hint="Let a proxy or a firewall keep away all who have no account there; see docs/settings.md.",
            id="from_git.W004",
        )
        for host in forges.hosts().values()
        if stranger and counts_internal(host)
    ]
