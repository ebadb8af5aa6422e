"""Radiomics of a region: shape, first-order and texture features of a sequence and of its filtered images.

The features, their names and their parameter files are those of pyradiomics (van Griethuysen et al., Cancer Research
2017, 77:e104), computed without a compiler; `discgrader.radiomics.catalog` lists each with formula, source and code in
the Image Biomarker Standardisation Initiative (IBSI). How to call it::

    from discgrader.radiomics.extractor import RadiomicsExtractor
    from discgrader.radiomics.parameters import parameters_1218

    extractor = RadiomicsExtractor(parameters_1218())        # parameters_1218(force_2d=True) for single slices
    extractor.start(volume)                                  # optional: filter the sequence in the background now
    row = extractor.extract(volume, mask, label=201)         # Volumes of one geometry
    row.names, row.values, row.holes                         # names, float64 (NaN at holes), {name: why}

Keep one extractor as long as sequences are worked on: it holds their filtered images.
"""
