"""Tests of the comparing, of the table and of the plan; the servers are emulators."""
