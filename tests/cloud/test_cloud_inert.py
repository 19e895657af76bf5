"""Would the tests that say "real" notice an AWS that does nothing?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dealab.build import proved

_ROOT = Path(__file__).parents[2]
#: real, and proved by other means than what a boto3 call answers
_OTHERWISE = {"The lab"}


@pytest.mark.slow
def test_no_proof_passes_against_a_stub_that_does_nothing():
    real = {
        proof.test
        for proof in proved.proofs(_ROOT)
        if proof.kind == "real"
        and proof.test.startswith("tests/cloud/")
        and proof.service not in _OTHERWISE
    }
    options = "-p tests.cloud.inert -p no:cacheprovider -n 0 -q --tb=no -s".split()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *sorted(real)],
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
