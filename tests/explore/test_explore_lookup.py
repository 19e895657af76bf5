import importlib
import subprocess
import sys

import pytest

from dealab import explore


def test_a_name_gives_the_function_of_the_module_of_that_name():
    module = importlib.import_module("dealab.explore.shards")
    assert explore.shards is module.shards


def test_importing_the_module_first_does_not_hide_the_function():
    code = "import dealab.explore.backoff; from dealab import explore; print(explore.backoff)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("<function backoff")


def test_an_unknown_explorer_names_those_that_exist():
    with pytest.raises(AttributeError, match=r"no explorer 'shard'; there are: .*shards"):
        _ = explore.shard


def test_the_package_alone_imports_neither_plots_nor_widgets():
    code = (
        "import sys; from dealab import explore; explore.names(); "
        "print([m for m in ('matplotlib', 'ipywidgets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
