"""Who is signed in, at the foot of the rail."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from console.item_models.setting_words import ROLE_WORDS
from console.language import tr
from console.operations.operator_session import OperatorSession
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.widgets.rail import RailButton


class OperatorButton(RailButton):
    """Says the name, or that somebody may sign in; pressed, it changes the operator."""

    def __init__(
        self, session: OperatorSession, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(Icon.OPERATOR, "", appearance, parent)
        self._session = session
        self.setCheckable(False)
        session.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        actor = self._session.actor
        if actor is None:
            self.setText(tr("Sign in"))
            self.setToolTip(tr("Nobody is signed in (Ctrl+L)"))
        else:
            self.setText(actor.name)
            role = tr(ROLE_WORDS[actor.role])
            self.setToolTip(
                tr("{name}, {role}: lock, or sign somebody else in (Ctrl+L)", name=actor.name, role=role)
            )
