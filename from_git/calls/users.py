"""Whose credentials are: those of one user are one account to their forge."""

import hashlib
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from from_git.calls.account import Account, Permit
from from_git.memory import Memory

_KNOWN = 86_400.0  # seconds for which it is remembered


class Users:
    """The users of several accounts of one host. Safe from any thread.

    Accounts of one user share what the first of them may spend: from the start where the setting names the user, else
    as soon as the forge has told.

    Args:
        accounts: in the order of the setting.
        asks: whether the forge can be asked.
    """

    def __init__(self, accounts: Sequence[Account], memory: Memory, asks: bool) -> None:
        self._accounts = accounts
        self._memory = memory
        self._asks = asks
        self._lock = threading.Lock()
        self._users: dict[Account, str] = {}
        self._telling: Counter[Account] = Counter()  # calls under way that ask
        names = [account.authorization.user.casefold() for account in accounts]
        for account, name in zip(accounts, names, strict=True):
            if name:
                self._unite(account, accounts[names.index(name)])

    def wanted(self, account: Account) -> bool:
        """Whether the next call through `account` should ask whose it is; `told` takes the answer."""
        return self._asks and account not in self._users

    def tells(self, account: Account) -> bool:
        """Whether a call is under way that asks whose an account is."""
        return self._telling[account] > 0 and self.wanted(account)

    def telling(self, permit: Permit) -> Permit:
        """The permit of a call, which may be one that asks."""
        account = permit.account
        if not self.wanted(account):
            return permit
        with self._lock:
            self._telling[account] += 1

        def over() -> None:
            permit.over()
            with self._lock:
                self._telling[account] -= 1

        return replace(permit, over=over)

    def told(self, account: Account, user: str) -> None:
        """Take in the forge's name for the user of an account; empty: it does not tell."""
        known = user and hashlib.sha256(user.encode()).hexdigest()[:32]
        if self._take(account, known) and known:
            self._memory.set(self._key(account), known, timeout=_KNOWN)

    def refresh(self) -> None:
        """Learn what other processes were told; it may ask a shared cache."""
        for account in self._accounts:
            user = self._memory.get(self._key(account)) if self.wanted(account) else None
            if isinstance(user, str):
                self._take(account, user)

    def _take(self, account: Account, user: str) -> bool:
        """Whether it was not known."""
        with self._lock:
            if account in self._users:
                return False
            self._users[account] = user
            first, *others = [one for one in self._accounts if self._users.get(one) == user]
            for one in others if user else ():
                self._unite(one, first)
            return True

    def _unite(self, account: Account, first: Account) -> None:
        """Let `account`, and those that share what it has, share what `first` has instead."""
        before = account.budget
        if before is first.budget:
            return
        account.share(first)
        for one in self._accounts:
            if one.budget is before:
                one.follow(first)

    def _key(self, account: Account) -> str:
        return f"from-git:user:{account.key}"
