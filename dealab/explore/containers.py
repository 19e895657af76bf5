"""Explorer: packing containers by CPU and memory, on EC2 instances and on Fargate."""

from dataclasses import dataclass, field

# vCPU, GiB of common shapes: general purpose, compute-optimized, memory-optimized.
SHAPES = {"4 vCPU, 16 GiB": (4, 16), "4 vCPU, 8 GiB": (4, 8), "4 vCPU, 32 GiB": (4, 32)}

API = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/"
ABOUT = (
    "<p>Model: each task reserves its CPU units (1,024 = one vCPU) and MiB. binpack takes the "
    "instance with the least memory left that has room; spread takes the one with the fewest "
    "tasks, over four instances to begin with. Fargate rounds up to the next pair it sells. What "
    "agent and system keep for themselves is left out. Sources: "
    f'<a href="{API}API_PlacementStrategy.html">PlacementStrategy</a>, '
    f'<a href="{API}API_RegisterTaskDefinition.html">Fargate sizes</a>.</p>'
)

# CPU units -> MiB that Fargate takes with them (API_RegisterTaskDefinition).
FARGATE = {
    256: [512, 1024, 2048],
    512: list(range(1024, 4097, 1024)),
    1024: list(range(2048, 8193, 1024)),
    2048: list(range(4096, 16385, 1024)),
    4096: list(range(8192, 30721, 1024)),
    8192: list(range(16384, 61441, 4096)),
    16384: list(range(32768, 122881, 8192)),
}


@dataclass
class Node:
    """An instance: what is left (CPU units, MiB) and how many tasks it runs."""

    cpu: int
    mib: int
    tasks: int = field(default=0)


def pack(tasks, cpu, mib, node_cpu, node_mib, strategy="binpack", nodes=1):
    """Place ``tasks`` equal tasks (CPU units, MiB each) and return the list of nodes used.

    binpack: the fullest node with room (least memory left), a new node when none has room: what the
    ECS strategy of that name does. spread: ``nodes`` nodes from the start, the emptiest first, more
    when all are full. Raises ValueError when one task does not fit an empty node.
    """
    if cpu > node_cpu or mib > node_mib:
        raise ValueError(
            f"a task of {cpu} CPU units and {mib} MiB does not fit a node of "
            f"{node_cpu} units and {node_mib} MiB"
        )
    placed = [Node(node_cpu, node_mib) for _ in range(nodes if strategy == "spread" else 0)]
    for _ in range(tasks):
        room = [node for node in placed if node.cpu >= cpu and node.mib >= mib]
        if not room:
            placed.append(Node(node_cpu, node_mib))
            room = placed[-1:]
        pick = min(room, key=lambda n: n.mib if strategy == "binpack" else n.tasks)
        pick.cpu -= cpu
        pick.mib -= mib
        pick.tasks += 1
    return placed


def fargate_size(cpu, mib):
    """Return the smallest Fargate pair (CPU units, MiB) that holds the request, or None."""
    fits = ((c, m) for c, sizes in FARGATE.items() if c >= cpu for m in sizes if m >= mib)
    return next(fits, None)


def containers():
    """Return a panel of sliders: which resource runs out first?"""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    def draw(tasks, cpu, mib, shape, strategy):
        vcpu, gib = SHAPES[shape]
        node_cpu, node_mib = vcpu * 1024, gib * 1024
        figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
        fargate = fargate_size(cpu, mib)
        try:
            nodes = pack(tasks, cpu, mib, node_cpu, node_mib, strategy, nodes=4)
        except ValueError as error:
            axes.text(0.5, 0.5, str(error), ha="center", va="center", wrap=True)
            axes.axis("off")
            return figure, str(error), str(error)
        names = [f"{n + 1}" for n in range(len(nodes))]
        used_cpu = [100 * (1 - node.cpu / node_cpu) for node in nodes]
        used_mib = [100 * (1 - node.mib / node_mib) for node in nodes]
        places = range(len(nodes))
        axes.bar([p - 0.2 for p in places], used_cpu, 0.4, label="CPU", color="#4c78a8")
        axes.bar([p + 0.2 for p in places], used_mib, 0.4, label="memory", color="#f0a35e")
        axes.set_xticks(list(places), names)
        axes.set_ylim(0, 112)
        axes.set_ylabel("reserved, %")
        axes.set_xlabel("instance")
        axes.legend(ncols=2, loc="upper right", frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        mean_cpu, mean_mib = sum(used_cpu) / len(nodes), sum(used_mib) / len(nodes)
        short = "CPU" if mean_cpu > mean_mib else "memory"
        size = f"{fargate[0]} units and {fargate[1]} MiB" if fargate else "no size is large enough"
        words = (
            f"{tasks} tasks of {cpu} CPU units and {mib} MiB need {len(nodes)} instances "
            f"of {shape} with {strategy}. {mean_cpu:.0f}% of the CPU and "
            f"{mean_mib:.0f}% of the memory are reserved: {short} runs out first. Fargate would "
            f"bill each task as {size}."
        )
        return figure, f"Reserved CPU and memory of each instance. {words}", words

    controls = {
        "tasks": _panel.integer("Tasks", 16, 1, 60),
        "cpu": _panel.integer("CPU units per task", 512, 128, 8192, 128),
        "mib": _panel.integer("Memory per task (MiB)", 3072, 256, 32768, 256),
        "shape": _panel.choice("Instance", list(SHAPES), "4 vCPU, 16 GiB"),
        "strategy": _panel.choice("Placement", ["binpack", "spread"], "binpack"),
    }
    return _panel.Panel(draw, controls, ABOUT)
