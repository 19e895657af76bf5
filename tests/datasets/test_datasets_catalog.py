"""catalog.json has the shape of the Glue API, and the log files that of the services."""

import json
import re

import pytest

from dealab.datasets.tables import TABLES

#: A Hive type, as far as it is used here.
SIMPLE = r"(?:bigint|int|double|string|boolean|date|timestamp|decimal\(\d+,\d+\))"


@pytest.fixture(scope="module")
def catalog(folder) -> dict:
    return json.loads((folder / "catalog.json").read_text(encoding="utf-8"))


def is_type(text: str) -> bool:
    """Replace the innermost types by a simple one until one is left."""
    while not re.fullmatch(SIMPLE, text):
        shorter = re.sub(
            rf"array<{SIMPLE}>|map<{SIMPLE},{SIMPLE}>|struct<\w+:{SIMPLE}(?:,\w+:{SIMPLE})*>",
            "int",
            text,
        )
        if shorter == text:
            return False
        text = shorter
    return True


def test_shape(catalog):
    assert set(catalog) == {"Databases", "Tables", "Partitions"}
    assert [database["Name"] for database in catalog["Databases"]] == ["fernway"]
    assert [table["Name"] for table in catalog["Tables"]] == list(TABLES)
    for table in catalog["Tables"]:
        assert table["DatabaseName"] == "fernway"
        assert table["TableType"] == "EXTERNAL_TABLE"
        assert table["Parameters"]["classification"]
        for column in (*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"]):
            assert set(column) == {"Name", "Type", "Comment"}
            assert column["Comment"]
            assert column["Name"] == column["Name"].lower()
            assert is_type(column["Type"]), column
    with_partitions = {table["Name"] for table in catalog["Tables"] if table["PartitionKeys"]}
    assert set(catalog["Partitions"]) == with_partitions


def test_boto3_accepts_the_tables(catalog):
    """Would glue.create_table take each definition as it stands?"""
    import botocore.session
    from botocore.validate import ParamValidator

    glue = botocore.session.get_session().get_service_model("glue")
    check = ParamValidator().validate
    for table in catalog["Tables"]:
        given = {key: value for key, value in table.items() if key != "DatabaseName"}
        request = {"DatabaseName": "fernway", "TableInput": given}
        report = check(request, glue.operation_model("CreateTable").input_shape)
        assert not report.has_errors(), report.generate_report()
    for name, partitions in catalog["Partitions"].items():
        request = {"DatabaseName": "fernway", "TableName": name, "PartitionInputList": partitions}
        report = check(request, glue.operation_model("BatchCreatePartition").input_shape)
        assert not report.has_errors(), report.generate_report()


def test_every_file_lies_in_a_registered_place(folder, catalog):
    places = [
        part["StorageDescriptor"]["Location"]
        for parts in catalog["Partitions"].values()
        for part in parts
    ]
    places += [
        table["StorageDescriptor"]["Location"]
        for table in catalog["Tables"]
        if not table["PartitionKeys"]
    ]
    folders = {f"s3://{p.parent.relative_to(folder).as_posix()}/" for p in folder.glob("*/**/*.*")}
    assert set(places) == {place for place in folders if "fernway-" in place}
    for name, partitions in catalog["Partitions"].items():
        key = TABLES[name].partition.name
        for partition in partitions:
            assert partition["StorageDescriptor"]["Location"].endswith(
                f"/{name}/{key}={partition['Values'][0]}/"
            )


def test_the_coupon_column_is_missing_before_april(folder, catalog):
    for partition in catalog["Partitions"]["orders_raw"]:
        (month,) = partition["Values"]
        names = [column["Name"] for column in partition["StorageDescriptor"]["Columns"]]
        path = folder / f"fernway-raw/orders_raw/order_month={month}/part-0.csv"
        with open(path, encoding="utf-8") as file:
            assert file.readline().strip().split(",") == names
        assert ("coupon_code" in names) == (month >= "2026-04")


def test_every_line_of_the_load_balancer_fits_the_expression(folder, catalog):
    (table,) = (table for table in catalog["Tables"] if table["Name"] == "alb_logs")
    storage = table["StorageDescriptor"]
    pattern = re.compile(storage["SerdeInfo"]["Parameters"]["input.regex"])
    names = [column["Name"] for column in storage["Columns"]]
    statuses = set()
    for path in (folder / "fernway-logs/alb_logs").rglob("*.log"):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = dict(zip(names, pattern.fullmatch(line).groups(), strict=False))
            assert fields["conn_trace_id"].startswith("TID_")
            assert fields["request_creation_time"] < fields["time"]
            statuses.add(fields["elb_status_code"])
    assert {"200", "404", "500", "502", "504"} <= statuses


def test_cloudtrail_records_have_the_service_s_keys(folder):
    ids = set()
    for path in sorted((folder / "fernway-logs/cloudtrail_logs").rglob("*.json")):
        (key, records), *more = json.loads(path.read_text(encoding="utf-8")).items()
        assert (key, more) == ("Records", [])
        times = [record["eventTime"] for record in records]
        assert times == sorted(times)
        date = path.parent.name.split("=")[1]
        assert all(time.startswith(date) for time in times)
        columns = {column.name for column in TABLES["cloudtrail_logs"].columns}
        for record in records:
            ids.add(record["eventID"])
            assert {name.lower() for name in record} - columns <= {"managementevent"}
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"])
            assert record["recipientAccountId"] == "111122223333"
            assert record["userIdentity"]["type"] in ("IAMUser", "AssumedRole")
    assert len(ids) > 900


def test_flow_logs_have_fourteen_fields(folder):
    for path in (folder / "fernway-logs/vpc_flow_logs").rglob("*.log"):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        assert header.split()[:3] == ["version", "account-id", "interface-id"]
        starts = []
        for line in lines:
            fields = line.split(" ")
            assert len(fields) == 14
            assert fields[0] == "2"
            assert fields[13] in ("OK", "NODATA")
            starts.append(int(fields[10]))
        assert starts == sorted(starts)


def test_addresses_are_set_aside_for_documentation(folder):
    allowed = re.compile(
        r"10\.\d+\.\d+\.\d+|198\.(18|19)\.\d+\.\d+|192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+"
    )
    for name in ("cloudtrail_logs", "vpc_flow_logs", "alb_logs"):
        for path in (folder / "fernway-logs" / name).rglob("part-0.*"):
            text = path.read_text(encoding="utf-8")
            # Versions of programs look like addresses but begin with a slash.
            for address in re.findall(r"(?<![/\d.])\d+\.\d+\.\d+\.\d+(?![\d.])", text):
                assert allowed.fullmatch(address), address
            assert not re.search(r"AKIA(?!\w+EXAMPLE\b)", text)
