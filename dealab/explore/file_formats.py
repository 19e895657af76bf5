"""Explorer: file format, compression, columns and partitions against bytes scanned."""

from collections.abc import Mapping

ABOUT = (
    "<p>Model: GB scanned = size as CSV &times; size of the format as a share of the CSV &times; "
    "partitions &times; columns (Parquet only). Cost = queries &times; max(GB, 10 MB) &times; $5 "
    'per TB. Source: <a href="https://aws.amazon.com/athena/pricing/">Amazon Athena pricing</a>. '
    "Parquet's footer and the row groups that its statistics skip are left out.</p>"
)

# Size of Fernway's order lines in each form, as a share of the plain CSV (lesson 1.2 measures it).
SHARES = {
    "CSV": 1.00,
    "CSV, gzip": 0.15,
    "JSON lines": 3.42,
    "Parquet, snappy": 0.18,
    "Parquet, zstd": 0.14,
}
MINIMUM_GB = 10 / 1024  # Athena bills 10 MB at least for each query


def is_columnar(form: str) -> bool:
    return form.startswith("Parquet")


def scanned_gb(csv_gb, share, columnar, columns, partitions):
    """Return the GB that one query reads.

    csv_gb: size of the table as plain CSV; share: size in this form divided by csv_gb;
    columns, partitions: shares (0 to 1) of the bytes that the query needs. Only a columnar file
    lets the engine skip columns; partitions are folders, so any format can skip them. The footer of
    a Parquet file and the row groups that its statistics skip are left out.
    """
    return csv_gb * share * partitions * (columns if columnar else 1)


def monthly_usd(gb, queries, usd_per_tb=5.0):
    """Return the Athena bill for ``queries`` queries of ``gb`` each (10 MB minimum a query).

    Source of the price and the minimum: https://aws.amazon.com/athena/pricing/
    """
    return queries * max(gb, MINIMUM_GB) / 1024 * usd_per_tb


def objects(csv_gb, share, file_mb):
    """Return how many S3 objects hold the table when each has ``file_mb`` MB (at least one)."""
    return max(1, round(csv_gb * share * 1024 / file_mb))


def file_formats(shares: Mapping[str, float] = SHARES):
    """Return a panel of sliders; ``shares``: format -> size as a share of the CSV's."""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    def draw(csv_gb, columns, partitions, form, file_mb, queries):
        read = {
            name: scanned_gb(csv_gb, share, is_columnar(name), columns / 100, partitions / 100)
            for name, share in shares.items()
        }
        figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
        colors = ["#b35806" if name == form else "#7f9fbf" for name in read]
        bars = axes.barh(list(read), list(read.values()), color=colors)
        axes.bar_label(bars, fmt="%.2f GB", padding=3)
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.set_xlabel("GB scanned by one query")
        axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"{form}: {read[form]:.2f} GB a query, ${monthly_usd(read[form], queries):,.2f} for "
            f"{queries:,} queries a month, {objects(csv_gb, shares[form], file_mb):,} objects of "
            f"{file_mb} MB to list and open."
        )
        all_of_them = ", ".join(f"{name} {gb:.2f} GB" for name, gb in read.items())
        return figure, f"GB scanned by one query: {all_of_them}. {words}", words

    controls = {
        "csv_gb": _panel.integer("Table as CSV (GB)", 100, 1, 1000),
        "columns": _panel.integer("Columns read (% of bytes)", 20, 1, 100),
        "partitions": _panel.integer("Partitions read (%)", 100, 1, 100),
        "form": _panel.choice("Format to price", list(shares), list(shares)[-1]),
        "file_mb": _panel.integer("Size of each file (MB)", 128, 1, 512),
        "queries": _panel.integer("Queries a month", 1000, 100, 20000, 100),
    }
    return _panel.Panel(draw, controls, ABOUT)
