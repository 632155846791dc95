"""docs/settings.md, made from the settings classes: `python -m tests.settings_page > docs/settings.md`."""

from collections.abc import Iterator

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from edge.settings import EdgeSettings
from gateway.settings import GatewaySettings
from mesh.settings import MeshSettings
from query.settings import QuerySettings
from realtime.settings import RealtimeSettings
from writer.settings import WriterSettings

HEAD = """# Settings

Environment variables of the services, each declared once in `mesh/settings.py`, `mesh/tls.py` or the service's
`settings.py`; this page is made from them (`python -m tests.settings_page > docs/settings.md`, a test holds it fresh).
A bad value refuses to start with one line that names the variable. Of each, `ANALYTICS_NAME_FILE` names a file that
holds the value. `./run` sets what it needs itself.
"""


def page() -> str:
    shared = set(MeshSettings.model_fields)
    parts = [HEAD, *_section("Every service", MeshSettings, set())]
    for name, kind in {
        "gateway": GatewaySettings,
        "edge": EdgeSettings,
        "writer": WriterSettings,
        "query": QuerySettings,
        "realtime": RealtimeSettings,
    }.items():
        parts += _section(name, kind, shared)
    return "\n".join(parts) + "\n"


def _section(title: str, kind: type[MeshSettings], left_out: set[str]) -> Iterator[str]:
    yield f"\n## {title}\n\n| variable | default | |\n|---|---|---|"
    for name, field in kind.model_fields.items():
        if name not in left_out:
            yield f"| `ANALYTICS_{name.upper()}` | {_default(field)} | {field.description or ''} |"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required" if field.default_factory is None else "none"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"`{value}`" if value not in ("", None) else "none"


if __name__ == "__main__":
    print(page(), end="")
