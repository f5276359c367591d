"""What is killed or hung under people who ask: nothing wrong, nothing lost, soon well again."""

from pathlib import Path

import pytest

from eval.bench.kills import killed
from eval.bench.servers import programs

pytestmark = pytest.mark.slow


@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed on this machine")
def test_whatever_is_killed_no_answer_is_wrong_and_no_login_lost(
    starter_home: Path, tmp_path: Path
) -> None:
    tally = killed(starter_home, tmp_path, 6, asked=4)
    assert tally.wrong == []
    assert tally.right and tally.refused and len(tally.recovery) == 6
    assert any("PostgreSQL" in said or "cannot be used" in said for said in tally.refused)
    assert any("Chroma" in said for said in tally.refused)
