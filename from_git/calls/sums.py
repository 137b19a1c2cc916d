"""What several accounts can pay together for one request, and the part of each."""

import math
from collections.abc import Sequence
from functools import reduce
from operator import add

from from_git.askers import Asker
from from_git.calls.budget import Budget
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.reported import ReportedLimit
from from_git.calls.retries import usable
from from_git.calls.shares import Stand
from from_git.errors import BudgetError


def parts(amount: float, payable: Sequence[float], whole: bool) -> list[float]:
    """`amount` divided over accounts in proportion to what each can pay of it.

    Args:
        payable: infinite where nothing bounds it.
        whole: whether the parts are whole numbers, as calls are.
    """
    weights = [min(one, amount) for one in payable]
    total = sum(weights)
    if total <= 0.0:
        return [0.0] * len(payable)
    shares = [amount * weight / total for weight in weights]
    if not whole:
        return shares
    rounded = [float(math.floor(share)) for share in shares]
    rest = math.ceil(amount - sum(rounded))
    for place in sorted(range(len(shares)), key=lambda place: rounded[place] - shares[place])[:rest]:
        rounded[place] += 1.0
    return rounded


def foresee(budgets: Sequence[Budget], asker: Asker, amount: float, seconds: float, likely: float = 0.0) -> None:
    """As `Plans.foresee`, for several budgets together.

    Raises:
        BudgetError: see `Plans.plan`.
    """
    if len(budgets) == 1:
        budgets[0].plans.foresee(asker, amount, seconds, likely)
        return
    payable = _payable(budgets, asker, None, amount, seconds)
    for budget, part in zip(budgets, parts(max(amount, likely), payable, not budgets[0].timed), strict=True):
        budget.plans.expect(asker, part)


def plan(budgets: Sequence[Budget], group: FetchGroup, amount: float, seconds: float) -> None:
    """As `Plans.plan`, for several budgets together.

    Raises:
        BudgetError: see `Plans.plan`.
    """
    if len(budgets) == 1:
        budgets[0].plans.plan(group, amount, seconds)
        return
    payable = _payable(budgets, group.asker, group, amount, seconds)
    for budget, part in zip(budgets, parts(amount, payable, not budgets[0].timed), strict=True):
        budget.plans.set_aside(group, part)


def plan_by_horizon(budgets: Sequence[Budget], group: FetchGroup, amount: float) -> None:
    """As `plan`, within the time of the group; where its deadline is too soon and its horizon is not, it is late.

    Raises:
        BudgetError: it cannot be paid until the horizon either; see `Plans.plan`.
        Cancelled: the group has ended.
    """
    left, longest = group.time_left(), group.horizon_left()
    try:
        plan(budgets, group, amount, usable(left))
    except BudgetError as error:
        if longest <= left:
            raise
        # not set aside: it would keep small answers from being paid for minutes
        foresee(budgets, group.asker, amount, usable(longest))
        group.late(error)


def plan_reported(limits: Sequence[ReportedLimit], group: FetchGroup, amount: float, seconds: float) -> None:
    """As `ReportedLimit.plan`, for several limits together.

    Raises:
        BudgetError: see `ReportedLimit.plan`.
    """
    if len(limits) == 1:
        limits[0].plan(group, amount, seconds)
        return
    rests = [one.rest(group) for one in limits]
    payable = [left if wait > seconds else math.inf for left, wait in rests]
    if amount > sum(payable):
        raise limits[0].lacking(amount, int(sum(payable)), min(wait for _, wait in rests), len(limits))
    for limit, part in zip(limits, parts(amount, payable, whole=False), strict=True):
        limit.set_aside(group, part)


def _payable(
    budgets: Sequence[Budget], asker: Asker, group: FetchGroup | None, amount: float, seconds: float
) -> list[float]:
    """What each can pay; raises BudgetError where all together cannot pay `amount`."""
    stands = [budget.plans.stand(asker, group) for budget in budgets]
    bounded: list[Stand] = [one for one in stands if one is not None]
    if len(bounded) == len(stands) and (lacking := reduce(add, bounded).shortfall(amount, seconds)):
        reason, advice = budgets[0].terms.refusal(
            lacking, [one.outlook.at().limit + one.outlook.at().kept for one in bounded]
        )
        raise BudgetError(reason, lacking.wait, advice)
    return [math.inf if one is None else one.payable(seconds) for one in stands]
