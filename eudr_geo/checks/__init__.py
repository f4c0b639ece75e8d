"""Judging: the catalogue of rules, checking, repairs, waivers."""
