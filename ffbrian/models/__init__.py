"""The kinds of model a network is made of, as text with units; nothing here knows a device.

A piece says what it needs from its neighbours and what it offers them:

- a *neuron* offers its variables and a spike; it may need a synaptic input
  (``drive`` or ``I_syn``);
- a *synapse* turns the weights that arrive in a time step (``afferent``,
  dimensionless) into that input;
- a *modulator* counts what a layer does and releases ``M`` when a
  presentation ends; it gives every neuron a polarity ``p``;
- a *plasticity rule* keeps traces in the pre- and postsynaptic neurons,
  collects an eligibility in the synapse, and changes ``w`` when ``M`` comes;
- an *encoder* turns a sample into spikes.
"""
