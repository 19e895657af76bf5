"""Does the format explorer scan and bill what its formula says?"""

import importlib

import pytest

module = importlib.import_module("dealab.explore.file_formats")


def test_only_columnar_formats_profit_from_fewer_columns():
    assert module.scanned_gb(100, 1.0, False, 0.2, 1) == 100
    assert module.scanned_gb(100, 0.25, True, 0.2, 1) == pytest.approx(5)


def test_partitions_help_every_format():
    assert module.scanned_gb(100, 1.0, False, 1, 0.1) == pytest.approx(10)
    assert module.scanned_gb(100, 0.5, True, 1, 0.1) == pytest.approx(5)


def test_the_bill_of_one_terabyte_is_the_price_of_one_terabyte():
    assert module.monthly_usd(1024, 1) == pytest.approx(5.0)


def test_a_tiny_query_is_billed_as_ten_megabytes():
    tiny = module.monthly_usd(0.000001, 1000)
    assert tiny == module.monthly_usd(10 / 1024, 1000) == pytest.approx(0.0477, abs=1e-4)


def test_small_files_multiply_objects():
    assert module.objects(100, 1.0, 128) == 800
    assert module.objects(100, 1.0, 1) == 102_400
    assert module.objects(0.001, 1.0, 128) == 1


def test_every_default_share_is_positive_and_csv_is_the_yardstick():
    assert module.SHARES["CSV"] == 1
    assert all(share > 0 for share in module.SHARES.values())
    assert [name for name in module.SHARES if module.is_columnar(name)] == [
        "Parquet, snappy",
        "Parquet, zstd",
    ]
