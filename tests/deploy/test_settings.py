"""Settings that cannot be used stop the command, and say what to give instead."""

from __future__ import annotations

import pytest

from deploy.settings import SettingIsWrong, from_environment


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"THROUGHCARE_ADDRESS": "https://throughcare.example/"}, "https://throughcare.example"),
        ({"THROUGHCARE_ADDRESS": "http://localhost:8001"}, "http://localhost:8001"),
    ],
)
def test_the_outside_finds_this_place_where_it_says(given: dict[str, str], address: str) -> None:
    assert from_environment(given).address == address


@pytest.mark.parametrize(
    "address",
    [
        "http://throughcare.example",
        "throughcare.example",
        "https://throughcare.example/path",
        "https://somebody@throughcare.example",
        "https://throughcare.example:port",
        "ftp://throughcare.example",
        "https://",
    ],
)
def test_an_address_without_a_name_a_path_in_it_or_no_encryption_is_refused(address: str) -> None:
    with pytest.raises(SettingIsWrong, match="THROUGHCARE_ADDRESS"):
        from_environment({"THROUGHCARE_ADDRESS": address})


def test_who_listens_beyond_this_machine_says_where_browsers_find_it() -> None:
    with pytest.raises(SettingIsWrong, match="THROUGHCARE_ADDRESS"):
        from_environment({"THROUGHCARE_HOST": "0.0.0.0"})
    given = {"THROUGHCARE_HOST": "0.0.0.0", "THROUGHCARE_ADDRESS": "https://throughcare.example"}
    assert from_environment(given).address == "https://throughcare.example"


def test_a_place_is_a_demo_only_where_it_says_so() -> None:
    assert not from_environment({}).demo
    assert from_environment({"THROUGHCARE_DEMO": "yes"}).demo
    with pytest.raises(SettingIsWrong, match="THROUGHCARE_DEMO"):
        from_environment({"THROUGHCARE_DEMO": "perhaps"})
