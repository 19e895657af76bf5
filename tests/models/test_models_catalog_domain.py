"""A domain of SageMaker Catalog, after the DataZone API and the guide on domain units.

https://docs.aws.amazon.com/sagemaker-unified-studio/latest/adminguide/domain-units.html
"""

import botocore.session
import pytest

from dealab.models import catalog_domain
from dealab.models.catalog_domain import CONTRIBUTOR, OWNER, VIEWER, Domain, Refused

COLUMNS = ("customer_id", "state", "email")


@pytest.fixture
def domain():
    """Units marketing > social; crm publishes customers."""
    made = Domain("fernway", owner="root")
    made.add_unit("root", "marketing", owners=["mia"])
    made.add_unit("mia", "social", parent="marketing")
    for user in ("ben", "zoe"):
        made.add_policy("root", "fernway", "ADD_TO_PROJECT_MEMBER_POOL", user, children=True)
    made.create_project("root", "crm", "fernway")
    made.publish("root", "crm", "customers", COLUMNS)
    made.create_project("mia", "campaigns", "marketing")
    made.add_member("mia", "campaigns", "ben")
    return made


def test_the_names_are_those_of_the_api():
    # The model alone: a client would look for credentials, and leave the machine to do so.
    shapes = botocore.session.get_session().get_service_model("datazone")
    assert set(catalog_domain.POLICIES) <= set(shapes.shape_for("ManagedPolicyType").enum)
    assert {OWNER, CONTRIBUTOR, VIEWER} <= set(shapes.shape_for("UserDesignation").enum)
    assert set(shapes.shape_for("SubscriptionStatus").enum) == {"APPROVED", "REVOKED", "CANCELLED"}


@pytest.mark.proves("SageMaker Catalog", "Domain units and policies that cascade", kind="model")
def test_policies_of_units(domain):
    with pytest.raises(Refused, match="ben has no CREATE_PROJECT in social"):
        domain.create_project("ben", "posts", "social")
    domain.add_policy("mia", "marketing", "CREATE_PROJECT", "ben")
    domain.create_project("ben", "mailing", "marketing")
    with pytest.raises(Refused, match="social"):
        domain.create_project("ben", "posts", "social")
    domain.add_policy("mia", "marketing", "CREATE_PROJECT", "ben", children=True)
    domain.create_project("ben", "posts", "social")
    with pytest.raises(Refused, match="does not own"):
        domain.add_policy("mia", "fernway", "CREATE_PROJECT", "mia")
    with pytest.raises(Refused, match="no domain unit"):
        domain.create_project("mia", "x", "nowhere")
    with pytest.raises(ValueError, match="CREATE_PROJECT"):
        domain.add_policy("mia", "marketing", "DANCE", "ben")


@pytest.mark.proves("SageMaker Catalog", "Projects, members and designations", kind="model")
def test_members_of_projects(domain):
    with pytest.raises(Refused, match="PROJECT_OWNER of campaigns"):
        domain.add_member("ben", "campaigns", "zoe")
    with pytest.raises(Refused, match="ADD_TO_PROJECT_MEMBER_POOL"):
        domain.add_member("mia", "campaigns", "stranger")
    domain.add_member("mia", "campaigns", "zoe", VIEWER)
    with pytest.raises(Refused, match="CONTRIBUTOR of campaigns"):
        domain.request("zoe", "campaigns", "customers", "curious")


@pytest.mark.proves("SageMaker Catalog", "Subscriptions: scope, revoke, cancel", kind="model")
def test_subscriptions_are_of_projects(domain):
    assert domain.search("custom") == ["customers"]
    assert domain.reads("ben", "customers") == set()
    number = domain.request("ben", "campaigns", "customers", "mailing")
    with pytest.raises(Refused, match="of crm"):
        domain.accept("mia", number)
    domain.accept("root", number, columns=["customer_id", "state"])
    assert domain.reads("ben", "customers") == {"customer_id", "state"}
    assert domain.reads("zoe", "customers") == set()
    domain.add_member("mia", "campaigns", "zoe")
    assert domain.reads("zoe", "customers") == {"customer_id", "state"}
    domain.remove_member("mia", "campaigns", "ben")
    assert domain.reads("ben", "customers") == set()
    assert domain.reads("root", "customers") == set(COLUMNS)
    with pytest.raises(Refused, match="APPROVED"):
        domain.reject("root", number)


def test_the_end_of_a_subscription(domain):
    numbers = [domain.request("ben", "campaigns", "customers", "x") for _ in range(2)]
    for number in numbers:
        domain.accept("root", number)
    domain.cancel("ben", numbers[0])
    domain.revoke("root", numbers[1], retain_permissions=True)
    assert domain.subscriptions[1].status == "REVOKED"
    assert domain.reads("ben", "customers") == set(COLUMNS)  # the grant was left
    domain.revoke("root", numbers[1])
    assert domain.reads("ben", "customers") == set()
    with pytest.raises(Refused, match="not published"):
        domain.request("ben", "campaigns", "nothing", "x")
