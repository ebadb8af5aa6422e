"""Names of features in words that a radiologist reads."""

from discgrader.grading.evidence import MEASURES

_FIRST_ORDER = {
    "10Percentile": "signal of the darkest tenth",
    "90Percentile": "signal of the brightest tenth",
    "Energy": "sum of squared signal",
    "Entropy": "variety of gray levels",
    "InterquartileRange": "signal range of the middle half of the pixels",
    "Kurtosis": "weight of signal extremes (kurtosis)",
    "Maximum": "brightest signal",
    "MeanAbsoluteDeviation": "mean deviation of the signal",
    "Mean": "mean signal",
    "Median": "median signal",
    "Minimum": "darkest signal",
    "Range": "signal range",
    "RobustMeanAbsoluteDeviation": "mean deviation of the signal without extremes",
    "RootMeanSquared": "root mean square of the signal",
    "Skewness": "asymmetry of the signal distribution (skewness)",
    "TotalEnergy": "sum of squared signal by volume",
    "Uniformity": "uniformity of gray levels",
    "Variance": "variance of the signal",
    "StandardDeviation": "standard deviation of the signal",
}
_SHAPE = {
    "Compactness1": "compactness (1)",
    "Compactness2": "compactness (2)",
    "Elongation": "width-to-length ratio",
    "Flatness": "thickness-to-length ratio",
    "LeastAxisLength": "shortest axis",
    "MajorAxisLength": "longest axis",
    "MinorAxisLength": "second axis",
    "Maximum2DDiameterColumn": "largest diameter across columns",
    "Maximum2DDiameterRow": "largest diameter across rows",
    "Maximum2DDiameterSlice": "largest diameter in the slice",
    "Maximum3DDiameter": "largest diameter in three dimensions",
    "MaximumDiameter": "largest diameter",
    "MeshVolume": "volume",
    "VoxelVolume": "volume counted in voxels",
    "MeshSurface": "area in the slice",
    "PixelSurface": "area in the slice counted in pixels",
    "Perimeter": "perimeter",
    "PerimeterSurfaceRatio": "perimeter-to-area ratio",
    "Sphericity": "roundness",
    "SphericalDisproportion": "deviation from roundness",
    "SurfaceArea": "surface",
    "SurfaceVolumeRatio": "surface-to-volume ratio",
}
_TEXTURE = {
    "Autocorrelation": "brightness of neighboring pixels",
    "JointAverage": "mean brightness of neighboring pixels",
    "ClusterProminence": "prominence of bright and dark areas",
    "ClusterShade": "imbalance between bright and dark areas",
    "ClusterTendency": "brightness differences between areas",
    "Contrast": "local contrast",
    "Correlation": "similarity of neighboring pixels",
    "DifferenceAverage": "mean difference of neighboring pixels",
    "DifferenceEntropy": "variety of local differences",
    "DifferenceVariance": "spread of local differences",
    "JointEnergy": "uniformity of neighboring pixels",
    "JointEntropy": "inhomogeneity of neighboring pixels",
    "Imc1": "dependence of neighboring pixels (1)",
    "Imc2": "dependence of neighboring pixels (2)",
    "Idm": "homogeneity",
    "Idmn": "normalized homogeneity",
    "Id": "smoothness",
    "Idn": "normalized smoothness",
    "InverseVariance": "evenness of neighboring pixels",
    "MaximumProbability": "share of the most common pair of gray levels",
    "MCC": "dependence of neighboring pixels (maximal correlation)",
    "SumAverage": "mean brightness of pixel pairs",
    "SumEntropy": "variety of brightness of pixel pairs",
    "SumSquares": "spread of brightness of neighboring pixels",
    "GrayLevelNonUniformity": "concentration on few gray levels",
    "GrayLevelNonUniformityNormalized": "normalized concentration on few gray levels",
    "GrayLevelVariance": "variance of gray levels",
    "HighGrayLevelRunEmphasis": "predominance of bright streaks",
    "LongRunEmphasis": "predominance of long streaks (coarse texture)",
    "LongRunHighGrayLevelEmphasis": "predominance of long bright streaks",
    "LongRunLowGrayLevelEmphasis": "predominance of long dark streaks",
    "LowGrayLevelRunEmphasis": "predominance of dark streaks",
    "RunEntropy": "variety of streaks",
    "RunLengthNonUniformity": "concentration on few streak lengths",
    "RunLengthNonUniformityNormalized": "normalized concentration on few streak lengths",
    "RunPercentage": "fineness of the texture (streaks)",
    "RunVariance": "spread of streak lengths",
    "ShortRunEmphasis": "predominance of short streaks (fine texture)",
    "ShortRunHighGrayLevelEmphasis": "predominance of short bright streaks",
    "ShortRunLowGrayLevelEmphasis": "predominance of short dark streaks",
    "HighGrayLevelZoneEmphasis": "predominance of bright areas",
    "LargeAreaEmphasis": "predominance of large uniform areas (coarse texture)",
    "LargeAreaHighGrayLevelEmphasis": "predominance of large bright areas",
    "LargeAreaLowGrayLevelEmphasis": "predominance of large dark areas",
    "LowGrayLevelZoneEmphasis": "predominance of dark areas",
    "SizeZoneNonUniformity": "concentration on few area sizes",
    "SizeZoneNonUniformityNormalized": "normalized concentration on few area sizes",
    "SmallAreaEmphasis": "predominance of small uniform areas (fine texture)",
    "SmallAreaHighGrayLevelEmphasis": "predominance of small bright areas",
    "SmallAreaLowGrayLevelEmphasis": "predominance of small dark areas",
    "ZoneEntropy": "variety of uniform areas",
    "ZonePercentage": "fineness of the texture (areas)",
    "ZoneVariance": "spread of area sizes",
    "DependenceEntropy": "variety of brightness and local smoothness",
    "DependenceNonUniformity": "evenness of local smoothness",
    "DependenceNonUniformityNormalized": "normalized evenness of local smoothness",
    "DependenceVariance": "spread of local smoothness",
    "HighGrayLevelEmphasis": "predominance of bright pixels",
    "LargeDependenceEmphasis": "predominance of smooth regions",
    "LargeDependenceHighGrayLevelEmphasis": "predominance of smooth bright regions",
    "LargeDependenceLowGrayLevelEmphasis": "predominance of smooth dark regions",
    "LowGrayLevelEmphasis": "predominance of dark pixels",
    "SmallDependenceEmphasis": "predominance of rough regions",
    "SmallDependenceHighGrayLevelEmphasis": "predominance of rough bright regions",
    "SmallDependenceLowGrayLevelEmphasis": "predominance of rough dark regions",
    "Busyness": "rapid changes of brightness",
    "Coarseness": "coarseness of the texture",
    "Complexity": "complexity of the texture",
    "Strength": "distinctness of the texture",
}
_TONES = {**_TEXTURE, "Contrast": "contrast with the surroundings"}
_WORDS = {"firstorder": _FIRST_ORDER, "shape": _SHAPE, "shape2D": _SHAPE, "ngtdm": _TONES}
_SHARED = ("GrayLevelNonUniformity", "GrayLevelVariance", "GrayLevelNonUniformityNormalized")
"""Features that several classes have, each of something else."""
_OF = {"glrlm": "streaks", "glszm": "areas", "gldm": "local smoothness"}
_CONTEXT = {
    "above": "of the disc above",
    "below": "of the disc below",
    "patient": "against the patient's median",
    "best": "against the patient's largest",
}


def in_words(column: str) -> str:
    """A column such as ``T2:slice:wavelet-LL_glcm_Contrast`` as ``T2: local contrast, smoothed image``.

    Columns of neighboring discs carry ``above``, ``below`` or ``patient`` before their feature, set off by ``@``. No
    word has a comma of its own, so that translations find their parts.
    """
    sequence, family, feature = column.split(":", 2)
    place, _, rest = feature.partition("@")
    if rest:
        own = in_words(f"{sequence}:{family}:{rest}")
        return f"{own}, {_CONTEXT.get(place, place)}"
    prefix = "" if sequence == "disc" else f"{sequence.replace('_', ' ')}: "
    return prefix + _plain(family, feature)


def vocabulary() -> tuple[str, ...]:
    """All words that `in_words` puts together, for translations; with fields for numbers and bands."""
    words = [*_FIRST_ORDER.values(), *_SHAPE.values(), *_TEXTURE.values(), *_TONES.values(), *_CONTEXT.values()]
    shared = ["smoothed image", *(f"{_TEXTURE[name]} ({of})" for name in _SHARED for of in _OF.values())]
    measures = [measure.title[:1].lower() + measure.title[1:] for measure in MEASURES.values()]
    fields = ["edges of {0} mm", "fine detail ({0})", "image network, grade {0}", "deep feature {0}"]
    # A single word stands with a capital where it is a title, and is looked up as it stands.
    titles = [word.capitalize() for word in words if " " not in word]
    return tuple(dict.fromkeys([*words, *shared, *measures, *fields, *titles]))


def _plain(family: str, feature: str) -> str:
    if family in ("radiomics", "slice"):
        return _radiomic(feature)
    if feature in MEASURES:
        title = MEASURES[feature].title
        return title[:1].lower() + title[1:]
    if family == "network":
        return f"image network, grade {feature.rsplit('_', 1)[-1]}"
    if family in ("efficientnet_lite0", "resnet50"):
        return f"deep feature {int(feature.rsplit('_', 1)[-1])}"
    return feature.replace("_", " ")


def _radiomic(feature: str) -> str:
    parts = feature.split("_")
    if len(parts) < 3:
        return feature.replace("_", " ")
    image, kind, name = parts[0], parts[1], "_".join(parts[2:])
    words = _WORDS.get(kind, _TEXTURE).get(name, name)
    if kind in _OF and name in _SHARED:
        words += f" ({_OF[kind]})"
    where = _image(image)
    return f"{words}, {where}" if where else words


def _image(name: str) -> str:
    if name.startswith("log-sigma-"):
        millimetres = name.removeprefix("log-sigma-").removesuffix("-mm-3D").replace("-", ".")
        return f"edges of {float(millimetres):g} mm"
    if name.startswith("wavelet-"):
        bands = name.removeprefix("wavelet-")
        return "smoothed image" if set(bands) == {"L"} else f"fine detail ({bands})"
    return "" if name == "original" else name
