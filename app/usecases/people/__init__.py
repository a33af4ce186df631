"""Answers for people: finds their leads, shows the proof, forgets them, and keeps nothing longer than it should be."""
