"""What is said of networks and runs when they stand: audits, methods sections, robustness, figures."""
