"""Writes `docs/reference/settings.md` from the table of settings: `python -m api.serving.reference`."""

from pathlib import Path
from typing import Final

from annotated_types import Ge, Gt, Le, MinLen

from api.serving.settings import PREFIX, Installation

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"

_HEAD: Final = """\
# Settings

<!-- Written by `python -m api.serving.reference` from api/serving/settings.py. -->

Each setting has one name. `treadway serve` takes the first of: its option on the command line (`--host`,
`--port`, `--workers`, `--database`), the environment variable, the settings file, the default. The file is
TOML, one `name = value` a line, and is named by `--settings FILE` or `TREADWAY_SETTINGS`; keep it readable
by its owner alone (`chmod 600`) where it holds a secret. An unknown name or an impossible value is refused
at the start, with the near name and the fix; no value is repeated in the message.

`treadway doctor` looks at what is set and says what is wrong with it.

| Name in the file | Environment variable | Default | Bounds | Meaning |
|---|---|---|---|---|
"""

_TAIL: Final = """
An example for a clinic behind a reverse proxy on the same computer:

```toml
database_url = "postgresql://treadway_server@/treadway?host=/var/run/postgresql"
workers = 4
trusted_proxies = ["127.0.0.1"]
public_url = "https://treadway.example.org"
time_zone = "Europe/Oslo"
metrics_token = "write a long random text here"
log_format = "json"
```
"""


def page() -> str:
    """The whole page."""
    rows = [
        f"| `{name}` | `{PREFIX}{name.upper()}` | {_default(name)} | {_bounds(name)} "
        f"| {Installation.model_fields[name].description} |"
        for name in Installation.model_fields
    ]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


def _default(name: str) -> str:
    value: object = Installation.model_fields[name].default
    if value is None or value == ():
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _bounds(name: str) -> str:
    told: list[str] = []
    for each in Installation.model_fields[name].metadata:
        match each:
            case Ge(ge):
                told.append(f"from {ge}")
            case Gt(gt):
                told.append(f"above {gt}")
            case Le(le):
                told.append(f"to {le}")
            case MinLen(letters) if letters > 1:
                told.append(f"{letters} letters or more")
            case _:
                pass
    return " ".join(told)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
