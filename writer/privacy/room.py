"""The room put together: what makes tasks, what works them off, and the secrets that both need."""

from collections.abc import Callable

from mesh.clock import NowUs
from writer.ingest.identity import Keyring
from writer.ingest.pipeline import Directory
from writer.ingest.store import Store
from writer.privacy.receipts import Receipts
from writer.privacy.servicer import PrivacyServicer
from writer.privacy.store import PrivacyStore
from writer.privacy.work import Worker
from writer.wrap import Wrapper

CONNECTIONS = 6  # the turn, the worker's steps, two of exports; answers and what edges report
STATEMENT_LIMIT_S = 60  # what looks through a large site takes its time; no writer waits for it


class PrivacyRoom:
    """`store` is for whoever else writes into its tables, `worker` is a chore of the writer."""

    def __init__(
        self,
        store: PrivacyStore,
        events: Store,
        keyring: Keyring,
        wrapper: Wrapper,
        sealer: Wrapper,
        receipts: Receipts,
        now_us: NowUs,
        committed: Callable[[int], None],
    ) -> None:
        self.store = store
        self.worker = Worker(store, events, keyring, wrapper, sealer, receipts, now_us, committed)
        self._made_of = keyring, wrapper, events.tombstones, receipts, now_us

    def servicer(self, directory: Directory) -> PrivacyServicer:
        return PrivacyServicer(directory, self.store, self.worker, *self._made_of)
