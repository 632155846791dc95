"""The last table of docs/accounts.md, made from the rules: `python -m tests.rules_table`."""

from mesh.auth import RULES, Rule

OPENING = "| rule | RPCs |\n|---|---|\n"


def table() -> str:
    """A line for each rule: who, and the RPCs in the order of `mesh/auth.py`."""
    lines: list[str] = []
    for rule in Rule:
        names = [name.removeprefix("/").removeprefix("analytics.v1.") for name, held in RULES.items() if held is rule]
        lines.append(f"| {rule.value} | {', '.join(f'`{name}`' for name in names)} |")
    return OPENING + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
