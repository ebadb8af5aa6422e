"""Which features of which images: pyradiomics' parameter files, and the project's own set of 1218."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.radiomics.catalog import CLASSES, default_features, find_feature
from discgrader.radiomics.settings import Settings

IMAGE_TYPES = ("Original", "LoG", "Wavelet", "Square", "SquareRoot", "Logarithm", "Exponential", "Gradient")
"""Image types that this engine makes."""

FOREIGN_IMAGE_TYPES = ("LBP2D", "LBP3D")
"""Image types that only pyradiomics makes."""

SHAPE_CLASSES = ("shape", "shape2D")

_SECTIONS = ("imageType", "featureClass", "setting", "voxelSetting")


@dataclass(frozen=True)
class ImageType:
    """An image to take features of.

    Parameters
    ----------
    name : str
        One of `IMAGE_TYPES`.
    settings : Settings
        Those of the file, with this image type's own in place.
    """

    name: str
    settings: Settings

    def decides(self) -> tuple[object, ...]:
        """All that the pixels of these images depend on, but for the sequence."""
        settings = self.settings
        normalized = (settings.normalize, settings.normalize_scale, settings.remove_outliers, settings.interpolator)
        own = {
            "LoG": settings.sigma,
            "Wavelet": (
                settings.wavelet,
                settings.level,
                settings.start_level,
                settings.force_2d,
                settings.force_2d_dimension,
            ),
            "Gradient": settings.gradient_use_spacing,
        }
        return (self.name, normalized, own.get(self.name))

    def image_names(self) -> tuple[str, ...]:
        """Names of the filtered images of this type, as they begin the features' names."""
        settings = self.settings
        if self.name == "LoG":
            return tuple(f"log-sigma-{str(sigma).replace('.', '-')}-mm-3D" for sigma in settings.sigma)
        if self.name == "Wavelet":
            bands = ["".join(band) for band in product("LH", repeat=2 if settings.force_2d else 3)]
            prefixes = ["wavelet", *(f"wavelet{number}" for number in range(2, settings.level + 1))]
            details = [f"{prefix}-{band}" for prefix in prefixes for band in bands[1:]]
            return (*details, f"{prefixes[-1]}-{bands[0]}")
        return (self.name.lower(),)


@dataclass(frozen=True)
class Parameters:
    """Everything that decides a row of features.

    Parameters
    ----------
    image_types : tuple of ImageType
        In the order of the file.
    features : tuple of (str, tuple of str)
        Feature classes and the features wanted of each, in the order of the file.
    settings : Settings
    """

    image_types: tuple[ImageType, ...]
    features: tuple[tuple[str, tuple[str, ...]], ...]
    settings: Settings

    def feature_names(self) -> tuple[str, ...]:
        """Full names of all features, ``<image>_<class>_<feature>``, in the order of a row."""
        names = [
            f"original_{family}_{name}"
            for family, wanted in self.features
            if family in SHAPE_CLASSES
            for name in wanted
        ]
        for image in self.image_names():
            names.extend(f"{image}_{family}_{name}" for family, wanted in self.texture_features() for name in wanted)
        return tuple(names)

    def image_names(self) -> tuple[str, ...]:
        """Names of all images that features are taken of."""
        return tuple(name for image_type in self.image_types for name in image_type.image_names())

    def texture_features(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The feature classes that depend on gray values, with the features wanted of each."""
        return ((family, wanted) for family, wanted in self.features if family not in SHAPE_CLASSES)

    @classmethod
    def from_mapping(cls, content: object, where: str = "The parameters") -> "Parameters":
        """The parameters that the content of a parameter file states.

        Raises
        ------
        UsageError
            When it is no mapping, or names something that is not known; ``where`` names the file.
        """
        if not isinstance(content, Mapping):
            raise UsageError(f"{where} must be a mapping with the sections {', '.join(_SECTIONS)}.")
        for section, entries in content.items():
            if section not in _SECTIONS:
                raise UsageError(
                    f"{where} has an unknown section {section!r}; the sections are {', '.join(_SECTIONS)}."
                )
            if not isinstance(entries, Mapping | None):
                raise UsageError(f"{where}: the section {section} must be a mapping, one entry per line.")
        settings = Settings().changed(content.get("setting") or {}, where)
        types = content.get("imageType") or {"Original": {}}
        image_types = tuple(_image_type(name, own, settings, where) for name, own in types.items())
        classes = content.get("featureClass") or _all_classes(settings)
        features = tuple((family, _features(family, wanted, where)) for family, wanted in classes.items())
        parameters = cls(image_types, features, settings)
        if not parameters.feature_names():
            raise UsageError(f"{where} asks for no feature at all; the image type LoG needs its sigma.")
        return parameters


def read_parameters(path: Path | str) -> Parameters:
    """The parameters in a pyradiomics parameter file (YAML or JSON).

    Raises
    ------
    UsageError
        When the file is not there, is no YAML, or names something that is not known.
    """
    return Parameters.from_mapping(read_parameter_file(path), Path(path).name)


def read_parameter_file(path: Path | str) -> object:
    """The plain content of a parameter file.

    Raises
    ------
    UsageError
        When it is not there or is no YAML.
    """
    import yaml

    path = Path(path)
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a regular file; give a parameter file.")
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.safe_load(text)
    except OSError as error:
        raise UsageError(f"There is no readable parameter file {path}; check the path.") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark is not None else ""
        raise UsageError(f"{path.name} is not valid YAML{line}; correct it.") from error


def parameters_1218(*, force_2d: bool = False, force_2d_dimension: int = 0) -> Parameters:
    """The project's own set: 14 shape features, and 86 of each of 14 images.

    The images are the original one, Laplacians of Gaussian of 1 to 5 mm, and eight wavelet bands. The set, its
    normalization (standard deviation 100), bin width 5 and shift 300 are those of the radiomics system that
    ``discgrader.grading`` follows.

    Parameters
    ----------
    force_2d : bool
        For single slices: texture within the slice, and of wavelets only the four bands in its plane. That leaves 874
        features; where the series is one slice, the Laplacians of Gaussian are holes.
    force_2d_dimension : int
        The axis of the array across these slices.
    """
    return Parameters.from_mapping(content_1218(force_2d=force_2d, force_2d_dimension=force_2d_dimension))


def content_1218(*, force_2d: bool = False, force_2d_dimension: int = 0) -> dict[str, dict]:
    """The set of 1218 as the content of a parameter file."""
    return {
        "imageType": {"Original": {}, "LoG": {"sigma": [1.0, 2.0, 3.0, 4.0, 5.0]}, "Wavelet": {}},
        "featureClass": {
            "shape": None,
            "firstorder": None,
            "glcm": list(_GLCM_1218),
            "glrlm": None,
            "glszm": None,
            "gldm": None,
        },
        "setting": {
            "normalize": True,
            "normalizeScale": 100,
            "binWidth": 5,
            "voxelArrayShift": 300,
            "label": 1,
            "force2D": force_2d,
            "force2Ddimension": force_2d_dimension,
        },
    }


# All but SumAverage, which is twice JointAverage, and MCC.
_GLCM_1218 = (
    *("Autocorrelation", "JointAverage", "ClusterProminence", "ClusterShade", "ClusterTendency", "Contrast"),
    *("Correlation", "DifferenceAverage", "DifferenceEntropy", "DifferenceVariance", "JointEnergy", "JointEntropy"),
    *("Imc1", "Imc2", "Idm", "Idmn", "Id", "Idn", "InverseVariance", "MaximumProbability", "SumEntropy", "SumSquares"),
)


def _image_type(name: str, own: object, settings: Settings, where: str) -> ImageType:
    if name in FOREIGN_IMAGE_TYPES:
        raise OnlyInPyradiomics(f"{where} asks for the image type {name}, which only pyradiomics supports.")
    if name not in IMAGE_TYPES:
        raise UsageError(
            f"{where} names the unknown image type {name!r}; the image types are {', '.join(IMAGE_TYPES)}."
        )
    if not isinstance(own, Mapping | None):
        raise UsageError(f"{where}: the image type {name} must be followed by a mapping of settings, or {{}}.")
    return ImageType(name, settings.changed(own or {}, f"{where}, image type {name},"))


def _all_classes(settings: Settings) -> dict[str, None]:
    return {family: None for family in CLASSES if family != "shape2D" or settings.force_2d}


def _features(one: str, wanted: object, where: str) -> tuple[str, ...]:
    if one not in CLASSES:
        raise UsageError(f"{where} names the unknown feature class {one!r}; the classes are {', '.join(CLASSES)}.")
    if wanted is None or wanted == []:
        return default_features(one)
    if not isinstance(wanted, Sequence) or isinstance(wanted, str):
        raise UsageError(f"{where}: the feature class {one} must be followed by a list of features, or by nothing.")
    for name in wanted:
        if find_feature(one, name) is None:
            known = ", ".join(default_features(one))
            raise UsageError(f"{where} names the unknown feature {name!r} of {one}; its features are {known}.")
    return tuple(dict.fromkeys(wanted))


class OnlyInPyradiomics(UsageError):
    """The parameters ask for something that only pyradiomics can give."""
