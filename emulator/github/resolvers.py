"""Resolvers of the fields that take arguments or lead to other objects; all other fields are copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import graphql

from emulator.github.cost import Cost
from emulator.github.errors import Typed, forbidden, not_found
from emulator.github.listing import Listing, check_bounds
from emulator.github.quirks import REPEAT_PAGE, spoiled, without_cursors
from emulator.github.views import Fields, OwnerView, RepositoryView, Views
from emulator.model import Owner

LARGEST_IDS = 100

GraphQLResolveInfo = graphql.GraphQLResolveInfo[Any]


@dataclass
class Visit:
    """The context of one execution.

    Attributes:
        login: the name of the account that asks.
        rate_limit: its limit, with this query already paid; None = there is none.
        quirk: the mistake that a fault asks for.
        detailed: repositories returned so far of which the query asks for objects.
        objects: objects of those that are no connections, such as licences.
    """

    views: Views
    cost: Cost
    login: str
    rate_limit: dict[str, Any] | None
    quirk: str = ""
    detailed: int = 0
    objects: int = 0
    seen: set[int] = field(default_factory=set)

    def count(self, info: GraphQLResolveInfo, repositories: int) -> None:
        """Repositories were returned by a field; they weigh where the query asks for details of them."""
        detailed = self.cost.shape.detailed
        singles = [detailed[id(node)] for node in info.field_nodes if id(node) in detailed]
        if singles:
            self.detailed += repositories
            self.objects += repositories * sum(singles)

    def bounded(self, info: GraphQLResolveInfo) -> bool:
        """Whether the connection is asked for more than totals."""
        return any(id(node) in self.cost.shape.bounded for node in info.field_nodes)

    def page(self, field: str, info: GraphQLResolveInfo, listing: Listing, arguments: dict[str, Any]) -> Fields:
        """The page of a connection, wrong in the way that a fault asks for."""
        asked = without_cursors(arguments) if self.quirk == REPEAT_PAGE else arguments
        return spoiled(self.quirk, listing.page(field, self.bounded(info), asked), arguments)


def _found(view: OwnerView | None, kind: str, login: str) -> Fields:
    if view is None or view.owner.kind != kind:
        words = "an Organization" if kind == "Organization" else "a User"
        raise not_found(f"Could not resolve to {words} with the login of '{login}'.")
    return view.fields


def organization(_source: Any, info: GraphQLResolveInfo, login: str) -> Fields:
    """Query.organization; NOT_FOUND where there is none, or where the login is a user's."""
    return _found(info.context.views.owner(login), "Organization", login)


def user(_source: Any, info: GraphQLResolveInfo, login: str) -> Fields:
    """Query.user; NOT_FOUND where there is none, or where the login is an organization's."""
    return _found(info.context.views.owner(login), "User", login)


def repository_owner(_source: Any, info: GraphQLResolveInfo, login: str) -> Fields | None:
    """Query.repositoryOwner; null without an error where there is none."""
    view: OwnerView | None = info.context.views.owner(login)
    return view.fields if view else None


def repository(source: Any, info: GraphQLResolveInfo, name: str, owner: str = "", **_: Any) -> Fields:
    """Query.repository and RepositoryOwner.repository; NOT_FOUND where there is none."""
    login = owner or source["login"]
    found: RepositoryView | None = info.context.views.repository(login, name)
    if found is None:
        raise not_found(f"Could not resolve to a Repository with the name '{login}/{name}'.")
    info.context.count(info, 1)
    return found.fields


def node(_source: Any, info: GraphQLResolveInfo, id: str) -> Fields:
    """Query.node; NOT_FOUND for an id that leads nowhere."""
    found: Fields | None = info.context.views.node(id)
    if found is None:
        raise not_found(f"Could not resolve to a node with the global id of '{id}'")
    info.context.count(info, found["__typename"] == "Repository")
    return found


def nodes(_source: Any, info: GraphQLResolveInfo, ids: list[str]) -> list[Any]:
    """Query.nodes, in the order of the ids; an id that leads nowhere gives null and NOT_FOUND at its place."""
    if len(ids) > LARGEST_IDS:
        raise Typed("ARGUMENT_LIMIT", f"You may not provide more than {LARGEST_IDS} node ids; you provided {len(ids)}.")
    found = [info.context.views.node(one) for one in ids]
    info.context.count(info, sum(one is not None and one["__typename"] == "Repository" for one in found))
    return [
        one or not_found(f"Could not resolve to a node with the global id of '{text}'")
        for one, text in zip(found, ids, strict=True)
    ]


def viewer(_source: Any, info: GraphQLResolveInfo) -> Fields:
    """Query.viewer: the account that asks. The schema has a User there, also for an installation's bot."""
    view: OwnerView = info.context.views.viewer(info.context.login)
    return view.fields


def rate_limit(_source: Any, info: GraphQLResolveInfo, **_: Any) -> dict[str, Any] | None:
    """Query.rateLimit, with this query already paid; null where there are no limits."""
    limit: dict[str, Any] | None = info.context.rate_limit
    return limit


def repositories(source: Fields, info: GraphQLResolveInfo, **arguments: Any) -> Fields:
    """RepositoryOwner.repositories: filtered, ordered, paged.

    Raises:
        Typed: `privacy` beside `visibility`, or bounds or a cursor that GitHub refuses.
    """
    if arguments.get("privacy") and arguments.get("visibility"):
        raise Typed("UNPROCESSABLE", "The `privacy` and `visibility` arguments can not be used together.")
    visit: Visit = info.context
    listing = _listing(source["view"], visit.views, arguments)
    page = visit.page("repositories", info, listing, arguments)
    visit.count(info, len(page.get("nodes", ())))
    return page


def _listing(view: OwnerView, views: Views, arguments: dict[str, Any]) -> Listing:
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    affiliations = arguments.get("ownerAffiliations")
    key = (
        order["field"],
        order["direction"],
        arguments.get("isFork"),
        arguments.get("isArchived"),
        arguments.get("privacy"),
        arguments.get("visibility"),
        tuple(sorted(affiliations if affiliations is not None else ("COLLABORATOR", "OWNER"))),
        # the emulator's account is a member of every organization, and owns and collaborates nowhere
        arguments.get("affiliations") is None
        or ("ORGANIZATION_MEMBER" in arguments["affiliations"] and view.owner.kind == "Organization"),
        # every repository has issues, none is locked
        arguments.get("hasIssuesEnabled") is not False and not arguments.get("isLocked"),
    )
    foreign = _foreign(view.owner, views) if "COLLABORATOR" in key[6] else []
    # repositories of others change without a change of this owner, so lists with them are not kept
    if foreign or key not in view.lists:
        own = view.repositories if "OWNER" in key[6] else []
        view.lists[key] = _sorted([*own, *foreign], key)
    return view.lists[key]


def _foreign(owner: Owner, views: Views) -> list[RepositoryView]:
    found = [views.repository(login, name) for login, name in owner.collaborations]
    return [view for view in found if view]


def _sorted(candidates: list[RepositoryView], key: tuple[Any, ...]) -> Listing:
    order, direction, is_fork, is_archived, privacy, visibility, _, *open_to_all = key
    chosen = [
        view
        for view in candidates
        if all(open_to_all)
        and is_fork in (None, view.repository.is_fork)
        and is_archived in (None, view.repository.is_archived)
        # internal ones count as private there
        and privacy in (None, "PRIVATE" if view.fields["isPrivate"] else "PUBLIC")
        and visibility in (None, view.fields["visibility"])
    ]
    disk = sum(view.fields["diskUsage"] for view in chosen)
    return Listing(
        ((view.mark(order), {"node": view.fields}) for view in chosen), {"totalDiskUsage": disk}, direction == "DESC"
    )


def owner(source: Fields, info: GraphQLResolveInfo) -> Fields:
    """Repository.owner."""
    view: OwnerView | None = info.context.views.owner(source["view"].owner.login)
    return view.fields if view else OwnerView(source["view"].owner).fields


def parent(source: Fields, _info: GraphQLResolveInfo) -> Fields | None:
    """Repository.parent: null for originals."""
    fields: Fields | None = source["view"].parent()
    return fields


def languages(source: Fields, info: GraphQLResolveInfo, orderBy: Any = None, **arguments: Any) -> Fields:  # noqa: N803 - GraphQL's name
    """Repository.languages."""
    listing = source["view"].languages(orderBy["direction"] if orderBy else None)
    page: Fields = info.context.page("languages", info, listing, arguments)
    return page


def topics(source: Fields, info: GraphQLResolveInfo, **arguments: Any) -> Fields:
    """Repository.repositoryTopics."""
    page: Fields = info.context.page("repositoryTopics", info, source["view"].topics(), arguments)
    return page


def stargazers(_source: Fields, _info: GraphQLResolveInfo, **_: Any) -> Fields:
    """Starrable.stargazers: FORBIDDEN for every selection, totals included (since July 2026)."""
    raise forbidden()


def watchers(source: Fields, info: GraphQLResolveInfo, **arguments: Any) -> Fields:
    """Repository.watchers: its `totalCount` may be read, its lists are FORBIDDEN as those of stargazers."""
    bounded = info.context.bounded(info)
    check_bounds("watchers", bounded, arguments)
    if bounded:
        raise forbidden()
    return {"totalCount": source["view"].repository.watchers}


def avatar_url(source: Fields, _info: GraphQLResolveInfo, size: int | None = None) -> str:
    """Actor.avatarUrl."""
    return f"https://avatars.githubusercontent.com/u/{source['databaseId']}" + (f"?s={size}" if size else "")
