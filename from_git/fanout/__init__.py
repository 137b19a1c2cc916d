"""Task groups over global thread pools: which task runs next, when a group is over, which task failed first."""

from from_git.fanout.group import TaskGroup
from from_git.fanout.pool import Pool
from from_git.fanout.width import Width

__all__ = ["Pool", "TaskGroup", "Width"]
