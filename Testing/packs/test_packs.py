"""Packs are read only when everything about them is as stated."""

import hashlib
import pickle
import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import safetensors.numpy
from discgrader.errors import PackError
from discgrader.packs.pack import BrokenPack, Pack, list_packs, read_pack
from discgrader.packs.weights import load_json, load_tensors, load_trees, pack_tensors
from plain_packs import TENSORS, TRAINED_ON, made_pack, put_file, redescribed


def test_a_written_pack_is_read_back_whole(tmp_path: Path) -> None:
    folder = tmp_path / "Größe und Maß" / "spider net"
    written = made_pack(folder)
    pack = read_pack(folder)
    assert (pack.name, pack.version, pack.system) == ("spider-net", "1.0.0", "spider")
    assert pack.trained_on == TRAINED_ON
    assert pack.tasks == {"narrowing": {"scale": "narrowing", "grades": ["0", "1"]}}
    assert pack.sha256 == written.sha256 == hashlib.sha256((folder / "pack.json").read_bytes()).hexdigest()
    assert load_json(pack, "calibration.json") == {"temperature": 1.2}
    assert list(folder.parent.iterdir()) == [folder]


def test_a_pack_may_take_the_place_of_a_pack_but_of_nothing_else(tmp_path: Path) -> None:
    made_pack(tmp_path / "pack")
    assert made_pack(tmp_path / "pack", version="2.0.0").version == "2.0.0"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep me")
    with pytest.raises(Exception, match="already contains other files"):
        made_pack(tmp_path / "letters")
    assert (tmp_path / "letters" / "dear.txt").read_text() == "keep me"


@pytest.mark.parametrize(("bits", "tolerance"), [(32, 0.0), (16, 2e-3), (8, 3.0 / 254 + 1e-6)])
def test_tensors_come_back_as_float32(tmp_path: Path, torch: ModuleType, bits: int, tolerance: float) -> None:
    given = {name: torch.from_numpy(values) for name, values in TENSORS.items()}
    pack = made_pack(tmp_path / "pack", files={"weights.safetensors": pack_tensors(given, bits)})
    tensors = load_tensors(pack, "weights.safetensors")
    assert tensors.keys() == given.keys()
    assert tensors["conv.weight"].dtype == torch.float32
    assert torch.allclose(tensors["conv.weight"], given["conv.weight"], rtol=0, atol=tolerance)
    assert torch.equal(tensors["bn.running_var"], given["bn.running_var"])
    assert torch.equal(tensors["bn.num_batches_tracked"], given["bn.num_batches_tracked"])


def test_fewer_bits_make_a_smaller_file(torch: ModuleType) -> None:
    large = {"weight": torch.randn(64, 64, 3, 3)}
    sizes = [len(pack_tensors(large, bits)) for bits in (32, 16, 8)]
    assert sizes[0] > 1.9 * sizes[1] > 1.9 * 1.9 * sizes[2]


def test_an_altered_file_is_refused_by_name(tmp_path: Path, torch: ModuleType) -> None:
    pack = made_pack(tmp_path / "pack")
    path = tmp_path / "pack" / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(PackError, match="spider-net.*weights.safetensors was altered"):
        read_pack(tmp_path / "pack")
    with pytest.raises(PackError, match="altered"):
        load_tensors(pack, "weights.safetensors")


class Bomb:
    def __reduce__(self):
        return (Path.touch, (Path("exploded"),))


@pytest.mark.parametrize("file", ["weights.pkl", "weights.pt", "weights.pth", "weights.bin", "model.joblib", "a.npz"])
def test_a_file_that_can_execute_is_refused(tmp_path: Path, file: str) -> None:
    made_pack(tmp_path / "pack")
    put_file(tmp_path / "pack", file, pickle.dumps(Bomb()))
    with pytest.raises(PackError, match=f"spider-net.*{file} can execute"):
        read_pack(tmp_path / "pack")
    assert not Path("exploded").exists()


def test_a_stray_pickle_beside_the_weights_is_refused(tmp_path: Path) -> None:
    made_pack(tmp_path / "pack")
    (tmp_path / "pack" / "extra").mkdir()
    (tmp_path / "pack" / "extra" / "more.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(PackError, match="extra/more.pkl can execute"):
        read_pack(tmp_path / "pack")


@pytest.mark.parametrize("file", ["weights.safetensors", "trees.txt", "model.skops", "values.json"])
@pytest.mark.parametrize("disguised", ["pickle", "zip"])
def test_a_pickle_under_a_harmless_name_is_refused(tmp_path: Path, file: str, disguised: str) -> None:
    made_pack(tmp_path / "pack")
    content = pickle.dumps(Bomb())
    if disguised == "zip":
        with zipfile.ZipFile(tmp_path / "checkpoint", "w") as archive:
            archive.writestr("archive/data.pkl", content)
        content = (tmp_path / "checkpoint").read_bytes()
    put_file(tmp_path / "pack", file, content)
    with pytest.raises(PackError, match=f"spider-net: {file} is not .* but a pickle or archive"):
        read_pack(tmp_path / "pack")


def test_a_pack_from_a_newer_version_is_refused_with_advice(tmp_path: Path) -> None:
    made_pack(tmp_path / "pack")
    redescribed(tmp_path / "pack", schema_version=2, files=None, surprise=True)
    with pytest.raises(PackError, match="newer DiscGrader.*update DiscGrader"):
        read_pack(tmp_path / "pack")


@pytest.mark.parametrize(
    "file", ["../outside.safetensors", "/etc/passwd", "a/b.safetensors", "..", "pack.json", "a\\b"]
)
def test_file_names_cannot_lead_out_of_the_pack(tmp_path: Path, file: str) -> None:
    made_pack(tmp_path / "pack")
    (tmp_path / "outside.safetensors").write_bytes(safetensors.numpy.save(TENSORS))
    redescribed(tmp_path / "pack", files={file: "0" * 64})
    with pytest.raises(PackError, match="not the name of a file inside the pack"):
        read_pack(tmp_path / "pack")


def test_a_link_out_of_the_pack_is_refused(tmp_path: Path) -> None:
    made_pack(tmp_path / "pack")
    weights = tmp_path / "pack" / "weights.safetensors"
    weights.rename(tmp_path / "elsewhere.safetensors")
    weights.symlink_to(tmp_path / "elsewhere.safetensors")
    with pytest.raises(PackError, match="link that points outside"):
        read_pack(tmp_path / "pack")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"system": None}, "system is missing"),
        ({"trained_on": None}, "trained_on is missing"),
        ({"trained_on": {"data_set": "x"}}, "trained_on.license is missing"),
        ({"version": 1}, "version is 1, not text"),
        ({"schema_version": True}, "schema_version is True, not a whole number"),
        ({"schema_version": 0}, "schema_version 0 does not exist"),
        ({"tasks": {}}, "names no tasks"),
        ({"tasks": {"narrowing": {"scale": "narrowing"}}}, "tasks.narrowing.grades is missing"),
        ({"tasks": {"narrowing": {"grades": ["0", "1"]}}}, "tasks.narrowing.scale is missing"),
        ({"files": {}}, "names no weight files"),
        ({"files": {"weights.safetensors": "abc"}}, "has no SHA-256"),
        ({"files": {"weights.onnx": "0" * 64}}, "not of a kind that a pack may contain"),
        ({"files": {"missing.safetensors": "0" * 64}}, "missing.safetensors is missing"),
        ({"name": "../up"}, "may contain only letters"),
    ],
)
def test_a_wrong_description_is_refused_with_its_reason(tmp_path: Path, changes: dict, message: str) -> None:
    made_pack(tmp_path / "pack")
    redescribed(tmp_path / "pack", **changes)
    with pytest.raises(PackError, match=message):
        read_pack(tmp_path / "pack")


@pytest.mark.parametrize("text", ["", "not json", "[1, 2]", "\udcff"])
def test_a_pack_json_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    made_pack(tmp_path / "pack")
    (tmp_path / "pack" / "pack.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PackError, match="pack.json"):
        read_pack(tmp_path / "pack")


def test_an_invalid_pack_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="can execute"):
        made_pack(tmp_path / "pack", files={"weights.pt": b"PK\x03\x04"})
    assert list(tmp_path.iterdir()) == []


def test_weights_that_pack_json_does_not_name_are_refused(tmp_path: Path) -> None:
    made_pack(tmp_path / "pack")
    (tmp_path / "pack" / "other.safetensors").write_bytes(safetensors.numpy.save(TENSORS))
    with pytest.raises(PackError, match="other.safetensors is not named"):
        read_pack(tmp_path / "pack")


def test_a_list_of_packs_keeps_the_broken_ones_with_their_reason(tmp_path: Path) -> None:
    made_pack(tmp_path / "packs" / "good")
    made_pack(tmp_path / "packs" / "newer")
    redescribed(tmp_path / "packs" / "newer", schema_version=9)
    (tmp_path / "packs" / "no pack").mkdir()
    good, newer = list_packs([tmp_path / "packs"])
    assert isinstance(good, Pack) and good.name == "spider-net"
    assert isinstance(newer, BrokenPack) and "newer DiscGrader" in newer.reason
    assert [pack.name for pack in list_packs([tmp_path / "packs" / "good"])] == ["spider-net"]


def test_a_lightgbm_model_survives(tmp_path: Path) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    features = np.random.default_rng(0).normal(size=(80, 2))
    model = lightgbm.LGBMClassifier(n_estimators=3, min_child_samples=2, verbose=-1, n_jobs=1)
    model.fit(features, features[:, 0] > 0)
    content = model.booster_.model_to_string().encode()
    pack = made_pack(tmp_path / "pack", files={"trees.txt": content})
    assert np.allclose(load_trees(pack, "trees.txt").predict(features), model.predict_proba(features), atol=1e-12)


def test_packs_of_the_same_weights_hold_them_once(tmp_path):
    from discgrader.packs.share import share_files

    files = {"weights.safetensors": safetensors.numpy.save(TENSORS)}
    made_pack(tmp_path / "first", name="first", files=files)
    before = made_pack(tmp_path / "second", name="second", files=files | {"more.json": b"{}"})
    assert share_files(tmp_path) == len(files["weights.safetensors"])
    assert share_files(tmp_path) == 0
    assert not (tmp_path / "second" / "weights.safetensors").exists()
    second = read_pack(tmp_path / "second")
    assert second.files == before.files and second.borrowed == {"weights.safetensors": "first"}
    assert second.read_bytes("weights.safetensors") == files["weights.safetensors"]
    (tmp_path / "first" / "weights.safetensors").write_bytes(safetensors.numpy.save({"a": np.zeros(3, np.float32)}))
    with pytest.raises(PackError, match="second: weights.safetensors was altered"):
        read_pack(tmp_path / "second")
    (tmp_path / "first").rename(tmp_path / "elsewhere")
    with pytest.raises(PackError, match="second: weights.safetensors is missing from first"):
        read_pack(tmp_path / "second")
    with pytest.raises(PackError, match="not contain several packs"):
        share_files(tmp_path / "elsewhere")


@pytest.mark.parametrize("home", ["../first", "", 3, ".."])
def test_a_pack_borrows_from_packs_beside_it_only(tmp_path, home):
    made_pack(tmp_path / "first")
    redescribed(tmp_path / "first", borrowed={"weights.safetensors": home})
    with pytest.raises(PackError, match="must name a pack"):
        read_pack(tmp_path / "first")
