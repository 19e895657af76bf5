"""The model of the policy explorer, and the panel."""

import itertools

from dealab import explore
from dealab.explore.policy_decision import ACCOUNTS, LIMIT, SAYS, outcome

NONE = "is not there"


def test_the_rules_of_the_evaluation_logic():
    for case in itertools.product(ACCOUNTS, LIMIT, SAYS, SAYS, LIMIT):
        account, scp, resource, identity, boundary = case
        if "denies" in case:
            assert not outcome(*case).allowed, case
            assert outcome(*case).explicit, case
            continue
        open_above = scp in (NONE, "allows")
        own = identity == "allows" and boundary in (NONE, "allows")
        if account == ACCOUNTS[0]:
            # A bucket policy that names the user is enough by itself, whatever the boundary says.
            expected = open_above and (resource == "allows" or own)
        else:
            expected = open_above and resource == "allows" and own
        assert outcome(*case).allowed == expected, case


def test_the_panel_says_who_decides():
    panel = explore.policy_decision()
    assert panel.words.startswith("The read is allowed")
    panel.set(resource="denies")
    assert panel.words == "The read is denied. The bucket policy decides with its Deny."
    panel.set(resource="says nothing", boundary="does not allow")
    assert panel.words == "The read is denied. The boundary decides: no Allow."
    panel.set(boundary=NONE, account=ACCOUNTS[1])
    assert panel.words == "The read is denied. The bucket policy decides: no Allow."
