"""The settings of a project, which lists of groups tell too: the same for all here, as one of a public project was."""

from __future__ import annotations

from typing import Any

_ENABLED = """
    issues merge_requests forking wiki builds snippets pages analytics container_registry releases environments
    feature_flags infrastructure monitor model_experiments model_registry requirements
"""
_TRUE = """
    packages_enabled issues_enabled merge_requests_enabled wiki_enabled jobs_enabled snippets_enabled
    container_registry_enabled service_desk_enabled can_create_merge_request_in emails_enabled
    show_diff_preview_in_email shared_runners_enabled lfs_enabled public_jobs request_access_enabled
    remove_source_branch_after_merge printing_merge_request_link_enabled enforce_auth_checks_on_uploads
    warn_about_potentially_unwanted_characters autoclose_referenced_issues
"""
_FALSE = """
    resolve_outdated_diff_discussions emails_disabled only_allow_merge_if_pipeline_succeeds
    only_allow_merge_if_all_discussions_are_resolved requirements_enabled security_and_compliance_enabled
"""
_NULL = """
    ci_config_path allow_merge_on_skipped_pipeline suggestion_commit_message merge_commit_template
    squash_commit_template issue_branch_template max_artifacts_size
"""

SETTINGS: dict[str, Any] = {
    **{f"{name}_access_level": "enabled" for name in _ENABLED.split()},
    **dict.fromkeys(_TRUE.split(), True),
    **dict.fromkeys(_FALSE.split(), False),
    **dict.fromkeys(_NULL.split()),
    "repository_object_format": "sha1",
    "security_and_compliance_access_level": "private",
    "package_registry_access_level": "public",
    "open_issues_count": 0,
    "shared_with_groups": [],
    "merge_method": "ff",
    "squash_option": "default_off",
    "external_authorization_classification_label": "",
    "compliance_frameworks": [],
    "permissions": {"project_access": None, "group_access": None},
}
"""Key → value, as recorded in 2026."""
