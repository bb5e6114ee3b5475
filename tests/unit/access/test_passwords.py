"""Passwords: what will do, and how they are kept."""

import threading

import pytest

from engine.access import passwords
from engine.access.passwords import fits, hash_password, is_outdated, problem

GOOD = "harvest lantern copper seven"


@pytest.mark.parametrize(
    ("password", "will_do"),
    [
        pytest.param(GOOD, True, id="words"),
        pytest.param("x9!kqlw8zmpd3vt", True, id="fifteen-letters"),
        pytest.param("x9!kqlw8zmpd3v", False, id="fourteen-letters"),
        pytest.param("пароль из слов сильный", True, id="any-script"),
        pytest.param("correcthorsebatterystaple", False, id="breached"),
        pytest.param("Correct Horse Battery Staple", False, id="breached-with-spaces-and-capitals"),
        pytest.param("PasswordPassword", False, id="breached-capitals"),
        pytest.param("abcabcabcabcabcabc", False, id="repeated"),
        pytest.param("aaaaaaaaaaaaaaaaaaaa", False, id="one-letter"),
        pytest.param("ababababcccccddd", False, id="four-letters"),
        pytest.param("lind harbour treadway", False, id="names"),
        pytest.param("x" * 201, False, id="endless"),
        pytest.param("", False, id="empty"),
    ],
)
def test_what_will_do(password, will_do):
    assert (problem(password, ("lind", "harbour")) is None) is will_do


def test_the_list_holds_passwords_that_length_alone_would_let_pass():
    assert all(len(each) >= passwords.SHORTEST for each in passwords._BREACHED)
    assert len(passwords._BREACHED) > 100


class TestHashes:
    def test_it_is_argon2id_with_a_salt_of_its_own(self):
        first, second = hash_password(GOOD), hash_password(GOOD)
        assert first.startswith("$argon2id$")
        assert first != second
        assert GOOD not in first

    def test_only_the_password_itself_fits(self):
        kept = hash_password(GOOD)
        assert fits(kept, GOOD)
        assert not fits(kept, f"{GOOD} ")
        assert not fits(kept, GOOD.upper())

    def test_letters_that_look_the_same_are_the_same(self):
        """One keyboard writes é as one letter, another as two."""
        assert fits(hash_password("caf\u00e9 harvest lantern"), "cafe\u0301 harvest lantern")

    @pytest.mark.parametrize("kept", [None, "", "rubbish", "$argon2id$v=19$m=1"])
    def test_nothing_fits_what_is_no_hash(self, kept):
        assert not fits(kept, GOOD)

    @pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 1_000_000])
    def test_odd_passwords_do_not_fit_and_do_not_raise(self, password):
        assert not fits(None, password)

    def test_an_unknown_account_is_worked_on_as_hard_as_a_known_one(self):
        """Else the time of the answer tells which accounts exist."""
        assert not is_outdated(passwords._NOBODY)

    def test_the_hash_of_nobody_lets_nobody_in(self):
        """It was made of a password that can be read in this project."""
        assert fits(passwords._NOBODY, "nobody has this password")
        assert not fits(None, "nobody has this password")

    def test_weaker_hashes_are_made_anew(self):
        from argon2 import PasswordHasher

        assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8192).hash(GOOD))

    def test_a_flood_is_worked_on_a_few_at_a_time(self, monkeypatch):
        """Each hash takes 64 MiB."""
        at_once, most = 0, 0
        lock, go = threading.Lock(), threading.Event()

        class Slow:
            def verify(self, kept, password):
                nonlocal at_once, most
                with lock:
                    at_once += 1
                    most = max(most, at_once)
                go.wait(0.02)
                with lock:
                    at_once -= 1
                return True

        monkeypatch.setattr(passwords, "_HASHER", Slow())
        threads = [threading.Thread(target=fits, args=("kept", GOOD)) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most == passwords._SAME_TIME
