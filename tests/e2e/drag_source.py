"""A small window in the corner: files dragged from it arrive as from a file manager."""

import sys
from pathlib import Path

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

uris = [Path(name).as_uri() for name in sys.argv[1:]]

window = Gtk.Window(title="Drag source")
window.set_default_size(140, 60)
window.set_keep_above(True)
window.move(0, 0)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label=f"{len(uris)} to drag"))
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-data-get", lambda widget, context, data, info, time: data.set_uris(uris))
window.add(handle)
window.connect("destroy", Gtk.main_quit)
window.connect("map-event", lambda *event: print("ready", flush=True))
window.show_all()
Gtk.main()
