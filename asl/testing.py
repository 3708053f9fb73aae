"""For the tests of a state machine: `assert_proved("template.yaml", "contracts")`."""

from pathlib import Path

from asl.check.mapping import NO_MAPPING, mapping_of
from asl.check.prover import prove
from asl.check.report import as_error
from asl.check.sources import load_sources


def assert_proved(machine: str | Path, contracts: str | Path | None = None, *, sizes: bool = True) -> None:
    """Raise AssertionError, with the findings, unless the data flow of each machine in a file is proved.

    machine is a definition or a template; contracts is the folder with its mapping.json, which has a folder for each machine of
    a template with several. Without contracts, what depends on them is not checked. Raises InvalidMachineError,
    InvalidMappingError or UnsupportedSchemaError where a file is unusable.
    """
    sources = load_sources(str(machine))
    folder = None if contracts is None else Path(contracts)
    for source in sources:
        mapping = mapping_of(folder, source.folder, alone=len(sources) == 1)
        checks_sizes = sizes and mapping is not NO_MAPPING
        proof = prove(source.machine, mapping, checks_sizes=checks_sizes, types=source.types)
        if proof.open_findings:
            raise AssertionError(f"{source.name or machine}: {as_error(proof)}")
