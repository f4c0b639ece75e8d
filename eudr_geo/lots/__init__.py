"""The arithmetic of lots: the graph, the mix of each lot, silos, what is declared, recalled, drilled, calibrated."""
