"""Promises that no single fault of the matrix shows, and the test that proves each."""

PROOFS: dict[str, str] = {
    "An outage that ends by itself within the deadline is not seen.": (
        "calls.test_calls.Outages.test_an_outage_that_ends_within_the_deadline_is_not_seen"
    ),
    "A forge that is down gets a bounded number of calls, however many calls wait.": (
        "calls.test_calls.Outages.test_a_forge_that_is_down_is_asked_now_and_then_and_not_for_each_repository"
    ),
    "GitHub that answers 502 to more than twelve repositories gives the exact answer; no heavy query goes out twice.": (
        "calls.test_calls.Sizes.test_an_upstream_that_dies_above_twelve_repositories_gives_the_exact_answer"
    ),
    "No request, of any size, alone or together, meets GitHub's limit of time.": (
        "calls.test_limits.GitHubTime.test_no_request_of_any_size_alone_or_together_meets_the_limit"
    ),
    "No request meets Bitbucket's limit of calls in an hour.": (
        "calls.test_limits.BitbucketHour.test_no_request_of_any_size_alone_or_together_meets_the_limit"
    ),
    "An owner that needs two windows of a budget is answered if the time allows.": (
        "calls.test_limits.GitHubTime.test_an_owner_of_two_windows_is_spread_over_them"
    ),
    "After a rate limit the next request makes no call until its end.": (
        "calls.test_limits.Remembered.test_a_limit_costs_the_next_requests_no_call_until_it_has_passed"
    ),
    "Three accounts answer within one window for an owner that needs two and a half windows of one.": (
        "calls.test_accounts_limits.GitHubTime"
        ".test_an_owner_of_two_and_a_half_windows_of_one_is_answered_within_one_of_three"
    ),
    "In no order of threads is a bound of one of several accounts passed, or a call lost.": (
        "calls.test_accounts_chains.SeveralChains.test_no_bound_of_an_account_is_passed_and_no_call_is_lost"
    ),
    "A walk through several accounts, of which one is refused on the way, is exact in every order of threads.": (
        "fanout.test_accounts_interleavings.GitHubAccounts.test_one_that_is_refused_from_some_call_on_is_left_alone"
    ),
    "Two tokens of one GitHub user are one account after the first query through each, for no further call.": (
        "calls.test_accounts_limits.Credentials.test_tokens_of_one_user_are_found_out_beside_the_first_queries"
    ),
    "A table decides whether a failed call is sent again.": (
        "calls.test_retries.Decisions.test_each_failure_is_followed_by_what_the_table_says"
    ),
    "Two processes with one Redis together never spend more than the limit.": (
        "calls.test_ledgers.Shared.test_two_processes_cannot_spend_more_than_the_limit_together"
    ),
    "A hanging name resolver ends with the timeout of the call.": (
        "upstream.test_upstream.Faults.test_a_resolver_that_hangs_ends_at_the_timeout_of_one_call"
    ),
    "One repository that GitHub cannot answer for is named within a few tries, and costs no other owner a query.": (
        "forges.test_one_repository.AtGitHub.test_it_is_named_and_costs_no_other_owner_a_query"
    ),
    "A moment in which GitHub fails for a small owner costs the next one no query.": (
        "forges.test_one_repository.AtGitHub.test_a_moment_in_which_github_fails_for_a_small_owner_costs_the_next_one_no_query"
    ),
    "A halved query size grows again with good answers.": (
        "calls.test_cost.Expecting.test_each_minute_a_good_answer_of_the_largest_size_doubles_it"
    ),
    "A repository that its forge lists and never finds stands in `missing` and is kept with its profile.": (
        "forges.test_missing_repositories.Together.test_they_are_kept_with_the_profile"
    ),
    "A repository that two profiles of one question have, since it has moved, counts once, as it was found last.": (
        "aggregator.test_shared.Moving.test_it_counts_once_as_it_was_found_last_and_with_each_in_the_rows"
    ),
    "What is kept comes back bit by bit, and nonsense in its place is as if there were nothing.": (
        "kept.test_codec.Laws.test_rows_come_back_bit_by_bit"
    ),
    "A workspace asked for by its name and by its UUID counts once.": (
        "forges.test_missing_repositories.SameWorkspace.test_it_counts_once_by_its_first_name"
    ),
    "A sum over 2^53 is an error, over repositories and over profiles.": (
        "values.test_stats.BoundsOfAnswers.test_over_profiles"
    ),
    "One refusal of a credential that was accepted a moment ago is not seen.": (
        "forges.test_between.OneRefusal.test_one_refusal_after_good_answers_is_not_seen"
    ),
    "A link with a small mistake is an error that names the mistake.": (
        "forges.test_odd_lists.OddLinks.test_a_next_that_is_a_little_wrong_is_told_what_is_wrong_with_it"
    ),
    "A forgotten connection costs one more call after a short wait, and makes no query smaller.": (
        "upstream.test_idle.Forges.test_an_owner_of_each_is_exact_and_no_question_is_made_smaller"
    ),
    "A connection that lay idle for about a minute is not used again.": (
        "upstream.test_idle.Silence.test_what_lay_idle_for_about_a_minute_is_not_used_again"
    ),
    "A forgotten connection to Redis is replaced, and Redis does not count as down.": (
        "upstream.test_idle.Redis.test_a_kept_answer_after_a_pause_costs_no_call"
    ),
    "/readyz and /metrics name a refused account by its place, show nothing of its credential, and answers go on.": (
        "probes.test_probes_accounts.Ready"
        ".test_an_account_that_is_refused_is_named_by_its_place_with_what_to_mend_and_answers_go_on"
    ),
    "A host can be asked as long as one of its accounts can.": (
        "probes.test_probes_accounts.Ready.test_a_host_of_which_one_account_is_good_can_be_asked_and_one_without_cannot"
    ),
    "/readyz reports a Redis that answers and keeps nothing, with the error of Redis.": (
        "probes.test_probes_cache.SharedCache.test_one_that_reads_and_keeps_nothing_is_named_with_its_own_words"
    ),
    "An untrusted certificate has a message of its own, and its server gets no question.": (
        "upstream.test_tls.Certificates.test_each_that_is_not_to_be_trusted_has_words_of_its_own"
    ),
    "A slow TLS handshake does not make the query count as too heavy.": (
        "upstream.test_tls.Certificates.test_a_handshake_that_takes_too_long_is_not_for_the_weight_of_a_query"
    ),
    "TLS sessions are resumed, and never at another host; one that is refused makes a whole handshake.": (
        "upstream.test_sessions.Sessions.test_a_session_that_is_refused_is_replaced_after_a_whole_handshake"
    ),
    "What comes behind an answer, or unasked, is never taken for the next answer.": (
        "upstream.test_framing.Framing.test_what_comes_behind_an_answer_is_not_taken_for_the_next_one"
    ),
    "A proxy sees no credentials of an https forge, and its refusals have messages of their own.": (
        "upstream.test_proxy.Ways.test_to_https_a_tunnel_is_made_in_which_it_sees_neither_questions_nor_credentials"
    ),
    "Links to other addresses are not followed, and get no credentials.": (
        "upstream.test_destinations.Destinations.test_links_that_lead_away_are_not_followed"
    ),
    "A cancelled or late call counts with its reservation, since the forge may go on with it.": (
        "calls.test_budget.Windows.test_a_call_that_was_left_alone_costs_at_least_what_was_reserved"
    ),
    "After a limit one call goes first; the others follow its answer.": (
        "calls.test_account.Limits.test_after_a_limit_one_call_goes_first_and_the_others_follow_its_answer"
    ),
    "For any world, page sizes, faults and changes an answer equals a slow sum, or is an error.": (
        "aggregator.test_answers.Answers.test_an_answer_is_the_sum_or_an_error_whatever_fails"
    ),
    "In every order of threads the numbers of an owner are exact.": (
        "fanout.test_interleavings.GitHubInterleavings.test_an_owner_of_150_repositories_adds_up"
    ),
    "Every request is answered or refused in JSON.": (
        "views.test_hostile_fuzz.AnyRequest.test_any_query_is_answered_or_refused"
    ),
    "An unknown parameter or member is refused on every route; half a question is never answered.": (
        "question.test_question.Names.test_each_unknown_one_is_refused_and_named_with_what_was_meant"
    ),
    "Ten megabytes of fields with other names than url, or of nested JSON, are refused after the first few.": (
        "question.test_many.Many.test_fields_that_are_not_url_are_bounded_with_or_without_a_name"
    ),
    "Of any number of wrong URLs twenty are explained and the others counted.": (
        "question.test_many.Many.test_of_80_000_bad_hosts_twenty_are_named_and_the_rest_is_counted"
    ),
    "An open EventSource in a browser asks once.": (
        "views.test_stream_browser.EventSources.test_it_hears_one_answer_and_asks_the_forges_once"
    ),
    "The URL that was probably meant is told, and never counted.": (
        "profiles.test_profiles.ParseProfile.test_what_was_probably_meant_is_a_profile"
    ),
    "Lookalike hosts and traversals reach no forge.": (
        "views.test_hostile_client.WrongUrls.test_lookalikes_other_places_and_traversals_are_refused_and_reach_no_forge"
    ),
    "A repository that is listed and never found is named in every view, apart from missing profiles.": (
        "aggregator.test_missing_shown.Shown.test_card_and_charts_name_it_and_tell_it_from_a_missing_profile"
    ),
    "A number that no forge of the profiles has is a dash or an empty cell, never a zero that an average counts.": (
        "aggregator.test_not_told.NotTold.test_a_cell_of_the_table_is_empty_and_a_zero_is_a_zero"
    ),
    "A picture of an error says what to do in whole sentences, and cuts no number.": (
        "pictures.test_picture_words.Errors.test_every_number_that_is_seen_is_one_of_the_error"
    ),
    "The documents name no setting, command, route, parameter or member that does not exist.": (
        "house.test_mentions.Documents.test_every_name_in_them_exists"
    ),
    "A thousand requests under faults leave no thread, connection, file, task or object behind.": (
        "views.test_leftovers.AThousandRequests.test_each_is_exact_or_a_clear_error_and_nothing_is_left"
    ),
    "A fault of from-git in a task is one 500, and the pools go on.": (
        "views.test_lifecycle.OwnFault.test_it_is_a_500_once_and_the_pools_go_on"
    ),
    "Pools of one thread answer everything, under faults too.": (
        "views.test_lifecycle.SinglePools.test_mixed_requests_are_answered_side_by_side_though_calls_fail_and_come_again"
    ),
    "The threads that wait for a hanging forge are free after the deadline of the request.": (
        "views.test_lifecycle.Hung.test_the_threads_of_a_missed_deadline_are_free_for_the_next_request"
    ),
    "The work for a client that is gone ends with the deadline at the latest, and leaves nothing behind.": (
        "views.test_lifecycle.ClientGone.test_its_work_ends_with_the_deadline_and_leaves_nothing"
    ),
    "A fetch that makes progress when the deadline passes is found by asking again.": (
        "flights.test_flights_redis.InRedis.test_a_slow_one_is_answered_by_asking_again"
    ),
    "A fetch whose process is killed or paused is done by another one that waits.": (
        "flights.test_flights_workers.Shared.test_a_holder_that_is_killed_or_paused_is_replaced"
    ),
    "A cache that is killed, hangs, is full or holds nonsense costs calls and no answers.": (
        "flights.test_flights_redis.Away.test_one_that_hangs_costs_no_answer"
    ),
    "After SIGTERM running requests are still answered.": (
        "server.test_workers.Ends.test_what_is_running_when_it_is_told_to_end_is_still_answered"
    ),
    "After SIGTERM the kernel refuses new connections at once, while answers end and say `Connection: close`.": (
        "server.test_stopping.Stopping.test_new_connections_are_refused_while_answers_end_and_say_that_the_connection_closes"
    ),
    "Beside 2,000 silent clients, 200 half heads and 200 half bodies everybody is served.": (
        "server.test_door.Crowded.test_beside_2000_silent_clients_and_400_half_requests_everybody_is_served"
    ),
    "The same behind Squid as documented.": "server.test_door.Crowded.test_and_behind_squid_too",
    "A head or a body that does not come in time is a 408.": (
        "server.test_door.Slow.test_a_head_or_a_body_that_does_not_come_in_time_is_a_408"
    ),
    "Half bodies take no place.": (
        "server.test_door.Slow.test_half_bodies_take_no_place_and_are_answered_when_they_are_whole"
    ),
    "Clients that do not read their answers keep no probe waiting.": (
        "server.test_door.Crowded.test_who_does_not_read_answers_keeps_no_probe_waiting"
    ),
    "A full disk under the folder of metrics costs metrics and no worker.": (
        "metrics.test_metrics.FullDisk.test_the_workers_live_and_answer_and_say_so_once"
    ),
    "An answer in the cache of a proxy carries the id of no other client.": (
        "server.test_squid.Hits.test_a_kept_answer_carries_the_id_of_its_own_request"
    ),
    "A broken local_settings.py stops every start with one line that shows no value.": (
        "options.test_start.Start.test_a_broken_file_stops_every_start_with_one_line_that_shows_no_value"
    ),
    "No line of the log holds a setting that the table calls secret.": (
        "server.test_log_lines.Lines.test_whatever_the_table_of_settings_calls_a_secret_is_hidden"
    ),
    "SIGKILL loses only the answers of that worker.": (
        "server.test_workers.Ends.test_a_killed_worker_takes_its_own_answers_along_and_the_next_one_comes_from_a_new_worker"
    ),
    "After a fork both parent and child answer.": (
        "server.test_workers.Forked.test_child_and_parent_both_answer_with_threads_and_connections_of_their_own"
    ),
    "A token that a forge repeats, in any letter case or cut short, is in no message and no log line.": (
        "house.test_secrets.Secrets.test_a_token_that_a_forge_repeats_is_nowhere"
    ),
    "No request, of any size, alone or together, meets GitLab's limits of calls in a minute.": (
        "calls.test_limits_kinds.GitLabMinute.test_no_request_of_any_size_alone_or_together_meets_the_limit"
    ),
    "No request meets Codeberg's limit of calls in half an hour.": (
        "calls.test_limits_kinds.CodebergHalfHour.test_no_request_of_any_size_alone_or_together_meets_the_limit"
    ),
    "What cannot be paid in time at GitLab or at Codeberg is a 503 with both figures.": (
        "calls.test_limits_kinds.CodebergHalfHour.test_what_cannot_be_paid_in_time_is_refused_with_both_figures"
    ),
    "Any world of all kinds of forges, any sizes of pages and pools, any accidents give the exact sum or an error.": (
        "aggregator.test_answers.Answers.test_an_answer_is_the_sum_or_an_error_whatever_fails"
    ),
    "A GitLab group that changes while it is read is the group before the change or after it.": (
        "forges.test_gitlab_walk.Changes.test_the_answer_is_the_group_before_a_change_or_after_it"
    ),
    "In no order of threads is a project of a GitLab group lost or counted twice while the group changes.": (
        "fanout.test_kinds_interleavings.GroupInterleavings.test_a_list_that_changes_adds_up_to_what_it_was_or_is"
    ),
    "In no order of threads is a repository of Gitea's lost or counted twice while its owner's list changes.": (
        "fanout.test_kinds_interleavings.GiteaInterleavings.test_a_list_that_changes_adds_up_to_what_it_was_or_is"
    ),
    "Where GitLab tells no total, two readings have to agree.": (
        "forges.test_gitlab_walk.OddLists.test_without_a_total_two_readings_have_to_agree"
    ),
    "A name of digits alone is never taken for an id of GitLab's.": (
        "forges.test_gitlab.Groups.test_a_group_of_digits_is_not_taken_for_an_id"
    ),
    "A row that Gitea tells as null is asked for again, and one that stays is an error that names owner and page.": (
        "forges.test_gitea_walk.Pages.test_a_null_row_is_asked_for_again_and_one_that_stays_names_owner_and_page"
    ),
    "Two names of one renamed owner count once.": (
        "forges.test_gitea_walk.Renamed.test_an_owner_counts_once_under_all_its_names"
    ),
    "A second look at an unchanged owner of Gitea's costs its list and no languages.": (
        "forges.test_gitea_languages.Remembered.test_a_second_look_at_an_unchanged_owner_costs_its_list_and_its_kind"
    ),
    "An answer is the same with a token and without one.": (
        "forges.test_gitlab.Groups.test_with_a_token_the_answer_is_the_same"
    ),
    "The credential of each host is sent to that host alone.": (
        "house.test_secrets.Secrets.test_those_of_forges_are_nowhere_either"
    ),
}
"""Each promise, to the name of its test below `from_git.tests`."""
