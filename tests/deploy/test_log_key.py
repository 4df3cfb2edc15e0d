"""The key that signs the log: in a file of our own, or in a device that never gives it away."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from deploy.log_key import DeviceKey, Where, device_key, origin, own_keys, signing
from deploy.settings import SettingIsWrong, from_environment
from deploy.wiring import Database
from projections import schema
from projections.signing import KeyIsAway
from tests.database import Database as Empty

ORIGIN = "throughcare.example/log/1"
PIN = "98765432"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")

MAKE_KEY = """
import sys, pkcs11
from pkcs11.util.ec import encode_named_curve_parameters as curve
token = pkcs11.lib(sys.argv[1]).get_token(token_label="throughcare")
with token.open(rw=True, user_pin=sys.argv[2]) as session:
    named = {pkcs11.Attribute.EC_PARAMS: curve("1.3.101.112")}
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, named, local=True)
    parameters.generate_keypair(
        mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="log"
    )
"""


def test_a_key_of_our_own_is_made_once_and_only_we_may_read_it(
    database: Empty, tmp_path: Path
) -> None:
    settings = from_environment({"THROUGHCARE_DATA": str(tmp_path)})
    parts = Database({schema.TREE: database.dsn(schema.TREE)}, b"", tmp_path)
    assert own_keys(settings, parts) == []
    signing(settings, parts)
    (made,) = own_keys(settings, parts)
    assert made.name == "throughcare.local/log/1"
    assert stat.S_IMODE((tmp_path / "log.key").stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    signing(settings, parts)
    assert own_keys(settings, parts) == [made]


def test_a_name_that_is_not_what_the_log_was_reopened_as_is_refused_at_the_start(
    database: Empty, tmp_path: Path
) -> None:
    parts = Database({schema.TREE: database.dsn(schema.TREE)}, b"", tmp_path)
    with psycopg.connect(database.dsn("postgres")) as admin:
        admin.execute(
            "insert into tree.origins values (1, 'throughcare.example/log/2', now(), 1, 0, %s,"
            " 'the disk was lost', 'ann', 'Dr Tolley', 'a statement')",
            [f"{ORIGIN}\n2\n"],
        )
    given = {"THROUGHCARE_DATA": str(tmp_path)}
    assert origin(from_environment(given), parts) == "throughcare.example/log/2"
    second = from_environment(given | {"THROUGHCARE_LOG_ORIGIN": "throughcare.example/log/2"})
    signing(second, parts)
    assert [key.name for key in own_keys(second, parts)] == [ORIGIN, "throughcare.example/log/2"]
    with pytest.raises(SettingIsWrong, match=f"is {ORIGIN}, and the log .* was reopened as"):
        signing(from_environment(given | {"THROUGHCARE_LOG_ORIGIN": ORIGIN}), parts)


@pytest.mark.parametrize(
    "environment",
    [
        {"THROUGHCARE_LOG_ORIGIN": "https://throughcare.example/log"},
        {"THROUGHCARE_LOG_ORIGIN": "two words"},
        {"THROUGHCARE_LOG_KEY": "log.pem"},
        {"THROUGHCARE_LOG_KEY_FILE": "nowhere.pem"},
        {"THROUGHCARE_LOG_KEY": "pkcs11:token=a", "THROUGHCARE_LOG_KEY_FILE": __file__},
    ],
)
def test_a_key_or_a_name_that_cannot_be_used_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(SettingIsWrong, match="THROUGHCARE_LOG_"):
        from_environment(environment)


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:token=a;object=b?module-path=/m.so",
        "pkcs11:token=a;object=b?module-path=/m.so&pin-value=1234",
        "pkcs11:token=a;object=?module-path=/m.so&pin-source=/pin",
    ],
)
def test_a_device_is_named_whole_and_without_its_pin(uri: str) -> None:
    with pytest.raises(SettingIsWrong, match="has no pin in it"):
        Where.parse(uri)


def test_a_device_that_is_away_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(PIN)
    away = DeviceKey(
        ORIGIN, Where(str(tmp_path / "none.so"), "throughcare", "log", tmp_path / "pin")
    )
    for ask in (lambda: away.key, lambda: away.signed(b"what is signed")):
        with pytest.raises(KeyIsAway) as said:
            ask()
        assert PIN not in str(said.value)


def test_a_device_signs_and_keeps_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool, module = shutil.which("softhsm2-util"), next((m for m in MODULES if Path(m).exists()), "")
    if tool is None or not module:
        pytest.skip("SoftHSM is not here (Debian: softhsm2): no PKCS#11 device to sign with")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "conf"))
    subprocess.run(
        [tool, "--init-token", "--free", "--label", "throughcare", "--pin", PIN, "--so-pin", PIN],
        check=True,
        capture_output=True,
    )
    # Made by another process: whoever makes the key is not who signs by it.
    subprocess.run([sys.executable, "-c", MAKE_KEY, module, PIN], check=True, env=dict(os.environ))
    (tmp_path / "pin").write_text(PIN + "\n")
    where = (
        f"pkcs11:token=throughcare;object=log?module-path={module}&pin-source={tmp_path / 'pin'}"
    )

    held = device_key(ORIGIN, where)
    message = b"throughcare.example/log/1\n20852163\n"
    assert held.key.made(held.signed(message), message.decode())
    assert not held.key.made(held.signed(message), "another text")

    # Whoever else asks has the same key; a session that was cut is said so, and opened again.
    other = device_key(ORIGIN, where)
    assert other.key == held.key
    held._session.close()
    with pytest.raises(KeyIsAway):
        held.signed(message)
    assert held.key.made(held.signed(message), message.decode())
