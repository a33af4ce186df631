"""Scrubs: lists of those who sue, who opted out, and of numbers that other people have now."""
