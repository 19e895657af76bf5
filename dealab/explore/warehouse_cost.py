"""Explorer: a Redshift cluster against Redshift Serverless, by busy hours a day.

Prices (US East, N. Virginia) and what is billed: https://aws.amazon.com/redshift/pricing/, checked
2026-11-23. Storage is left out; it costs about the same in both.
"""

NODE_HOUR, RPU_HOUR = 0.543, 0.375  # USD
DAYS = 30.4  # of a month

ABOUT = (
    "<p>Cluster = nodes × price × hours that it runs (24, or the busy hours and an hour around "
    "them if it is paused). Serverless = RPUs × price × busy hours. Prices on demand, US East; no "
    "storage, no reservations. Formula: <code>dealab.explore.warehouse_cost.monthly</code>. "
    'Source: <a href="https://aws.amazon.com/redshift/pricing/">Redshift pricing</a>.</p>'
)


def monthly(busy: float, nodes: int, rpus: int, pause: bool) -> tuple[float, float]:
    """Return the USD of a month for (cluster, serverless) with ``busy`` hours a day."""
    running = min(24.0, busy + 1) if pause else 24.0
    return nodes * NODE_HOUR * running * DAYS, rpus * RPU_HOUR * busy * DAYS


def crossing(nodes: int, rpus: int) -> float:
    """Return the busy hours a day above which a cluster that always runs is cheaper (24: never)."""
    return min(24.0, nodes * NODE_HOUR * 24 / (rpus * RPU_HOUR))


def warehouse_cost():
    """Show sliders: busy hours, nodes, RPUs, pausing. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(busy, nodes, rpus, pause):
        hours = [quarter / 4 for quarter in range(97)]
        lines = [monthly(hour, nodes, rpus, pause == "at night") for hour in hours]
        cluster, serverless = monthly(busy, nodes, rpus, pause == "at night")
        figure = Figure(figsize=(7, 2.6), layout="constrained")
        axes = figure.subplots()
        axes.plot(hours, [one for one, _ in lines], color="#4c78a8", label="cluster")
        axes.plot(hours, [other for _, other in lines], color="#f58518", label="serverless")
        axes.scatter([busy, busy], [cluster, serverless], color=["#4c78a8", "#f58518"], zorder=3)
        axes.set(xlabel="busy hours a day", ylabel="USD a month", xlim=(0, 24), ylim=(0, None))
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        cheaper = "the cluster" if cluster < serverless else "serverless"
        words = (
            f"With {busy:g} busy hours a day the cluster costs {cluster:,.0f} USD a month and "
            f"serverless {serverless:,.0f}: {cheaper} is cheaper. Against a cluster that always "
            f"runs the lines cross at {crossing(nodes, rpus):.1f} hours."
        )
        return figure, f"Cost of a month against busy hours a day. {words}", words

    controls = {
        "busy": _panel.number("Busy hours a day", 6.0, 0.0, 24.0, 0.5),
        "nodes": _panel.integer("Nodes of the cluster", 2, 1, 16),
        "rpus": _panel.integer("RPUs of serverless", 8, 8, 128, 8),
        "pause": _panel.choice("Pause the cluster", ["never", "at night"]),
    }
    return _panel.Panel(draw, controls, ABOUT)
