"""`./run privacy-statement`: a site's record of processing, as the gateway makes it from the settings."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from cli.errors import Refusal, detail, reason

_LIMIT_S = 30.0


def statement(ready: Mapping[str, Any], site: str) -> str:
    """Markdown. Raises Refusal where there is no such site, or the mesh does not answer."""
    url = f"{ready['gateway']}/api/v1/privacy/statement?{urllib.parse.urlencode({'site': site})}"
    headers = {"authorization": f"Bearer {ready['admin_token']}", "accept": "text/markdown"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_LIMIT_S) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        raise Refusal(detail(error)) from None
    except OSError as error:
        raise Refusal(f"the mesh does not answer: {reason(error)}") from None
