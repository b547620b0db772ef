"""A file manager that only notes which files it is asked to show, in the file named first."""

import sys

from gi.repository import Gio, GLib

INTERFACE = """
<node>
  <interface name="org.freedesktop.FileManager1">
    <method name="ShowItems">
      <arg type="as" name="uris" direction="in"/>
      <arg type="s" name="startup_id" direction="in"/>
    </method>
  </interface>
</node>
"""


def on_call(connection, sender, path, interface, method, arguments, invocation):
    uris, _ = arguments.unpack()
    with open(sys.argv[1], "a") as notes:
        notes.writelines(uri + "\n" for uri in uris)
    invocation.return_value(None)


def on_bus(connection, name):
    node = Gio.DBusNodeInfo.new_for_xml(INTERFACE)
    connection.register_object("/org/freedesktop/FileManager1", node.interfaces[0], on_call, None, None)


Gio.bus_own_name(
    Gio.BusType.SESSION,
    "org.freedesktop.FileManager1",
    Gio.BusNameOwnerFlags.NONE,
    on_bus,
    lambda connection, name: print("ready", flush=True),
    None,
)
GLib.MainLoop().run()
