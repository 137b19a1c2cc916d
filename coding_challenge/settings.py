"""Django's settings; those of from-git itself are declared in `from_git/options/` and in each kind of forge."""

import os
from functools import partial

from django.conf import global_settings, settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.core.signals import setting_changed

from coding_challenge.database import configured
from from_git import __version__
from from_git.options import credentials, loading
from from_git.options.place import FOLDER
from from_git.server import logs
from from_git.values import tempo

try:
    _local, _values, _wrong = loading.read(FOLDER, os.environ, lambda name: hasattr(global_settings, name))
except loading.BrokenFile as error:
    raise ImproperlyConfigured(str(error)) from None
_database = configured(_values.get("DATABASE_URL") or "", FOLDER)
if _database is None:
    _wrong.append("DATABASE_URL is a secret value: expected an address like postgres://user:password@host/name.")
if _wrong:
    raise ImproperlyConfigured(loading.complaint(_wrong))
globals().update(_values)

# for from_git's checks, which alone look for them: 20 ms
MISSPELT_VARIABLES = partial(loading.misspelt, os.environ, _values)

TEMPO = tempo.USUAL
SECRET_KEY = _values["SECRET_KEY"] or os.environ.get("FROM_GIT_RANDOM_KEY") or get_random_secret_key()
DEBUG = _values["DEBUG"]

INSTALLED_APPS = [
    "from_git",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
# what only adds to responses stands outside, so that redirects, static files and refused hosts have it too
MIDDLEWARE = [
    "from_git.middleware.logged",
    "from_git.httpcache.cached",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "from_git.probes.answered",  # before a look at Host and a redirect to https
    "django.middleware.security.SecurityMiddleware",
    "from_git.middleware.utf8_only",
    "from_git.middleware.StaticFiles",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "coding_challenge.urls"
WSGI_APPLICATION = "coding_challenge.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # some kilobytes for each profile; Django's 300 would be culled by one long list
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
    if _values["CACHE_URL"].startswith("locmem://")
    else {
        "BACKEND": "from_git.upstream.rediscache.SharedCache",
        "LOCATION": _values["CACHE_URL"],
        # seconds; a cache that does not answer must not hold up a request
        "OPTIONS": {
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
            "serializer": "coding_challenge.serializer.JsonSerializer",
            "pool_class": "from_git.upstream.redispool.IdleAwarePool",
        },
    }
}

# any number of url parameters and form fields; what is too long in bytes is refused by from_git.views
DATA_UPLOAD_MAX_NUMBER_FIELDS = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
BATCH_UPLOAD_BYTES = 64 * 1024 * 1024  # of a body at /from-git/batches
MAX_QUERY_BYTES = 4 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "from_git.views.failures.exception_response",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "from-git",
    "DESCRIPTION": "What does this organisation look like across all the places it hosts code?",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": "/", "description": "where this description comes from"}],
    "POSTPROCESSING_HOOKS": ["from_git.openapi.complete"],
    "SORT_OPERATIONS": False,  # as in urls.py: the answer first
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # else Swagger UI asks a validator on the internet
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# what the page has today: its style sheet, an empty icon, a form that asks the API; the browsable API and the
# documentation, whose files come from packages and are served from here, widen it for themselves
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["data:"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
# W003 wants a middleware against forged requests: without cookies or sessions there is nobody to forge
SILENCED_SYSTEM_CHECKS = ["security.W003"]

if _values["DJANGO_ADMIN"]:
    INSTALLED_APPS += [f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "messages")]
    MIDDLEWARE += [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "from_git.admin.allowed",
    ]
    _processors = ("template.context_processors.request", "contrib.auth.context_processors.auth")
    TEMPLATES[0]["OPTIONS"] = {
        "context_processors": [
            *(f"django.{name}" for name in _processors),
            "django.contrib.messages.context_processors.messages",
        ]
    }
    AUTH_PASSWORD_VALIDATORS = [
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
    ]
    # no other route sees a cookie; where only this machine may ask, there is no https
    SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
    SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(loading.first_stranger(_values["ALLOWED_HOSTS"]))
    SILENCED_SYSTEM_CHECKS = []

STATIC_URL = "static/"
WHITENOISE_ALLOW_ALL_ORIGINS = False
# static files are found in the apps' folders, so that runserver needs neither DEBUG nor collectstatic
WHITENOISE_USE_FINDERS = True

DEFAULT_EXCEPTION_REPORTER_FILTER = "coding_challenge.reporting.SecretsHidden"

TEST_RUNNER = "from_git.tests.kit.runner.Runner"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

_secrets = credentials.remembered(settings, partial(setting_changed.connect, weak=False))
LOGGING = logs.configure(_values["LOG_LEVEL"], _values["LOG_FORMAT"], _secrets)

# other Django settings that local_settings.py gives win over the ones above
globals().update({name: value for name, value in _local.items() if name.isupper() and name not in _values})
