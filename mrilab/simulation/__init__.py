"""Simulated scans: a head, receivers around it, and what they receive.

atlas      the averaged head, from `heads/`, which `pack_heads` writes by `packing`
phantoms   brain, shepp_logan
receivers  fields of coils
scanner    simulate
"""
