"""The alternative text of a drawing, for screen readers."""

from asl.graph.model import END, START, Graph


def summary(graph: Graph) -> str:
    """Return a description of a drawing of machine: the main path, the number of states, and where errors lead."""
    names = {node.key: node.name for node in graph.nodes if node.kind not in (START, END)}
    path = [names[key] for key in graph.spine if key in names]
    states = [node for node in graph.all_nodes() if node.kind not in (START, END)]
    caught = {edge.target for edge in graph.edges if edge.kind == "catch"}
    sentences = [f"{len(states)} states. The main path leads from {path[0]} to {path[-1]}: {', then '.join(path)}."]
    sentences += [
        f"{node.name} runs {len(node.machines)} branches at once: "
        + "; ".join(
            ", ".join(one.name for one in inner.nodes if one.kind not in (START, END)) for inner in node.machines
        )
        + "."
        for node in graph.nodes
        if node.kind == "Parallel"
    ]
    if caught:
        sentences.append(f"Caught errors lead to {', '.join(sorted(names.get(key, 'the end') for key in caught))}.")
    return " ".join(sentences)
