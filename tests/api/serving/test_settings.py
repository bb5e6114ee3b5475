"""Settings: one table, three places, and a refusal that names the near name and the fix."""

import pytest

from api.serving.listening import refuse_start
from api.serving.reference import PAGE, page
from api.serving.settings import SECRET, Installation, SettingsError, read_installation
from engine.store.database import url_of

SQLITE = url_of("sqlite:////tmp/cases.db")
POSTGRES = url_of("postgresql://treadway@db/treadway")


def settings(**variables: str) -> Installation:
    return read_installation({f"TREADWAY_{name.upper()}": value for name, value in variables.items()})


def refused(**variables: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        settings(**variables)
    return caught.value


class TestWhereASettingComesFrom:
    def test_without_any_it_listens_on_this_computer_alone(self):
        assert read_installation({}).host == "127.0.0.1"

    def test_an_option_goes_before_the_environment_and_that_before_the_file(self, tmp_path):
        file = tmp_path / "settings.toml"
        file.write_text("port = 1\nthreads = 3\nworkers = 7\n")
        found = read_installation(
            {"TREADWAY_PORT": "2", "TREADWAY_THREADS": "4"}, str(file), {"port": 3, "threads": None}
        )
        assert (found.port, found.threads, found.workers) == (3, 4, 7)

    def test_the_environment_may_name_the_file(self, tmp_path):
        file = tmp_path / "settings.toml"
        file.write_text('trusted_proxies = ["10.0.0.0/24"]\n')
        assert read_installation({"TREADWAY_SETTINGS": str(file)}).trusted_proxies == ("10.0.0.0/24",)

    def test_a_list_stands_in_the_environment_with_commas(self):
        assert settings(trusted_proxies="10.0.0.7, 10.1.0.0/16").trusted_proxies == (
            "10.0.0.7",
            "10.1.0.0/16",
        )

    def test_an_empty_variable_is_no_setting(self):
        assert settings(port="").port == 8000

    def test_variables_of_other_purposes_are_left_alone(self):
        assert settings(actor="Dr Lind", roles="reader", test_postgres_url="x") == Installation()


class TestRefusals:
    def test_an_unknown_variable_names_the_near_one(self):
        error = refused(prot="8000")
        assert error.message == "TREADWAY_PROT: there is no such setting"
        assert error.fix == "did you mean `TREADWAY_PORT`?"

    def test_an_unknown_name_in_a_file_names_the_near_one(self, tmp_path):
        file = tmp_path / "settings.toml"
        file.write_text("wokers = 2\n")
        with pytest.raises(SettingsError) as caught:
            read_installation({}, str(file))
        assert caught.value.message == f"{file}: wokers: there is no such setting"
        assert caught.value.fix == "did you mean `workers`?"

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("port", "eighty", "must be a whole number"),
            ("port", "70000", "must be at most 65535"),
            ("workers", "0", "must be at least 1"),
            ("body_seconds", "0", "must be more than 0"),
            ("listen_unencrypted", "perhaps", "must be true or false"),
            ("log_format", "xml", "must be one of `auto`, `json` or `console`"),
            ("time_zone", "Europe/Olso", "is no time zone; write one as `Europe/Oslo`"),
            ("public_url", "treadway.example", "is no origin; write it as `https://treadway.example.org`"),
            ("metrics_token", "short", "must have at least 16 letters"),
            ("oidc_issuer", "http://issuer.example", "must begin with `https://`"),
            (
                "trusted_proxies",
                "proxy",
                "must hold addresses or networks, such as `10.0.0.7` or `10.0.0.0/24`",
            ),
        ],
    )
    def test_an_impossible_value_says_what_is_wrong_and_what_the_setting_is(self, name, value, said):
        error = refused(**{name: value})
        assert error.message == f"TREADWAY_{name.upper()} {said}"
        assert error.fix == f"`{name}`: {Installation.model_fields[name].description}"

    @pytest.mark.parametrize("name", sorted(SECRET - {"database_url", "oidc_client_secret"}))
    def test_the_value_of_a_secret_is_not_repeated(self, name):
        error = refused(**{name: "hunter2"})
        assert "hunter2" not in f"{error}{error.message}{error.fix}{error.__cause__}"

    def test_a_certificate_takes_its_key(self):
        assert refused(tls_certificate="/etc/hostname").fix == "set `tls_key` too"

    def test_a_certificate_that_cannot_be_read_is_refused_at_the_start(self):
        error = refused(tls_certificate="/nowhere/c.pem", tls_key="/nowhere/k.pem")
        assert "/nowhere/c.pem cannot be read" in error.message

    def test_an_issuer_takes_a_client_id(self):
        assert refused(oidc_issuer="https://id.example").fix == "set `oidc_client_id` too"

    def test_a_file_that_is_no_toml_names_the_line(self, tmp_path):
        file = tmp_path / "settings.toml"
        file.write_text("port = 1\nhost: x\n")
        with pytest.raises(SettingsError, match="is no TOML at line 2"):
            read_installation({}, str(file))

    def test_a_file_that_is_not_there_is_named(self):
        with pytest.raises(SettingsError, match=r"/nowhere.toml cannot be read: no such file"):
            read_installation({}, "/nowhere.toml")


OK = None
MATRIX = [
    # host, further settings, database, demo, refusal
    ("127.0.0.1", {}, SQLITE, False, OK),
    ("localhost", {}, SQLITE, False, OK),
    ("::1", {}, SQLITE, False, OK),
    ("0.0.0.0", {}, SQLITE, False, "nothing encrypts it"),
    ("::", {}, SQLITE, False, "nothing encrypts it"),
    ("192.0.2.7", {}, POSTGRES, False, "nothing encrypts it"),
    ("192.0.2.7", {"listen_unencrypted": True}, POSTGRES, False, OK),
    ("192.0.2.7", {"trusted_proxies": ["192.0.2.1"]}, POSTGRES, False, "proxy in front is not said"),
    (
        "192.0.2.7",
        {"trusted_proxies": ["192.0.2.1"], "public_url": "https://t.example"},
        POSTGRES,
        False,
        OK,
    ),
    ("192.0.2.7", {"tls_certificate": "/c", "tls_key": "/k"}, POSTGRES, False, OK),
    ("127.0.0.1", {}, SQLITE, True, OK),
    ("192.0.2.7", {}, SQLITE, True, "on this computer alone"),
    ("192.0.2.7", {"listen_unencrypted": True}, SQLITE, True, "on this computer alone"),
    ("192.0.2.7", {"tls_certificate": "/c", "tls_key": "/k"}, SQLITE, True, "on this computer alone"),
    ("127.0.0.1", {"workers": 2}, SQLITE, False, "cannot share one SQLite file"),
    ("127.0.0.1", {"workers": 2}, POSTGRES, False, OK),
]


@pytest.mark.parametrize(("host", "more", "database", "demo", "refusal"), MATRIX)
def test_where_it_may_listen_and_with_how_many_processes(host, more, database, demo, refusal):
    given = Installation.model_validate({"host": host, **more})
    if refusal is OK:
        refuse_start(given, database, demo=demo)
    else:
        with pytest.raises(SettingsError) as caught:
            refuse_start(given, database, demo=demo)
        assert refusal in caught.value.message
        assert caught.value.fix


def test_the_reference_page_is_what_the_table_says():
    """After a change of the table: `python -m api.serving.reference`."""
    assert PAGE.read_text("utf-8") == page()
