"""Simulated scans of heads by arrays of coils.

atlas      the averaged head
heads/     its data; pack_heads writes them, in the format of packing
fields     smooth random fields
phantoms   brain, its tissues, shepp_logan
contrast   how bright a tissue is in a gradient echo and in a spin echo
dynamic    a chest whose heart beats
colin      a second head, of one person
receivers  coil sensitivities, normalised or raw
coupling   correlated noise of the channels
field      off-resonance by air, and the decay it causes: phase, T2*, shifts along the readout
scanner    simulate
"""
