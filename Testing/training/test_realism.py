"""How the digital spine is held against real MRI."""

import numpy as np
import pytest
from blocky_spine import blocky_spine
from discgrader.cli.main import main
from discgrader.errors import StudyError, UsageError
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.localize.disc import Localization
from discgrader.progress import Progress
from discgrader.training.grader import GraderRecipe
from discgrader.training.realism.evaluate import (
    PARTS,
    RealismOptions,
    discs_found,
    summary,
    tissues_compared,
    transfer,
    transfer_results,
)
from discgrader.training.realism.patients import (
    GAP,
    TILE,
    DigitalPatient,
    balanced_findings,
    digital_patients,
    found_share,
    graded,
    sheet,
    tissue_measures,
)


@pytest.fixture(scope="module")
def patients(tmp_path_factory, localizer):
    """Three digital patients with discs found by the shipped localizer, and where they are kept."""
    folder = tmp_path_factory.mktemp("patients")
    return digital_patients([1, 2, 3], localizer, folder, Progress()), folder


def test_digital_patients_are_found_graded_and_kept(patients):
    made, folder = patients
    found, of = found_share(made, "T2")
    assert of >= 15
    assert found >= of - 1
    assert found_share(made, "T2_SPACE") == (0, 0)
    discs = graded(made)
    assert len(discs) >= found - 1
    assert {image.role for disc in discs for image in disc.images} == {"T1", "T2"}
    assert {disc.patient for disc in discs} == {1, 2, 3}
    # What is kept is read again, without a localizer.
    again = digital_patients([1, 2, 3], None, folder, Progress())
    assert [one.grades for one in again] == [one.grades for one in made]
    assert again[0].tissues == made[0].tissues


def test_grades_are_drawn_alike_often():
    drawn = [finding for seed in range(200) for finding in balanced_findings(seed).values()]
    counts = np.bincount([one.pfirrmann for one in drawn], minlength=6)[1:]
    assert counts.min() > 0.85 * counts.mean()
    assert any(one.narrowing for one in drawn if one.pfirrmann == 3)
    assert all(one.narrowing is None for one in drawn if one.pfirrmann in (1, 2, 5))


def test_a_model_of_digital_discs_grades_others(patients, tmp_path):
    discs = graded(patients[0])
    recipe = GraderRecipe(widths=(4, 4, 4, 4), epochs=1, discs_per_batch=4)
    learned = transfer(discs[:-6], discs[-6:], recipe, tmp_path / "state", Progress())
    assert set(learned.logits) == set(PARTS)
    assert all(np.isfinite(logits).all() for part in learned.logits.values() for logits in part.values())
    assert learned.logits["together"]["pfirrmann"].shape == (6, 5)
    assert (learned.grades["pfirrmann"] == [disc.grades["pfirrmann"] for disc in discs[-6:]]).all()


def test_fewer_discs_than_a_batch_are_refused(tmp_path):
    with pytest.raises(StudyError, match="batches of 32 discs, but there are only 0"):
        transfer([], [], GraderRecipe(), tmp_path / "state", Progress())


def picture(disc, canal, spread=0.0):
    """A blocky spine whose vertebrae have intensity 100, its discs and canal others, and its localization."""
    spine = blocky_spine(slices=1)
    classes = spine.classes.array
    array = np.select([classes == 1, classes == 2, classes == 3], [100.0, disc, canal], 50.0)
    array += spread * np.random.default_rng(0).standard_normal(array.shape)
    labels = np.select([classes == 1, classes == 2, classes == 3], [1, 201, 100], 0).astype(np.uint16)
    series = Series("made", spine.classes.with_array(array.astype(np.float32)), Plane.SAGITTAL, Contrast.T2, "made")
    discs = tuple(type("Place", (), {"center_lps_mm": center})() for center in spine.centers_lps_mm)
    return series, Localization("made", spine.classes.with_array(labels), discs, ())


def test_tissues_are_measured_relative_to_the_vertebrae():
    measures = tissue_measures(*picture(disc=40.0, canal=180.0))
    assert measures["disc"] == pytest.approx(0.4)
    assert measures["canal"] == pytest.approx(1.8)
    assert measures["behind"] == pytest.approx(0.5)
    assert measures["vertebra spread"] == pytest.approx(0.0)
    noisy = tissue_measures(*picture(disc=40.0, canal=180.0, spread=5.0))
    assert noisy["grain"] == pytest.approx(5.0 * 2**0.5 * 0.6745 / 100, rel=0.1)
    assert noisy["vertebra spread"] == pytest.approx(2 * 0.6745 * 5.0 / 100, rel=0.1)


def test_nothing_is_measured_where_no_disc_was_found():
    series, found = picture(disc=40.0, canal=180.0)
    assert tissue_measures(series, Localization("made", found.segmentation, (), ())) == {}


def test_tables_and_sentences_say_what_was_measured():
    real = [{"disc": value} for value in np.linspace(0.2, 0.6, 21)]
    made = [DigitalPatient((), {}, {"T2": [1.0, 2.0, 9.0]}, {"T2": {"disc": value}}) for value in (0.1, 0.4, 0.5)]
    table = tissues_compared("T2", real, made)
    assert table.rows[0]["median within"] == "yes"
    assert table.rows[0]["share within"] == pytest.approx(2 / 3)
    assert discs_found(made).rows[1] == {
        "sequence": "T2",
        "discs in view": 9,
        "found": 6,
        "share": pytest.approx(2 / 3),
    }


def test_the_answers_are_of_the_discs_that_were_graded(patients, tmp_path):
    discs = graded(patients[0])
    learned = transfer(
        discs, discs, GraderRecipe(widths=(4, 4, 4, 4), epochs=1, discs_per_batch=4), tmp_path / "state", Progress()
    )
    rows = {(row["task"], row["by"]): row for row in transfer_results(learned).rows if row["auroc"]}
    # Trees that are tried on what they learned from know it.
    assert rows["pfirrmann", "evidence"]["auroc"]["value"] > 0.9
    assert (
        f"macro AUROC of {rows['pfirrmann', 'together']['auroc']['value']:.3f}" in summary(learned, patients[0], [])[0]
    )


def test_a_sheet_shows_real_above_digital():
    bright, dark = np.tile(np.linspace(0, 1, 64), (64, 1)), np.tile(np.linspace(1, 0, 64), (64, 1))
    made = np.asarray(sheet([bright] * 3, [dark] * 2, columns=2))
    assert made.shape == (3 * TILE + GAP // 2, 2 * TILE)
    line = 2 * TILE
    assert (made[line : line + GAP // 2] == 255).all()
    assert made[10, 5] < made[10, 50]
    assert made[line + 20, 5] > made[line + 20, 50]


def test_too_few_digital_patients_are_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", "phantom", "--data", ".", "--patients", "3", "-o", "out"]) == 2
    assert "10 patients or more" in capsys.readouterr().err
    assert main(["evaluate", "phantom", "--data", ".", "-o", "out"]) == 1
    assert "no SPIDER images" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_too_little_to_judge_by_is_refused():
    with pytest.raises(UsageError, match="10 patients or more, not on 9"):
        RealismOptions(patients=9)
    with pytest.raises(UsageError, match="one epoch or more, not for 0"):
        RealismOptions(recipe=GraderRecipe(epochs=0))
