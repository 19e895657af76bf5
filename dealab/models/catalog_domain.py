"""A domain of SageMaker Catalog (DataZone): units, policies, projects, subscriptions.

    domain = Domain("fernway", owner="ada")
    domain.add_unit("ada", "marketing")
    domain.add_policy("ada", "marketing", "CREATE_PROJECT", "ben")
    domain.create_project("ben", "campaigns", "marketing")

A model of who may do what and who can read; data and infrastructure are left out. Names follow the
DataZone API, which SageMaker Catalog uses (its service model in boto3, read 2026-11-24):
ManagedPolicyType, UserDesignation, SubscriptionStatus, AddPolicyGrant (includeChildDomainUnits),
AcceptSubscriptionRequest (assetScopes), RevokeSubscription (retainPermissions).

https://docs.aws.amazon.com/sagemaker-unified-studio/latest/adminguide/domain-units.html
https://docs.aws.amazon.com/datazone/latest/userguide/publishing-data-asset.html
(read 2026-11-24 and 2026-11-23)
Left out: glossary terms and forms, other policies and designations, groups, data products, metadata
rules, environments, and the time that grants take.
"""

from dataclasses import dataclass, field

POLICIES = ("CREATE_DOMAIN_UNIT", "CREATE_PROJECT", "ADD_TO_PROJECT_MEMBER_POOL")
OWNER, CONTRIBUTOR = "PROJECT_OWNER", "PROJECT_CONTRIBUTOR"
VIEWER = "PROJECT_CATALOG_VIEWER"
EVERYBODY = "*"


class Refused(Exception):
    """What the domain does not allow, in words."""


@dataclass
class Unit:
    """A domain unit. ``grants``: (policy, user, also in child units)."""

    name: str
    parent: str | None
    owners: set[str]
    grants: set[tuple[str, str, bool]] = field(default_factory=set)


@dataclass
class Project:
    """A project: its unit and the designation of each member."""

    name: str
    unit: str
    members: dict[str, str]


@dataclass
class Subscription:
    """A project's request for an asset. ``columns``: an asset filter; None is all of them."""

    project: str
    asset: str
    reason: str
    status: str = "PENDING"
    columns: tuple[str, ...] | None = None
    granted: bool = False


class Domain:
    """The whole: units below a root unit of the domain's name, projects, assets, subscriptions."""

    def __init__(self, name: str, owner: str):
        self.root = name
        self.units = {name: Unit(name, None, {owner})}
        self.projects: dict[str, Project] = {}
        self.assets: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.subscriptions: list[Subscription] = []

    # --- units and policies -----------------------------------------------------------

    def above(self, unit: str) -> list[Unit]:
        """Return a unit and the units above it."""
        found = []
        while unit is not None:
            if unit not in self.units:
                raise Refused(f"there is no domain unit {unit}")
            found.append(self.units[unit])
            unit = self.units[unit].parent
        return found

    def may(self, user: str, policy: str, unit: str) -> bool:
        """Tell whether a policy grant here, or one above that reaches child units, names a user.

        Owners of the unit or of one above it may, too.
        """
        for depth, one in enumerate(self.above(unit)):
            if user in one.owners:
                return True
            for who in (user, EVERYBODY):
                if (policy, who, True) in one.grants:
                    return True
                if depth == 0 and (policy, who, False) in one.grants:
                    return True
        return False

    def add_unit(self, by: str, name: str, parent: str | None = None, owners=()) -> None:
        parent = parent or self.root
        self._need(by, "CREATE_DOMAIN_UNIT", parent)
        self.units[name] = Unit(name, parent, set(owners) or {by})

    def add_policy(self, by: str, unit: str, policy: str, user: str, children=False) -> None:
        """AddPolicyGrant. ``children``: includeChildDomainUnits."""
        if policy not in POLICIES:
            raise ValueError(f"the model has {', '.join(POLICIES)}")
        if not any(by in one.owners for one in self.above(unit)):
            raise Refused(f"{by} does not own {unit}")
        self.units[unit].grants.add((policy, user, children))

    def _need(self, user: str, policy: str, unit: str) -> None:
        if not self.may(user, policy, unit):
            raise Refused(f"{user} has no {policy} in {unit}")

    # --- projects ---------------------------------------------------------------------

    def create_project(self, by: str, name: str, unit: str) -> None:
        self._need(by, "CREATE_PROJECT", unit)
        self.projects[name] = Project(name, unit, {by: OWNER})

    def add_member(self, by: str, project: str, user: str, designation: str = CONTRIBUTOR) -> None:
        """Owners of the project add members, who must be in the pool of the project's unit."""
        self._member(by, project, OWNER)
        self._need(user, "ADD_TO_PROJECT_MEMBER_POOL", self.projects[project].unit)
        self.projects[project].members[user] = designation

    def remove_member(self, by: str, project: str, user: str) -> None:
        self._member(by, project, OWNER)
        self.projects[project].members.pop(user, None)

    def _member(self, user: str, project: str, *designations: str) -> None:
        if self.projects[project].members.get(user) not in designations:
            raise Refused(f"{user} is not {' or '.join(designations)} of {project}")

    # --- assets and subscriptions -----------------------------------------------------

    def publish(self, by: str, project: str, asset: str, columns) -> None:
        self._member(by, project, OWNER, CONTRIBUTOR)
        self.assets[asset] = (project, tuple(columns))

    def search(self, words: str) -> list[str]:
        """Every user of the domain finds what is published. Finding is not reading."""
        return [name for name in self.assets if words in name]

    def request(self, by: str, project: str, asset: str, reason: str) -> int:
        """CreateSubscriptionRequest: for a project, never for a person. Return its number."""
        self._member(by, project, OWNER, CONTRIBUTOR)
        if asset not in self.assets:
            raise Refused(f"{asset} is not published")
        self.subscriptions.append(Subscription(project, asset, reason))
        return len(self.subscriptions) - 1

    def accept(self, by: str, number: int, columns=None) -> None:
        """AcceptSubscriptionRequest. ``columns``: the scope of the grant."""
        one = self._pending(by, number)
        one.status, one.granted = "APPROVED", True
        one.columns = None if columns is None else tuple(columns)

    def reject(self, by: str, number: int) -> None:
        self._pending(by, number).status = "REJECTED"

    def revoke(self, by: str, number: int, retain_permissions: bool = False) -> None:
        """RevokeSubscription, by the publisher. ``retain_permissions`` leaves the grant."""
        one = self.subscriptions[number]
        self._member(by, self.assets[one.asset][0], OWNER, CONTRIBUTOR)
        one.status, one.granted = "REVOKED", one.granted and retain_permissions

    def cancel(self, by: str, number: int) -> None:
        """CancelSubscription, by the subscriber."""
        one = self.subscriptions[number]
        self._member(by, one.project, OWNER, CONTRIBUTOR)
        one.status, one.granted = "CANCELLED", False

    def _pending(self, by: str, number: int) -> Subscription:
        one = self.subscriptions[number]
        self._member(by, self.assets[one.asset][0], OWNER, CONTRIBUTOR)
        if one.status != "PENDING":
            raise Refused(f"the request is {one.status}")
        return one

    def reads(self, user: str, asset: str) -> set[str]:
        """Return the columns that a user can read, through the projects that he is a member of."""
        owner, columns = self.assets[asset]
        working = {
            name
            for name, project in self.projects.items()
            if project.members.get(user) in (OWNER, CONTRIBUTOR)
        }
        seen = set(columns) if owner in working else set()
        for one in self.subscriptions:
            if one.asset == asset and one.granted and one.project in working:
                seen.update(columns if one.columns is None else one.columns)
        return seen
