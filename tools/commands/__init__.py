"""One module per ``./dev`` command that runs inside the virtual environment."""
