"""Training of systems that look through windows, on a small data set of bodies without anatomy: what must hold
anyway."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from discgrader.errors import DiscGraderError, StudyError, UsageError
from discgrader.grading.grader import Grader
from discgrader.grading.herniation_box import evidence_box
from discgrader.grading.results import DiscResult
from discgrader.grading.systems import find_system, scale_of, system_views
from discgrader.imaging.files import write_volume
from discgrader.imaging.study import Study
from discgrader.packs.encoders import build_encoder
from discgrader.packs.initial import initial_weights, published_names
from discgrader.packs.pack import default_packs, read_pack
from discgrader.packs.weights import load_tensors
from discgrader.progress import Progress
from discgrader.reading.commands import SetGrade
from discgrader.reading.files import save_reading
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_grades
from discgrader.report.rois import write_roi
from discgrader.training.cohorts import read_table
from discgrader.training.metrics import mean_auroc
from discgrader.training.recipes import recipe_files, recipes, run_recipe
from discgrader.training.views.fit import ViewRecipe, read_recipe
from discgrader.training.views.recipe import patient_parts, train_views
from discgrader.training.views.samples import ViewSample
from solid_body import axial, discs, lumpy, sagittal

TINY = {
    "encoder": {"name": "residual", "widths": [4, 8, 8, 8], "blocks": [1, 1, 1, 1]},
    "initial": "",
    "pixels": 32,
    "batch": 4,
    "epochs": 2,
}
LOCALIZATION = discs((15.0, 0.0))


def study_of(seed: int) -> Study:
    body = lumpy(seed)
    return Study(f"case_{seed}", (sagittal(body), axial(body, center=(0, 10, 20), slices=25)))


def write_data(folder: Path, patients: int = 5, synthetic: bool = True) -> Path:
    """A data set of so many patients whose grades follow no rule."""
    rng = np.random.default_rng(0)
    rows = []
    for seed in range(patients):
        study = study_of(seed)
        own = folder / study.name
        for name in ("rois", "herniations"):
            (own / name).mkdir(parents=True)
        for series in study.series:
            write_volume(series.volume, own / f"{series.name}.nii.gz")
        for disc in LOCALIZATION.discs:
            write_roi(own / "rois" / f"{disc.level}.mrk.json", disc.level, disc.roi)
            herniation = replace(disc.roi, size_mm=np.array([12.0, 8.0, 10.0]))
            write_roi(own / "herniations" / f"{disc.level}.mrk.json", disc.level, herniation)
            for system in system_views():
                for task in find_system(system).tasks:
                    grade = rng.choice(scale_of(system, task.name).values)
                    rows.append((study.name, disc.level, disc.index_from_sacrum, system, task.name, grade))
        if synthetic:
            (own / "truth.json").write_text("{}")
    with open(folder / "truth.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("study", "level", "index_from_sacrum", "system", "task", "grade"))
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("system", list(system_views()))
def test_a_recipe_makes_a_pack_that_grades(system, data, tmp_path):
    packs = run_recipe(system, data, tmp_path / "out", **TINY)
    pack = read_pack(packs / system)
    assert pack.trained_on.synthetic and "trained on synthetic images only" in pack.trained_on.statement
    assert pack.trained_on.patients == 3
    assert set(pack.metrics) >= {task.name for task in find_system(system).tasks}
    results = Grader([pack]).grade(study_of(77), LOCALIZATION)
    for result in results:
        assert [grade.task for grade in result.grades] == [task.name for task in find_system(system).tasks]
        assert all(grade.synthetic for grade in result.grades)
    assert (tmp_path / "out" / "roc.png").stat().st_size > 2000
    with open(tmp_path / "out" / "curves.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]


def test_a_comparison_packs_what_is_best_on_the_same_patients(data, tmp_path, monkeypatch):
    files = recipe_files() | {"two": tmp_path / "two.json"}
    files["two"].write_text('{"compare": ["calcification", "calcification-resnet34"]}')
    monkeypatch.setattr("discgrader.training.views.recipe.recipe_files", lambda: files)
    options = TINY | {"calcification-resnet34.encoder": TINY["encoder"], "calcification-resnet34.learning_rate": 0.0}
    packs = train_views("two", data, tmp_path / "out", Progress(), **options)
    compared = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert [path.name for path in packs.iterdir()] == [compared["best"]]
    assert json.loads((tmp_path / "out" / "calcification" / "recipe.json").read_text())["learning_rate"] > 0
    assert json.loads((tmp_path / "out" / "calcification-resnet34" / "recipe.json").read_text())["learning_rate"] == 0
    figure = {one: mean_auroc(compared[one]["validation"]) for one in compared if one != "best"}
    assert len(figure) == 2 and figure[compared["best"]] == max(figure.values())
    with pytest.raises(UsageError, match="calcification.device cannot be set for one recipe alone"):
        train_views("two", data, tmp_path / "other", Progress(), **{"calcification.device": "cpu"})
    with pytest.raises(UsageError, match="no option epoch"):
        train_views("two", data, tmp_path / "other", Progress(), **{"calcification-resnet34.epoch": 3})
    assert not (tmp_path / "other").exists()
    with pytest.raises(UsageError, match="does not compare calcification-vgg; it compares calcification, "):
        train_views("two", data, tmp_path / "other", Progress(), **{"calcification-vgg.epochs": 3})


def test_training_goes_on_where_it_stopped(data, tmp_path):
    class Stop(Exception):
        pass

    def stop_after_one(stage, fraction, detail):
        if detail.startswith("epoch 1"):
            raise Stop

    run_recipe("msu", data, tmp_path / "whole", **TINY)
    with pytest.raises(Stop):
        run_recipe("msu", data, tmp_path / "broken", progress=Progress(stop_after_one), **TINY)
    run_recipe("msu", data, tmp_path / "broken", **TINY)
    one, other = (read_pack(tmp_path / name / "packs" / "msu") for name in ("whole", "broken"))
    assert one.files == other.files
    assert (tmp_path / "whole" / "curves.csv").read_text() == (tmp_path / "broken" / "curves.csv").read_text()
    with pytest.raises(UsageError, match="with other options"):
        run_recipe("msu", data, tmp_path / "whole", **(TINY | {"pixels": 48}))


def test_patients_data_make_no_synthetic_pack(tmp_path):
    data = write_data(tmp_path / "data", patients=4, synthetic=False)
    packs = run_recipe("calcification", data, tmp_path / "out", data_set="Clinic A", license="own data", **TINY)
    trained_on = read_pack(packs / "calcification").trained_on
    assert not trained_on.synthetic and trained_on.statement == "4 discs of 2 patients of Clinic A (own data)"


def test_a_study_that_could_not_be_read_is_read_the_next_time(tmp_path):
    data = write_data(tmp_path / "data", patients=4)
    study = next(path for path in sorted(data.iterdir()) if path.is_dir())
    away = study.rename(tmp_path / "away")
    run_recipe("calcification", data, tmp_path / "out", **TINY)
    assert study.name in (tmp_path / "out" / "left_out.txt").read_text()
    away.rename(study)
    (tmp_path / "out" / "state.pt").unlink()
    run_recipe("calcification", data, tmp_path / "out", **TINY)
    assert study.name not in (tmp_path / "out" / "left_out.txt").read_text()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("study,level,system,task\na,L4-L5,msu,size\n", "no column grade"),
        ("study,level,system,task,grade\na,L4-L5,msu,size,7\n", "line 2: size has no grade '7'"),
        ("study,level,system,task,grade\na,L9-S1,msu,size,1\n", "no level 'L9-S1'"),
        ("study,level,system,task,grade\na,L4-L5,calcification,calcification,1\n", "no grades of the system msu"),
    ],
)
def test_what_is_wrong_in_the_table_is_said(text, why, tmp_path):
    (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(StudyError, match=why):
        read_table(tmp_path, "msu")


def test_a_data_set_without_table_or_studies_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"no truth\.csv"):
        run_recipe("msu", tmp_path, tmp_path / "out", **TINY)
    (tmp_path / "truth.csv").write_text("study,level,system,task,grade\na,L4-L5,msu,size,1\n")
    with pytest.raises(StudyError, match="has what the system msu needs: a: "):
        run_recipe("msu", tmp_path, tmp_path / "out", **TINY)


def test_recipes_fix_every_choice():
    for name, path in recipe_files().items():
        recipe = read_recipe(path, {})
        assert name in recipes()
        if isinstance(recipe, tuple):
            assert set(recipe) <= set(recipe_files())
        else:
            assert (
                recipe.name == name
                and recipe.optimizer in ("adam", "adamw")
                and recipe.schedule in ("constant", "one_cycle")
            )
    changed = read_recipe(recipe_files()["msu"], {"rotation_deg": 3, "epochs": 7})
    assert isinstance(changed, ViewRecipe) and (changed.variation.rotation_deg, changed.epochs) == (3, 7)
    with pytest.raises(UsageError, match="no option epoch;"):
        read_recipe(recipe_files()["msu"], {"epoch": 7})


def test_recipe_files_that_leave_a_choice_open_are_refused(tmp_path):
    described = json.loads(recipe_files()["msu"].read_text())
    del described["weight_decay"]
    (tmp_path / "open.json").write_text(json.dumps(described))
    with pytest.raises(UsageError, match=r"open\.json does not set the option weight_decay"):
        read_recipe(tmp_path / "open.json", {})


def test_no_patient_is_in_two_parts():
    recipe = read_recipe(recipe_files()["msu"], {})
    some = [ViewSample(f"s{n}", f"p{n // 2}", "L4-L5", True, np.zeros(0), np.zeros(0), {}) for n in range(40)]
    parts = patient_parts(some, recipe)
    patients = {name: {one.patient for one in part} for name, part in parts.items()}
    assert sum(len(patient) for patient in patients.values()) == 20
    assert len(patients["validation"]) == len(patients["test"]) == 3
    with pytest.raises(StudyError, match="2 patients"):
        patient_parts(some[:4], recipe)


def test_weights_by_the_user_begin_the_training(tmp_path, data):
    encoder, _ = build_encoder({"name": "resnet18"}, 3)
    state = {name: tensor for name, tensor in encoder.state_dict().items() if not name.endswith("downsample.0.bias")}
    torch.save(state | {"fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}, tmp_path / "resnet18.pth")
    found = initial_weights(tmp_path / "resnet18.pth", {"encoder": {"name": "resnet18"}})
    assert torch.equal(found["layer3.0.conv1.weight"], state["layer3.0.conv1.weight"])
    assert not found["layer2.0.downsample.0.bias"].any()
    with pytest.raises(UsageError, match="does not fit the encoder resnet34: no layer1.2"):
        initial_weights(tmp_path / "resnet18.pth", {"encoder": {"name": "resnet34"}})
    with pytest.raises(UsageError, match="does not fit the encoder resnet18: another shape of conv1"):
        initial_weights(tmp_path / "resnet18.pth", {"encoder": {"name": "resnet18"}, "channels": 9})
    with pytest.raises(UsageError, match="cannot share one file of weights"):
        run_recipe("calcification-compare", data, tmp_path / "out", init=str(tmp_path / "resnet18.pth"))


def test_a_recipe_may_begin_with_the_weights_of_a_shipped_pack(tmp_path, data):
    begin = {
        "encoder": {"name": "efficientnet_lite0"},
        "initial": "efficientnet-lite0",
        "learning_rate": 0.0,
        "epochs": 1,
    }
    packs = run_recipe("msu", data, tmp_path / "out", **(TINY | begin))
    pack = read_pack(packs / "msu")
    assert pack.trained_on.statement.endswith(
        "trained on synthetic images only, initialized with the weights of efficientnet-lite0 (ImageNet-1k)"
    )
    shipped = load_tensors(
        next(pack for pack in default_packs() if pack.name == "efficientnet-lite0"), "network.safetensors"
    )
    learned = load_tensors(pack, "network_0.safetensors")["encoder.network.head.0.weight"]
    assert torch.allclose(learned, shipped["head.0.weight"], atol=0.02)
    with pytest.raises(UsageError, match="no shipped pack spider"):
        run_recipe("msu", data, tmp_path / "other", **(TINY | {"initial": "spider"}))


@pytest.mark.parametrize(
    ("own", "published"),
    [
        ("network.denseblock1.denselayer2.layers.conv1.weight", "features.denseblock1.denselayer2.conv1.weight"),
        ("network.layer2.0.conv3.adn.N.running_mean", "layer2.0.bn3.running_mean"),
        ("network.layer2.0.conv1.conv.weight", "layer2.0.conv1.weight"),
        ("network.layer3.0.project.conv.weight", "layer3.0.downsample.0.weight"),
        ("network.layer3.0.se_layer.fc.2.bias", "layer3.0.se_module.fc2.bias"),
        ("network.conv_stem.convolution.weight", "mobilevit.conv_stem.convolution.weight"),
    ],
)
def test_published_weights_are_known_by_their_names(own, published):
    assert published in published_names(own)


@pytest.mark.parametrize(
    "name", ["resnet18", "resnet34", "resnet50", "densenet121", "seresnext50", "efficientnet_lite0"]
)
def test_every_encoder_is_parted_after_its_first_stage(name):
    if name not in ("resnet18", "resnet34", "efficientnet_lite0"):
        pytest.importorskip("monai")
    encoder, features = build_encoder({"name": name}, 3)
    with torch.inference_mode():
        early = encoder.eval().early(torch.randn(1, 3, 64, 64))
        assert early.shape[-2:] == (16, 16)
        assert encoder.late(early).shape == (1, features, 2, 2)


def test_mobilevit_without_its_library_says_what_to_install():
    try:
        import transformers  # noqa: F401
    except ImportError:
        with pytest.raises(DiscGraderError, match="pip install transformers"):
            build_encoder({"name": "mobilevit_s"}, 3)
    else:
        encoder, features = build_encoder({"name": "mobilevit_s"}, 3)
        with torch.inference_mode():
            assert encoder.eval().late(encoder.early(torch.randn(1, 3, 64, 64))).shape == (1, features, 2, 2)


@pytest.mark.slow
def test_a_network_learns_where_a_bright_herniation_lies(tmp_path):
    """The whole way from boxes in files to a box in the patient."""
    rng = np.random.default_rng(3)
    folder, rows = tmp_path / "data", []
    for number in range(24):
        center = np.array([rng.uniform(-14, 14), 10 + rng.uniform(-10, 14), 0.0])

        def body(points, center=center):
            near = np.all(np.abs(points - center) < [7.0, 5.0, 30.0], axis=-1)
            return 40.0 + 60.0 * near + rng.normal(0, 3, near.shape)

        own = folder / f"case_{number}"
        (own / "rois").mkdir(parents=True)
        (own / "herniations").mkdir()
        disc = LOCALIZATION.discs[1]
        disc = replace(disc, roi=replace(disc.roi, center_lps_mm=np.array([0.0, 10.0, 0.0])))
        write_volume(axial(body, center=(0, 10, 0), slices=5).volume, own / "ax_t2.nii.gz")
        write_roi(own / "rois" / "L4-L5.mrk.json", "L4-L5", disc.roi)
        box = replace(disc.roi, center_lps_mm=center, size_mm=np.array([14.0, 10.0, 20.0]))
        write_roi(own / "herniations" / "L4-L5.mrk.json", "L4-L5", box)
        rows += [f"case_{number},L4-L5,msu,size,1", f"case_{number},L4-L5,msu,zone,A"]
    (folder / "truth.csv").write_text("study,level,system,task,grade\n" + "\n".join(rows) + "\n")
    options = TINY | {
        "epochs": 80,
        "batch": 8,
        "average_decay": 0.8,
        "learning_rate": 1e-2,
        "pixels": 64,
        "rotation_deg": 0,
    }
    run_recipe("msu", folder, tmp_path / "out", **options)
    assert json.loads((tmp_path / "out" / "figures.json").read_text())["test"]["box"]["mean_iou"] > 0.6
    assert evidence_box({}) is None


def test_a_site_trains_on_its_own_readings_and_goes_on_from_a_pack(data, tmp_path):
    """Grades and boxes are the readings'; the data have neither a table nor boxes of their own."""
    begun = run_recipe("axial-multitask", data, tmp_path / "begun", **TINY) / "axial-multitask"
    own, readings = shutil.copytree(data, tmp_path / "site"), tmp_path / "readings"
    (own / "truth.csv").unlink()
    readings.mkdir()
    for number, folder in enumerate(sorted(own.iterdir())):
        shutil.rmtree(folder / "rois")
        (folder / "truth.json").unlink()
        described = [DiscResult(disc, ()).to_json() for disc in LOCALIZATION.discs]
        history = History(reading_of_grades({"study": folder.name, "discs": described}, "Ann"))
        for disc in LOCALIZATION.discs:
            history.apply(SetGrade(disc.level, "axial-multitask", "herniation", str(number % 4), "seen"))
        save_reading(history.reading, readings / f"{folder.name}.reading.json")
    options = TINY | {"truth": str(readings), "init": str(begun), "data_set": "Our hospital"}
    pack = read_pack(run_recipe("axial-multitask", own, tmp_path / "out", **options) / "axial-multitask")
    assert not pack.trained_on.synthetic and pack.trained_on.patients == 3
    assert "of Our hospital" in pack.trained_on.statement and "weights of axial-multitask" in pack.trained_on.statement
    noted = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert noted["truth"] == str(readings.resolve()) and noted["init"] == str(begun.resolve())
    with pytest.raises(UsageError, match="no grade of the system msu"):
        run_recipe("msu", own, tmp_path / "other", **TINY | {"truth": str(readings)})
    assert not (tmp_path / "other" / "packs").exists()
