"""Are containers placed as ECS places them, and rounded as Fargate rounds them?"""

import importlib

import pytest

module = importlib.import_module("dealab.explore.containers")


def test_binpack_fills_one_node_before_the_next():
    nodes = module.pack(10, 512, 3072, 4096, 16384)
    assert [node.tasks for node in nodes] == [5, 5]
    assert nodes[0].mib == 16384 - 5 * 3072


def test_spread_uses_all_nodes_evenly():
    assert [n.tasks for n in module.pack(10, 512, 3072, 4096, 16384, "spread", 4)] == [3, 3, 2, 2]


def test_spread_adds_a_node_when_all_are_full():
    assert len(module.pack(9, 4096, 1024, 4096, 16384, "spread", 4)) == 9


def test_the_scarcer_resource_decides():
    assert len(module.pack(8, 2048, 256, 4096, 16384)) == 4  # CPU: two a node
    assert len(module.pack(8, 128, 8192, 4096, 16384)) == 4  # memory: two a node


def test_a_task_larger_than_a_node_is_refused_with_numbers():
    with pytest.raises(ValueError, match="20000 MiB does not fit a node of 4096 units and 16384"):
        module.pack(1, 1024, 20000, 4096, 16384)


@pytest.mark.parametrize(
    ("asked", "sold"),
    [
        ((256, 512), (256, 512)),
        ((256, 3000), (512, 3072)),
        ((300, 600), (512, 1024)),
        ((1024, 1024), (1024, 2048)),
        ((4096, 30720), (4096, 30720)),
        ((4096, 30721), (8192, 32768)),
        ((16384, 122880), (16384, 122880)),
        ((16384, 122881), None),
    ],
)
def test_fargate_rounds_up_to_a_pair_it_sells(asked, sold):
    assert module.fargate_size(*asked) == sold
