"""The evaluation of the Pfirrmann system: splits, runs that are kept, the whole of it on a small table, bad input."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import Cancelled, OutputError, StudyError, UsageError
from discgrader.grading.feature_words import in_words
from discgrader.progress import Progress
from discgrader.radiomics.catalog import all_features
from discgrader.report.language import find_language
from discgrader.training.replication.analyses import Setting, cross_validation
from discgrader.training.replication.evaluate import EvaluationOptions, evaluate_model, prepare_folder
from discgrader.training.replication.runs import CNN, OURS, Runner
from discgrader.training.replication.supplement import SUPPLEMENT
from discgrader.training.spider import pfirrmann_grades, scanners
from discgrader.training.tabular.fusion import FusedRecipe
from discgrader.training.tabular.held_out import network_table
from discgrader.training.tabular.system import Outcome, PfirrmannSystem, SystemChoices
from discgrader.training.tabular.table import FeatureTable, paper_split, rotating_splits, scanner_splits
from tabular_data import FewTrees, SmallForest, fused_tables, synthetic_discs

SCANNERS = {
    patient: ("A 1.5 T", "B 3 T", "rare")[0 if patient % 2 else 2 if patient == 2 else 1] for patient in range(1, 61)
}


def parts_of(split):
    return split.train, split.validation, split.test


@pytest.mark.parametrize(
    "make",
    [lambda p: [paper_split(p)], rotating_splits, lambda p: scanner_splits(p, SCANNERS)],
    ids=["paper", "rotating", "scanners"],
)
def test_no_patient_is_on_two_sides(make):
    patients = np.repeat(np.arange(1, 61), 5)
    splits = make(patients)
    assert splits
    for split in splits:
        sides = [set(patients[part]) for part in parts_of(split)]
        assert all(sides)
        assert sum(map(len, sides)) == 60
        assert set.union(*sides) == set(range(1, 61))
    assert len({split.name for split in splits}) == len(splits)


def test_the_split_is_60_20_20_and_rotation_judges_every_disc_once():
    patients = np.repeat(np.arange(50), 4)
    assert [len(set(patients[part])) for part in parts_of(paper_split(patients))] == [30, 10, 10]
    assert np.array_equal(np.sum([split.test for split in rotating_splits(patients)], 0), np.ones(200))


def test_rare_scanners_are_judged_on_together():
    patients = np.repeat(np.arange(1, 61), 2)
    names = [split.name for split in scanner_splits(patients, SCANNERS, least_patients=5)]
    assert names == ["A 1.5 T", "B 3 T", "other scanners"]
    assert scanner_splits(patients, dict.fromkeys(range(1, 61), "one")) == []


def test_calibration_and_selection_never_see_the_test_patients(monkeypatch):
    """Grades of the test patients changed at will change no probability."""
    discs = synthetic_discs(40)
    split = paper_split(discs.patients)
    scrambled = discs.grades.copy()
    scrambled[split.test] = 4 - scrambled[split.test]
    given = []
    for grades in (discs.grades, scrambled):
        table = replace(discs, grades=grades)
        system = PfirrmannSystem(SystemChoices(threads=1)).fit(table.rows(split.train), table.rows(split.validation))
        given.append(system.predict_proba(table.rows(split.test)))
    assert np.array_equal(*given)


def test_what_was_run_is_kept_and_what_changed_is_run_anew(tmp_path, monkeypatch):
    discs = synthetic_discs(40)
    split = paper_split(discs.patients)
    columns = np.ones(len(discs.columns), bool)
    choices = SystemChoices(model="logistic", threads=1)
    first = Runner(discs, tmp_path, Progress()).run(columns, split, choices)
    fits = []
    monkeypatch.setattr(PfirrmannSystem, "fit", lambda *_, **__: fits.append(1) or pytest.skip("fitted"))
    again = Runner(discs, tmp_path, Progress()).run(columns, split, choices)
    assert np.array_equal(first.probabilities, again.probabilities)
    assert first.columns == again.columns
    assert not fits
    monkeypatch.undo()
    other = Runner(replace(discs, values=discs.values + 1e-3 * discs.indices[:, None] ** 3), tmp_path, Progress())
    assert not np.array_equal(other.run(columns, split, choices).probabilities, first.probabilities)
    for path in tmp_path.glob("run_*"):
        path.write_bytes(path.read_bytes()[:100])
    assert np.array_equal(
        Runner(discs, tmp_path, Progress()).run(columns, split, choices).probabilities, first.probabilities
    )


def evaluated_tables():
    """A table for the published models, and tables for the project's own, of the same discs and grades."""
    evidence, slices, network, grades = fused_tables(40)
    discs = synthetic_discs(40)
    discs = replace(
        discs, grades=np.array([grades[key] for key in zip(discs.patients.tolist(), discs.indices.tolist())])
    )
    rng = np.random.default_rng(5)
    known = np.char.startswith(np.array(discs.columns), "T2") & (discs.families != "efficientnet_lite0")
    discs = replace(
        discs, values=np.where(known, rng.normal(size=discs.values.shape) + discs.grades[:, None] / 3, discs.values)
    )
    rows = FeatureTable(
        "radiomics",
        discs.patients,
        discs.indices,
        np.array(["T2"] * len(discs)),
        np.where(discs.patients % 4 == 0, 3, 2),
        ("one",),
        np.zeros((len(discs), 1)),
    )
    discs = discs.plus([f"disc:network:{name}" for name in network.names], network.values)
    return discs, {"radiomics": rows, "evidence": evidence, "slice": slices, "network": network}, grades


def test_own_models_are_judged_by_what_they_say_and_the_gain_is_paired(tmp_path):
    """Rows of the comparison are those of `own`; one that is right where the other errs gains."""
    discs = synthetic_discs(40)
    discs = discs.with_columns(discs.families == "evidence")
    good, poor = 4 * np.eye(5)[discs.grades] + 1, np.ones((len(discs), 5))
    poor[:, 2] += 1
    outcomes = {
        name: Outcome(
            np.arange(len(discs)), np.zeros(0, int), one / one.sum(1, keepdims=True), one, one[:0], (), np.zeros(0)
        )
        for name, one in ((CNN, poor), (OURS, good))
    }
    setting = Setting(Runner(discs, tmp_path, Progress()), ("lightgbm",), draws=20, repeats=1, threads=1)
    compared, added, by_images = cross_validation(setting, outcomes)
    rows = {row["features"]: row for row in compared.rows}
    assert rows[OURS]["accuracy"]["value"] == 1
    assert rows[CNN]["accuracy"]["value"] == pytest.approx((discs.grades == 2).mean())
    [gap] = added.rows
    assert gap["added"] == "Evidence and radiomics added to CNN"
    assert gap["accuracy"]["value"] == pytest.approx((discs.grades != 2).mean())
    # Every fifth patient has no T1; none has T2 SPACE, and none T1 alone.
    groups = {row["images"]: row for row in by_images.rows if row["features"] == CNN}
    both = discs.patients % 5 != 0
    assert {name: row["discs"] for name, row in groups.items()} == {"with T2": 240, "with T2 and T1": int(both.sum())}
    assert groups["with T2 and T1"]["accuracy"]["value"] == pytest.approx((discs.grades == 2)[both].mean())


@pytest.mark.slow
def test_the_whole_evaluation_is_written_and_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("discgrader.training.tabular.system.TreesModel", FewTrees)
    monkeypatch.setattr("discgrader.training.tabular.system.ForestModel", SmallForest)
    monkeypatch.setattr(
        "discgrader.training.replication.evaluate.FusedRecipe",
        lambda threads: FusedRecipe(trees=8, most_features=6, threads=1),
    )
    discs, tables, grades = evaluated_tables()
    options = EvaluationOptions(repeats=1, draws=20, threads=1)

    def stop_late(stage, fraction, detail):
        if stage == "Supplementary analyses" and fraction > 0.8:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        evaluate_model(discs, tables, grades, tmp_path, Progress(stop_late), options, SCANNERS)
    assert not (tmp_path / "evaluation.html").exists()
    page = evaluate_model(discs, tables, grades, tmp_path, Progress(), options, SCANNERS).read_text(encoding="utf-8")
    assert "0.867" in page
    assert "10 stacks, 30 single slices" in page
    assert page.count("data:image/png;base64,") == 8
    assert "What radiomics adds to image networks and evidence" in page
    assert "aim 0.92" in page or "reached" in page
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    tables = {
        path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in (tmp_path / "tables").glob("*.csv")
    }
    assert set(tables) >= {
        "main_grades",
        "main_binary",
        "cross_validation",
        "cross_validation_added",
        "which_saw_which",
        "predictions",
        "logistic_regression",
    } | {one.__name__ for one in SUPPLEMENT if one.__name__ != "logistic_baseline"}
    assert all(tables.values())
    main_row = tables["main_grades"][0]
    assert float(main_row["auroc_low"]) < float(main_row["auroc"]) < float(main_row["auroc_high"])
    predictions = [row for row in tables["predictions"] if row["model"] == "lightgbm"]
    accuracy = np.mean([row["grade"] == row["given"] for row in predictions])
    assert accuracy == pytest.approx(float(main_row["accuracy"]), abs=1e-5)
    compared = {row["features"]: float(row["auroc"]) for row in tables["cross_validation"]}
    assert compared["Radiomics"] > compared["Deep features"] + 0.1
    assert compared[CNN] > 0.75
    assert compared[OURS] > max(compared[CNN], compared["Evidence with neighbors (forest)"])
    added = {row["added"]: row for row in tables["cross_validation_added"]}
    gain = added["Evidence and radiomics added to CNN"]
    assert float(gain["auroc"]) == pytest.approx(compared[OURS] - compared[CNN], abs=1e-5)
    assert float(gain["auroc_low"]) > 0
    seen = {row["features"]: row for row in tables["which_saw_which"]}
    assert seen["Radiomics (as published)"]["T2"] == "10 stacks, 1 3D features; 30 slices, 1 2D features"


def test_logits_of_the_networks_are_read(tmp_path):
    path = tmp_path / "held_out.npz"
    np.savez(
        path,
        **{
            "all/patients": np.array([1, 1]),
            "all/indices": np.array([1, 2]),
            "all/network/pfirrmann": np.zeros((2, 5)),
        },
    )
    table = network_table(path)
    assert table.family == "network"
    assert np.exp(table.values).sum(1) == pytest.approx([1, 1])
    with pytest.raises(UsageError, match="no file"):
        network_table(tmp_path / "nothing.npz")
    (tmp_path / "text.npz").write_text("no")
    with pytest.raises(UsageError, match="not a held_out"):
        network_table(tmp_path / "text.npz")
    np.savez(
        path,
        **{
            "all/patients": np.array([1, 1]),
            "all/indices": np.array([1, 2]),
            "all/network/pfirrmann": np.zeros((3, 5)),
        },
    )
    with pytest.raises(UsageError, match="do not match"):
        network_table(path)


def test_grades_and_scanners_are_read_from_either_layout(tmp_path):
    (tmp_path / "radiological_gradings.csv").write_text(
        "Patient , IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,Disc "
        "bulging,Pfirrman grade\n1,0,0,0,0,0,0,0,0,3\n1,1,0,0,0,0,0,0,0,5\n"
    )
    assert pfirrmann_grades(tmp_path) == {(1, 1): 4}
    assert scanners(tmp_path) == {}
    (tmp_path / "overview.csv").write_text(
        "new_file_name,Manufacturer,ManufacturerModelName,MagneticFieldStrength\n1_t2,SIEMENS,Avanto,1.5\n2_t1,,,\n"
    )
    assert scanners(tmp_path) == {1: "SIEMENS Avanto 1.5 T"}
    (tmp_path / "radiological_gradings.csv").write_text(
        "Patient,IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,Disc "
        "bulging,Pfirrman grade\n4,2,0,0,0,0,0,0,0,6\n"
    )
    with pytest.raises(StudyError, match="patient 4, disc 2 the Pfirrmann grade 6"):
        pfirrmann_grades(tmp_path)


def test_a_folder_of_other_things_is_not_written_to(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="not an evaluation"):
        prepare_folder(tmp_path)
    with pytest.raises(OutputError, match="is a file"):
        prepare_folder(tmp_path / "thesis.txt")
    prepare_folder(tmp_path / "new")
    prepare_folder(tmp_path / "new")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["spider", "--data", "."], 2, "no evaluation of spider"),
        (["pfirrmann", "--data", "nowhere"], 2, "no folder nowhere"),
        (["pfirrmann", "--data", ".", "--masks", "mine"], 2, "not from mine"),
        (["pfirrmann", "--data", ".", "--repeats", "0"], 2, "1 or more"),
        (["pfirrmann", "--data", ".", "--tabpfn", "nowhere.ckpt"], 2, "no TabPFN checkpoint"),
        (["pfirrmann", "--data", ".", "--resnet50", "nowhere.pth"], 2, "no file nowhere.pth"),
        (["pfirrmann", "--data", ".", "--network-held-out", "nowhere.npz"], 2, "no file nowhere.npz"),
        (["pfirrmann", "--data", ".", "--localizer-work", "nowhere"], 2, "no folder nowhere"),
        (["pfirrmann", "--data", "."], 1, "no SPIDER images"),
    ],
)
def test_wrong_arguments_are_told_plainly(arguments, status, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *arguments, "-o", "out"]) == status
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_columns_are_put_in_plain_words():
    assert in_words("T2:radiomics:original_firstorder_Mean") == "T2: mean signal"
    assert in_words("T2_SPACE:radiomics:log-sigma-3-0-mm-3D_glcm_Contrast") == "T2 SPACE: local contrast, edges of 3 mm"
    assert in_words("T1:slice:wavelet-LL_glszm_ZoneEntropy") == "T1: variety of uniform areas, smoothed image"
    assert in_words("T2:evidence:nucleus_to_csf") == "T2: nucleus / CSF signal"
    assert in_words("T2:evidence:above@height_mm") == "T2: disc height, of the disc above"
    assert in_words("T2:radiomics:original_ngtdm_Contrast") == "T2: contrast with the surroundings"
    assert in_words("T2:slice:original_glrlm_GrayLevelVariance") == "T2: variance of gray levels (streaks)"
    assert in_words("disc:network:log_probability_3") == "image network, grade 3"


def test_every_feature_of_the_catalog_has_words_and_a_german_translation():
    """Whatever a parameter file may ask for: no name of pyradiomics is shown, in neither language."""
    german = find_language("de")
    for feature in (one for one in all_features() if not one.withdrawn):
        words = in_words(f"T2:slice:original_{feature.family}_{feature.name}").removeprefix("T2: ")
        assert feature.name not in words, feature
        assert "," not in words, "translations take it apart at commas"
        assert german.word(words) not in (words, ""), words
        title = words[0].upper() + words[1:]
        assert german.word(title)[0].isupper() and german.word(title) != title
    told = in_words("T2:slice:wavelet-LH_glcm_SumEntropy").removeprefix("T2: ")
    assert german.word(told[0].upper() + told[1:]) == "Vielfalt der Helligkeit von Pixelpaaren, feine Einzelheiten (LH)"
    assert german.word("Disc height, of the disc above") == "Bandscheibenhöhe, kraniale Nachbarbandscheibe"


def test_every_feature_of_radiomics_has_words():
    from discgrader.radiomics.parameters import parameters_1218

    names = parameters_1218().feature_names()
    words = [in_words(f"T2:radiomics:{name}") for name in names]
    assert not [
        name for name, one in zip(names, words) if name.split("_")[-1] in one.split(": ")[1].split(",")[0].split()
    ]
