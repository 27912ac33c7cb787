"""Tests of the words, the forms, and what is made of them."""
