"""Does each guard on the way stop what it should, and only that?"""

import importlib

import pytest

module = importlib.import_module("dealab.explore.packet_path")


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({}, "reaches the server"),
        ({"subnet": "private"}, "no public"),
        ({"group": "nothing"}, "no ingress rule"),
        ({"group": "443 from 10.0.0.0/16"}, "no ingress rule"),
        ({"inward": "443 denied by rule 90"}, "rule 90 denies"),
        ({"outward": "443 only"}, "egress answers"),
        ({"outward": "answers: 1024-65535"}, "reaches the server"),
    ],
)
def test_one_guard_at_a_time(moves, words):
    panel = module.packet_path()
    panel.set(**moves)
    assert words in panel.words
