"""``SampleData``: what modules register there, for the desk's menu."""

import types

import slicer


class SampleDataSource:
    """A data set that somebody offers."""

    def __init__(
        self, sampleName=None, sampleDescription=None, uris=None, fileNames=None, nodeNames=None, checksums=None,
        loadFiles=None, customDownloader=None, thumbnailFileName=None, loadFileType=None, loadFileProperties=None,
    ):  # fmt: skip
        given = [[one] if isinstance(uris, str) else one for one in (uris, fileNames)]
        if len(given[0]) != len(given[1]):
            raise ValueError("All fields of sample data source must have the same length")
        self.sampleName, self.sampleDescription = sampleName, sampleDescription or sampleName
        self.uris, self.fileNames = given
        self.customDownloader, self.thumbnailFileName = customDownloader, thumbnailFileName


class SampleDataLogic:
    """Keeps what is registered in ``slicer.modules.sampleDataSources``, as Slicer does."""

    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom", sampleName=None, uris=None, fileNames=None, nodeNames=None, customDownloader=None,
        thumbnailFileName=None, loadFileType="VolumeFile", loadFiles=None, loadFileProperties={}, checksums=None,
    ):  # fmt: skip
        if not hasattr(slicer.modules, "sampleDataSources"):
            slicer.modules.sampleDataSources = {}
        source = SampleDataSource(
            sampleName, None, uris, fileNames, nodeNames, checksums, loadFiles, customDownloader, thumbnailFileName
        )
        slicer.modules.sampleDataSources.setdefault(category, []).append(source)


def sample_data_module() -> types.ModuleType:
    """A new module ``SampleData``."""
    module = types.ModuleType("SampleData")
    module.SampleDataSource, module.SampleDataLogic = SampleDataSource, SampleDataLogic
    return module
