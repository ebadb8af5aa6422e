"""A whole file of every format that is read, and how it is read: material for mutations."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import SimpleITK as sitk
from dicom_files import write_classic, write_enhanced
from discgrader.imaging.files import read_mask, read_volume
from discgrader.imaging.study_reader import read_study
from discgrader.resources import resources_dir
from mutations import BINARY, TEXT, Mutate, other_csv, other_dicom, other_head, other_json, other_lines, other_nifti
from volumes import VOLUMES, upright


@dataclass(frozen=True)
class Kind:
    """A kind of file: how a good one is made in a folder, what is done to it, what reads it, and what must be there."""

    make: Callable[[Path], Path]
    mutate: tuple[Mutate, ...]
    read: Callable[[Path], object]
    needs: str = "numpy"


def volume_file(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        sitk.WriteImage(VOLUMES["oblique"].to_sitk(), str(folder / name), name.endswith("z.nrrd"))
        return folder / name

    return make


def classic(compression: str | None) -> Callable[[Path], Path]:
    return lambda folder: write_classic(
        folder / "series",
        upright((24, 30, 4)),
        SeriesDescription="t2 sag",
        EchoTime=100.0,
        RepetitionTime=3000.0,
        compression=compression,
    )[1]


def enhanced(folder: Path) -> Path:
    return write_enhanced(folder / "enhanced.dcm", upright((24, 30, 4)), SeriesDescription="t2 sag")


def written(name: str, text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return make


def copied(path: Path) -> Callable[[Path], Path]:
    return lambda folder: Path(shutil.copy(path, folder / path.name))


def roi_file(folder: Path) -> Path:
    from discgrader.report.rois import write_roi
    from synthetic_result import synthetic_localization

    write_roi(folder / "L4-L5.mrk.json", "L4-L5", synthetic_localization().discs[1].roi, (1.0, 0.5, 0.0))
    return folder / "L4-L5.mrk.json"


def read_roi_file(path: Path) -> object:
    from discgrader.report.rois import read_rois

    return read_rois(path)


def grades_file(folder: Path) -> Path:
    from discgrader.report.tables import write_grades_json
    from synthetic_result import synthetic_result

    write_grades_json(synthetic_result(), folder / "grades.json")
    return folder / "grades.json"


def read_grades_file(path: Path) -> object:
    from discgrader.reading.results import reading_of_grades
    from discgrader.report.rois import read_rois
    from discgrader.report.tables import grades_rows, read_grades_json, warnings_of

    document = read_grades_json(path)
    read_rois(path)
    return grades_rows(document), warnings_of(document), reading_of_grades(document, "reader")


def reading_file(folder: Path) -> Path:
    from discgrader.reading.files import save_reading
    from discgrader.reading.results import reading_of_result
    from synthetic_result import synthetic_result

    save_reading(reading_of_result(synthetic_result(), "reader"), folder / "one.reading.json")
    return folder / "one.reading.json"


def read_reading_file(path: Path) -> object:
    from discgrader.reading.files import write_readings_csv
    from discgrader.reading.pairs import load_source

    source = load_source(path)
    write_readings_csv(source.readings.values(), path.parent / "reading.csv")
    return source


TRUTH = "study,patient,level,system,task,grade\n" + "".join(
    f"{study},p{study},{level},msu,{task},{grade}\n"
    for study in "ab"
    for level in ("L4-L5", "L5-S1")
    for task, grade in (("size", "1"), ("zone", "B"))
)


def read_truth(path: Path) -> object:
    from discgrader.training.cohorts import read_table

    return read_table(path.parent, "msu")


SPIDER = (
    "Patient,IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,Disc "
    "bulging,Pfirrman grade\n"
)


def read_spider(path: Path) -> object:
    from discgrader.training.spider import spider_gradings

    return spider_gradings(path.parent)


PARAMETERS = """imageType:
  Original: {}
  LoG: {sigma: [1.0, 2.0]}
  Wavelet: {level: 1}
featureClass:
  shape:
  firstorder: [Mean, Energy]
  glcm:
setting:
  normalize: true
  normalizeScale: 100
  resampledPixelSpacing: [1, 1, 1]
  binWidth: 25
  label: 1
"""


def read_parameters(path: Path) -> object:
    from discgrader.radiomics.parameters import Parameters, read_parameter_file

    return Parameters.from_mapping(read_parameter_file(path), path.name).feature_names()


def read_recipe_file(path: Path) -> object:
    from discgrader.training.views.fit import read_recipe

    recipe = read_recipe(path, {})
    return recipe if isinstance(recipe, tuple) else (recipe.specs, recipe.tasks, recipe.architecture())


def read_scale_file(path: Path) -> object:
    from discgrader.grading import scales

    scale = scales.read_scale(path)
    return scale.values, scale.labels, [grade.rgb for grade in scale.grades]


@cache
def kept_pack(kind: str) -> Path:
    """A good pack of random weights, made once."""
    import tiny_packs

    folder = Path(tempfile.mkdtemp(prefix="discgrader-packs-")) / kind
    if kind == "grading":
        tiny_packs.tiny_grading_pack(folder)
    elif kind == "localizer":
        tiny_packs.tiny_localizer_pack(folder)
    else:
        tiny_packs.tiny_window_pack(folder, kind)
    return folder


def pack_part(kind: str, file: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        shutil.copytree(kept_pack(kind), folder / "pack")
        return folder / "pack" / file

    return make


def read_pack_part(path: Path) -> object:
    """Load the pack as grading does, with the right hash of the changed file."""
    from discgrader.grading.grader import Grader
    from discgrader.localize.localizer import Localizer
    from discgrader.packs.pack import LOCALIZER, read_pack

    if path.name != "pack.json":
        described = json.loads((path.parent / "pack.json").read_text(encoding="utf-8"))
        described["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        (path.parent / "pack.json").write_text(json.dumps(described), encoding="utf-8")
    pack = read_pack(path.parent)
    return Localizer(pack) if pack.system == LOCALIZER else Grader([pack])


def read_shipped_description(path: Path) -> object:
    from discgrader.packs.pack import checked_description, parsed_description

    return checked_description("shipped", parsed_description(path.read_bytes(), "shipped"))


FUSED = resources_dir() / "Packs" / "pfirrmann-fused"

SHARED = resources_dir() / "Packs" / "spider-resnet"


def in_memory(path: Path, folder: Path) -> SimpleNamespace:
    """A pack whose files are those of a folder, but for the one that was changed."""
    files = {path.name: "" for path in folder.iterdir() if path.name != "pack.json"}

    def read_bytes(file: str) -> bytes:
        from discgrader.packs.pack import check_content

        content = (path if file == path.name else folder / file).read_bytes()
        check_content("memory", file, content)
        return content

    return SimpleNamespace(name="memory", system="pfirrmann", files=files, read_bytes=read_bytes)


def read_trees(path: Path) -> object:
    from discgrader.packs.weights import load_trees

    trees = load_trees(in_memory(path, SHARED), path.name)
    row = np.full((1, trees.features), np.nan)
    return trees.predict(row), trees.contributions(row[0])


def read_fusion(path: Path) -> object:
    from discgrader.grading.fusion import load_fusion

    fusion = load_fusion(in_memory(path, FUSED))
    rows = [np.full(len(one.columns), np.nan) for one in (fusion.evidence, fusion.radiomics)]
    rows[0][:4] = 1.0
    return fusion.logits(np.zeros(5), *rows), fusion.contributions(*rows), fusion.extractor()


TABULAR_COLUMNS = [f"T2:evidence:value_{number}" for number in range(34)]


def tabular_file(folder: Path) -> Path:
    from discgrader.grading.table_system import table_file as content

    curve = np.array([0.0, 0.5, 1.0])
    (folder / "tabular.json").write_bytes(content(TABULAR_COLUMNS, [(curve, curve)] * 5, {}))
    shutil.copy(SHARED / "evidence_pfirrmann.txt", folder / "trees.txt")
    return folder / "tabular.json"


def read_tabular(path: Path) -> object:
    from discgrader.grading.table_system import load_table

    model = load_table(in_memory(path, path.parent))
    row = np.linspace(-1, 1, len(model.columns))
    return model.probabilities(row), model.contributions(row), model.roles, model.families


RECIPES, SCALES = resources_dir() / "Recipes", resources_dir() / "Scales"

KINDS = {
    "nii": Kind(volume_file("x.nii"), (other_nifti, other_nifti, *BINARY), read_volume),
    "nii.gz": Kind(volume_file("x.nii.gz"), BINARY, read_volume),
    "nrrd": Kind(volume_file("x.nrrd"), (other_head, other_head, *BINARY), read_volume),
    "compressed nrrd": Kind(volume_file("z.nrrd"), (other_head, *BINARY), read_volume),
    "nhdr": Kind(volume_file("x.nhdr"), (other_lines, *TEXT), read_volume),
    "mha": Kind(volume_file("x.mha"), (other_head, other_head, *BINARY), read_volume),
    "mhd": Kind(volume_file("x.mhd"), (other_lines, *TEXT), read_mask),
    "DICOM": Kind(classic(None), (other_dicom, other_dicom, *BINARY), lambda path: read_study(path.parent)),
    "DICOM RLE": Kind(classic("RLE"), (other_dicom, *BINARY), lambda path: read_study(path.parent)),
    "DICOM JPEG": Kind(classic("JPEG"), (other_dicom, *BINARY), lambda path: read_study(path.parent)),
    "DICOM enhanced": Kind(enhanced, (other_dicom, other_dicom, *BINARY), read_study),
    "ROI": Kind(roi_file, (other_json, other_json, *TEXT), read_roi_file),
    "grades.json": Kind(grades_file, (other_json, other_json, *TEXT), read_grades_file),
    "reading": Kind(reading_file, (other_json, other_json, *TEXT), read_reading_file),
    "truth.csv": Kind(written("truth.csv", TRUTH), (other_csv, other_csv, *TEXT), read_truth, "torch"),
    "SPIDER's table": Kind(written("radiological_gradings.csv", SPIDER), (other_csv, other_csv, *TEXT), read_spider),
    "radiomics parameters": Kind(
        written("parameters.yaml", PARAMETERS), (other_lines, other_lines, *TEXT), read_parameters
    ),
    "recipe": Kind(copied(RECIPES / "msu.json"), (other_json, other_json, *TEXT), read_recipe_file, "torch"),
    "scale": Kind(copied(SCALES / "pfirrmann.json"), (other_json, other_json, *TEXT), read_scale_file),
    "pack.json of a grader": Kind(
        pack_part("grading", "pack.json"), (other_json, other_json, other_json, *TEXT), read_pack_part, "torch"
    ),
    "pack.json of windows": Kind(
        pack_part("msu", "pack.json"), (other_json, other_json, other_json, *TEXT), read_pack_part, "torch"
    ),
    "pack.json of a localizer": Kind(
        pack_part("localizer", "pack.json"), (other_json, other_json, *TEXT), read_pack_part, "torch"
    ),
    "pack.json that ships": Kind(
        copied(FUSED / "pack.json"), (other_json, other_json, *TEXT), read_shipped_description
    ),
    "weights": Kind(pack_part("grading", "network_0.safetensors"), BINARY, read_pack_part, "torch"),
    "typical discs": Kind(pack_part("grading", "input.safetensors"), BINARY, read_pack_part, "torch"),
    "trees": Kind(copied(SHARED / "evidence_modic.txt"), (other_lines, other_lines, *TEXT), read_trees),
    "fusion.json": Kind(copied(FUSED / "fusion.json"), (other_json, *TEXT), read_fusion, "torch"),
    "forest": Kind(copied(FUSED / "forest_evidence.safetensors"), BINARY, read_fusion, "torch"),
    "tabular.json": Kind(tabular_file, (other_json, *TEXT), read_tabular),
}
"""Every format that is read, by a name for people."""
