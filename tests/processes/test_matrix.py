"""The short form of the matrix: by every way comes the same, and it is what the tables say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.vocabulary import PartnerKind, Purpose, Role
from tests.processes.marked import ALLOWED, MARKS
from tests.processes.marks import marks
from tests.processes.matrix import Asker, Matrix, marked_house, some

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def matrix() -> Iterator[Matrix]:
    with marked_house() as matrix:
        yield matrix


def test_no_way_out_shows_a_role_more_than_another_does_or_than_it_may_see(matrix: Matrix) -> None:
    result = matrix.ask(some())
    print(f"{len(some())} askers, {result.requests} answers, {result.cells} cells")
    assert result.leaked == {}
    assert result.missing == {}
    assert result.cells > 50_000
    assert marks(matrix.house.written.read_text()) == set()


def test_the_oracle_knows_narrow_from_whole(matrix: Matrix) -> None:
    """What the matrix compares with is neither everything nor nothing."""
    whole = matrix.may_see(Asker(PartnerKind.PRACTICE, Role.CHAIR, Purpose.DIRECT_CARE))
    desk = matrix.may_see(Asker(PartnerKind.PRACTICE, Role.RECEPTION, Purpose.DIRECT_CARE))
    officer = matrix.may_see(Asker(PartnerKind.PRACTICE, Role.PRIVACY_OFFICER, Purpose.AUDIT))
    assert whole == ALLOWED[PartnerKind.PRACTICE] & MARKS
    assert set() < officer < desk < whole
    for role in (Role.AUDITOR, Role.OPERATOR):
        assert matrix.may_see(Asker(PartnerKind.PRACTICE, role, Purpose.AUDIT)) == set()
