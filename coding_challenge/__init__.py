"""The Django project around from_git."""
