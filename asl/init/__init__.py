"""The command `asl-check init`: the contracts that a machine lacks, as skeletons or inferred from executions."""
