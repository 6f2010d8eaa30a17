"""From a plan to results: the only place that touches devices, compilation, caches and processes."""
