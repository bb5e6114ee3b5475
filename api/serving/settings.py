"""What an installation may set: one table, from which the reference page and every refusal are made.

A setting is given by `treadway serve --NAME` where there is such an option, else by the environment variable
`TREADWAY_NAME`, else by the settings file (TOML), else it has its default.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from engine.access.proxy import networks
from engine.model.errors import EngineError

PREFIX: Final = "TREADWAY_"
FILE_VARIABLE: Final = "TREADWAY_SETTINGS"
NOT_OURS: Final = frozenset({FILE_VARIABLE, "TREADWAY_ACTOR", "TREADWAY_ROLES"})
"""Variables of other purposes that begin alike; those of the tests begin `TREADWAY_TEST_`."""


class SettingsError(EngineError):
    """A setting is unknown or cannot be used. The text names where it stands and never its value."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("zone", "is no time zone; write one as `Europe/Oslo`") from None
    return name


def _origin(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme not in ("http", "https") or not rest or any(sign in rest for sign in "/?#@ "):
        raise PydanticCustomError("origin", "is no origin; write it as `https://treadway.example.org`")
    return text.lower()


def _web(text: str) -> str:
    if not text.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise PydanticCustomError("web", "must begin with `https://`")
    return text


class Installation(BaseModel):
    """All settings of one installation. Each field is a row of `docs/reference/settings.md`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[
        str | None,
        Field(
            description="Where cases are kept: a file, `sqlite:///FILE` or `postgresql://USER@HOST/NAME`. "
            "Without it one file in the data folder of the user who runs Treadway. Secret where it "
            "holds a password.",
        ),
    ] = None
    host: Annotated[
        str,
        Field(
            description="Address to listen on. Beyond this computer it takes TLS, or a proxy that brings it.",
            min_length=1,
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Field(description="Port to listen on; 0 takes any free one.", ge=0, le=65_535)] = (
        8000
    )
    workers: Annotated[
        int, Field(description="Processes that answer requests. More than 1 only on PostgreSQL.", ge=1, le=64)
    ] = 1
    tls_certificate: Annotated[
        Path | None,
        Field(description="PEM file with the certificate and its chain, to serve TLS without a proxy."),
    ] = None
    tls_key: Annotated[Path | None, Field(description="PEM file with the key of that certificate.")] = None
    trusted_proxies: Annotated[
        tuple[str, ...],
        Field(
            description="Addresses or networks of the reverse proxies in front. Only what they forward is "
            "believed. In the environment with commas between."
        ),
    ] = ()
    public_url: Annotated[
        str | None,
        AfterValidator(_origin),
        Field(description="Origin that browsers see, such as `https://treadway.example.org`."),
    ] = None
    listen_unencrypted: Annotated[
        bool,
        Field(
            description="Listen beyond this computer although nothing encrypts it. For a network that "
            "carries nothing but this, such as that of two containers."
        ),
    ] = False
    time_zone: Annotated[
        str | None,
        AfterValidator(_zone),
        Field(
            description="Time zone that decides what day it is in a clinic which names none. Without it "
            "that of this computer."
        ),
    ] = None
    threads: Annotated[
        int,
        Field(
            description="Requests that one process works on at once. Fewer than its 15 database connections.",
            ge=1,
            le=14,
        ),
    ] = 8
    waiting: Annotated[
        int,
        Field(
            description="Requests that may wait for their turn; the next is answered 503 at once.",
            ge=0,
            le=10_000,
        ),
    ] = 56
    streams: Annotated[
        int, Field(description="Live streams that one process keeps open.", ge=1, le=10_000)
    ] = 100
    body_bytes: Annotated[
        int,
        Field(description="Largest body of a request, in bytes.", ge=10_000, le=100_000_000),
    ] = 2_000_000
    body_seconds: Annotated[
        float, Field(description="Seconds in which a whole body must have arrived.", gt=0, le=600)
    ] = 20.0
    stream_seconds: Annotated[
        float,
        Field(
            description="Seconds after which a live stream ends and the client comes again.", ge=1, le=86_400
        ),
    ] = 600.0
    requests_a_minute: Annotated[
        int,
        Field(
            description="Requests of one account in a minute, per process; more are answered 429.",
            ge=1,
            le=10**9,
        ),
    ] = 6_000
    metrics_token: Annotated[
        str | None,
        Field(
            description="Token with which `/api/v1/metrics` is read; without one there are none. Secret.",
            min_length=16,
        ),
    ] = None
    log_format: Annotated[
        Literal["auto", "json", "console"],
        Field(description="How log lines look. `auto`: for people on a terminal, JSON elsewhere."),
    ] = "auto"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="The least that is logged.")
    ] = "info"
    worker_seconds: Annotated[
        float,
        Field(
            description="Seconds between two looks of a server or worker for a day that has turned.",
            ge=1,
            le=3_600,
        ),
    ] = 30.0
    oidc_issuer: Annotated[
        str | None,
        AfterValidator(_web),
        Field(description="Identity provider of the clinic, by its issuer's address."),
    ] = None
    oidc_client_id: Annotated[str | None, Field(description="What that provider knows Treadway as.")] = None
    oidc_client_secret: Annotated[
        str | None, Field(description="Secret shared with that provider, where it gives one. Secret.")
    ] = None

    published_clinics: Annotated[
        tuple[str, ...],
        Field(
            description="Clinics whose approved and retired versions of algorithms anybody may read without "
            "signing in: the library, the pathway documents and what changed. No patient is in them. In the "
            "environment with commas between."
        ),
    ] = ()

    @field_validator("trusted_proxies", "published_clinics", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            networks(value)
        except ValueError:
            raise PydanticCustomError(
                "network", "must hold addresses or networks, such as `10.0.0.7` or `10.0.0.0/24`"
            ) from None
        return value

    @property
    def serves_tls(self) -> bool:
        """Whether this program itself encrypts."""
        return self.tls_certificate is not None

    @property
    def behind_tls(self) -> bool:
        """Whether browsers reach it under TLS, by itself or by a proxy."""
        return self.serves_tls or (self.public_url or "").startswith("https://")


SECRET: Final = frozenset({"database_url", "metrics_token", "oidc_client_secret"})
"""Settings whose value is told to nobody."""


def read_installation(
    environment: Mapping[str, str] | None = None,
    file: str | None = None,
    options: Mapping[str, object] | None = None,
) -> Installation:
    """The settings in force.

    Args:
        environment: Variables; those of the process by default.
        file: A TOML file; by default the one that `TREADWAY_SETTINGS` names, if any.
        options: What the command line gave; None where it gave nothing.

    Raises:
        SettingsError: Something is unknown, or cannot be what it is said to be.
    """
    environment = os.environ if environment is None else environment
    file = file or environment.get(FILE_VARIABLE) or None
    values: dict[str, object] = {}
    places: dict[str, str] = {}
    if file is not None:
        for name, value in _of_file(Path(file)).items():
            values[name], places[name] = value, f"{file}: {name}"
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or variable in NOT_OURS or name.startswith("test_"):
            continue
        if name not in Installation.model_fields:
            raise _unknown(variable, variable, [PREFIX + each.upper() for each in Installation.model_fields])
        if text.strip():
            values[name], places[name] = text.strip(), variable
    for name, value in (options or {}).items():
        if value is not None:
            values[name], places[name] = value, f"--{name.replace('_', '-')}"
    try:
        settings = Installation.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=True, include_input=False)[0]
        name = str(first["loc"][0])
        raise SettingsError(f"{places.get(name, name)} {_said(first)}", _fix(name)) from None
    return _together(settings)


def _of_file(path: Path) -> dict[str, object]:
    try:
        found: dict[str, object] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(
            f"the settings file {path} cannot be read: {(error.strerror or 'no reason given').lower()}",
            f"name another file with --settings or {FILE_VARIABLE}",
        ) from error
    except tomllib.TOMLDecodeError as error:
        line = str(error).rpartition("(")[2].rstrip(")")
        raise SettingsError(
            f"the settings file {path} is no TOML {line}", 'write `name = "value"` on a line'
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"the settings file {path} is not in UTF-8", "save it as UTF-8") from None
    for name in found:
        if name not in Installation.model_fields:
            raise _unknown(f"{path}: {name}", name, list(Installation.model_fields))
    return found


def _unknown(place: str, name: str, known: list[str]) -> SettingsError:
    near = get_close_matches(name, known, n=1, cutoff=0.5) or get_close_matches(
        name.lower(), known, n=1, cutoff=0.5
    )
    fix = f"did you mean `{near[0]}`?" if near else "docs/reference/settings.md lists them all"
    return SettingsError(f"{place}: there is no such setting", fix)


def _said(error: ErrorDetails) -> str:
    """What is wrong with a value, without the value."""
    context = error.get("ctx") or {}
    match error["type"]:
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "float_parsing" | "float_type":
            return "must be a number"
        case "bool_parsing" | "bool_type":
            return "must be true or false"
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "greater_than":
            return f"must be more than {context['gt']:g}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "literal_error":
            return f"must be one of {str(context['expected']).replace(chr(39), '`')}"
        case "string_too_short":
            return f"must have at least {context['min_length']} letters"
        case "zone" | "origin" | "web" | "network":
            return error["msg"]
        case _:
            return "cannot be what it is said to be"


def _fix(name: str) -> str:
    return f"`{name}`: {Installation.model_fields[name].description}"


def _together(settings: Installation) -> Installation:
    """Refuse settings that make no sense beside each other."""
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        missing = "tls_key" if settings.tls_key is None else "tls_certificate"
        raise SettingsError("TLS takes a certificate and its key, and one is missing", f"set `{missing}` too")
    for name in ("tls_certificate", "tls_key"):
        path = getattr(settings, name)
        if path is not None and not os.access(path, os.R_OK):
            raise SettingsError(f"`{name}`: {path} cannot be read", "name a file that this user may read")
    if (settings.oidc_issuer is None) != (settings.oidc_client_id is None):
        missing = "oidc_client_id" if settings.oidc_client_id is None else "oidc_issuer"
        raise SettingsError("an identity provider takes an issuer and a client id", f"set `{missing}` too")
    return settings
