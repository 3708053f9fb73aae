"""Patches of every emulator, one departure from AWS a file; `enforcement` holds those that enforce permissions too.

A file's docstring says what AWS does and where that is documented, what ministack does, and what is patched. Its PATCHES
are found by local/emulator/patch.py, so no list has to name the file.
"""
