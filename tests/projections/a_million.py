"""A million leaves by both trees: ``make trees``. The tests have two thousand."""

from __future__ import annotations

import argparse
from time import perf_counter

from projections import verifier
from tests.projections import trees


def main() -> None:
    """Exits with 1 unless roots and proofs are the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    many: int = parser.parse_args().leaves
    entries = [n.to_bytes(8, "big") for n in range(many)]
    hashes = [verifier.leaf_hash(entry) for entry in entries]
    begun = perf_counter()
    root = verifier.root(hashes)
    took = perf_counter() - begun
    right = root == trees.mth(entries)
    for index in (0, 1, many // 3, many - 1):
        proof = trees.path(index, entries)
        right &= verifier.verify_inclusion(index, many, hashes[index], proof, root)
    for old in (1, many // 3, many - 1):
        before = verifier.root(hashes[:old])
        proof = trees.proof(old, entries)
        right &= verifier.verify_consistency(old, many, before, root, proof)
    print(f"{many:,} leaves: {root.hex()}, {many / took:,.0f} leaves a second")
    if not right:
        raise SystemExit("the two trees differ")


if __name__ == "__main__":
    main()
