"""The extensions of Sphinx that the book needs beyond Jupyter Book: each file is one, and has one job."""
