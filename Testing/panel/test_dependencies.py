"""What grading needs of Python packages, and how Slicer is asked for it, by its old way and its new one."""

import subprocess
import sys
import types

import pytest
import slicer
from desk.install import installed
from discgrader.errors import UsageError
from discgrader.mrml.headless import headless_scene
from places import MODULE

SHIPPED = MODULE / "Resources" / "requirements.txt"


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """A Slicer that is not being tested; notes what it was asked, and agrees."""
    asked = types.SimpleNamespace(questions=[], installed=[], agrees=True, settings={}, versions={"numpy": "2.0"})
    with installed(headless_scene(), testing=False):
        from discgrader.panel import dependencies

        def confirm(text, title=None, **_more):
            asked.questions.append((title, text))
            return asked.agrees

        def pip_install(arguments):
            asked.installed.append(arguments)
            asked.versions |= {"torch": "2.6.0", "safetensors": "0.5"}

        def version(name):
            if name not in asked.versions:
                raise dependencies.metadata.PackageNotFoundError(name)
            return asked.versions[name]

        monkeypatch.setattr(dependencies.metadata, "version", version)
        monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", confirm)
        monkeypatch.setattr(slicer.util, "pip_install", pip_install)
        settings = types.SimpleNamespace(value=lambda name: asked.settings.get(name))
        monkeypatch.setattr(type(slicer.app), "userSettings", lambda self: settings)
        asked.file = tmp_path / "requirements.txt"
        asked.file.write_text("# what is needed\ntorch>=2.4\n\nsafetensors>=0.4\nnumpy>=2\n")
        asked.ensure = lambda: dependencies.ensure(asked.file)
        asked.module = dependencies
        yield asked


def without_packaging(monkeypatch):
    """As in Slicer 5.10."""
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)


def test_nobody_is_asked_where_all_is_there(asked):
    asked.versions |= {"torch": "2.7.1+cpu", "safetensors": "0.5"}
    asked.ensure()
    assert not asked.questions and not asked.installed


def test_slicer_without_packaging_is_asked_by_a_question_of_our_own(asked, monkeypatch):
    without_packaging(monkeypatch)
    asked.ensure()
    assert asked.installed == [["torch>=2.4", "safetensors>=0.4"]]
    [(title, question)] = asked.questions
    assert title == "DiscGrader" and "torch>=2.4, safetensors>=0.4" in question


def test_who_declines_is_told_what_that_means(asked, monkeypatch):
    without_packaging(monkeypatch)
    asked.agrees = False
    with pytest.raises(UsageError, match="Nothing was installed .*declined.*cannot be graded yet"):
        asked.ensure()
    assert not asked.installed


def test_newer_slicers_own_way_is_taken(asked, monkeypatch):
    ensured = []

    def pip_ensure(requirements, requester=None):
        ensured.append(([str(one) for one in requirements], requester))
        asked.versions |= {"torch": "2.6.0", "safetensors": "0.5"}

    monkeypatch.setattr(slicer.packaging, "pip_ensure", pip_ensure)
    asked.ensure()
    assert ensured == [(["torch>=2.4", "safetensors>=0.4"], "DiscGrader")] and not asked.questions


def test_torch_comes_through_its_extension(asked, monkeypatch):
    without_packaging(monkeypatch)
    calls = []

    class PyTorchUtilsLogic:
        def installTorch(self, askConfirmation=False, torchVersionRequirement=None):
            calls.append((askConfirmation, torchVersionRequirement))
            return object() if asked.agrees else None

    slicer.modules.pytorchutils = object()
    monkeypatch.setitem(sys.modules, "PyTorchUtils", types.SimpleNamespace(PyTorchUtilsLogic=PyTorchUtilsLogic))
    asked.ensure()
    assert calls == [(True, ">=2.4")] and asked.installed == [["safetensors>=0.4"]]
    asked.versions.pop("torch")
    asked.agrees = False
    with pytest.raises(UsageError, match="PyTorch was not installed"):
        asked.ensure()


def test_a_folder_of_wheels_serves_behind_a_firewall(asked, tmp_path):
    folder = tmp_path / "Räder für Slicer"
    asked.settings["DiscGrader/WheelsFolder"] = str(folder)
    with pytest.raises(UsageError, match="no folder of wheels at .*Räder für Slicer"):
        asked.ensure()
    folder.mkdir()
    asked.ensure()
    assert asked.installed == [["--no-index", "--find-links", str(folder), "torch>=2.4", "safetensors>=0.4"]]


def test_a_read_only_installation_is_a_plain_error(asked, monkeypatch):
    without_packaging(monkeypatch)

    def refused(arguments):
        raise subprocess.CalledProcessError(1, ["pip"])

    monkeypatch.setattr(slicer.util, "pip_install", refused)
    with pytest.raises(UsageError, match="could not be installed; the Python console says why"):
        asked.ensure()
    monkeypatch.setattr(slicer.util, "pip_install", lambda arguments: None)
    with pytest.raises(UsageError, match="torch>=2.4, safetensors>=0.4 could not be installed; restart"):
        asked.ensure()


def test_tests_of_slicer_install_nothing(asked):
    slicer.app.serve(headless_scene(), None, True)
    asked.ensure()
    assert not asked.questions and not asked.installed


def test_what_ships_can_be_read_and_names_no_more_than_grading_needs(asked):
    names = {one.name for one in asked.module.read_requirements(SHIPPED)}
    assert names == {"torch", "safetensors", "PyWavelets", "connected-components-3d"}
    broken = asked.file.with_name("broken.txt")
    broken.write_text("--extra-index-url https://example.org\n")
    for path in (broken, asked.file.with_name("gone.txt")):
        with pytest.raises(UsageError, match="reinstall DiscGrader"):
            asked.module.read_requirements(path)
