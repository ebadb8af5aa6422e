"""The panel in German: every text translated, compiled as written, and nothing clipped."""

import re

import pytest
import slicer
from block_engine import BlockEngine
from desk.desk import Desk
from desk.user import User
from discgrader.grading.headings import heading
from discgrader.grading.systems import systems
from discgrader.packs.pack import default_packs
from discgrader.report.language import find_language
from discgrader.report.words import evidence_text
from fake_engine import write_blocks
from PySide6 import QtCore, QtGui, QtWidgets
from update_translations import FOLDER, NOT_SENTENCES, read, sentences, texts

GERMAN = FOLDER / "DiscGrader_de.ts"
KINDS = (QtWidgets.QAbstractButton, QtWidgets.QLabel)
CELL = ("L4-L5", "pfirrmann", "pfirrmann")


@pytest.fixture(scope="module")
def german():
    return read(GERMAN)


@pytest.fixture(params=["de", "en"])
def desk(request, tmp_path):
    """A desk in each language, on a screen of 1366 x 768, with discs found and graded by made-up answers."""
    QtCore.QSettings.setPath(QtCore.QSettings.NativeFormat, QtCore.QSettings.UserScope, str(tmp_path / "settings"))
    with Desk(log_folder=tmp_path, testing=True, language=request.param) as desk:
        desk.window.resize(1366, 768)
        desk.show()
        desk.module.logic.jobs.engine = BlockEngine()
        user = User(desk)
        user.open(write_blocks(tmp_path / "blocks"))
        for button in (desk.module.ui.findButton, desk.module.ui.gradeButton):
            user.wait(0.1)
            user.click(button)
            user.until(lambda: not desk.module.logic.jobs.running, 60)
        for section in ("reading", "settings"):
            getattr(desk.module.ui, f"{section}CollapsibleButton").collapsed = False
        desk.module.panel.choose(CELL)
        user.wait(0.3)
        yield desk
        for name in ("language", "Internationalization"):
            slicer.app.userSettings().remove(name)


def test_every_text_is_translated(german):
    missing = [key[1] for key in texts() if not german.get(key)]
    assert not missing, "translate them in DiscGrader_de.ts and run python Testing/update_translations.py"
    assert set(texts()) <= set(german) <= {*texts(), *sentences()}, "run python Testing/update_translations.py"


def test_every_sentence_of_the_package_is_translated(german):
    """Warnings, reasons and errors that the panel shows."""
    missing = [key[1] for key in sentences() if not german.get(key)]
    assert not missing, "translate them, or say in update_translations.NOT_SENTENCES why nobody sees them"
    assert len(sentences()) > 350


def test_what_is_no_sentence_is_still_there():
    """A list of exceptions that outlives them would hide new sentences."""
    written = "".join(path.read_text(encoding="utf-8") for path in (FOLDER.parents[1] / "Logic").rglob("*.py"))
    bare = re.sub(r"\{[^{}]*\}", "{}", written)
    gone = [text for text in NOT_SENTENCES if re.sub(r"\{[^{}]*\}", "{}", text) not in bare]
    assert not gone


def test_translations_keep_what_is_filled_in(german):
    fields = re.compile(r"\{\w+\}|<[^>]+>|\(\*")
    wrong = [text for (_, text), told in german.items() if sorted(fields.findall(text)) != sorted(fields.findall(told))]
    assert not wrong


def test_the_compiled_file_says_what_the_source_says(german):
    translator = QtCore.QTranslator()
    assert translator.load(str(GERMAN.with_suffix(".qm")))
    differ = [text for (context, text), told in german.items() if translator.translate(context, text) != told]
    assert not differ, "run python Testing/update_translations.py"


def test_nothing_is_clipped(desk):
    panel = desk.module.ui.gradeTable.window()
    found = [one for one in panel.findChildren(QtWidgets.QWidget) if one.isVisible()]
    shown = [(one, kind.text(one)) for one in found for kind in KINDS if isinstance(one, kind)]
    assert {"Bericht…", "Report…"} & {text for _, text in shown}
    assert not [text for one, text in shown if _too_wide(one, text)]
    for area in (one for one in found if isinstance(one, QtWidgets.QScrollArea)):
        assert QtWidgets.QWidget.minimumSizeHint(area.widget()).width() <= area.viewport().width()
    table = desk.module.ui.gradeTable
    metrics = QtGui.QFontMetrics(table.horizontalHeader().font)
    for column in range(table.columnCount):
        for line in table.horizontalHeaderItem(column).text().split("\n"):
            assert metrics.horizontalAdvance(line) <= table.columnWidth(column), line


def test_the_panel_speaks_the_language_that_was_chosen(desk):
    german = slicer.app.userSettings().value("language") == "de"
    ui = desk.module.ui
    assert ui.gradeButton.text == ("Einstufen" if german else "Grade")
    assert ui.opacityLabel.text == ("Deckkraft:" if german else "Opacity:")
    told = ui.detailsBrowser.toPlainText()
    assert ("Nucleus grau bis schwarz" in told) == german and ("Gray to black nucleus" in told) != german


def test_what_labels_show_is_told_apart(desk):
    """Two systems grade a central canal stenosis: each is called by whose it is."""
    from discgrader.panel.words import in_language

    box, columns = desk.module.ui.labelTaskComboBox, desk.module.panel.state.grid.columns
    assert len(columns) > 1
    shown = [box.itemText(number) for number in range(1, box.count)]
    assert shown == [heading(*column, in_language) for column in columns]


def test_no_two_tasks_have_one_heading():
    for code in ("en", "de"):
        words = find_language(code).word
        headings = [heading(one.name, task.name, words) for one in systems().values() for task in one.tasks]
        assert len(set(headings)) == len(headings)


def _too_wide(widget, text: str) -> bool:
    """Whether a text has less room than it needs; texts that wrap or are HTML have as much as they need."""
    wraps = isinstance(widget, QtWidgets.QLabel) and (QtWidgets.QLabel.wordWrap(widget) or "<" in text)
    metrics = QtGui.QFontMetrics(QtWidgets.QWidget.font(widget))
    return not wraps and max(map(metrics.horizontalAdvance, text.split("\n"))) > QtWidgets.QWidget.width(widget)


TOLD = {
    "no axial slice passes through it; the nearest one is 9 mm away": "keine axiale Schicht verläuft durch sie; die",
    "The sagittal T2 'a' (15 slices) was not used: it has larger pixels, and the sagittal T2 'b' (1 slice) was used.": (
        "Die sagittale T2 „a“ (15 Schichten) wurde nicht verwendet: sie hat größere Pixel; verwendet wurde die "
        "sagittale T2 „b“ (1 Schicht)."
    ),
    "The slices of the axial T2 'ax' (35 slices) cross the plane of L1-L2 at 25°.": (
        "Die Schichten schneiden die Ebene von L1-L2 unter 25°: axiale T2 „ax“ (35 Schichten)."
    ),
    "The sacrum is not in view: the lowest visible disc is assumed to be L4-L5, which is a guess; the lowest disc is "
    "called L4-L5 (70 %) but may be L5-S1 (30 %): if this is wrong, name the lowest disc.": (
        "Das Sakrum ist nicht im Bild: die unterste sichtbare Bandscheibe wird für L4-L5 gehalten, was nur eine "
        "Vermutung ist; die unterste Bandscheibe heißt L4-L5 (70 %), könnte aber L5-S1 (30 %) sein; falls das nicht "
        "stimmt, bitte die unterste Bandscheibe benennen."
    ),
    "Graded from T1 alone, which is less accurate: macro AUROC 0.80 on held-out patients, versus 0.81 from T2.": (
        "macro AUROC 0,80 bei Testpatienten, gegenüber 0,81 aus T2."
    ),
    "The box of L4-L5 lies outside the image; move it back onto its disc, or delete it. No disc was found on the axial "
    "T2 'b' (5 slices).": "löschen. Keine Bandscheibe gefunden: axiale T2 „b“ (5 Schichten).",
    "Undo: delete L4-L5": "Rückgängig: L4-L5 löschen",
    "no sagittal T2, but a sagittal T1 't1' (9 slices)": "keine sagittale T2-Serie, aber eine sagittale T1 „t1“ (9",
    "Dr. Who says nothing of it": "Dr. Who says nothing of it",
}


@pytest.mark.parametrize("english", list(TOLD))
def test_sentences_of_the_package_are_told_in_german(english):
    assert TOLD[english] in find_language("de").word(english)
    assert find_language("en").word(english) == english


def test_what_packs_state_of_their_training_is_told_in_german():
    """As table, details and report show it; numbers may be others in a pack that is trained anew."""
    german, packs = find_language("de"), default_packs()
    assert len(packs) >= 6
    for pack in packs:
        stated = [pack.trained_on.statement, *(points.chosen_on for points in pack.operating_points.values())]
        stated += [str(pack.metrics["method"])] if "method" in pack.metrics else []
        for text in stated:
            told = german.word(text)
            assert told != text and not re.search(r"\b(discs|patients|trained|held out|spines)\b", told), told


def test_numbers_and_places_of_evidence_are_german():
    german = find_language("de")
    assert evidence_text({"value": 7.13, "unit": "mm"}, german) == "7,13 mm"
    assert evidence_text({"value": "11 of 35"}, german) == "11 von 35"
    assert evidence_text({"value": 1234.5, "unit": "mm"}, german) == "1234 mm"
    assert evidence_text({"value": None}, german) == "nicht gemessen"
    assert evidence_text({"value": "by CT; MRI only predicts calcification"}, german).startswith("durch CT")
    assert (
        evidence_text({"value": 7.13, "unit": "mm"}) == "7.13 mm" and evidence_text({"value": "11 of 35"}) == "11 of 35"
    )
    assert german.word("1 of the discs of 3") == "1 of the discs of 3", "no count"
