"""The handlers of this installation: one behaviour per module, each exporting ``router``."""
