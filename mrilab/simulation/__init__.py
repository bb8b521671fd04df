"""Simulated scans of heads by arrays of coils.

atlas      the averaged head
heads/     its data; pack_heads writes them, in the format of packing
phantoms   brain, shepp_logan
receivers  coil sensitivities
scanner    simulate
"""
