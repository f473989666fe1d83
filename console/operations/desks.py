"""Everything that the window works with, made, waited for and let go of as one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from console.engine_process.link import EngineLink
from console.operations.background import Background
from console.operations.catalogue_desk import CatalogueDesk
from console.operations.decision import Decision
from console.operations.device_desk import DeviceDesk
from console.operations.engine_commands import EngineCommands
from console.operations.gate_holds import GateHolds
from console.operations.identity_edits import IdentityEdits
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.replay import Replay
from console.operations.reports import Reports
from console.operations.review_evidence import ReviewEvidence
from console.operations.reviews import Reviews
from console.operations.shelf_desk import ShelfDesk
from console.operations.simulated_shoppers import SimulatedShoppers
from console.operations.store_desk import StoreDesk
from console.operations.store_setup import StoreSetup
from console.operations.store_switch import StoreSwitch
from console.operations.store_takeover import StoreTakeover
from console.operations.visit_history import VisitHistory
from console.operations.visit_work import VisitWork
from console.printing.places import PrintPlaces
from store_layout.model import StoreLayout


@dataclass(frozen=True)
class StorePlaces:
    """Where the files of one store are."""

    ledger: Path
    state_dir: Path
    """This computer's."""
    store: Path | None = None
    """The store folder; None of a recording."""
    clips: Path | None = None
    """Where the engine keeps what it saw of events that somebody is asked about."""
    layout: Path | None = None
    """What the layout was read from, a recording's too: there are its pictures."""


class Desks(QObject):
    """The live state, and a desk for each kind of work, over one engine and one ledger."""

    def __init__(
        self, layout: StoreLayout, link: EngineLink, places: StorePlaces, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        ledger = places.ledger
        self._background = background = Background(self)
        self.state = LiveState(layout, link, self)
        self.commands = EngineCommands(link, background, self)
        self.replay = Replay(self.state, self.commands, self)
        self.history = VisitHistory(ledger, background, self)
        self.shoppers = SimulatedShoppers(self.state, self.history, link, background, self)
        self.session = OperatorSession(ledger, background, self)
        self.edits = IdentityEdits(link, self.session, background, self)
        self.store = StoreDesk(layout, places.layout, self, session=self.session)
        self.devices = DeviceDesk(self.store, places.state_dir, self)
        self.takeover = StoreTakeover(ledger, link, self.state, self.session)
        self.store.filed.connect(self.takeover.ask)
        self.shelves = ShelfDesk(link, ledger, background, self)
        self.catalogue = CatalogueDesk(ledger, layout, places.store, self)
        self.catalogue.filed.connect(self.takeover.ask)
        self.setup = StoreSetup(places.store, self)
        self.decision = Decision(ledger, layout, places.store, self)
        self.decision.saved.connect(self.takeover.ask)
        self.gates = GateHolds(ledger, link, self.state, self.session, background)
        self.switch = StoreSwitch(ledger, link, self.state, self.session, background, gates=self.gates)
        self.reviews = Reviews(ledger, self.session, self.state, self)
        self.evidence = ReviewEvidence(places.clips, background, self)
        self.reports = Reports(ledger, layout, self.session, self.store_time, self)
        self.visits = VisitWork(
            ledger,
            layout,
            self.history,
            self.session,
            self,
            places=PrintPlaces(places.state_dir, places.store),
            store_time=self.store_time,
        )
        self.state.visits_closed.connect(self.history.refresh)
        self.state.visits_closed.connect(self.reviews.refresh)
        self.reviews.issued.connect(self.history.refresh)
        self.visits.desk.disputed.connect(self.commands.keep_evidence)

    def store_time(self) -> float:
        """Now, as the store has it."""
        return self.reviews.store_time

    @property
    def busy(self) -> bool:
        """Whether something asked for in the background is still to come."""
        parts = (
            self._background,
            self.reviews,
            self.store,
            self.devices,
            self.catalogue,
            self.setup,
            self.reports,
            self.visits,
        )
        return any(part.busy for part in parts)

    def start(self) -> None:
        """Begin to look at the engine and the ledger."""
        self.state.start()
        self.devices.start()
        self.history.refresh()
        self.catalogue.start()

    def close(self) -> None:
        """Stop looking, wait for what runs; nothing is delivered any more."""
        self.state.stop()
        for desk in (
            self.history,
            self.shelves,
            self.devices,
            self.store,
            self.takeover,
            self.catalogue,
            self.setup,
            self.decision,
            self.session,
            self.reviews,
            self.reports,
            self.visits,
            self._background,
        ):
            desk.close()
