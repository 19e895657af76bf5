"""The objects of a bucket with their storage classes, and what they cost."""


def storage_classes(bucket: str):
    """One row per storage class of a bucket's versions.

    Columns: class, objects (versions), bytes, dollars_a_month (a model: prices of US East, see
    ``dealab.models.storage_costs``).
    """
    import boto3
    import pandas

    from dealab.models.storage_costs import PRICES, storage

    rows: dict[str, dict] = {}
    for page in boto3.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket):
        for version in page.get("Versions", []):
            name = version.get("StorageClass", "STANDARD")
            row = rows.setdefault(
                name, {"class": name, "objects": 0, "bytes": 0, "dollars_a_month": 0.0}
            )
            row["objects"] += 1
            row["bytes"] += version["Size"]
            row["dollars_a_month"] += storage(name, version["Size"]) if name in PRICES else 0.0
    columns = ["class", "objects", "bytes", "dollars_a_month"]
    return pandas.DataFrame(rows.values(), columns=columns).sort_values("class", ignore_index=True)


def storage_costs(rules: list, size: int, objects: int, years: int = 3):
    """What ``objects`` of ``size`` bytes each cost under lifecycle ``rules``, by year and class.

    A model (``dealab.models.storage_costs.years``); dollars, with a total.
    """
    import pandas

    from dealab.models import storage_costs as model

    table = pandas.DataFrame(model.years(rules, size, objects, years))
    table["total"] = table[["storage", "transitions", "early_deletion"]].sum(axis=1)
    return table.round(2)
