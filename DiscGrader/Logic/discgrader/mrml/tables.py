"""Rows and texts as MRML nodes and back."""

from collections.abc import Mapping, Sequence

import vtk

_KINDS = {int: vtk.vtkIntArray, float: vtk.vtkDoubleArray, str: vtk.vtkStringArray}


def table_to_node(scene, columns: Sequence[str], rows: Sequence[Mapping[str, object]], name: str, node=None):
    """A table node with these columns, in this order; ``node`` is filled anew where there is one.

    A column whose every cell is an int or a float is numeric; any other is text, in which a missing cell is empty.
    """
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
    changing = node.StartModify()
    node.RemoveAllColumns()
    for column in columns:
        cells = [row.get(column) for row in rows]
        kind = _kind(cells)
        array = _KINDS[kind]()
        array.SetName(column)
        for cell in cells:
            array.InsertNextValue(kind("" if cell is None else cell))
        node.AddColumn(array)
    node.EndModify(changing)
    return node


def fill_table(node, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Have a table node hold these rows; where it has the same columns and as many rows, only cells that differ
    change."""
    table = node.GetTable()
    before = tuple(table.GetColumnName(number) for number in range(table.GetNumberOfColumns()))
    if before != tuple(columns) or table.GetNumberOfRows() != len(rows):
        table_to_node(None, columns, rows, node.GetName(), node)
        return
    changing = node.StartModify()
    for number, row in enumerate(rows):
        for place, column in enumerate(columns):
            cell = row.get(column)
            text = "" if cell is None else cell if isinstance(cell, str) else repr(cell)
            if node.GetCellText(number, place) != text:
                node.SetCellText(number, place, text)
    node.EndModify(changing)


def _kind(cells: Sequence[object]) -> type:
    if cells and all(isinstance(cell, int) for cell in cells):
        return int
    if cells and all(isinstance(cell, float) for cell in cells):
        return float
    return str


def rows_from_node(node) -> list[dict[str, str]]:
    """The rows of a table node, all cells as text."""
    table = node.GetTable()
    names = [table.GetColumnName(number) for number in range(table.GetNumberOfColumns())]
    return [
        {name: table.GetValueByName(row, name).ToString() for name in names} for row in range(table.GetNumberOfRows())
    ]


def text_to_node(scene, text: str, name: str):
    """A text node that is saved as a file of its own, UTF-8."""
    node = scene.AddNewNodeByClass("vtkMRMLTextNode", name)
    node.SetEncoding(node.UTF8 if hasattr(node, "UTF8") else 106)
    node.SetText(text)
    node.SetForceCreateStorageNode(node.CreateStorageNodeAlways)
    return node
