#!/usr/bin/env bash
# REST framework loads PostgreSQL's driver into a service that uses SQLite, or no database at all.
#
# Versions: Django 5.2.19, djangorestframework 3.18.3, psycopg[binary] 3.3.9; Python 3.11 or newer. Seen on 2026-11-29.
# Expected: Django loads the driver of the database that DATABASES names, and no other; a driver that is merely installed
#   (for another process of the same environment, as a worker) costs nothing.
# Seen: `import rest_framework.serializers` tries django.contrib.postgres.fields for one kind of field (ArrayField), and
#   with it comes psycopg with its C library: some 60 modules and several megabytes in each process of the service.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet django==5.2.19 djangorestframework==3.18.3 'psycopg[binary]==3.3.9'
cat >"$work/look.py" <<'PYTHON'
import sys

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["rest_framework"],
)
django.setup()
from django.db import connection

with connection.cursor() as cursor:
    cursor.execute("SELECT 1")


def memory():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def loaded():
    return sum(name.partition(".")[0] in ("psycopg", "psycopg_binary") for name in sys.modules)


print(f"Django, with SQLite: {loaded()} modules of psycopg")
assert not loaded()
import django.forms  # REST framework needs these anyway
before = memory()
import rest_framework.serializers

print(f"with REST framework: {loaded()} modules of psycopg, {memory() - before} kB for all that it loads")
assert loaded() > 20, loaded()
PYTHON
"$work/venv/bin/python" "$work/look.py"
echo "FINDING HOLDS"
