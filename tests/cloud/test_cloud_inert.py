"""Would the tests that say "real" notice an AWS that does nothing?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dealab.build import proved

_ROOT = Path(__file__).parents[2]
#: these make their calls in processes of their own, where the stub is not
_ELSEWHERE = {
    "tests/cloud/test_cloud_subprocesses.py::test_every_python_child_is_refused",
    "tests/cloud/test_cloud_time.py::test_two_fresh_processes_give_identical_answers",
}


@pytest.mark.slow
def test_no_proof_passes_against_a_stub_that_does_nothing():
    real = {
        proof.test
        for proof in proved.proofs(_ROOT)
        if proof.kind == "real" and proof.test.startswith("tests/cloud/")
    } - _ELSEWHERE
    plugin = ["-p", "tests.cloud.inert", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "-n", "0", "-q", "--tb=no", "-s", *sorted(real)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    passed = {line.split()[1] for line in lines if line.startswith("passed ")}
    failed = {line.split()[1].split("[")[0] for line in lines if line.startswith("FAILED ")}
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    hollow = {one.split("[")[0] for one in passed} & real - failed
    assert not hollow, f"these pass although nothing happens: {sorted(hollow)}"
