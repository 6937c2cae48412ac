"""Where everything lies below HUB_HOME: the only module that joins these paths.

Never here: reading or writing. Next: every module that touches a file asks a `Layout`.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "HUB_HOME"
KEY_VARIABLE = "HUB_ROOT_KEY_FILE"
PUBLIC_KEYS_VARIABLE = "HUB_PUBLIC_KEYS"
HEAD_COPIES_VARIABLE = "HUB_ACCESS_HEAD_COPIES"
DEFAULT_HOME = Path(".hub")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one hub."""

    home: Path

    @classmethod
    def from_environment(cls) -> Layout:
        """Use `HUB_HOME`, or `./.hub` where it is not set."""
        return cls(Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).absolute())

    @property
    def landing(self) -> Path:
        """What institutions dropped and intake has not taken yet, a folder an institution."""
        return self.home / "landing"

    @property
    def vault(self) -> Path:
        """Keys and received bytes: the only place with national IDs."""
        return self.home / "vault"

    @property
    def key_file(self) -> Path:
        """Root key of the vault: HUB_ROOT_KEY_FILE, or a file in the vault."""
        given = os.environ.get(KEY_VARIABLE)
        return Path(given) if given else self.vault / "root.key"

    @property
    def key_epochs(self) -> Path:
        """Which epoch each renewable key is in."""
        return self.vault / "key-epochs.json"

    @property
    def root_key_check(self) -> Path:
        """Tells the root key with which this hub was made from others, without telling it."""
        return self.vault / "root-key.json"

    @property
    def own_public_keys(self) -> Path:
        """Public halves of this hub's signing keys."""
        return self.home / "keys"

    @property
    def public_keys(self) -> Path:
        """Public keys that are trusted: HUB_PUBLIC_KEYS, or the hub's own."""
        given = os.environ.get(PUBLIC_KEYS_VARIABLE)
        return Path(given) if given else self.own_public_keys

    @property
    def archive(self) -> Path:
        """Received bytes of all deliveries, encrypted."""
        return self.vault / "archive"

    def archived(self, sha256: str) -> Path:
        """Received bytes, by content; read through `warehouse.archive.open_received` only."""
        return self.archive / sha256[:2] / sha256

    @property
    def lake(self) -> Path:
        """Typed Parquet of all deliveries."""
        return self.home / "lake"

    def delivery(self, document: str, delivery_id: str) -> Path:
        """Typed Parquet and quarantine of one delivery."""
        return self.lake / document / delivery_id

    def work(self, night: dt.date) -> Path:
        """Scratch of one night; rebuilt from the lake, never read by users."""
        return self.home / "scratch" / f"{night:%Y%m%d}"

    def tables(self, night: dt.date) -> Path:
        """Tables of one night before their release."""
        return self.work(night) / "tables"

    @property
    def kept_families(self) -> Path | None:
        """Families as nights made them, by what they are made from; with signatures, so in the vault."""
        return self.vault / "families"

    @property
    def index_states(self) -> Path:
        """States of the person index, a folder a release."""
        return self.vault / "index"

    def index_work(self, night: dt.date) -> Path:
        """State of the person index that a night writes, before its release."""
        return self.work(night) / "index"

    @property
    def spill(self) -> Path:
        """What DuckDB cannot hold in memory, outside a night's own scratch; open to its owner only."""
        return self.home / "spill"

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger: HUB_LEDGER_URL, or SQLite in the home folder."""
        return os.environ.get("HUB_LEDGER_URL") or f"sqlite:///{self.home / 'ledger.sqlite'}"

    @property
    def releases(self) -> Path:
        """Published releases and the pointer CURRENT."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """The pointer to the current release."""
        return self.releases / "CURRENT"

    @property
    def verified(self) -> Path:
        """Digests of published files that were read already, a file a release."""
        return self.home / "verified"

    @property
    def statements(self) -> Path:
        """Signed statements about releases: rolled back, removed; each names the one before."""
        return self.home / "statements"

    def memory(self, release_id: str) -> Path:
        """What the ledger and the logs said when a release was made; for `hub replay`."""
        return self.vault / "memory" / release_id

    @property
    def outbox(self) -> Path:
        """Extracts for ministries."""
        return self.home / "outbox"

    @property
    def inbox(self) -> Path:
        """What ministries say about extracts, `<ministry>/acks/`."""
        return self.home / "inbox"

    @property
    def recipients(self) -> Path:
        """Public keys of those who get extracts: `<name>.age` to seal, `<name>.ed25519` to answer."""
        return self.home / "recipients"

    @property
    def extracts(self) -> Path:
        """States of the ministries' tables, under digests of the hub's ids; never leaves the hub."""
        return self.home / "extracts"

    @property
    def access(self) -> Path:
        """The log of accesses to personal data: a file a month, `subjects` and signed `heads`."""
        return self.home / "access"

    @property
    def access_head_copies(self) -> tuple[Path, ...]:
        """Folders outside the hub that get a copy of each signed head: HUB_ACCESS_HEAD_COPIES."""
        given = os.environ.get(HEAD_COPIES_VARIABLE, "").split(os.pathsep)
        return tuple(Path(folder) for folder in given if folder)

    @property
    def confirmations(self) -> Path:
        """Results of confirmation rounds, a folder a round."""
        return self.home / "confirmation"

    def round_work(self, name: str) -> Path:
        """Scratch of one confirmation round, until its results are written."""
        return self.home / "scratch" / f"confirmation-{name}"

    @property
    def models(self) -> Path:
        """Link models trained in this hub."""
        return self.home / "models"

    @property
    def quality(self) -> Path:
        """Data Docs and other pages about data quality."""
        return self.home / "quality"

    @property
    def reports(self) -> Path:
        """Pages of findings, scorecards and confirmation rounds: counts, no personal data."""
        return self.home / "reports"

    @property
    def promises(self) -> Path:
        """Figures that this machine's tests of promises measured."""
        return self.home / "promises"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.home / "dagster"

    @property
    def country(self) -> Path:
        """Simulated drops; the truth about them lies in `country/truth`, for tests only."""
        return self.home / "country"

    def prepare(self) -> None:
        """Make the folders; the vault is open to its owner only."""
        for folder in (self.landing, self.lake, self.releases, self.outbox, self.dagster):
            folder.mkdir(parents=True, exist_ok=True)
        self.vault.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class RoundLayout(Layout):
    """A hub as one confirmation round sees it: its own work folder, and a release that stays.

    Nights go on while a round runs. What the round carries over comes from the release that was
    current when it began, however often it is interrupted.
    """

    name: str

    def work(self, night: dt.date) -> Path:  # noqa: ARG002  a round has one day
        """Scratch of the round."""
        return self.round_work(self.name)

    @property
    def current(self) -> Path:
        """The round's own pointer to a release."""
        return self.round_work(self.name) / "CURRENT"


@dataclass(frozen=True, slots=True)
class ReplayLayout(Layout):
    """A hub as the rebuilding of an old release sees it: its own work folder, pointer and models."""

    release_id: str

    @property
    def replay(self) -> Path:
        """Scratch of the rebuilding."""
        return self.home / "scratch" / f"replay-{self.release_id}"

    def work(self, night: dt.date) -> Path:
        """Scratch of the rebuilt night."""
        return self.replay / f"{night:%Y%m%d}"

    @property
    def current(self) -> Path:
        """The pointer to the release that was current then."""
        return self.replay / "CURRENT"

    @property
    def kept_families(self) -> Path | None:
        """None: a replay makes every family again from its deliveries."""
        return None

    @property
    def models(self) -> Path:
        """The link model that was accepted then."""
        return self.replay / "models"
