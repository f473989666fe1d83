"""The broker that scales and gates speak through: where it is, and whether it lets us in."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QWidget

from console.language import tr, tr_n
from console.language.sentences import in_words
from console.operations.broker_drafts import problems_of, with_broker
from console.operations.device_desk import DeviceDesk
from console.widgets.labels import label, set_tone
from console.widgets.number_fields import count_field
from console.widgets.part_form import PartForm
from inference.capture import MemorySecrets, broker_key
from store_layout.model import Broker

WIDTH = 560


class BrokerForm(PartForm):
    """Passwords go to the keyring, never to the file."""

    def __init__(self, desk: DeviceDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk.store, tr("The broker"), parent)
        self._devices = desk
        old = desk.store.layout.file.broker or Broker(host="")
        self.host, self.ca_file = QLineEdit(old.host), QLineEdit(old.ca_file or "")
        self.user, self.password = QLineEdit(old.user or ""), QLineEdit()
        self.host.setPlaceholderText("127.0.0.1")
        self.ca_file.setPlaceholderText(tr("The system's own certificates"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText(tr("as it is"))
        self.port = count_field(tr("Port"), 1, 65535, old.port)
        self.tls = QCheckBox(tr("Encrypted (TLS)"))
        self.tls.setChecked(old.tls)
        for field, name in (
            (self.host, tr("Address")),
            (self.ca_file, tr("Certificate file")),
            (self.user, tr("User")),
            (self.password, tr("Password")),
        ):
            field.setAccessibleName(name)
        self.test_button = QPushButton(tr("Test it"))
        self.test_button.setAutoDefault(False)
        self.told = label("", "body", wrap=True, name=tr("How the test went"))
        self._lay_out()
        self.test_button.clicked.connect(self.test)
        desk.listening.heard.connect(self._show_heard)
        self.host.setFocus()

    def broker(self) -> Broker:
        """What stands in the fields."""
        return Broker(
            host=self.host.text().strip(),
            port=self.port.value(),
            tls=self.tls.isChecked(),
            ca_file=self.ca_file.text().strip() or None,
            user=self.user.text().strip() or None,
        )

    def test(self) -> None:
        """Connect with what stands in the fields, and listen who speaks."""
        found = self.found()
        for field in self.problems:
            self.say(field, found.get(field, ""))
        if found:
            self.field_of(next(iter(found))).setFocus()
            return
        store, typed = self.desk.layout.file.store.id, self.password.text()
        secrets = MemorySecrets({broker_key(store): typed}) if typed else self.desk.secrets
        self._say_test(tr("Connecting to the broker …"), "waiting")
        self._devices.listening.start(self.broker(), store, secrets, self.desk.folder)

    def found(self) -> dict[str, str]:
        """What is wrong."""
        return dict(problems_of(self.broker(), self.desk.layout).items())

    def write(self) -> None:
        """Into the store's file, the password into the keyring."""
        broker, password = self.broker(), self.password.text()
        key = broker_key(self.desk.layout.file.store.id)
        self.desk.edit(
            lambda layout: with_broker(layout, broker),
            about="broker",
            what="changed the broker",
            said=tr("The broker is saved."),
            secret=(key, password) if password else None,
        )

    def field_of(self, field: str) -> QWidget:
        """Where somebody mends it."""
        return {"host": self.host, "ca_file": self.ca_file}.get(field, self.save_button)

    def done(self, result: int) -> None:
        """Closed: nobody listens any more."""
        self._devices.listening.stop()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------------

    def _show_heard(self) -> None:
        listening = self._devices.listening
        if listening.trouble:
            self._say_test(in_words(listening.trouble), "wrong")
        elif listening.connected:
            names = sorted(topic.device for topic in listening.devices)
            heard = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
            words = (
                tr_n("It lets us in; {n} device speaks: {names}", "It lets us in; {n} devices speak: {names}",
                     len(names), names=heard)
                if names
                else tr("It lets us in; no device of this store has spoken yet.")
            )  # fmt: skip
            self._say_test(words, "good")

    def _say_test(self, words: str, tone: str) -> None:
        self.told.setText(words)
        set_tone(self.told, tone)  # type: ignore[arg-type]  # one of the tones

    def _lay_out(self) -> None:
        self.row("host", tr("Address"), self.host)
        self.form.addRow(label(tr("Port"), "secondary"), self.port)
        self.form.addRow("", self.tls)
        self.row("ca_file", tr("Certificate file"), self.ca_file)
        self.form.addRow(label(tr("User"), "secondary"), self.user)
        self.form.addRow(label(tr("Password, kept in the keyring"), "secondary"), self.password)
        self.form.addRow("", self.told)
        self.lay_out(None, self.test_button)
        self.setMinimumWidth(WIDTH)
        order = (
            self.host, self.port, self.tls, self.ca_file, self.user, self.password, self.test_button,
            self.cancel_button, self.save_button,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
