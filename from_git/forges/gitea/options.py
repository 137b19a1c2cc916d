"""The settings of Gitea and Forgejo; accounts and addresses are in entries of FORGES alone."""

from from_git import readers
from from_git.values.option import KindOptions, Option

LISTS, LANGUAGES, BOUND = "NUM_THREADS_GITEA", "NUM_THREADS_GITEA_LANGUAGES", "GITEA_CALLS_PER_HALF_HOUR"
KEPT = "LANGUAGES_CACHE_SECONDS"

OPTIONS = KindOptions(
    also=("forgejo", "codeberg", "codeberg.org", "gitea.com"),
    elsewhere=("GITEA_TOKEN", "GITEA_API_TOKEN", "FORGEJO_TOKEN", "FORGEJO_API_TOKEN", "CODEBERG_TOKEN"),
    threads=(
        Option(LISTS, readers.threads, 8, "Gitea list pages under way at the same time, at most", "threads", 1),
        Option(LANGUAGES, readers.threads, 16, "Gitea languages under way at the same time, at most", "threads", 1),
    ),
    bounds=(
        Option(
            BOUND,
            readers.calls,
            "auto",
            "calls to a Gitea or Forgejo host in any half hour, 0 = no bound; auto = 4,000 at codeberg.org, none"
            " elsewhere",
            "calls",
            0,
        ),
    ),
    kept=(
        Option(
            KEPT,
            readers.seconds,
            86_400.0,
            "how long the languages of a Gitea repository are kept, as long as it does not change, and where another"
            " forge tells of none, that there is none, 0 = not at all",
            "seconds",
            0,
        ),
    ),
)
