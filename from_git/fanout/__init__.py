"""Task groups over global thread pools: which task runs next, when a group is over, which task failed first."""

from from_git.fanout.group import TaskGroup
from from_git.fanout.pool import Pool

__all__ = ["Pool", "TaskGroup"]
