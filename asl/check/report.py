"""What a proof has found, for a person and for tools."""

import json

from asl.check.findings import Gap
from asl.check.proof import Proof
from asl.check.sizes import LIMIT
from asl.printable import printable

COLUMNS = ("input", "parameters", "result", "output")


def as_text(proof: Proof) -> str:
    """Return each gap in a few lines, then the largest payloads of each state, then the verdict."""
    lines = [_gap(gap, proof) for gap in proof.gaps]
    return "\n".join([*lines, _sizes(proof), "", _verdict(proof)])


def _gap(gap: Gap, proof: Proof) -> str:
    kind = "gap" if gap.decided else "accepted" if gap not in proof.open_gaps else "undecided"
    told = [
        f"{kind}: {gap.state}, {gap.field}",
        f"  came by   {' > '.join(gap.came_by) or 'the start'}",
        f"  promised  {gap.promised}",
        f"  needed    {gap.needed}",
    ]
    if gap.mend:
        told.append(f"  mend      {gap.mend}")
    if kind == "accepted":
        told.append(f"  because   {proof.mapping.accepted[gap.place]}")
    return "\n".join([*map(printable, told), ""])


def _sizes(proof: Proof) -> str:
    names = {state: printable(state) for state in proof.sizes}
    width = max([len("state"), *map(len, names.values())])
    rows = [f"{'state':<{width}}" + "".join(f"{kind:>12}" for kind in COLUMNS) + "  largest payload, bytes"]
    for state, sizes in proof.sizes.items():
        cells = [f"{_size(sizes, kind):>12}" for kind in COLUMNS]
        rows.append(f"{names[state]:<{width}}" + "".join(cells))
    return "\n".join(rows)


def _size(sizes: dict[str, int | None], kind: str) -> str:
    if kind not in sizes:
        return ""
    size = sizes[kind]
    return "unbounded" if size is None else f"{size:,}"


def _verdict(proof: Proof) -> str:
    if proof.open_gaps:
        return f"not proved: {len(proof.open_gaps)} gaps"
    return f"proved: every state gets what it needs on every path, and no payload exceeds {LIMIT:,} bytes"


def as_json(proof: Proof) -> str:
    """Return gaps, accepted ones apart, and sizes as JSON."""
    found = {
        "proved": not proof.open_gaps,
        "gaps": [gap.to_json() for gap in proof.open_gaps],
        "accepted": [gap.to_json() for gap in proof.gaps if gap not in proof.open_gaps],
        "limit": LIMIT,
        "sizes": proof.sizes,
    }
    return json.dumps(found, indent=2)


def as_error(proof: Proof) -> str:
    """Return the gaps that are not accepted, for an error's message."""
    return "the data flow is not proved:\n" + "\n".join(_gap(gap, proof) for gap in proof.open_gaps)
