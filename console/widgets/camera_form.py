"""Add or change a camera: its address with a live test picture, its place, and what is wrong, by field."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.language import tr
from console.language.writing import decimal
from console.operations.calibration_pairs import CalibrationPairs, pairs_known
from console.operations.camera_drafts import CameraDraft, Field, camera_of, problems_of, without_login
from console.operations.device_desk import DeviceDesk
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.calibration_dialog import CalibrationDialog
from console.widgets.labels import label, set_tone
from console.widgets.number_fields import in_a_row, number_field, point_fields, point_of
from console.widgets.test_picture import TestPicture
from store_layout.model import Camera
from store_layout.pair_fit import PairFit

REDRAW_MS = 120
"""After the last change of a number the lines are drawn anew."""
WIDTH = 880


class CameraForm(QDialog):
    """Saves through the desk, and closes then. Passwords go to the keyring, never to the file."""

    def __init__(
        self,
        desk: DeviceDesk,
        appearance: Appearance,
        old: Camera | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``old``: the camera to be changed; None: a new one."""
        super().__init__(parent)
        self._desk, self._preview, self._old, self._appearance = desk.store, desk.preview, old, appearance
        self.setWindowTitle(tr("Add a camera") if old is None else tr("Change {camera}", camera=old.id))
        self._measured: PairFit | None = None
        self._problems: dict[Field, QLabel] = {}
        self._make_fields()
        self.picture = TestPicture(desk.store.layout, appearance)
        self._lay_out()
        self._fill()
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self._show_wires)
        self._connect()
        self._show_wires()
        (self.id if old is None else self.name).setFocus()

    def draft(self) -> CameraDraft:
        """What stands in the fields."""
        return CameraDraft(
            id=self.id.text().strip(),
            name=self.name.text().strip(),
            url=self.url.text().strip(),
            user=self.user.text().strip(),
            fps=self.fps.value(),
            size=self._preview.size,
            position=point_of(self.position),
            target=point_of(self.target),
            hfov_deg=self.hfov.value(),
            keeps_calibration=self.keeps.isChecked(),
            measured=None if self._measured is None else self._measured.calibration,
        )

    def test(self) -> None:
        """Ask the address for pictures."""
        self._take_login()
        draft = self.draft()
        problem = problems_of(draft, self._desk.layout, self._old, self._folder).get("url", "")
        self._say("url", problem)
        if problem:
            self.url.setFocus()
            return
        password = self.password.text() or (self._desk.password_of(self._old.id) if self._old else "")
        self._preview.start(draft.url, draft.user, password, self._folder)

    def calibrate(self) -> None:
        """By points on the floor, in the picture that is shown now."""
        image, size = self.picture.image, self._preview.size
        if image is None or size is None:
            self._say("size", tr("Test its picture first: points are shown in it"))
            self.test_button.setFocus()
            return
        known = () if self._old is None else pairs_known(self._old.calibration)
        if self._old is not None and size != (self._old.width, self._old.height):
            known = ()
        pairs = CalibrationPairs(
            size, self.hfov.value(), known if self._measured is None else self._measured.calibration.pairs
        )
        dialog = CalibrationDialog(pairs, self._desk.layout, image, self._appearance, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._take_measured)
        dialog.open()

    def save(self) -> None:
        """Save it if nothing is wrong; else say what is, and go there."""
        self._take_login()
        draft = self.draft()
        found = problems_of(draft, self._desk.layout, self._old, self._folder)
        for field in self._problems:
            self._say(field, found.get(field, ""))
        if found:
            self._field_of(next(iter(found))).setFocus()
            return
        self.save_button.setEnabled(False)
        self._desk.save_camera(draft, self._old, self.password.text() or None)

    def done(self, result: int) -> None:
        """Closed: the connection for the test picture too."""
        self._preview.stop()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------------

    @property
    def _folder(self) -> Path | None:
        return self._desk.folder

    def _take_login(self) -> None:
        """What was typed into the address goes where it belongs."""
        bare, user, password = without_login(self.url.text())
        if bare != self.url.text().strip():
            self.url.setText(bare)
            self.user.setText(user or self.user.text())
            self.password.setText(password or self.password.text())

    def _take_measured(self, fit: PairFit) -> None:
        """What the points say, in place of what was typed."""
        self._measured = fit
        self.keeps.setChecked(False)
        self.hfov.setValue(fit.hfov_deg)
        self._keep(False)
        self._told_calibration.setText(
            tr(
                "Calibrated by {n} points: {px} px in the picture, {cm} cm on the floor.",
                n=len(fit.residual_px),
                px=decimal(fit.rms_px, 1),
                cm=decimal(100 * fit.rms_m),
            )
        )

    def _say(self, field: Field, words: str) -> None:
        self._problems[field].setText(words)
        self._problems[field].setVisible(bool(words))

    def _field_of(self, field: Field) -> QWidget:
        fields: dict[Field, QWidget] = {
            "id": self.id, "name": self.name, "url": self.url, "fps": self.fps, "place": self.position[0],
            "size": self.test_button,
        }  # fmt: skip
        return fields.get(field, self.save_button)

    def _show_picture(self) -> None:
        first = not self.picture.has_picture
        self.picture.show_picture(self._preview.picture)
        if first:
            self._say("size", "")
            self._show_wires()

    def _show_told(self, words: str, gives_pictures: bool) -> None:
        self._told.setText(words)
        asking = not gives_pictures and self._preview.picture is None and words.endswith("…")
        set_tone(self._told, "good" if gives_pictures else "waiting" if asking else "wrong")

    def _show_wires(self) -> None:
        """The store's lines, by what stands in the fields, on a picture whose size is known."""
        draft = self.draft()
        placed = draft.measured is not None or draft.position != draft.target
        can = (draft.size is not None or self._old is not None) and placed
        self.picture.show_wires(camera_of(draft, self._old) if can else None)

    def _refused(self, words: str) -> None:
        self._say("", words)
        self.save_button.setEnabled(True)

    def _keep(self, keeps: bool) -> None:
        if keeps:
            self._measured = None
        for row in self._place_rows:
            self._form.setRowVisible(row, not keeps and self._measured is None)
        self._told_calibration.setVisible(self._measured is not None)
        self._say("place", "")
        self._show_wires()

    # -- building ------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.id, self.name, self.url, self.user = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.id.setPlaceholderText("door-west")
        self.url.setPlaceholderText("rtsp://192.168.1.20/stream2")
        self.fps = number_field(tr("Pictures a second"), 0.1, 120.0, 10.0)
        self.position = point_fields(tr("Place"), (0.0, 0.0, 2.8))
        self.target = point_fields(tr("Looks at"), (1.0, 1.0, 0.8))
        self.hfov = number_field(tr("Field of view"), 10.0, 170.0, 80.0)
        self.keeps = QCheckBox(tr("Keep its calibration"))
        self.test_button = QPushButton(tr("Test picture"))
        self.test_button.setAutoDefault(False)
        self.points_button = QPushButton(tr("Calibrate by points …"))
        self.points_button.setAutoDefault(False)
        self.points_button.setToolTip(tr("Show points of the floor in the picture and on the plan"))
        self._told_calibration = label("", "body", wrap=True)
        set_tone(self._told_calibration, "good")
        self.save_button = QPushButton(tr("Save"))
        self.save_button.setDefault(True)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setAutoDefault(False)
        for field, name in (
            (self.id, tr("Short name")),
            (self.name, tr("Where it hangs")),
            (self.url, tr("Address")),
            (self.user, tr("User")),
            (self.password, tr("Password")),
        ):
            field.setAccessibleName(name)

    def _connect(self) -> None:
        self.test_button.clicked.connect(self.test)
        self.points_button.clicked.connect(self.calibrate)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.reject)
        self.keeps.toggled.connect(self._keep)
        for spin in (*self.position, *self.target, self.hfov):
            spin.valueChanged.connect(lambda _: self._redraw.start())
        self._preview.came.connect(self._show_picture)
        self._preview.told.connect(self._show_told)
        self._desk.saved.connect(self.accept)
        self._desk.refused.connect(self._refused)

    def _fill(self) -> None:
        old = self._old
        self._preview.stop()
        self._preview.picture = self._preview.size = None
        self.keeps.setVisible(old is not None)
        self.keeps.setChecked(old is not None)
        self._keep(old is not None)
        if old is not None:
            self.id.setText(old.id)
            self.id.setReadOnly(True)
            self.name.setText(old.name)
            self.url.setText(old.url or "")
            self.user.setText(old.user or "")
            self.fps.setValue(old.fps)
            self.password.setPlaceholderText(tr("as it is"))

    def _lay_out(self) -> None:
        form = self._form = QFormLayout()
        form.setHorizontalSpacing(SPACE_3)
        form.setVerticalSpacing(SPACE_1)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        of_place = (tr("Place x, y, z, m"), tr("Looks at x, y, z, m"), tr("Field of view, °"))
        self._place_rows: list[int] = []
        for field, caption, widget in (
            ("id", tr("Short name"), self.id),
            ("name", tr("Where it hangs"), self.name),
            ("url", tr("Address"), self.url),
            (None, tr("User"), self.user),
            (None, tr("Password, kept in the keyring"), self.password),
            ("fps", tr("Pictures a second"), self.fps),
            (None, "", self.keeps),
            (None, of_place[0], in_a_row(self.position)),
            ("place", of_place[1], in_a_row(self.target)),
            (None, of_place[2], self.hfov),
        ):
            form.addRow(label(caption, "secondary"), widget)
            if caption in of_place:
                self._place_rows.append(form.rowCount() - 1)
            if field is not None:
                form.addRow("", self._problem(field))  # type: ignore[arg-type]  # one of the fields
        self._told = label("", "body", wrap=True)
        self._told.setAccessibleName(tr("How the test went"))
        hint = label(
            tr(
                "The lines are the store as this place would show it. Where they lie on the edges, it is "
                "right; calibrated by points it is surer."
            ),
            "secondary",
            wrap=True,
        )
        right = QVBoxLayout()
        right.setSpacing(SPACE_2)
        right.addWidget(self.picture, 1)
        right.addWidget(self._told)
        right.addWidget(self._problem("size"))
        right.addWidget(self._told_calibration)
        right.addWidget(hint)
        sides = QHBoxLayout()
        sides.setSpacing(SPACE_4)
        sides.addLayout(form, 1)
        sides.addLayout(right, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        foot.addWidget(self._problem(""), 1)
        foot.addStretch(1)
        for button in (self.test_button, self.points_button, self.cancel_button, self.save_button):
            foot.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addLayout(sides, 1)
        box.addLayout(foot)
        self.setMinimumWidth(WIDTH)
        order = (
            self.id, self.name, self.url, self.user, self.password, self.fps, self.keeps, *self.position,
            *self.target, self.hfov, self.test_button, self.points_button, self.cancel_button,
            self.save_button,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _problem(self, field: Field) -> QLabel:
        made = label("", "secondary", wrap=True)
        set_tone(made, "wrong")
        made.hide()
        self._problems[field] = made
        return made
