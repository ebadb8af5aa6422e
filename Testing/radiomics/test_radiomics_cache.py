"""Filtered images: equal to those of the whole sequence, kept, thrown away, and shared among threads and processes."""

import multiprocessing
import threading

import numpy as np
import pytest
import SimpleITK as sitk
from discgrader.errors import StudyError
from discgrader.imaging.volume import Volume
from discgrader.radiomics import cache as cache_module
from discgrader.radiomics.box import Box
from discgrader.radiomics.cache import FilterCache, filter_all
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.parameters import Parameters, parameters_1218
from radiomics_reference import ragged, textured

SMALL = {"imageType": {"Original": {}, "LoG": {"sigma": [1.0]}}, "featureClass": {"firstorder": ["Mean", "Maximum"]}}


@pytest.fixture
def filtered(monkeypatch: pytest.MonkeyPatch) -> list[Box]:
    """The boxes that were filtered, as they are."""
    boxes = []

    def counted(volume: Volume, parameters: Parameters, box: Box, *more: object) -> object:
        boxes.append(box)
        return filter_all(volume, parameters, box, *more)

    monkeypatch.setattr(cache_module, "filter_all", counted)
    return boxes


@pytest.mark.parametrize("sigma", [1.0, 2.5])
def test_a_laplacian_cut_to_a_box_has_the_bits_of_itk_s_own(sigma: float) -> None:
    volume = textured((9, 150, 140), (0.6, 0.7, 3.3))
    content = {"imageType": {"LoG": {"sigma": [sigma]}}, "featureClass": {"firstorder": None}}
    box = Box((2, 60, 50), (7, 95, 90))
    image = next(iter(filter_all(volume, Parameters.from_mapping(content), box).images.values()))
    whole = sitk.LaplacianRecursiveGaussian(volume.to_sitk(), sigma, True)
    expected = sitk.GetArrayFromImage(whole)[box.slices()]
    # A last bit may be rounded the other way once in a hundred thousand voxels.
    assert image.dtype == np.float32 and np.mean(image != expected) <= 1e-4
    np.testing.assert_allclose(image, expected, rtol=1e-6, atol=1e-6 * np.ptp(expected))


@pytest.mark.parametrize("shape", [(8, 30, 25), (7, 31, 24), (1, 30, 25)])
@pytest.mark.parametrize("force_2d", [False, True])
def test_images_of_a_box_equal_the_box_of_the_images(shape: tuple[int, int, int], force_2d: bool) -> None:
    volume = textured(shape)
    parameters = parameters_1218(force_2d=force_2d)
    whole = filter_all(volume, parameters)
    for box in (Box((0, 0, 0), (1, 9, 9)), Box((shape[0] - 1, 12, 11), shape), Box((0, 14, 10), (1, 17, 15))):
        part = filter_all(volume, parameters, box)
        assert list(part.images) == list(whole.images) == list(parameters.image_names())
        for name, image in whole.images.items():
            if isinstance(image, np.ndarray):
                np.testing.assert_allclose(part.images[name], image[box.slices()], rtol=1e-12, atol=1e-12)
            else:
                assert part.images[name] == image


def test_a_moved_region_is_not_filtered_again(filtered: list[Box]) -> None:
    volume = textured((12, 60, 60), (1.0, 1.0, 2.0))
    mask = np.zeros(volume.array.shape, np.uint8)
    mask[4:8, 20:30, 20:35] = 1
    extractor = RadiomicsExtractor(Parameters.from_mapping(SMALL))
    extractor.extract(volume, volume.with_array(mask))
    moved = np.roll(mask, 6, axis=1)
    row = extractor.extract(volume, volume.with_array(moved))
    assert len(filtered) == 1
    fresh = RadiomicsExtractor(Parameters.from_mapping(SMALL)).extract(volume, volume.with_array(moved))
    np.testing.assert_allclose(row.values, fresh.values, rtol=1e-12)
    # Out of reach: filtered once more, for both places.
    far = np.roll(mask, 29, axis=1)
    extractor.extract(volume, volume.with_array(far))
    extractor.extract(volume, volume.with_array(mask))
    assert len(filtered) == 3


def test_what_was_started_is_not_made_twice(filtered: list[Box]) -> None:
    volume = textured()
    extractor = RadiomicsExtractor(Parameters.from_mapping(SMALL))
    first = extractor.start(volume)
    assert extractor.start(volume) is first
    extractor.extract(volume, ragged(volume))
    assert filtered == [Box.whole(volume.array.shape)]
    assert first.result().nbytes == extractor.cache.nbytes > 0


@pytest.mark.parametrize("shape", [(14, 26, 31), (1, 26, 31)])
def test_what_was_started_serves_a_resampled_region(shape: tuple[int, int, int], filtered: list[Box]) -> None:
    volume = textured(shape)
    content = {**SMALL, "imageType": {"Original": {}}, "setting": {"resampledPixelSpacing": [1, 1, 2]}}
    extractor = RadiomicsExtractor(Parameters.from_mapping(content))
    mask = ragged(volume)
    extractor.start(volume, mask.array > 0)
    row = extractor.extract(volume, mask)
    assert len(filtered) == 1
    fresh = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, mask)
    np.testing.assert_array_equal(row.values, fresh.values)


def test_other_gray_levels_need_no_other_filtering(filtered: list[Box]) -> None:
    volume = textured()
    shared = FilterCache()
    for width in (10, 50):
        parameters = Parameters.from_mapping({**SMALL, "setting": {"binWidth": width}})
        RadiomicsExtractor(parameters, shared).extract(volume, ragged(volume))
    assert len(filtered) == 1


def test_a_changed_volume_is_filtered_anew(filtered: list[Box]) -> None:
    volume = textured()
    extractor = RadiomicsExtractor(Parameters.from_mapping(SMALL))
    before = extractor.extract(volume, ragged(volume))
    volume.array[...] += 10
    after = extractor.extract(volume, ragged(volume))
    assert len(filtered) == 2
    assert after.to_dict()["original_firstorder_Mean"] == before.to_dict()["original_firstorder_Mean"] + 10
    other_place = Volume(volume.array, volume.affine_lps @ np.diag([2.0, 1.0, 1.0, 1.0]))
    extractor.extract(other_place, other_place.with_array(ragged(volume).array))
    assert len(filtered) == 3


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    volumes = [textured(seed=number) for number in range(4)]
    parameters = Parameters.from_mapping(SMALL)
    one = filter_all(volumes[0], parameters).nbytes
    shared = FilterCache(limit_bytes=2 * one)
    for volume in volumes[:2]:
        shared.start(volume, parameters).result()
    box = Box.whole(volumes[0].array.shape)
    assert shared.find(volumes[0], parameters, box) is not None
    shared.start(volumes[2], parameters).result()
    wait_until(lambda: shared.nbytes <= 2 * one)
    assert shared.find(volumes[1], parameters, box) is None
    assert shared.find(volumes[0], parameters, box) is not None
    tight = FilterCache(limit_bytes=1)
    assert tight.start(volumes[3], parameters).result().nbytes == one
    wait_until(lambda: len(tight) == 0)


def test_a_failure_reaches_whoever_waits_and_leaves_nothing() -> None:
    volume = textured().with_array(np.full(textured().array.shape, 5, np.int16))
    extractor = RadiomicsExtractor(parameters_1218())
    for _ in range(2):
        with pytest.raises(StudyError, match="same value"):
            extractor.start(volume).result()
    assert len(extractor.cache) == 0


def test_threads_share_one_extractor(filtered: list[Box]) -> None:
    volume = textured()
    extractor = RadiomicsExtractor(Parameters.from_mapping(SMALL))
    alone = RadiomicsExtractor(Parameters.from_mapping(SMALL))
    rows: dict[int, np.ndarray] = {}
    masks = [ragged(volume, seed) for seed in range(6)]

    def work(number: int) -> None:
        rows[number] = extractor.extract(volume, masks[number]).values

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(masks))]
    extractor.start(volume)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(filtered) == 1
    for number, mask in enumerate(masks):
        np.testing.assert_allclose(rows[number], alone.extract(volume, mask).values, rtol=1e-12)


def _in_process(extractor: RadiomicsExtractor, volume: Volume, mask: Volume, answers: object) -> None:
    # A worker that lives on: the second answer needs no filtering.
    held = len(extractor.cache)
    for _ in range(2):
        answers.put((held, extractor.extract(volume, mask).values, len(extractor.cache)))


def test_a_spawned_process_has_a_cache_of_its_own() -> None:
    volume = textured()
    extractor = RadiomicsExtractor(Parameters.from_mapping(SMALL))
    row = extractor.extract(volume, ragged(volume))
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_in_process, args=(extractor, volume, ragged(volume), answers))
    process.start()
    found = [answers.get(timeout=60) for _ in range(2)]
    process.join(30)
    assert process.exitcode == 0
    for held, values, after in found:
        assert held == 0 and after == 1
        np.testing.assert_array_equal(values, row.values)


def wait_until(reached: object) -> None:
    """Old images go in the background, right after new ones are there."""
    done = threading.Event()
    for _ in range(200):
        if reached():
            return
        done.wait(0.02)
    raise AssertionError("it never came about")
