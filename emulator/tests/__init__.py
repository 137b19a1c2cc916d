"""Tests of the emulator, over real sockets; they read as its specification."""
