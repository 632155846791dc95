"""What a site defined for itself and asks for by name: goals and segments."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analytics.v1 import account_pb2, definition_pb2

from mesh.auth import Caller, unknown_site
from mesh.directory import Snapshot
from mesh.errors import invalid


@dataclass(frozen=True, slots=True)
class Definitions:
    """A site's goals by name and segments by id, and the segment that every answer is limited to, if there is one."""

    goals: Mapping[str, definition_pb2.Goal] = field(default_factory=dict)
    segments: Mapping[str, definition_pb2.Segment] = field(default_factory=dict)
    limit: definition_pb2.Segment | None = None

    @classmethod
    def of(cls, snapshot: Snapshot, site: str, who: Caller) -> "Definitions":
        """What a caller may ask for. A share link knows no segment by its id, and may be limited to one.

        Raises NOT_FOUND for a link whose segment is gone.
        """
        goals, segments = snapshot.goals.get(site, {}), snapshot.segments.get(site, {})
        if who.segment and who.segment not in segments:
            raise unknown_site(site)
        if who.role_at(site) > account_pb2.ROLE_GUEST:
            return cls(goals, segments)
        return cls(goals, limit=segments[who.segment] if who.segment else None)

    def goal(self, name: str, path: str) -> definition_pb2.Goal:
        """Raises INVALID_ARGUMENT at a path for a name that no goal has."""
        found = self.goals.get(name)
        if found is None:
            raise invalid(path, f'this site has no goal "{name[:100]}"; {_near(name, self.goals, "goals")}')
        return found

    def segment(self, name: str, path: str) -> definition_pb2.Segment:
        """Raises INVALID_ARGUMENT at a path for an id that no segment has."""
        found = self.segments.get(name)
        if found is None:
            raise invalid(path, f'this site has no segment "{name[:100]}"; {_near(name, self.segments, "segments")}')
        return found


NONE = Definitions()


def _near(word: str, known: Iterable[str], what: str) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(word[:100], names, n=3, cutoff=0.5) or names[:10]
    return f"near: {', '.join(near)}" if near else f"it has no {what} yet"
