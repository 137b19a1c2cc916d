"""Gitea and Forgejo: what is put there, by which calls, and what is asked."""
