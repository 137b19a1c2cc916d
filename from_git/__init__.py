"""What does this organisation look like across all the places it hosts code?"""

__version__ = "1.1.0"
