"""The picture of a state machine and of the path that an execution took."""

import json
from xml.etree import ElementTree

import boto3
import pytest

from dealab import views
from dealab.cloud import start_aws

STATES = {
    "Check": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Each"}],
        "Default": "Nothing",
    },
    "Nothing": {"Type": "Succeed"},
    "Each": {
        "Type": "Map",
        "ItemsPath": "$.l",
        "ItemProcessor": {"StartAt": "Copy", "States": {"Copy": {"Type": "Pass", "End": True}}},
        "ResultPath": None,
        "Next": "Call",
    },
    "Call": {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "nobody & co"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell <all>"}],
        "End": True,
    },
    "Tell <all>": {"Type": "Wait", "Seconds": 60, "Next": "Stop"},
    "Stop": {"Type": "Fail", "Error": "E"},
}


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def execution(aws):
    states = boto3.client("stepfunctions")
    document = json.dumps({"StartAt": "Check", "States": STATES})
    machine = states.create_state_machine(name="m", definition=document, roleArn=aws.role)
    arn = machine["stateMachineArn"]
    return states.start_execution(stateMachineArn=arn, input='{"n": 2, "l": [1, 2]}')[
        "executionArn"
    ]


def texts(picture) -> list[str]:
    root = ElementTree.fromstring(picture.svg)
    return [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.proves(
    "Step Functions", "Picture of the graph with the path taken (views.execution)", kind="real"
)
def test_the_picture_tells_what_happened_in_each_state(aws, execution):
    assert "Wait · running" in texts(views.execution(execution))
    aws.wait_for(execution)
    picture = views.execution(execution)
    found = texts(picture)
    outcomes = dict(
        zip(found[found.index("Check") :: 2], found[found.index("Check") + 1 :: 2], strict=True)
    )
    assert outcomes == {
        "Check": "Choice · succeeded",
        "Nothing": "Succeed · not reached",
        "Each": "Map · succeeded",
        "Copy": "Pass · succeeded",
        "Call": "Task · caught",
        "Tell <all>": "Wait · succeeded",
        "Stop": "Fail · failed",
    }
    assert "Path: Check to Each to Copy to Copy to Call to Tell <all> to Stop." in picture.alt
    assert "Not reached: Nothing." in picture.alt


def test_a_definition_alone_is_drawn_without_outcomes():
    picture = views.machine({"StartAt": "Check", "States": STATES})
    assert "Choice" in texts(picture)
    assert not any("reached" in text for text in texts(picture))
    assert "Check (Choice) goes to Each, Nothing." in picture.alt


def test_a_loop_does_not_stop_the_drawing():
    loop = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    assert texts(views.machine({"StartAt": "A", "States": loop})) == ["A", "Pass", "B", "Pass"]
