"""What no single fault of the matrix shows: what holds, and the test that proves it."""

PROOFS: dict[str, str] = {
    "An outage that ends by itself within the deadline is not seen.": (
        "test_calls.Outages.test_an_outage_that_ends_within_the_deadline_is_not_seen"
    ),
    "A forge that is down costs a bounded number of calls, however many wait.": (
        "test_calls.Outages.test_a_forge_that_is_down_is_asked_now_and_then_and_not_for_each_repository"
    ),
    "GitHub that answers 502 to more than twelve repositories gives the exact answer; no heavy query goes out twice.": (
        "test_calls.Sizes.test_an_upstream_that_dies_above_twelve_repositories_gives_the_exact_answer"
    ),
    "No request, of any size, alone or together, meets GitHub's limit of time.": (
        "test_limits.GitHubTime.test_no_request_of_any_size_alone_or_together_meets_the_limit"
    ),
    "None meets Bitbucket's hour.": (
        "test_limits.BitbucketHour.test_no_request_of_any_size_alone_or_together_meets_the_limit"
    ),
    "An owner of two windows is answered where there is time for them.": (
        "test_limits.GitHubTime.test_an_owner_of_two_windows_is_spread_over_them"
    ),
    "A limit that was met costs the next request no call.": (
        "test_limits.Remembered.test_a_limit_costs_the_next_requests_no_call_until_it_has_passed"
    ),
    "Whether a failure is worth another try is a table.": (
        "test_retries.Decisions.test_each_failure_is_followed_by_what_the_table_says"
    ),
    "Two processes with one Redis cannot spend more than the limit together.": (
        "test_account.Shared.test_two_processes_cannot_spend_more_than_the_limit_together"
    ),
    "A resolver that hangs ends with the call's timeout.": (
        "test_upstream.Faults.test_a_resolver_that_hangs_ends_at_the_timeout_of_one_call"
    ),
    "Links that lead away are not followed, and the credentials stay home.": (
        "test_upstream.Destinations.test_links_that_lead_away_are_not_followed"
    ),
    "A token that a forge repeats, in whatever letter case or cut, is in no message and no log.": (
        "test_secrets.Secrets.test_a_token_that_a_forge_repeats_is_nowhere"
    ),
}
"""What holds, in words, to the test's name below `from_git.tests`."""
