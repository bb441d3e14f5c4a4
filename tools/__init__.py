"""The machinery behind ``./dev``; nothing here is part of the add-on."""
