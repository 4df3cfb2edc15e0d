"""Agreements: what a partner may know, for which purposes, from when until when."""

from __future__ import annotations

import pytest

from domain.agreement import AgreementSigned
from domain.vocabulary import Confidentiality, Purpose


@pytest.mark.parametrize(
    ("basis", "purposes", "confidentiality"),
    [
        (
            "UK GDPR 6(1)(e) and 9(2)(h); implied consent for direct care",
            (Purpose.DIRECT_CARE, Purpose.SAFEGUARDING),
            Confidentiality.IMPLIED,
        ),
        (
            "UK GDPR 6(1)(e); the person was asked",
            (Purpose.COMMUNITY_SUPPORT,),
            Confidentiality.EXPLICIT,
        ),
        ("explicit consent of the person", (Purpose.JUSTICE,), Confidentiality.EXPLICIT),
        ("aggregates only", (Purpose.PLANNING,), Confidentiality.NOTHING),
    ],
)
def test_an_agreement_of_before_purposes_is_read_with_what_its_basis_said(
    basis: str, purposes: tuple[Purpose, ...], confidentiality: Confidentiality
) -> None:
    stored = {
        "reference": "first",
        "categories": ["identity"],
        "scope": "own",
        "basis": basis,
        "starts": "2026-03-02",
    }
    read = AgreementSigned.model_validate(AgreementSigned.upcast(stored, 1))
    assert (read.purposes, read.confidentiality) == (purposes, confidentiality)
