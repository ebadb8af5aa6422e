"""Names of features in words that a radiologist reads."""

from discgrader.grading.evidence import MEASURES

_FIRST_ORDER = {
    "10Percentile": "signal of the darkest tenth",
    "90Percentile": "signal of the brightest tenth",
    "Energy": "sum of squared signal",
    "Entropy": "spread of gray levels",
    "InterquartileRange": "middle half of the signal range",
    "Kurtosis": "peakedness of the signal",
    "Maximum": "brightest signal",
    "MeanAbsoluteDeviation": "mean deviation of the signal",
    "Mean": "mean signal",
    "Median": "median signal",
    "Minimum": "darkest signal",
    "Range": "range of the signal",
    "RobustMeanAbsoluteDeviation": "mean deviation of the signal without extremes",
    "RootMeanSquared": "root mean square of the signal",
    "Skewness": "skewness of the signal",
    "TotalEnergy": "sum of squared signal by volume",
    "Uniformity": "evenness of gray levels",
    "Variance": "variance of the signal",
    "StandardDeviation": "standard deviation of the signal",
}
_SHAPE = {
    "Elongation": "elongation",
    "Flatness": "flatness",
    "LeastAxisLength": "shortest axis",
    "MajorAxisLength": "longest axis",
    "MinorAxisLength": "second axis",
    "Maximum2DDiameterColumn": "largest diameter across columns",
    "Maximum2DDiameterRow": "largest diameter across rows",
    "Maximum2DDiameterSlice": "largest diameter in the slice",
    "Maximum3DDiameter": "largest diameter",
    "MaximumDiameter": "largest diameter",
    "MeshVolume": "volume",
    "VoxelVolume": "volume by voxels",
    "MeshSurface": "area in the slice",
    "PixelSurface": "area in the slice by pixels",
    "Perimeter": "perimeter",
    "PerimeterSurfaceRatio": "perimeter for its area",
    "Sphericity": "roundness",
    "SphericalDisproportion": "departure from roundness",
    "SurfaceArea": "surface",
    "SurfaceVolumeRatio": "surface for its volume",
}
_TEXTURE = {
    "Autocorrelation": "brightness of neighboring pixels",
    "JointAverage": "mean gray level of neighbors",
    "ClusterProminence": "contrast of clusters",
    "ClusterShade": "skewness of clusters",
    "ClusterTendency": "clustering of gray levels",
    "Contrast": "local contrast",
    "Correlation": "likeness of neighbors",
    "DifferenceAverage": "mean difference of neighbors",
    "DifferenceEntropy": "disorder of local differences",
    "DifferenceVariance": "variance of local differences",
    "JointEnergy": "repetition of the same pairs",
    "JointEntropy": "disorder of pairs",
    "Imc1": "dependence of neighbors (1)",
    "Imc2": "dependence of neighbors (2)",
    "Idm": "homogeneity",
    "Idmn": "homogeneity, normalized",
    "Id": "smoothness",
    "Idn": "smoothness, normalized",
    "InverseVariance": "evenness of neighbors",
    "MaximumProbability": "share of the commonest pair",
    "MCC": "strongest dependence of neighbors",
    "SumAverage": "mean gray level of pairs",
    "SumEntropy": "disorder of pair sums",
    "SumSquares": "spread of gray levels around their mean",
    "GrayLevelNonUniformity": "unevenness of gray levels",
    "GrayLevelNonUniformityNormalized": "unevenness of gray levels, normalized",
    "GrayLevelVariance": "variance of gray levels",
    "HighGrayLevelRunEmphasis": "weight of bright runs",
    "LongRunEmphasis": "weight of long runs",
    "LongRunHighGrayLevelEmphasis": "weight of long bright runs",
    "LongRunLowGrayLevelEmphasis": "weight of long dark runs",
    "LowGrayLevelRunEmphasis": "weight of dark runs",
    "RunEntropy": "disorder of runs",
    "RunLengthNonUniformity": "unevenness of run lengths",
    "RunLengthNonUniformityNormalized": "unevenness of run lengths, normalized",
    "RunPercentage": "share of short runs",
    "RunVariance": "variance of run lengths",
    "ShortRunEmphasis": "weight of short runs",
    "ShortRunHighGrayLevelEmphasis": "weight of short bright runs",
    "ShortRunLowGrayLevelEmphasis": "weight of short dark runs",
    "HighGrayLevelZoneEmphasis": "weight of bright zones",
    "LargeAreaEmphasis": "weight of large zones",
    "LargeAreaHighGrayLevelEmphasis": "weight of large bright zones",
    "LargeAreaLowGrayLevelEmphasis": "weight of large dark zones",
    "LowGrayLevelZoneEmphasis": "weight of dark zones",
    "SizeZoneNonUniformity": "unevenness of zone sizes",
    "SizeZoneNonUniformityNormalized": "unevenness of zone sizes, normalized",
    "SmallAreaEmphasis": "weight of small zones",
    "SmallAreaHighGrayLevelEmphasis": "weight of small bright zones",
    "SmallAreaLowGrayLevelEmphasis": "weight of small dark zones",
    "ZoneEntropy": "disorder of zones",
    "ZonePercentage": "share of small zones",
    "ZoneVariance": "variance of zone sizes",
    "DependenceEntropy": "disorder of like neighbors",
    "DependenceNonUniformity": "unevenness of like neighbors",
    "DependenceNonUniformityNormalized": "unevenness of like neighbors, normalized",
    "DependenceVariance": "variance of like neighbors",
    "HighGrayLevelEmphasis": "weight of bright pixels",
    "LargeDependenceEmphasis": "weight of even areas",
    "LargeDependenceHighGrayLevelEmphasis": "weight of even bright areas",
    "LargeDependenceLowGrayLevelEmphasis": "weight of even dark areas",
    "LowGrayLevelEmphasis": "weight of dark pixels",
    "SmallDependenceEmphasis": "weight of uneven areas",
    "SmallDependenceHighGrayLevelEmphasis": "weight of uneven bright areas",
    "SmallDependenceLowGrayLevelEmphasis": "weight of uneven dark areas",
}
_WORDS = {"firstorder": _FIRST_ORDER, "shape": _SHAPE, "shape2D": _SHAPE}
_MATRICES = {"glcm": "neighbors", "glrlm": "runs", "glszm": "zones", "gldm": "dependence", "ngtdm": "tone differences"}
_CONTEXT = {
    "above": "of the disc above",
    "below": "of the disc below",
    "patient": "against the patient's median",
    "best": "against the patient's largest",
}


def in_words(column: str) -> str:
    """A column such as ``T2:slice:wavelet-LL_glcm_Contrast`` as ``T2: local contrast, low-pass image``.

    Columns of neighboring discs carry ``above``, ``below`` or ``patient`` before their feature, set off by ``@``.
    """
    sequence, family, feature = column.split(":", 2)
    place, _, rest = feature.partition("@")
    if rest:
        own = in_words(f"{sequence}:{family}:{rest}")
        return f"{own}, {_CONTEXT.get(place, place)}"
    prefix = "" if sequence == "disc" else f"{sequence.replace('_', ' ')}: "
    return prefix + _plain(family, feature)


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
    if kind in _MATRICES and name in (
        "GrayLevelNonUniformity",
        "GrayLevelVariance",
        "GrayLevelNonUniformityNormalized",
    ):
        words += f" ({_MATRICES[kind]})"
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
