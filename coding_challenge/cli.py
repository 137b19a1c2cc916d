"""The command `from-git`, and what it has in common with `manage.py`."""

import gc
import os
import sys
from argparse import ArgumentParser
from contextlib import suppress

from from_git import __doc__ as purpose, __version__
from from_git.options.place import FOLDER

COMMANDS = {
    "aggregate": "show what profiles look like together: in the terminal, or as JSON, CSV or a workbook",
    "batch": "fetch the profiles of a file, thousands of them, and go on where a run was stopped",
    "check": "look for mistakes in the settings",
    "demo": "try all of it on recorded and made-up data, without a token or a network",
    "migrate": "make the tables of batches and history in the database, or bring them up to date",
    "serve": "run the production server; takes the options of gunicorn",
    "snapshot": "keep the numbers of all profiles that are watched",
    "watch": "say of which profiles numbers over time are kept",
}
"""Name and purpose of each command of `from-git`."""


def main() -> None:
    """Run `from-git`.

    Raises:
        SystemExit: as `manage.py` ends; 2 for a command that does not exist.
    """
    epilog = "from-git COMMAND --help says more. Settings come from local_settings.py and the environment."
    parser = ArgumentParser(prog="from-git", description=purpose, epilog=epilog)
    parser.add_argument("--version", action="version", version=f"from-git {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text)
    # the rest is for the command's own parser
    command = parser.parse_args(sys.argv[1:2]).command
    if FOLDER not in sys.path:
        sys.path.append(FOLDER)  # so that local_settings.py may import its neighbours, as beside manage.py
    if command == "serve":
        from coding_challenge.serving import Service  # gunicorn, which no other command needs

        try:
            Service(usage="%(prog)s [OPTIONS]", prog="from-git serve").run()
        except OverflowError as error:  # gunicorn's, for a port that there is not
            sys.exit(f"from-git serve: {error}")
    else:
        manage(sys.argv)


def manage(argv: list[str]) -> None:
    """Run a command of Django's command line.

    Args:
        argv: the program's name, the command, its arguments.

    Raises:
        SystemExit: the command failed, or 1 with a sentence for each wrong setting, or 130 for Ctrl-C.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_challenge.settings")
    from django.core.exceptions import ImproperlyConfigured  # here: gunicorn's master does without Django
    from django.core.management import execute_from_command_line

    try:
        if argv[1:2] == ["aggregate"]:
            _ask(argv)
        else:
            execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # the message says what to mend; where it was raised helps nobody
    except KeyboardInterrupt:
        sys.exit(130)


def _ask(argv: list[str]) -> None:
    """Run `aggregate` as Django's command line would, but without `django.setup`.

    That imports what only a server needs, URLs with models, forms and templates, and mail for the log: 110 ms and 11 MB
    before a forge is asked. No part of `aggregate` looks for an installed app.
    """
    gc.disable()  # nothing that is loaded ever goes, and looking for it takes 15 ms
    from django.conf import settings
    from django.core.management.base import CommandError, CommandParser, handle_default_options
    from django.utils.module_loading import import_string

    # where the settings are; all other options, and what is wrong with these, are for the command's own parser
    parser = CommandParser(add_help=False, allow_abbrev=False)
    for option in ("--settings", "--pythonpath"):
        parser.add_argument(option)
    with suppress(CommandError):
        handle_default_options(parser.parse_known_args(argv[2:])[0])
    if settings.LOGGING_CONFIG:
        import_string(settings.LOGGING_CONFIG)(settings.LOGGING)
    from from_git import metrics

    metrics.off()  # nobody can ask this process for them
    from from_git.management.commands.aggregate import Command

    gc.freeze()
    gc.enable()
    Command().run_from_argv(argv)
