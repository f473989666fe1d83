"""What is to be done at the shelves, and saying that it is done."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.shelf_tables import SINCE, TasksModel
from console.item_models.shelf_tasks import ShelfTasks, Task
from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_2
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, label, titled

HIGH = 180


class TaskPanel(QWidget):
    """A table, and two buttons for the chosen row."""

    changed = Signal()
    """Somebody said something of a task."""
    led_to = Signal(str)
    """The slot of a task."""

    def __init__(
        self, tasks: ShelfTasks, words: ShopWords, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tasks, self._now = tasks, 0.0
        self._model = TasksModel(words, self)
        self.table = DataTable(self._model, tr("What is to be done"), (176, 0, 64, 64, 0), appearance)
        self.table.spare((SINCE,), least=230)
        self.done = QPushButton(tr("Done"))
        self.done.setToolTip(tr("Say that the chosen task is done: the scale decides (Ctrl+D)"))
        self.undone = QPushButton(tr("Not done after all"))
        self.undone.setToolTip(tr("Take it back while the scale is waited for (Ctrl+Z)"))
        self._counts = label("", "secondary")
        empty = EmptyState(
            tr("Nothing to do"),
            tr("Low stock and goods in the wrong slot appear here, as the scales show them."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.table)
        frame, _ = titled(tr("To do"), self._stack, self._counts, self.done, self.undone, margins=SPACE_2)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(frame)
        self.setFixedHeight(HIGH)
        self.table.activated.connect(self._to_task)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._offer())
        self.done.clicked.connect(self.say_done)
        self.undone.clicked.connect(self.take_back)

    def show_tasks(self, now: float) -> None:
        """As they are at this store time."""
        self._now = now
        self._model.refresh(self._tasks.tasks, now)
        self._offer()

    def say_done(self) -> None:
        """The chosen task is done; its scale decides."""
        task = self._task()
        if task is not None and self._tasks.say_done(task.key, self._now):
            self.changed.emit()

    def take_back(self) -> None:
        """It is not done after all."""
        task = self._task()
        if task is not None and self._tasks.take_back(task.key):
            self.changed.emit()

    def _offer(self) -> None:
        """Only what can be done."""
        task = self._task()
        self.done.setEnabled(task is not None and task.state != "said")
        self.undone.setEnabled(task is not None and task.state == "said")
        tasks = len(self._tasks.tasks)
        self._counts.setText(
            tr_n("{n} thing to do", "{n} things to do", tasks) if tasks else tr("Nothing to do")
        )
        self._stack.setCurrentIndex(1 if tasks else 0)

    def _task(self) -> Task | None:
        index = self.table.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def _to_task(self, index: QModelIndex) -> None:
        task = index.data(ROW_ROLE)
        if isinstance(task, Task):
            self.led_to.emit(task.slot)
