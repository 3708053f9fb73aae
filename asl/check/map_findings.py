"""What Step Functions refuses in a Map: fields that do not go with its mode, and what is in those of a distributed Map.

The tables are those of AWS's documentation of ItemReader, ItemBatcher, ResultWriter and ProcessorConfig.
"""

from collections.abc import Iterator
from typing import Any

from asl.check.field_findings import Fields, exclusive, field_findings
from asl.check.field_values import ARRAY_OF_TEXTS, LABEL, OBJECT, PATH, TEXT, one_of, or_jsonata, resource, whole
from asl.check.templates import Problem
from asl.language import State, inner_machines

# Fields of a Map in which each item is run in an execution of its own, and of no other Map.
DISTRIBUTED_ONLY = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    *(f"ToleratedFailure{kind}{path}" for kind in ("Count", "Percentage") for path in ("", "Path")),
)
READS = ("s3:getObject", "s3:listObjectsV2")
MOST_ITEMS = 100_000_000
MOST_BYTES = 262_144  # of the input of a child execution
_BATCHES: Fields = {"MaxItemsPerBatch": whole(1, MOST_ITEMS), "MaxInputBytesPerBatch": whole(1, MOST_BYTES)}
PROCESSOR: Fields = {"Mode": one_of("INLINE", "DISTRIBUTED"), "ExecutionType": one_of("STANDARD", "EXPRESS")}
READER: Fields = {"Resource": resource(*READS), "ReaderConfig": OBJECT}
READER_CONFIG: Fields = {
    "InputType": one_of("CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"),
    "ManifestType": one_of("ATHENA_DATA", "S3_INVENTORY"),
    "Transformation": one_of("NONE", "LOAD_AND_FLATTEN"),
    "CSVDelimiter": one_of("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
    "CSVHeaderLocation": one_of("FIRST_ROW", "GIVEN"),
    "CSVHeaders": ARRAY_OF_TEXTS,
    "ItemsPointer": TEXT,
}
_MOST: Fields = {"MaxItems": whole(0, MOST_ITEMS)}
WRITER: Fields = {"Resource": resource("s3:putObject"), "WriterConfig": OBJECT}
WRITER_CONFIG: Fields = {"Transformation": one_of("NONE", "COMPACT", "FLATTEN"), "OutputType": one_of("JSON", "JSONL")}


def map_findings(state: State, *, is_jsonata: bool) -> Iterator[Problem]:
    """Yield what is wrong in the fields that only a Map has."""
    modes = {config.get("Mode", "INLINE") for config in _configurations(state)}
    for config in _configurations(state):
        yield from field_findings(config, PROCESSOR, "ItemProcessor.ProcessorConfig.", "ProcessorConfig")
        if config.get("Mode") == "DISTRIBUTED" and "ExecutionType" not in config:
            wanted = "STANDARD or EXPRESS"
            yield Problem("ItemProcessor.ProcessorConfig", "DISTRIBUTED without an ExecutionType", wanted)
    if "INLINE" in modes:
        wanted = "ProcessorConfig with the Mode DISTRIBUTED, or a Map without this field"
        yield from (Problem(name, f"`{name}` of an inline Map", wanted) for name in DISTRIBUTED_ONLY if name in state)
        return
    if "Label" in state and not LABEL.accepts(state["Label"]):
        yield Problem("Label", repr(state["Label"]), LABEL.what)
    for name, check in (("ItemReader", _reader), ("ItemBatcher", _batcher), ("ResultWriter", _writer)):
        if isinstance(state.get(name), dict):
            yield from check(state[name], is_jsonata=is_jsonata)


def _configurations(state: State) -> Iterator[dict[str, Any]]:
    yield from (machine.get("ProcessorConfig", {}) for machine in inner_machines(state))


def _numbers(numbers: Fields, *, is_jsonata: bool) -> Fields:
    """Return the fields for numbers that may be computed: by an expression, or by a path in a field of its own."""
    if is_jsonata:
        return {name: or_jsonata(value) for name, value in numbers.items()}
    return numbers | dict.fromkeys((f"{name}Path" for name in numbers), PATH)


def _call(*, is_jsonata: bool) -> Fields:
    return {"Arguments": or_jsonata(OBJECT)} if is_jsonata else {"Parameters": OBJECT}


def _lacking(
    holder: dict[str, Any], names: tuple[str, ...], at: str, wanted: str, *, decided: bool = True
) -> Iterator[Problem]:
    """Yield a problem for each of names that holder lacks; what an expression makes is not known here."""
    has = {name.removesuffix(".$") for name in holder}
    yield from (Problem(f"{at}.{name}", "nothing", wanted, decided=decided) for name in names if name not in has)


def _requested(holder: dict[str, Any], names: tuple[str, ...], field: str, *, is_jsonata: bool) -> Iterator[Problem]:
    """Yield what lacks in the request to S3 of a reader or a writer."""
    kind = "Arguments" if is_jsonata else "Parameters"
    request = holder.get(kind, {})
    if isinstance(request, dict):
        yield from _lacking(request, names, f"{field}.{kind}", "a string")


def _reader(reader: dict[str, Any], *, is_jsonata: bool) -> Iterator[Problem]:
    yield from field_findings(reader, READER | _call(is_jsonata=is_jsonata), "ItemReader.", "ItemReader", grows=True)
    yield from _lacking(reader, ("Resource",), "ItemReader", " or ".join(READS))
    is_object = str(reader.get("Resource", "")).endswith(READS[0])
    wanted = ("Bucket", "Key") if is_object else ("Bucket",)
    yield from _requested(reader, wanted, "ItemReader", is_jsonata=is_jsonata)
    config = reader.get("ReaderConfig", {})
    if isinstance(config, dict):
        at, known = "ItemReader.ReaderConfig", READER_CONFIG | _numbers(_MOST, is_jsonata=is_jsonata)
        yield from field_findings(config, known, f"{at}.", "ReaderConfig", grows=True)
        yield from exclusive(config, ("MaxItems", "MaxItemsPath"), f"{at}.")
        yield from _read_as(config, at, is_object=is_object)


def _read_as(config: dict[str, Any], at: str, *, is_object: bool) -> Iterator[Problem]:
    """Yield what lacks in the description of a file.

    AWS's documentation always has InputType, and CSVHeaderLocation for CSV; it does not say what happens without them.
    """
    if is_object:
        yield from _lacking(config, ("InputType",), at, READER_CONFIG["InputType"].what, decided=False)
    if config.get("InputType") == "CSV":
        wanted = READER_CONFIG["CSVHeaderLocation"].what
        yield from _lacking(config, ("CSVHeaderLocation",), at, wanted, decided=False)
    if config.get("CSVHeaderLocation") == "GIVEN":
        yield from _lacking(config, ("CSVHeaders",), at, READER_CONFIG["CSVHeaders"].what)


def _batcher(batcher: dict[str, Any], *, is_jsonata: bool) -> Iterator[Problem]:
    numbers = _numbers(_BATCHES, is_jsonata=is_jsonata)
    known = numbers | {"BatchInput": or_jsonata(OBJECT) if is_jsonata else OBJECT}
    yield from field_findings(batcher, known, "ItemBatcher.", "ItemBatcher", grows=True)
    for name in _BATCHES:
        yield from exclusive(batcher, (name, f"{name}Path"), "ItemBatcher.")
    if not set(batcher) & set(numbers):
        yield Problem("ItemBatcher", "no limit of a batch", " or ".join(_BATCHES))


def _writer(writer: dict[str, Any], *, is_jsonata: bool) -> Iterator[Problem]:
    yield from field_findings(
        writer, WRITER | _call(is_jsonata=is_jsonata), "ResultWriter.", "ResultWriter", grows=True
    )
    if "Resource" in writer:
        yield from _requested(writer, ("Bucket",), "ResultWriter", is_jsonata=is_jsonata)
    elif "WriterConfig" not in writer:
        yield Problem("ResultWriter", "nothing that says how results are written", "Resource, or WriterConfig")
    if isinstance(config := writer.get("WriterConfig"), dict):
        yield from field_findings(config, WRITER_CONFIG, "ResultWriter.WriterConfig.", "WriterConfig", grows=True)
