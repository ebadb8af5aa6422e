"""The parts of the panel that need no window: what stands in the table, how it looks, which volume serves as what."""

import json
import sys
from types import SimpleNamespace

import pytest
import slicer
from desk.install import installed
from discgrader.grading.scales import load_scale, scale_names
from discgrader.grading.systems import systems
from discgrader.imaging.picture_contrast import PictureContrast
from discgrader.imaging.study import Contrast
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import set_attributes
from discgrader.mrml.volumes import chosen_series, doubt_of_choice, recognized_as, volume_to_node
from discgrader.reading.commands import AcceptGrade, SetGrade
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_result
from synthetic_result import synthetic_result, synthetic_study

DARK, LIGHT = ("#1b1d21", "#e6e8eb"), ("#ffffff", "#1d2126")


@pytest.fixture(scope="module", autouse=True)
def host():
    host = headless_scene()
    with installed(host, testing=True):
        yield host


@pytest.fixture
def history():
    return History(reading_of_result(synthetic_result(), "Reader A"))


def cells(history, level):
    from discgrader.panel.grid import cells_of_disc

    return {one.task: one for one in cells_of_disc(history.reading.disc(level))}


def test_a_cell_keeps_what_the_ai_and_what_the_reader_said(history):
    history.apply(SetGrade("L4-L5", "pfirrmann", "pfirrmann", "5", "collapsed"))
    history.apply(AcceptGrade("L4-L5", "spider", "bulging"))
    row = cells(history, "L4-L5")
    own, accepted, unread = row["pfirrmann"], row["bulging"], cells(history, "L3-L4")["bulging"]
    assert (own.label, own.ai.label, own.status, own.reason, own.reader) == (
        "V", "IV", "overridden", "collapsed", "Reader A"
    )  # fmt: skip
    assert (accepted.status, unread.status) == ("accepted", "unread")
    assert row["high_grade"].status == "accepted", "high grade follows the Pfirrmann grade that the reader gave"
    assert own.color == load_scale("pfirrmann").grade("5").color


def test_columns_are_those_switched_on_and_levels_run_from_the_top():
    from discgrader.panel.grid import columns_of, from_the_top

    tasks = {"spider": {"modic", "bulging"}, "pfirrmann": {"pfirrmann", "high_grade"}}
    assert columns_of(tasks) == (
        ("pfirrmann", "pfirrmann"), ("pfirrmann", "high_grade"), ("spider", "bulging"), ("spider", "modic")
    )  # fmt: skip
    assert columns_of(tasks, ["spider"], ["pfirrmann/high_grade"]) == (("pfirrmann", "pfirrmann"),)
    assert from_the_top(["L5-S1", "T12-L1", "L1-L2"]) == ("T12-L1", "L1-L2", "L5-S1")


def test_next_level_and_column_stop_at_the_ends():
    from discgrader.panel.grid import Grid

    grid = Grid(("L3-L4", "L4-L5", "L5-S1"), (("pfirrmann", "pfirrmann"), ("spider", "modic")))
    assert [grid.next_level(one, 1) for one in ("", "L3-L4", "L5-S1")] == ["L3-L4", "L4-L5", "L5-S1"]
    assert grid.next_level("", -1) == "L5-S1"
    assert grid.next_column("spider", "modic", -1) == ("pfirrmann", "pfirrmann")
    assert Grid().next_level("L3-L4", 1) is None


@pytest.mark.parametrize(("base", "text"), [DARK, LIGHT])
@pytest.mark.parametrize("stale", [False, True])
def test_text_can_be_read_on_every_grades_color_in_every_theme(base, text, stale):
    from discgrader.panel.colors import cell_colors, contrast
    from discgrader.panel.grid import Cell

    for name in scale_names():
        for one in load_scale(name).grades:
            cell = Cell("L4-L5", "s", "t", one.value, one.label, one.color, None, stale=stale)
            ground, ink = cell_colors(cell, base, text)
            assert contrast(ink, ground) >= 4.5, f"{name} {one.value}: {ink} on {ground}"


def test_contrast_is_that_of_wcag():
    from discgrader.panel.colors import contrast, mixed

    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert mixed("#ff0000", "#000000", 0.5) == "#800000"


def test_digits_give_grades_as_they_are_written_or_by_their_place():
    from discgrader.panel.actions import grade_of_digit

    assert grade_of_digit(load_scale("pfirrmann"), "4") == "4"
    assert grade_of_digit(load_scale("pfirrmann"), "0") is None
    assert grade_of_digit(load_scale("modic"), "0") == "0"
    zone = load_scale("msu_zone")
    assert [grade_of_digit(zone, str(n)) for n in range(len(zone.values))] == list(zone.values)


def test_every_task_has_a_short_title():
    from discgrader.panel.words import short_title

    for system in systems().values():
        for task in system.tasks:
            assert max(map(len, short_title(system.name, task.name).split("\n"))) <= 8


def test_details_tell_scale_probabilities_evidence_and_who_said_what(history):
    from discgrader.panel.details import Colors, details_html

    history.apply(SetGrade("L5-S1", "pfirrmann", "pfirrmann", "4", "still some <height>"))
    cell = cells(history, "L5-S1")["pfirrmann"]
    html = details_html(cell.key, cell, Colors("#000000", "#777777", "#ffffff", "#cccccc"), "No sacrum in view.")
    for told in ("AI: V, 70 %", "Reader A: IV", "still some &lt;height&gt;", "Unlike anything the pack was trained on.",
                 "No sacrum in view.", "nucleus to CSF", "SYNTHETIC", "made-up blocks", "Black nucleus",
                 "Spine 2001;26(17)"):  # fmt: skip
        assert told.lower() in html.lower(), told
    bold = html[html.index("▶") :]
    assert bold.index("<b>Gray to black nucleus") < bold.index("Black nucleus, border lost, disc space")


def test_details_without_a_grade_still_show_the_scale():
    from discgrader.panel.details import Colors, details_html

    colors = Colors("#000000", "#777777", "#ffffff", "#cccccc")
    assert "Choose a cell" in details_html(None, None, colors)
    assert "Homogeneous bright nucleus" in details_html(("L4-L5", "pfirrmann", "pfirrmann"), None, colors)


def test_packs_are_known_by_their_descriptions_and_a_broken_one_is_passed_over(tmp_path):
    from discgrader.panel.words import pack_facts

    facts = pack_facts()
    assert list(facts)[:2] == ["pfirrmann", "spider"]
    assert facts["pfirrmann"].tasks == ("pfirrmann", "high_grade") and not facts["pfirrmann"].synthetic
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pack.json").write_text("{", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "pack.json").write_text(json.dumps({"system": "pfirrmann"}), encoding="utf-8")
    assert pack_facts(tmp_path) == {}


def test_a_pack_of_synthetic_images_says_so_loudly():
    from dataclasses import replace

    from discgrader.panel.words import badge_html, pack_facts

    real = pack_facts()["pfirrmann"]
    assert "SYNTHETIC" not in badge_html([real]) and "175 patients" in badge_html([real])
    assert "SYNTHETIC IMAGES ONLY" in badge_html([real, replace(real, system="calcification", synthetic=True)])


def test_what_is_missing_is_found_without_importing_it():
    from discgrader.panel.dependencies import missing_packages

    assert missing_packages(lambda name: None if name == "torch" else object()) == ("PyTorch",)
    before = set(sys.modules)
    missing_packages()
    assert "torch" not in set(sys.modules) - before


class TestInputs:
    @pytest.fixture
    def scene(self, host):
        host.scene.Clear(False)
        return host.scene

    @pytest.fixture
    def chooser(self, scene, monkeypatch):
        from discgrader.imaging import recognize
        from discgrader.panel.series import SeriesChoice, prepared

        # Blocks are no spine, and what their picture looks like is not meant here.
        unclear = PictureContrast({}, Contrast.UNKNOWN, 0.2)
        monkeypatch.setattr(recognize, "picture_contrast", lambda volume, plane: unclear)
        return SeriesChoice(scene, SimpleNamespace(what=lambda node: prepared(node)()))

    def nodes(self, scene, *names):
        t2, t1 = synthetic_study().series
        return [volume_to_node(scene, (t1 if "T1" in name else t2).volume, name) for name in names]

    def test_volumes_are_recognized_by_their_names_and_planes(self, scene, chooser):
        t1, t2 = self.nodes(scene, "sag T1 tse", "sag T2 tse")
        picked, looked = chooser.choose({}, [])
        assert picked == {"T1": t1, "T2": t2} and set(looked) == {t1.GetID(), t2.GetID()}
        assert "sagittal" in chooser.reasons[t2.GetID()]

    def test_a_choice_is_never_changed_nor_a_volume_offered_twice(self, scene, chooser):
        first, second = self.nodes(scene, "sag T2", "sag T2 again")
        picked, looked = chooser.choose({"T2": second}, [])
        assert picked == {}
        assert chooser.choose({}, looked) == ({}, [])
        third = self.nodes(scene, "sag T1")[0]
        assert chooser.choose({"T2": first}, looked) == ({"T1": third}, [third.GetID()])

    def test_the_native_t1_is_chosen_whatever_comes_first(self, scene, chooser):
        after, native, derived = self.nodes(scene, "sag_T1_KM", "z_sag_T1_tse", "a_T1_MPR")
        assert chooser.choose({}, [])[0] == {"T1": native}
        assert "T1" in chooser.reasons[after.GetID()] and derived is not None

    def test_what_nothing_tells_is_asked_about_until_it_is_said(self, scene, chooser):
        known, unknown, localizer = self.nodes(scene, "sag T2", "scan", "localizer")
        picked, _looked = chooser.choose({}, [])
        assert picked == {"T2": known}
        assert chooser.unanswered(picked, []) == [unknown]
        assert chooser.unanswered(picked, [unknown.GetID()]) == []
        assert chooser.unanswered({"T1": unknown, **picked}, []) == []
        assert recognized_as(localizer).role == "other"

    def test_what_was_said_on_the_command_line_is_not_asked_again(self, scene, chooser):
        [scan] = self.nodes(scene, "scan")
        set_attributes(scan, Kind="series", Role="T2")
        assert chooser.choose({}, [])[0] == {"T2": scan}

    def test_a_choice_that_contradicts_what_a_volume_looks_like_is_doubtful(self, scene, chooser):
        t1, scan = self.nodes(scene, "sag T1", "scan")
        chooser.choose({}, [])
        assert "taken for T1" in doubt_of_choice(t1, "T2") and "taken for T1" in chosen_series(t1, "T2").warnings[-1]
        assert doubt_of_choice(t1, "T1") == doubt_of_choice(scan, "T2") == ""
        assert "its name, sag T1, says T1" in chosen_series(t1, "T1").contrast_reason

    def test_saliency_and_hidden_volumes_are_no_series(self, scene, chooser):
        saliency, hidden = self.nodes(scene, "L4-L5 T2 saliency", "sag T2")
        set_attributes(saliency, Kind="saliency")
        hidden.SetHideFromEditors(True)
        assert chooser.choose({}, []) == ({}, [])

    def test_volumes_of_two_studies_are_not_mixed(self, scene, chooser):
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
        old, new = (hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), name) for name in ("old", "new"))
        nodes = self.nodes(scene, "sag T2", "sag T2 follow-up", "sag T1 follow-up")
        for node, study in zip(nodes, (old, new, new), strict=True):
            hierarchy.CreateItem(study, node)
        picked, _ = chooser.choose({}, [])
        assert picked == {"T2": nodes[1], "T1": nodes[2]}

    def test_dicom_attributes_count_before_names(self, scene, chooser, monkeypatch):
        class Database:
            isOpen = True
            values = {
                "0018,0081": "9.5",
                "0018,0080": "550",
                "0008,103e": "sag tse T2?",
                "0008,0008": "ORIGINAL\\PRIMARY",
            }

            def instanceValue(self, uid, tag):
                return self.values.get(tag, "") if uid == "1.2.3" else ""

        monkeypatch.setattr(slicer, "dicomDatabase", Database(), raising=False)
        (node,) = self.nodes(scene, "3: sag T2")
        node.SetAttribute("DICOM.instanceUIDs", "1.2.3 1.2.4")
        assert chooser.choose({}, [])[0] == {"T1": node}


class TestKeys:
    @pytest.fixture
    def keys(self):
        import qt
        from discgrader.panel.keys import Keys, key_actions

        settings = slicer.app.userSettings()
        settings.remove("DiscGrader")
        self.done, self.widget = [], qt.QWidget()
        acts = {one.name: lambda name=one.name: self.done.append(name) for one in key_actions()}
        keys = Keys(settings, lambda: self.widget, acts, self.done.append)
        yield keys
        keys.unbind()
        settings.remove("DiscGrader")

    def test_bound_and_unbound(self, keys):
        keys.bind()
        keys.bind()
        count = len(self.widget.findChildren("QShortcut"))
        assert count == len(keys.keys()) + 20
        keys.unbind()
        keys.unbind()
        assert self.widget.findChildren("QShortcut") == [] and not keys.bound

    def test_chosen_keys_are_kept_and_two_alike_are_refused(self, keys):
        from discgrader.errors import UsageError
        from discgrader.panel.keys import Keys

        keys.choose({**keys.keys(), "accept": "Ctrl+Return", "labels": ""})
        again = Keys(slicer.app.userSettings(), lambda: self.widget, {}, None)
        assert (again.key_of("accept"), again.key_of("labels"), again.key_of("fit")) == ("Ctrl+Return", "", "E")
        for wrong in ({"accept": "E"}, {"accept": "4"}):
            with pytest.raises(UsageError):
                keys.choose({**keys.keys(), **wrong})
        assert keys.key_of("accept") == "Ctrl+Return"
