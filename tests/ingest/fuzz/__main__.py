"""Broken files without end: `python -m tests.ingest.fuzz --minutes N --kind K`.

Each file goes through the process in which an ingest reads it. One that takes too long or too much
memory, that ends the process, leaves a file behind, or gives neither a sound document nor a reason
that people can read is kept in `--keep`; put it into `tests/ingest/fuzz/found` with its cure.
"""

import argparse
import hashlib
import os
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.ingest.fuzz.mutations import broken
from tests.ingest.fuzz.seeds import KINDS
from tests.ingest.fuzz.seeds import seed as seed_of
from tests.ingest.fuzz.trial import Trial

AT_ONCE = 200  # files from one beginning


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--kind", choices=KINDS, action="append", help="all of them if not given")
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"))
    args = parser.parse_args()
    kinds = args.kind or KINDS
    return max(run(kind, args.minutes * 60, args.keep) for kind in kinds)


def run(kind: str, seconds: float, keep: Path) -> int:
    """Read broken files of a kind for so long; 1 if one of them made trouble."""
    until, number = time.monotonic() + seconds, 0
    troubles: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder, Trial(Path(folder)) as trial:

        @settings(
            max_examples=AT_ONCE,
            phases=[Phase.generate, Phase.target],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(broken(kind))
        def one(content: bytes) -> None:
            nonlocal number
            if time.monotonic() > until:
                return
            number += 1
            if said := trial.trouble(kind, content):
                known = said.partition(":")[0]
                troubles[known] = troubles.get(known, 0) + 1
                if troubles[known] <= 5:
                    keep.mkdir(parents=True, exist_ok=True)
                    name = hashlib.sha256(content).hexdigest()[:10]
                    (keep / f"{name}.{kind}").write_bytes(content)
                    print(f"{kind}: {name}.{kind}, {len(content):,} bytes: {said}", flush=True)

        trial.trouble(kind, seed_of(kind))  # what is loaded once is no file's time
        while time.monotonic() < until:
            seed(int.from_bytes(os.urandom(4), "big"))(one)()
    many = sum(troubles.values())
    print(f"{kind}: {number:,} files in {seconds / 60:g} minutes, {many} troubles", flush=True)
    return int(bool(troubles))


if __name__ == "__main__":
    raise SystemExit(main())
