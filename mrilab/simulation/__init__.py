"""Simulated scans: a head, receivers around it, and what they receive.

atlas      the averaged head
phantoms   brain, shepp_logan
receivers  fields of coils
scanner    simulate
"""
