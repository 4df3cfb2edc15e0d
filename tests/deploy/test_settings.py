"""Settings that cannot be used stop the command, and say what to give instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from joserfc.jwk import ECKey

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


@pytest.fixture
def mesh(tmp_path: Path) -> dict[str, str]:
    """What NHS MESH gave a place."""
    given = {"URL": "https://msg.intspineservices.nhs.uk", "MAILBOX": "X26ABC1"}
    for name in ("PASSWORD", "SHARED_KEY", "CERTIFICATE", "KEY", "CA"):
        (tmp_path / name).write_text(f"{name} of the tests\n")
        given[f"{name}_FILE"] = str(tmp_path / name)
    return {f"THROUGHCARE_MESH_{name}": value for name, value in given.items()}


def test_where_mesh_is_and_how_to_sign_in_there_is_read_from_files(mesh: dict[str, str]) -> None:
    assert from_environment({}).mesh is None
    found = from_environment(mesh).mesh
    assert found is not None
    assert (found.password, found.workflow) == ("PASSWORD of the tests", "THROUGHCARE_SHARE")
    assert found.certificate is not None
    assert "of the tests" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "http://msg.intspineservices.nhs.uk"),
        ("MAILBOX", ""),
        ("PASSWORD_FILE", ""),
        ("SHARED_KEY_FILE", "/nowhere"),
        ("KEY_FILE", ""),
        ("CERTIFICATE_FILE", "/nowhere"),
        ("CA_FILE", "/nowhere"),
    ],
)
def test_a_mesh_in_part_or_without_encryption_is_refused(
    mesh: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(SettingIsWrong, match="THROUGHCARE_MESH"):
        from_environment(mesh | {f"THROUGHCARE_MESH_{name}": value})


@pytest.fixture
def registered(tmp_path: Path) -> dict[str, str]:
    """What a place and its provider agreed on."""
    secret = tmp_path / "secret"
    secret.write_text("a-secret-of-the-tests\n")
    return {
        "THROUGHCARE_ADDRESS": "https://throughcare.example",
        "THROUGHCARE_OIDC_ISSUER": "https://id.example/realms/throughcare",
        "THROUGHCARE_OIDC_CLIENT_ID": "throughcare",
        "THROUGHCARE_OIDC_CLIENT_SECRET_FILE": str(secret),
    }


def test_what_the_provider_knows_of_this_place_is_read_from_files(
    registered: dict[str, str],
) -> None:
    more = {"THROUGHCARE_OIDC_ACR": "AAL2 AAL3", "THROUGHCARE_OIDC_MAX_AGE": "3600"}
    found = from_environment(registered | more).registration
    assert found is not None
    assert found.redirect_uri == "https://throughcare.example/sign-in/callback"
    assert found.secret == "a-secret-of-the-tests"
    assert (found.acr, found.max_age) == (frozenset({"AAL2", "AAL3"}), 3600)
    assert "a-secret-of-the-tests" not in repr(found)


def test_a_place_may_have_a_key_instead_of_a_secret(
    registered: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    del registered["THROUGHCARE_OIDC_CLIENT_SECRET_FILE"]
    found = from_environment(registered | {"THROUGHCARE_OIDC_CLIENT_KEY_FILE": str(file)})
    assert found.registration is not None
    assert found.registration.secret is None
    assert found.registration.key is not None


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"THROUGHCARE_OIDC_ISSUER": "http://id.example"}, "THROUGHCARE_OIDC_ISSUER"),
        ({"THROUGHCARE_OIDC_CLIENT_ID": ""}, "THROUGHCARE_OIDC_CLIENT_ID"),
        ({"THROUGHCARE_OIDC_CLIENT_SECRET_FILE": ""}, "THROUGHCARE_OIDC_CLIENT_KEY_FILE"),
        ({"THROUGHCARE_OIDC_CLIENT_SECRET_FILE": "nowhere"}, "CLIENT_SECRET_FILE"),
        ({"THROUGHCARE_OIDC_CLIENT_KEY_FILE": __file__}, "THROUGHCARE_OIDC_CLIENT_KEY_FILE"),
        ({"THROUGHCARE_OIDC_MAX_AGE": "soon"}, "THROUGHCARE_OIDC_MAX_AGE"),
        ({"THROUGHCARE_DEMO": "yes"}, "THROUGHCARE_DEMO"),
    ],
)
def test_a_provider_that_is_half_set_up_is_refused(
    registered: dict[str, str], changed: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingIsWrong, match=named):
        from_environment(registered | changed)


def test_what_a_partner_may_ask_of_a_broker_is_set_or_left_as_it_is() -> None:
    assert from_environment({}).kafka_quotas == {}
    given = {"THROUGHCARE_KAFKA_READS": "1000000", "THROUGHCARE_KAFKA_THREADS": "50"}
    assert from_environment(given).kafka_quotas == {
        "consumer_byte_rate": 1_000_000.0,
        "request_percentage": 50.0,
    }
    for wrong in ("0", "-1", "1e6", "many"):
        with pytest.raises(SettingIsWrong, match="THROUGHCARE_KAFKA_WRITES"):
            from_environment({"THROUGHCARE_KAFKA_WRITES": wrong})


def test_only_a_demo_that_this_machine_alone_reaches_may_call_it() -> None:
    alone = from_environment({})
    assert alone.webhook_networks == ()
    assert [str(each) for each in alone.as_demo().webhook_networks] == ["127.0.0.0/8"]
    assert alone.as_demo().demo
    open_to_all = {"THROUGHCARE_HOST": "10.0.0.7", "THROUGHCARE_ADDRESS": "https://demo.example"}
    assert from_environment(open_to_all).as_demo().webhook_networks == ()
    said = from_environment({"THROUGHCARE_WEBHOOK_NETWORKS": "10.1.0.0/16"}).as_demo()
    assert [str(each) for each in said.webhook_networks] == ["10.1.0.0/16"]
