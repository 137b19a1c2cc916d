"""Django's settings; those of from-git itself stand in `options.py`."""

import os
import warnings
from pathlib import Path

import environ
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from coding_challenge import options

BASE_DIR = Path(__file__).resolve().parent.parent

_local = options.local_settings(str(BASE_DIR))
_values, _wrong = options.load(_local, os.environ)
_wrong += options.unknown(_local, lambda name: hasattr(global_settings, name))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # django-environ's warning of an unknown database shows the password
    try:
        _database = environ.Env.db_url_config(_values.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
    except (ValueError, ImproperlyConfigured):
        _database = {}
if not _database.get("ENGINE"):
    _wrong.append("DATABASE_URL is a secret value: expected an address like postgres://user:password@host/name.")
if _wrong:
    raise ImproperlyConfigured("Wrong settings:\n" + "\n".join(f"- {sentence}" for sentence in _wrong))
globals().update(_values)

SECRET_KEY = _values["SECRET_KEY"] or get_random_secret_key()
DEBUG = _values["DEBUG"]

INSTALLED_APPS = [
    "from_git",
    "django.contrib.staticfiles",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "coding_challenge.urls"
WSGI_APPLICATION = "coding_challenge.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if _values["CACHE_URL"].startswith("locmem://")
    else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _values["CACHE_URL"]}
}

# any number of url parameters and form fields; what is too long in bytes is refused by from_git.views
DATA_UPLOAD_MAX_NUMBER_FIELDS = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
MAX_QUERY_BYTES = 4 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "from_git.views.exception_response",
}

STATIC_URL = "static/"
# found in the app's folder, so that runserver needs neither DEBUG nor collectstatic
WHITENOISE_USE_FINDERS = True

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    # a 4xx is the client's, a 502 to 504 has its own line from from_git.views; left are tracebacks of other views
    "filters": {
        "with_traceback": {"()": "django.utils.log.CallbackFilter", "callback": lambda record: bool(record.exc_info)}
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "from_git": {"level": _values["LOG_LEVEL"]},
        "django.request": {"filters": ["with_traceback"]},
        # anybody can send a wrong Host; the answer says so, the log need not
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}

# other Django settings that local_settings.py gives win over the ones above
globals().update({name: value for name, value in _local.items() if name.isupper() and name not in _values})
