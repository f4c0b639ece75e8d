"""The tutorial's commands, run as they stand."""

import re
import shlex
import shutil
import subprocess
import sys

from tests_helpers import ROOT

COMMANDS = re.findall(r"^\$ (eudr-geo .*)$", (ROOT / "docs" / "tutorial.md").read_text(), re.MULTILINE)
EXPECTED = {"eudr-geo check sample_plots/messy/bow-tie.geojson": 1}


def test_the_tutorial_runs(tmp_path):
    shutil.copytree(ROOT / "sample_plots", tmp_path / "sample_plots")
    assert len(COMMANDS) > 12
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        done = subprocess.run(
            [sys.executable, "-m", "eudr_geo", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == EXPECTED.get(command, 0), f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    assert (tmp_path / "map.html").stat().st_size > 100_000
