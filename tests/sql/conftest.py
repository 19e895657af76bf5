import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import lake


@pytest.fixture(scope="session")
def lake_folder(tmp_path_factory):
    return lake.make(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="session")
def athena(lake_folder):
    from dealab.sql import Athena

    return Athena(datasets=lake_folder)


@pytest.fixture(scope="session")
def redshift(lake_folder):
    from dealab.sql import Redshift

    return Redshift(datasets=lake_folder)
