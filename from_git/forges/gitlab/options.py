"""The settings of GitLab; accounts and addresses are in entries of FORGES alone."""

from from_git import readers
from from_git.values.option import KindOptions, Option

THREADS, BOUND = "NUM_THREADS_GITLAB", "GITLAB_CALLS_PER_MINUTE"

OPTIONS = KindOptions(
    also=("gitlab-ce", "gitlab-ee", "gitlab.com", "gitlab-self-managed"),
    elsewhere=("GITLAB_TOKEN", "GITLAB_API_TOKEN", "GITLAB_PRIVATE_TOKEN", "GITLAB_ACCESS_TOKEN"),
    threads=(Option(THREADS, readers.threads, 16, "GitLab calls under way at the same time, at most", "threads", 1),),
    bounds=(
        Option(
            BOUND,
            readers.calls,
            "auto",
            "calls to a GitLab host in any minute, 0 = no bound; auto = 500 at gitlab.com without an account, else"
            " 2,000; lists of which GitLab allows fewer count as several",
            "calls",
            0,
        ),
    ),
)
