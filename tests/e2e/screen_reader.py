"""What a screen reader is told: role and name of everything in the windows, a line each, written to the file named first."""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi


def told(node, lines):
    try:
        states = node.get_state_set()
        if node.get_role() in (Atspi.Role.APPLICATION, Atspi.Role.FRAME) or states.contains(Atspi.StateType.SHOWING):
            # Newer versions of AT-SPI have shortened this one.
            role = node.get_role_name().replace("push button", "button")
            lines.append(f"{role}: {node.get_name()}")
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child is not None:
                told(child, lines)
    except gi.repository.GLib.GError:
        pass  # it went away while it was read


print("ready", flush=True)
while True:
    lines = []
    told(Atspi.get_desktop(0), lines)
    with open(sys.argv[1], "w") as file:
        file.write("\n".join(lines))
    time.sleep(0.5)
