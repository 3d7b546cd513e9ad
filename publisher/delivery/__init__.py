"""Claim, render, drive the flow, end: the imperative shell around the pure rooms."""
