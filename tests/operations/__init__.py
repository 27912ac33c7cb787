"""Tests of the operations, against the sandbox's Docker Hub."""
