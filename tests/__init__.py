"""Hubwarden's tests; they mirror bot/, and flows/ holds what crosses it."""
