"""Networks as frozen data: which populations there are and which reach which."""
