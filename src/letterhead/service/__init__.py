"""The use cases: load, ask, decide, save, remember. Knows the rules of core and the ports, no adapter."""
