"""The module ``qt`` as PythonQt gives it to Slicer's scripts, on PySide6.

- `semantics`: properties are attributes, signals are connected by signature, C++ objects take no new attributes.
- `signals`: how a signal finds what is connected to it.
- `classes`: for each class of PySide6 the class that behaves so.
- `ui_loader`: .ui files with the widgets of CTK and Slicer.
- `module`: all of it as a module.
"""
