"""E-mail addresses."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from litso.standardize.email import domain_of, email, emails


@pytest.mark.parametrize(
    ("text", "address", "kind", "qc"),
    [
        ("Ivanov@Mail.RU", "ivanov@mail.ru", "PERSONAL", 0),
        ("ivanov@sberbank.ru", "ivanov@sberbank.ru", "CORPORATE", 0),
        ("info@romashka.ru", "info@romashka.ru", "ROLE", 0),
        ("info@mail.ru", "info@mail.ru", "ROLE", 0),
        ("x1@mailinator.com", "x1@mailinator.com", "DISPOSABLE", 3),
        ("serega@yandex/ru", "serega@yandex.ru", "PERSONAL", 4),
        ("ivanov@mail,ru", "ivanov@mail.ru", "PERSONAL", 4),
        ("ivanov@мейл;ru", "ivanov@mail.ru", "PERSONAL", 4),
        ('"}a -@;il.ru', "a-@il.ru", "CORPORATE", 4),
        ("ivanov@mail", "ivanov@mail.ru", "PERSONAL", 4),
        ("ivanov@mailru", "ivanov@mail.ru", "PERSONAL", 4),
        ("ivanov@gmial.com", "ivanov@gmail.com", "PERSONAL", 4),
        ("ivanov@gmail.con", "ivanov@gmail.com", "PERSONAL", 4),
        ("ivanov@#gmail.com", "ivanov@gmail.com", "PERSONAL", 4),
        ("ivanov@yandx.ru", "ivanov@yandex.ru", "PERSONAL", 4),
        ("ivanov @ mail . ru", "ivanov@mail.ru", "PERSONAL", 4),
        ("ivanov(at)mail.ru", "ivanov@mail.ru", "PERSONAL", 4),
        ("ivanov собака mail точка ru", "ivanov@mail.ru", "PERSONAL", 4),
        ('ivanov"mail.ru', "ivanov@mail.ru", "PERSONAL", 4),
        ("ivanov mail.ru", "ivanov@mail.ru", "PERSONAL", 4),
        ('шмфтщм"ьфшдюкг', "ivanov@mail.ru", "PERSONAL", 4),
        ("шмфтщм@gmail.com", "ivanov@gmail.com", "PERSONAL", 4),
        ("ivаnоv@mail.ru", "ivanov@mail.ru", "PERSONAL", 4),
        ("Иван <ivan@mail.ru>", "ivan@mail.ru", "PERSONAL", 0),
        ("почта: ivan@mail.ru", "ivan@mail.ru", "PERSONAL", 0),
        ("mailto:ivan@mail.ru", "ivan@mail.ru", "PERSONAL", 0),
        ("ivan@почта.рф", "ivan@почта.рф", "PERSONAL", 0),
        ("иван@почта.рф", "иван@почта.рф", "PERSONAL", 0),
        ("ivan@xn--80a1acny.xn--p1ai", "ivan@почта.рф", "PERSONAL", 0),
        ("ivan@ya.ru", "ivan@ya.ru", "PERSONAL", 0),
        ("ivan@mail.com", "ivan@mail.com", "PERSONAL", 0),
        ("ivan@vail.ru", "ivan@vail.ru", "CORPORATE", 0),
        ("ivan@yandex.ru.ru", "ivan@yandex.ru", "PERSONAL", 4),
        ("ivan@mail.ru@mail.ru", "ivan@mail.ru", "PERSONAL", 4),
        ("ivan@mail@ru", "ivan@mail.ru", "PERSONAL", 4),
        ("ivan@gmail.co", "ivan@gmail.com", "PERSONAL", 4),
        ("ivan@gmail.ru", "ivan@gmail.ru", "CORPORATE", 0),
        ("Иван Петров ivan@mail.ru", "ivan@mail.ru", "PERSONAL", 4),
        ("ivan@mail.ru (рабочий), +79161234567", "ivan@mail.ru", "PERSONAL", 4),
        ("email ivan@mail.ru", "ivan@mail.ru", "PERSONAL", 4),
        ("ivan 85@mail.ru", "ivan85@mail.ru", "PERSONAL", 4),
        ("ivan petrov@mail.ru", None, None, 1),
        ("test@white space", None, None, 1),
        ("<ivan@mail.ru", "ivan@mail.ru", "PERSONAL", 4),
        ('"И. Петров" <ivan@mail.ru>', "ivan@mail.ru", "PERSONAL", 0),
        ("ivan@ｍail.ru", "ivan@mail.ru", "PERSONAL", 4),
        ("ivan@мэйл.ру", "ivan@mail.ru", "PERSONAL", 4),
        ("ivan@1.אב.com", None, None, 1),
        ("ivan@my_box.ru", None, None, 1),
        ("и\udfffван@mail.ru", None, None, 1),
        ("foo..@bar...com", "foo.@bar.com", None, 1),
        ("петя@mail.ru", None, None, 1),
        ("ivanov", None, None, 1),
        ("@mail.ru", None, None, 1),
        ("ivanov@", None, None, 1),
        ("ivanov@localhost", None, None, 1),
        ("ivanov@⒈mail.ru", None, None, 1),  # one sign that is two when it is made plain
        ("ivanov@-x.ru", None, None, 1),
        ("no@mail.ru", None, None, 2),
        ("net@net.ru", None, None, 2),
        ("нет", None, None, 2),
        ("нет почты", None, None, 2),
    ],
)
def test_one_address(text: str, address: str | None, kind: str | None, qc: int) -> None:
    found = email(text)
    assert (found.email, found.type, found.qc) == (address, kind, qc)


@pytest.mark.parametrize("sign", [", ", ";", " ", "/", "\n", ",", " и "])
def test_several_addresses(sign: str) -> None:
    text = f"ivan@mail.ru{sign}petr@bk.ru"
    assert [one.email for one in emails(text)] == ["ivan@mail.ru", "petr@bk.ru"]
    assert email(text)[:1] + email(text)[4:] == ("ivan@mail.ru", 1, "several")


@given(st.from_regex(r"[a-z0-9._+-]{1,12}@[a-z0-9.-]{1,12}\.[a-z]{1,4}", fullmatch=True))
def test_what_is_right_for_us_is_right_for_the_standard(text: str) -> None:
    found = email(text)
    if found.qc == 0 and found.email == text:
        validate_email(text, check_deliverability=False, test_environment=True)


@given(
    st.builds(
        "@".join,
        st.tuples(
            st.from_regex(r"[A-Za-z0-9!#$&*+/=?^_-][A-Za-z0-9!#$&*+/=?^_.-]{0,11}", fullmatch=True),
            st.sampled_from(["mail.ru", "romashka.ru", "sub.example.org"]),
        ),
    )
)
def test_what_is_right_for_the_standard_is_kept(text: str) -> None:
    try:
        standard = validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return
    assert email(text).email in (standard.lower(), None)


def test_repairs_lead_to_domains_that_stay() -> None:
    for slip in ("gmal.com", "yandeks.ru", "ramblr.ru", "inbx.ru", "iclod.com"):
        repaired = domain_of(slip)
        assert domain_of(repaired.name) == repaired._replace(problem=None)
