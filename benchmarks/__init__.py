"""How this project's operations compare with sharp's: CPU time, memory, quality and bytes, measured in one run."""
