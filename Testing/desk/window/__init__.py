"""The desk's window: menus, tools, panel, views, files, log."""
