"""The exercises, a file for each chapter, and the capstones."""
