"""A graph told in words, for those who do not see it."""

from asl.graph.model import END, START, Machine


def summary(machine: Machine) -> str:
    """Return what a drawing of machine shows: the straight way, how many states there are, and where errors go."""
    names = {node.key: node.name for node in machine.nodes if node.kind not in (START, END)}
    way = [names[key] for key in machine.spine if key in names]
    states = [node for node in machine.all_nodes() if node.kind not in (START, END)]
    caught = {edge.target for edge in machine.edges if edge.kind == "catch"}
    told = [f"{len(states)} states. The straight way leads from {way[0]} to {way[-1]}: {', then '.join(way)}."]
    told += [
        f"{node.name} runs {len(node.machines)} branches at once: "
        + "; ".join(
            ", ".join(one.name for one in inner.nodes if one.kind not in (START, END)) for inner in node.machines
        )
        + "."
        for node in machine.nodes
        if node.kind == "Parallel"
    ]
    if caught:
        told.append(f"Caught errors lead to {', '.join(sorted(names.get(key, 'the end') for key in caught))}.")
    return " ".join(told)
