"""The deployment page and its compose file name commands and settings that exist."""

import re
import tomllib

import yaml
from typer.main import get_command

import tw
from api.cli.app import app
from api.serving.settings import FILE_VARIABLE, PREFIX, Installation

PAGE = (tw.ROOT / "docs/how-to/deploy.md").read_text("utf-8")
COMPOSE = yaml.safe_load((tw.ROOT / "docs/how-to/compose.yaml").read_text("utf-8"))
KNOWN = {
    "image", "command", "restart", "environment", "env_file", "secrets", "volumes", "healthcheck", "ports",
    "depends_on", "stop_grace_period",
}  # fmt: skip


def test_the_settings_file_of_the_page_is_one():
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert Installation.model_validate(tomllib.loads(text)).workers == 4


def test_the_compose_file_has_services_with_known_keys():
    assert set(COMPOSE) <= {"name", "services", "volumes", "secrets"}
    for name, service in COMPOSE["services"].items():
        assert set(service) <= KNOWN, name
        assert service["image"]
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in COMPOSE["volumes"]


def test_the_settings_of_the_compose_file_are_settings():
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if name.startswith(PREFIX):
                assert name.removeprefix(PREFIX).lower() in Installation.model_fields
                assert isinstance(value, str), f"{name}: a container takes text alone"


def test_the_commands_of_the_compose_file_exist():
    commands = set(get_command(app).commands)  # pyright: ignore[reportAttributeAccessIssue]
    for service in COMPOSE["services"].values():
        program, word = service.get("command", ["treadway", "serve"])
        assert program == "treadway"
        assert word in commands


def test_the_variable_of_the_unit_names_the_settings_file():
    assert f"Environment={FILE_VARIABLE}=" in PAGE


def test_the_service_is_published_on_loopback_alone():
    assert list(COMPOSE["services"]["server"]["ports"]) == ["127.0.0.1:8000:8000"]
    assert "ports" not in COMPOSE["services"]["database"]
