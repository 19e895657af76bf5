"""Does importing the room stay cheap?"""

import subprocess
import sys


def test_import_loads_nothing_heavy():
    code = (
        "import sys, dealab.sql, dealab.sql.magics; "
        "print([name for name in ('duckdb', 'sqlglot', 'pandas', 'pyarrow', 'numpy', 'IPython') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_athena_does_not_load_redshift_or_pandas(lake_folder):
    code = (
        "import sys; from dealab.sql import Athena; Athena(datasets=sys.argv[1]).run('SELECT 1'); "
        "print([n for n in ('sqlglot.dialects.redshift', 'dealab.sql.redshift.rules', 'pandas', "
        "'pyarrow', 'matplotlib') if n in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(lake_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
