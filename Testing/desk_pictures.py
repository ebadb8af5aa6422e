"""Pictures of every state of the panel, on a screen of 1366 x 768, in both themes, at 100 and 150 %.

``python Testing/desk_pictures.py -o FOLDER [STUDY]`` writes FOLDER/<theme>-<scale>/<number>-<state>.png. With a STUDY
it is found and graded by the shipped packs, which takes a minute a theme and scale; without one by made-up answers.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WIDTH, HEIGHT = 1366, 768
THEMES, SCALES = ("dark", "light"), (100, 150)
READER = "Reader"
CHOSEN = ("L4-L5", "pfirrmann", "pfirrmann")
_PASSES = 10
"""How often the window lays itself out before it is pictured: a text may change the height of what is around it."""

WARNING = "This image of the disc looks unlike those that spider-resnet was trained on: check its grades."


class Tour:
    """Goes through the states of the module as a reader would.

    Parameters
    ----------
    desk : Desk
    folder : Path
        Where the pictures go.
    study : Path or None
        None for the spine of blocks and made-up answers.
    """

    def __init__(self, desk, folder: Path, study: Path | None):
        from desk.user import User

        self.desk, self.folder, self.study = desk, folder, study
        self.user, self.number = User(desk), 0

    def picture(self, name: str, widget=None) -> None:
        self.number += 1
        path = self.folder / f"{self.number:02d}-{name}.png"
        if widget is None:
            for _ in range(_PASSES):
                self.user.wait(0.03)
            self.desk.picture(path)
        else:
            widget.grab().save(str(path))

    def scroll(self, share: float) -> None:
        bar = self.desk.window.panel.stack.currentWidget().verticalScrollBar()
        self.user.wait(0.1)
        bar.setValue(round(share * bar.maximum()))

    def done(self) -> None:
        self.user.until(lambda: not self.module.logic.jobs.running, 300)
        self.user.wait(0.3)

    @property
    def module(self):
        return self.desk.module

    def go(self) -> None:
        self._find()
        self._grade()
        self._choose()
        self._correct()
        self._boxes()
        self._sections()
        self._dialogs()
        self._troubles()

    def _find(self) -> None:
        user, ui = self.user, self.module.ui
        self.picture("empty")
        user.open(self.study or self._blocks())
        if self.study is None:
            self._answer_made_up()
        ui.readerLineEdit.text = READER
        user.wait(0.3)
        self.picture("loaded")
        user.click(ui.findButton)
        self.picture("finding")
        self.done()
        self.picture("found")

    def _grade(self) -> None:
        ui, logic = self.module.ui, self.module.logic
        ui.gradeButton.click()
        if self.study is None:
            self.user.wait(0.4)
            self.picture("grading")
            logic.jobs.engine.hold.set()
        else:
            self.user.until(lambda: self.module.panel.computation.live or not logic.jobs.running, 300)
            self.picture("grading")
        self.done()
        self.picture("graded")

    def _choose(self) -> None:
        """The summary, each system by itself, all columns; a contradiction, and sizes for the back row."""
        ui, panel = self.module.ui, self.module.panel
        panel.set_table_layout("summary")
        panel.choose(CHOSEN)
        self.picture("chosen")
        against = next((one for one in panel.state.grid.contradictions.get(CHOSEN[0], ())), None)
        if against is not None:
            panel.choose((CHOSEN[0], *against.keys[0]))
            self.picture("contradiction")
        for system in dict.fromkeys(system for system, _task in panel.state.grid.columns):
            panel.show_system(system)
            self.picture(f"system-{system}")
        panel.set_table_layout("all")
        self.picture("all-columns")
        panel.set_table_layout("summary")
        panel.choose(CHOSEN)
        ui.setupButton.checked = True
        self.picture("series-opened")
        ui.setupButton.checked = False
        panel.parameters.presentation = True
        self.user.wait(0.2)
        self.picture("presentation")
        panel.parameters.presentation = False
        ui.axialCheckBox.click()
        self.picture("axial-in-disc-plane")
        ui.axialCheckBox.click()

    def _correct(self) -> None:
        ui, panel = self.module.ui, self.module.panel
        panel.menu.open(panel.state.chosen, ui.gradeTable.mapToGlobal(ui.gradeTable.rect.topLeft()))
        self.user.wait(0.2)
        self.picture("menu", panel.menu.opened)
        panel.menu.close()
        panel.set_grade(panel.state.chosen, "5", "Collapsed on all slices")
        self.picture("overridden")
        panel.keys.walk.move(levels=1)
        panel.accept()
        self.picture("accepted")
        panel.choose(CHOSEN)
        cells = panel.state.grid.cells.items()
        grades = tuple(replace(one.ai, warnings=(WARNING,)) for key, one in cells if key[0] == CHOSEN[0])
        panel.live.grades[panel.study, panel.state.study.reading.disc(CHOSEN[0]).number] = grades
        panel.show()
        self.picture("warning")
        panel.live.grades.clear()
        panel.show()

    def _boxes(self) -> None:
        """A box that was moved and is not graded anew yet, and the controls of the boxes."""
        ui, logic, panel = self.module.ui, self.module.logic, self.module.panel
        follow, logic.boxChanged = logic.boxChanged, None
        box = logic.readings.node("L3-L4")
        center = [0.0, 0.0, 0.0]
        box.GetCenterWorld(center)
        box.SetCenterWorld(center[0], center[1] + 6, center[2] + 3)
        panel.choose(("L3-L4", *CHOSEN[1:]))
        self.picture("box-moved")
        ui.marginSlider.value = 12.0
        self.scroll(1.0)
        self.picture("boxes-and-margin")
        panel.undo()
        panel.undo()
        logic.boxChanged = follow

    def _sections(self) -> None:
        from PySide6 import QtCore

        ui, systems = self.module.ui, self.module.panel.systems
        ui.readingCollapsibleButton.collapsed = False
        ui.settingsCollapsibleButton.collapsed = False
        self.scroll(1.0)
        self.picture("reading-and-settings")
        for item in (systems.systems["pfirrmann"], systems.tasks["spider/modic"]):
            item.setCheckState(0, QtCore.Qt.Unchecked)
        self.picture("systems-switched-off")
        self.scroll(0.0)
        self.picture("fewer-columns")
        for item in (systems.systems["pfirrmann"], systems.tasks["spider/modic"]):
            item.setCheckState(0, QtCore.Qt.Checked)

    def _dialogs(self) -> None:
        from discgrader.panel.keys import KeyDialog

        dialog = KeyDialog(self.module.panel.keys.keys, self.module.ui.keysButton.window())
        dialog.dialog.show()
        self.user.wait(0.2)
        self.picture("keys", dialog.dialog)
        dialog.dialog.close()

    def _troubles(self) -> None:
        logic, panel = self.module.logic, self.module.panel
        hint, panel.hint.missing = panel.hint.missing, lambda: ("PyTorch", "LightGBM")
        panel.hint.show()
        self.scroll(0.0)
        self.picture("without-pytorch")
        panel.hint.missing = hint
        panel.hint.show()
        if self.study is None:
            self._work_in_a_process()
        panel.ui.gradeButton.click()
        self.user.until(lambda: panel.computation.live or not logic.jobs.running, 300)
        os.kill(logic.jobs.worker.runner.pid, signal.SIGKILL)
        self.done()
        self.picture("worker-ended")

    def _blocks(self) -> Path:
        from fake_engine import write_blocks

        return write_blocks(Path(tempfile.mkdtemp()) / "blocks")

    def _answer_made_up(self) -> None:
        import threading

        from every_task_engine import EveryTaskEngine

        self.module.logic.jobs.engine = EveryTaskEngine()
        self.module.logic.jobs.engine.hold = threading.Event()

    def _work_in_a_process(self) -> None:
        """From now on a worker process makes the answers up; it grades two discs and waits."""
        from discgrader.pipeline.service import worker_service
        from places import SEARCHED

        logic = self.module.logic
        options = {"hold": str(Path(tempfile.mkdtemp()) / "go"), "after": 2}
        logic.jobs.worker = worker_service("worker_engine:make", options, environment={"PYTHONPATH": SEARCHED})
        logic.jobs.engine = None


def tour(folder: Path, theme: str, scale: int, language: str, study: Path | None, screen=(WIDTH, HEIGHT)) -> None:
    """All pictures in one theme at one scale; the scale itself is set by Qt's environment."""
    from desk.desk import Desk, use_display

    use_display()
    folder.mkdir(parents=True, exist_ok=True)
    with Desk(theme=theme, log_folder=Path(tempfile.mkdtemp()), testing=study is None, language=language) as desk:
        desk.window.resize(*(edge * 100 // scale for edge in screen))
        desk.show()
        Tour(desk, folder, study).go()


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", nargs="?", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--scale", type=int, choices=SCALES, action="append")
    parser.add_argument("--language", default="en", help="of the module, such as de (default: en)")
    parser.add_argument("--screen", default=f"{WIDTH}x{HEIGHT}", help="width x height of the screen in pixels")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.here:
        screen = tuple(map(int, options.screen.split("x")))
        tour(options.output, options.theme[0], options.scale[0], options.language, options.study, screen)
        return 0
    paths = [
        ROOT / "DiscGrader" / "Logic",
        ROOT / "Testing",
        ROOT / "Testing" / "support",
        *filter(None, [os.environ.get("PYTHONPATH")]),
    ]
    for theme in options.theme or THEMES:
        for scale in options.scale or SCALES:
            folder = options.output / f"{theme}-{scale}"
            environment = {
                "QT_QPA_PLATFORM": "offscreen", **os.environ, "XDG_CONFIG_HOME": tempfile.mkdtemp(),
                "QT_SCALE_FACTOR": str(scale / 100),
                "PYTHONPATH": os.pathsep.join(map(str, paths)),
            }  # fmt: skip
            command = [sys.executable, __file__, "--here", "-o", str(folder), "--theme", theme, "--scale", str(scale)]
            command += ["--language", options.language, "--screen", options.screen]
            subprocess.run([*command, *([str(options.study)] if options.study else [])], env=environment, check=True)
            print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
