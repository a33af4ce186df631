"""The proof of consent that campaigns require, and certificates of consent."""
