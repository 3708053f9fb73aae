"""The rules by which AWS refuses templates that emulators accept; each names the page of AWS's documentation."""
