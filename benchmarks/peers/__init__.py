"""One file and one list of requirements a peer. Each runs in a process, and a virtual environment, of its own."""
