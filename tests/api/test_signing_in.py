"""Signing in by a provider that is really there: each of its lies lets nobody in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
import structlog
from joserfc import jwt
from joserfc.jwk import RSAKey

from api import provider as providers
from api.parts import COOKIE, HOST_COOKIE, Parts
from api.provider import Provider, Registration
from deploy.commands import doctor
from deploy.commands import invite as inviting
from deploy.community.organisation import Organisation
from deploy.community.place import PRACTICE, TALKING
from domain.kernel import Asked
from domain.practitioner import Identity
from domain.vocabulary import PractitionerId, Role
from tests import identities
from tests.api.place import Client, Place
from tests.consumers.brokers import free_port
from tests.identities import CLIENT, SECRET, TRUE, Identities
from tests.trusting import TRUSTED

ASHA, SAMUEL = "900000000101", "900000000102"
NOBODY_HERE = "900000000999"


def practitioner(organisation: Organisation, key: str) -> PractitionerId:
    return next(each.id for each in organisation.people if each.key == key)


@pytest.fixture(scope="module")
def provider(place: Place) -> Iterator[Identities]:
    with identities.running(free_port(), place.url) as running:
        tie(place, running, PRACTICE, "asha", ASHA)
        tie(place, running, PRACTICE, "samuel", SAMUEL)
        tie(place, running, TALKING, "priya", SAMUEL)
        yield running


def tie(place: Place, at: Identities, organisation: Organisation, key: str, subject: str) -> None:
    answer = place.house.care.identify_practitioner(
        organisation.id,
        practitioner(organisation, key),
        Identity(at.url, subject),
        asked=Asked(organisation.id, place.house.parts(place.house.reading()).clock(), uuid4()),
    )
    place.person("yusuf").seen("/v1/partners", **{"min-position": answer.position})


def registered(place: Place, at: Identities, **more: Any) -> Registration:
    return Registration(
        **{
            "issuer": at.url,
            "client_id": CLIENT,
            "redirect_uri": f"{place.url}/sign-in/callback",
            "secret": SECRET,
        }
        | more
    )


@contextmanager
def asking(place: Place, registration: Registration, **more: Any) -> Iterator[None]:
    """The place with a provider that it has not asked anything yet."""
    parts: Parts = place.app.state.parts
    asked = Provider(registration, parts.clock)
    place.app.state.parts = replace(parts, address=place.url, provider=asked, **more)
    try:
        yield
    finally:
        place.app.state.parts = parts


@pytest.fixture
def signing(place: Place, provider: Identities) -> Iterator[Identities]:
    """The place with its provider, which tells the truth until told otherwise."""
    provider.lie(TRUE)
    with asking(place, registered(place, provider)):
        yield provider


@pytest.fixture
def browser(place: Place, signing: Identities) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=place.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=20, verify=TRUSTED
    ) as client:
        yield client


def away(browser: httpx.Client, wanted: str = "/caseload") -> str:
    """Begin a sign-in; where the browser is sent."""
    answer = browser.get("/sign-in/start", params={"next": wanted})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def back(browser: httpx.Client, signing: Identities, subject: str = ASHA) -> httpx.Response:
    """Go to the provider, prove it, and come back with what it says."""
    return browser.get(signing.proven(away(browser), subject))


def is_in(browser: httpx.Client) -> bool:
    return browser.get("/v1/caseload").status_code == 200


def test_who_proves_who_they_are_is_signed_in_and_comes_to_where_they_were_going(
    browser: httpx.Client, signing: Identities
) -> None:
    answer = back(browser, signing)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/caseload")
    assert is_in(browser)
    asked = signing.asked[-1]
    assert asked["basic"]
    assert asked["status"] == 200
    assert len(asked["form"]["code_verifier"]) >= 43


def test_the_provider_is_asked_as_the_specification_says(
    browser: httpx.Client, signing: Identities, place: Place
) -> None:
    one, other = (parse_qs(urlsplit(away(browser)).query) for _ in range(2))
    assert one["tenant"] == ["tests"]
    assert one["response_type"] == ["code"]
    assert one["code_challenge_method"] == ["S256"]
    assert one["redirect_uri"] == [f"{place.url}/sign-in/callback"]
    for never_the_same in ("state", "nonce", "code_challenge"):
        assert one[never_the_same] != other[never_the_same]
        assert len(one[never_the_same][0]) >= 43


def test_no_token_comes_to_the_browser(browser: httpx.Client, signing: Identities) -> None:
    answer = back(browser, signing)
    said = str(answer.headers) + answer.text
    for signed in ("eyJ", "access_token", "id_token"):
        assert signed not in said
    held = {cookie.name for cookie in browser.cookies.jar}
    assert held == {COOKIE}


LIES = [
    "another nonce",
    "no nonce",
    "another audience",
    "two audiences",
    "two audiences, for another",
    "for another",
    "another issuer in the token",
    "expired",
    "never expires",
    "issued long ago",
    "issued in the future",
    "not valid yet",
    "nobody",
    "somebody without a name",
    "a number",
    "none",
    "signed with the public key",
    "another key",
    "a key that is nowhere",
    "tampered",
    "not a token",
    "no token",
    "another issuer",
    "no issuer",
    "refuses",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_of_the_providers_lets_nobody_in(
    browser: httpx.Client, signing: Identities, lie: str
) -> None:
    away(browser)  # what it says of itself is known
    signing.lie(lie)
    answer = back(browser, signing)
    assert answer.status_code == 400
    assert "You are not signed in" in answer.text
    assert COOKIE not in answer.cookies
    assert not is_in(browser)


def test_a_token_for_several_is_taken_when_it_is_for_us(
    browser: httpx.Client, signing: Identities
) -> None:
    signing.lie("two audiences, for us")
    assert back(browser, signing).status_code == 303


def test_changed_keys_are_asked_for_once(
    browser: httpx.Client, signing: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "AGAIN", 0.0)
    assert back(browser, signing).status_code == 303
    before = signing.keys_asked
    assert back(browser, signing).status_code == 303
    assert signing.keys_asked == before
    signing.lie("changed keys")
    assert back(browser, signing).status_code == 303
    assert signing.keys_asked == before + 1


def test_unknown_keys_do_not_make_us_ask_without_end(
    browser: httpx.Client, signing: Identities
) -> None:
    assert back(browser, signing).status_code == 303
    before = signing.keys_asked
    signing.lie("a key that is nowhere")
    for _ in range(3):
        assert back(browser, signing).status_code == 400
    assert signing.keys_asked == before


def test_an_answer_is_taken_once(browser: httpx.Client, signing: Identities) -> None:
    address = signing.proven(away(browser), ASHA)
    kept = dict(browser.cookies)
    assert browser.get(address).status_code == 303
    asked = len(signing.asked)
    with httpx.Client(base_url=str(browser.base_url), cookies=kept, verify=TRUSTED) as again:
        assert again.get(address).status_code == 400
        assert not is_in(again)
    assert len(signing.asked) == asked, "the provider is not asked about an answer that was used"


def test_an_answer_is_taken_in_the_browser_that_began(
    place: Place, browser: httpx.Client, signing: Identities
) -> None:
    """Nobody can have a browser signed in as themselves by a link to their own answer."""
    address = signing.proven(away(browser), ASHA)
    victim = place.anybody()
    assert victim.get(address).status_code == 400
    assert not is_in(victim)
    assert victim.get("/sign-in/start").status_code == 303
    assert victim.get(address).status_code == 400
    assert not is_in(victim)


def test_another_state_is_refused(browser: httpx.Client, signing: Identities) -> None:
    signing.lie("another state")
    assert back(browser, signing).status_code == 400
    assert not is_in(browser)


def test_the_code_of_anothers_sign_in_is_refused(
    place: Place, browser: httpx.Client, signing: Identities
) -> None:
    """Who got hold of a code cannot use it in a sign-in of their own: its verifier is another's."""
    victim = place.anybody()
    stolen = parse_qs(urlsplit(signing.proven(away(victim), ASHA)).query)["code"]
    own = parse_qs(urlsplit(signing.proven(away(browser), NOBODY_HERE)).query)
    answer = browser.get("/sign-in/callback?" + urlencode(own | {"code": stolen}, doseq=True))
    assert answer.status_code == 400
    assert signing.asked[-1]["status"] == 400
    assert not is_in(browser)


@pytest.mark.parametrize(
    "verifier", [{}, {"code_verifier": ""}, {"code_verifier": "v" * 43}], ids=["no", "empty", "own"]
)
def test_a_code_without_its_verifier_is_worth_nothing_at_the_provider(
    browser: httpx.Client, signing: Identities, place: Place, verifier: dict[str, str]
) -> None:
    """That we ask with PKCE makes this so: here is whoever stole the code and our secret."""
    code = parse_qs(urlsplit(signing.proven(away(browser), ASHA)).query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{place.url}/sign-in/callback",
    }
    refused = signing.http.post("/token", data=form | verifier, auth=(CLIENT, SECRET))
    assert refused.status_code == 400


def test_the_provider_sends_nobody_to_another_address(
    browser: httpx.Client, signing: Identities
) -> None:
    address = away(browser).replace("sign-in%2Fcallback", "sign-in%2Fcallback%2Felsewhere")
    assert "elsewhere" in address
    answer = signing.http.post(address, data={"subject": ASHA})
    assert answer.status_code != 302 or "elsewhere" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "lie",
    [
        "silent",
        "a great deal",
        "not what it is",
        "elsewhere",
        "described another",
        "in the clear",
        "no PKCE",
        "signs with a shared secret",
    ],
)
def test_a_provider_that_cannot_be_used_is_said_to_be_so(
    browser: httpx.Client, signing: Identities, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    monkeypatch.setattr(providers, "WITHIN", 1.0)
    signing.lie(lie)
    answer = browser.get("/sign-in/start")
    assert answer.status_code == 503
    assert "does not answer" in answer.text


def test_a_provider_that_breaks_while_it_is_asked_lets_nobody_in(
    browser: httpx.Client, signing: Identities
) -> None:
    away(browser)
    signing.lie("broken")
    assert back(browser, signing).status_code == 503
    assert not is_in(browser)


@pytest.mark.parametrize(
    ("asked", "lie", "status"),
    [
        ({"acr": frozenset({"AAL3"})}, TRUE, 303),
        ({"acr": frozenset({"AAL3"})}, "proven weakly", 400),
        ({"acr": frozenset({"AAL3"})}, "not said how", 400),
        ({"max_age": 3600}, TRUE, 303),
        ({"max_age": 3600}, "proven long ago", 400),
        ({"max_age": 3600}, "not said when", 400),
    ],
)
def test_how_well_and_how_long_ago_somebody_proved_it_counts_where_it_is_asked(
    place: Place, provider: Identities, asked: dict[str, Any], lie: str, status: int
) -> None:
    provider.lie(TRUE)
    with asking(place, registered(place, provider, acr_values="AAL3_ANY", **asked)):
        browser = place.anybody()
        went = parse_qs(urlsplit(away(browser)).query)
        assert went["acr_values"] == ["AAL3_ANY"]
        assert went.get("max_age") == (["3600"] if "max_age" in asked else None)
        provider.lie(lie)
        assert back(browser, provider).status_code == status


def test_a_place_signs_for_itself_where_it_has_a_key(place: Place, provider: Identities) -> None:
    key = RSAKey.generate_key(2048)
    asked = Provider(
        registered(place, provider, secret=None, key=key, key_id="ours"),
        place.app.state.parts.clock,
    )
    assertion = jwt.decode(asked._assertion("https://id.example/token"), key, algorithms=["RS256"])
    assert assertion.header["kid"] == "ours"
    assert assertion.claims["iss"] == assertion.claims["sub"] == CLIENT
    assert assertion.claims["aud"] == "https://id.example/token"
    assert assertion.claims["exp"] - assertion.claims["iat"] == 60


def test_who_nobody_here_knows_is_told_so_and_sees_nothing(
    browser: httpx.Client, signing: Identities
) -> None:
    answer = back(browser, signing, NOBODY_HERE)
    page = browser.get(answer.headers["Location"])
    assert page.status_code == 403
    assert "No organisation here knows you yet" in page.text
    assert not is_in(browser)
    assert browser.get("/caseload").headers["Location"].startswith("/sign-in")


def test_who_acts_for_several_says_for_whom_and_changes_under_a_new_secret(
    browser: httpx.Client, signing: Identities, place: Place
) -> None:
    assert back(browser, signing, SAMUEL).headers["Location"].startswith("/sign-in/organisation")
    assert not is_in(browser)
    seen: list[str] = []
    for organisation, key in ((PRACTICE, "samuel"), (TALKING, "priya")):
        before = dict(browser.cookies)
        who = str(practitioner(organisation, key))
        answer = browser.post("/sign-in/organisation", data={"practitioner": who})
        assert answer.status_code == 303
        page = browser.get("/")
        assert organisation.name in page.text
        assert "Change organisation" in page.text
        assert before[COOKIE] != browser.cookies[COOKIE]
        with httpx.Client(base_url=place.url, cookies=before, verify=TRUSTED) as stale:
            assert not is_in(stale)
        seen.append(browser.cookies[COOKIE])
    assert len(set(seen)) == 2


def test_nobody_acts_as_somebody_else(browser: httpx.Client, signing: Identities) -> None:
    back(browser, signing, SAMUEL)
    for who in (practitioner(PRACTICE, "asha"), uuid4()):
        refused = browser.post("/sign-in/organisation", data={"practitioner": str(who)})
        assert refused.status_code == 404
    assert not is_in(browser)


def test_signing_out_ends_it_here_and_at_the_provider(
    browser: httpx.Client, signing: Identities, place: Place
) -> None:
    back(browser, signing)
    kept = dict(browser.cookies)
    assert browser.post("/sign-out").headers["Location"] == "/signing-out"
    with httpx.Client(base_url=place.url, cookies=kept, verify=TRUSTED) as stale:
        assert not is_in(stale)
    page = browser.get("/signing-out").text
    there = page.split('content="0; url=')[1].split('"')[0].replace("&amp;", "&")
    assert there.startswith(f"{signing.url}/end?")
    assert "eyJ" not in there
    assert signing.http.get(there).headers["Location"] == f"{place.url}/signed-out"


def test_who_left_is_out_at_once_and_stays_out(
    place: Place, browser: httpx.Client, signing: Identities
) -> None:
    yusuf = place.person("yusuf")
    made = added(yusuf, "Ines Duarte", "clinician")
    identified(yusuf, made, "900000000103")
    back(browser, signing, "900000000103")
    assert is_in(browser)
    token = place.tokens.issue(made, PRACTICE.id, Role.CLINICIAN)
    bearer = {"Authorization": f"Bearer {token}"}
    assert place.anybody().get("/v1/caseload", headers=bearer).status_code == 200
    left = yusuf.ask(f"/v1/partners/{PRACTICE.id}/practitioners/{made}/departure")
    assert left.status_code == 200
    assert not is_in(browser)
    yusuf.seen("/v1/partners")
    assert place.anybody().get("/v1/caseload", headers=bearer).status_code == 401
    back(browser, signing, "900000000103")
    assert not is_in(browser)


def test_a_changed_role_counts_in_what_is_open(
    place: Place, browser: httpx.Client, signing: Identities
) -> None:
    yusuf = place.person("yusuf")
    made = added(yusuf, "Ines Duarte", "clinician")
    identified(yusuf, made, "900000000104")
    back(browser, signing, "900000000104")
    assert is_in(browser)
    yusuf.done(f"/v1/partners/{PRACTICE.id}/practitioners/{made}/role", {"role": "auditor"})
    assert browser.get("/v1/caseload").status_code == 403


def test_who_is_somebody_else_to_the_provider_from_now_on_is_signed_out(
    place: Place, browser: httpx.Client, signing: Identities
) -> None:
    yusuf = place.person("yusuf")
    made = added(yusuf, "Ines Duarte", "clinician")
    identified(yusuf, made, "900000000105")
    back(browser, signing, "900000000105")
    identified(yusuf, made, "900000000106")
    assert not is_in(browser)
    # Not even a session that the ending missed, because the directory knows them otherwise.
    kept = place.house.sessions.begin(
        made, PRACTICE.id, identity=Identity(signing.url, "900000000105")
    )
    with httpx.Client(base_url=place.url, cookies={COOKIE: kept}, verify=TRUSTED) as stale:
        assert not is_in(stale)


def test_an_invitation_lets_somebody_in_once(
    place: Place, browser: httpx.Client, signing: Identities
) -> None:
    yusuf = place.person("yusuf")
    made = added(yusuf, "Ines Duarte", "clinician")
    path, key = f"/v1/partners/{PRACTICE.id}/practitioners/{made}/invitation", uuid4()
    invited = yusuf.ask(path, key=key)
    code = invited.json()["code"]
    assert len(code) >= 43
    assert yusuf.ask(path, key=key).json()["code"] == code
    assert code not in str(yusuf.seen(f"/v1/partners/{PRACTICE.id}/practitioners"))
    back(browser, signing, "900000000107")
    assert not is_in(browser)
    wrong = browser.post("/sign-in/invitation", data={"code": code.swapcase()})
    assert wrong.status_code == 422
    with structlog.testing.capture_logs() as lines:
        assert browser.post("/sign-in/invitation", data={"code": code}).status_code == 303
    assert code not in str(lines)
    assert is_in(browser)
    another = place.anybody()
    back(another, signing, "900000000108")
    again = another.post(
        "/sign-in/invitation", data={"code": code}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert again.status_code == 422
    assert not is_in(another)


def test_an_invitation_is_worth_nothing_to_who_has_not_proven_who_they_are(
    place: Place, signing: Identities
) -> None:
    yusuf = place.person("yusuf")
    made = added(yusuf, "Ines Duarte", "clinician")
    code = yusuf.done(f"/v1/partners/{PRACTICE.id}/practitioners/{made}/invitation")["code"]
    anybody = place.anybody()
    anybody.headers["Sec-Fetch-Site"] = "same-origin"
    answer = anybody.post("/sign-in/invitation", data={"code": code})
    assert answer.headers["Location"].startswith("/sign-in?")
    anybody.cookies.set(COOKIE, place.session("gwen"))
    assert anybody.post("/sign-in/invitation", data={"code": code}).status_code == 404


def test_signing_in_ends_what_the_browser_brought(
    place: Place, browser: httpx.Client, signing: Identities
) -> None:
    planted = place.session("gwen")
    address = signing.proven(away(browser), ASHA)
    begun = {cookie.name: str(cookie.value) for cookie in browser.cookies.jar}
    with httpx.Client(
        base_url=place.url, cookies=begun | {COOKIE: planted}, verify=TRUSTED
    ) as brought:
        answer = brought.get(address)
    assert answer.status_code == 303
    assert planted not in str(answer.headers)
    with httpx.Client(base_url=place.url, cookies={COOKIE: planted}, verify=TRUSTED) as stale:
        assert not is_in(stale)


def test_over_https_every_cookie_is_bound_to_the_host(place: Place, signing: Identities) -> None:
    parts: Parts = place.app.state.parts
    place.app.state.parts = replace(parts, address="https://care.example")
    said = place.anybody().get("/sign-in/start").headers["Set-Cookie"]
    place.app.state.parts = parts
    assert said.startswith(f"{HOST_COOKIE}-begun=")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert word in said
    assert "Domain" not in said


def test_no_log_names_who_signs_in(browser: httpx.Client, signing: Identities) -> None:
    with structlog.testing.capture_logs() as lines:
        back(browser, signing)
        signing.lie("another nonce")
        back(browser, signing)
    said = str(lines)
    assert "another nonce" in said
    for secret in (ASHA, "code=", "state=", browser.cookies[COOKIE]):
        assert secret not in said


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example"])
def test_the_way_back_leads_to_no_other_site(
    browser: httpx.Client, signing: Identities, wanted: str
) -> None:
    answer = browser.get(signing.proven(away(browser, wanted), ASHA))
    assert answer.headers["Location"] == "/"
    chosen = browser.get("/sign-in/organisation", params={"next": wanted})
    assert "elsewhere" not in chosen.text


def test_without_a_provider_nobody_begins(place: Place) -> None:
    for path in ("/sign-in/start", "/sign-in/callback", "/signing-out"):
        assert place.anybody().get(path).status_code == 404, path


def test_the_first_administrator_is_let_in_by_a_command(
    place: Place,
    browser: httpx.Client,
    signing: Identities,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(inviting, "opened", lambda: nullcontext(place.house))
    inviting.invite("Tollgate Talking", "Ada First")
    code = capsys.readouterr().out.strip().splitlines()[-1]
    place.person("tom").seen("/v1/partners")
    back(browser, signing, "900000000109")
    assert browser.post("/sign-in/invitation", data={"code": code}).status_code == 303
    assert browser.get(f"/partners/{TALKING.id}/practitioners").status_code == 200
    assert browser.get(f"/partners/{PRACTICE.id}/practitioners").status_code == 403


@pytest.mark.parametrize(("lie", "state"), [(TRUE, "ok"), ("described another", "not ok")])
def test_the_doctor_looks_at_the_provider(
    place: Place, provider: Identities, lie: str, state: str
) -> None:
    provider.lie(lie)
    settings = replace(place.house.settings, registration=registered(place, provider))
    rows = doctor._checks(replace(place.house, settings=settings))
    found = next(row for row in rows if row["check"] == "provider of identities")
    assert found["state"] == state


# Who says who acts for an organisation


def added(client: Client, name: str, role: str) -> PractitionerId:
    made = client.done(
        f"/v1/partners/{client.organisation}/practitioners",
        {"name": name, "role": role, "title": "Locum"},
    )
    return PractitionerId(made["id"])


def identified(client: Client, who: PractitionerId, subject: str) -> None:
    path = f"/v1/partners/{client.organisation}/practitioners/{who}/identity"
    client.done(path, {"subject": subject})


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("", {"name": "Mallory", "role": "administrator", "title": "None"}),
        ("/{}/role", {"role": "administrator"}),
        ("/{}/departure", {}),
        ("/{}/invitation", {}),
        ("/{}/identity", {"issuer": "https://id.example", "subject": "1"}),
    ],
)
def test_only_its_own_administrator_or_the_hosts_says_who_acts_for_an_organisation(
    place: Place, path: str, content: dict[str, Any]
) -> None:
    priya = practitioner(TALKING, "priya")
    path = f"/v1/partners/{TALKING.id}/practitioners" + path.format(priya)
    for who in ("priya", "asha", "anil", "ruth", "ifeoma"):
        assert place.person(who).ask(path, content).status_code == 403, who
    assert place.system(TALKING).ask(path, content).status_code == 403


def test_an_administrator_reads_who_acts_for_their_organisation_and_no_subject(
    place: Place, signing: Identities
) -> None:
    rows = place.person("tom").seen(f"/v1/partners/{TALKING.id}/practitioners")["rows"]
    assert {row["name"] for row in rows} >= {"Priya Chand", "Tom Westwood"}
    assert next(row for row in rows if row["name"] == "Priya Chand")["signs_in"]
    assert SAMUEL not in str(rows)
    for who in ("priya", "anil"):
        path = f"/v1/partners/{TALKING.id}/practitioners"
        assert place.person(who).read(path).status_code == 403
    for row in place.person("asha").seen("/v1/partners")["rows"]:
        assert not {"identities", "invitations"} & row.keys()
