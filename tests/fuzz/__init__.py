"""Inputs that nobody wrote: made of the published description, and by what they reach of the code."""
