"""Whether a real server of a forge agrees with the service and with the emulator.

`python -m conformance --kind gitea --url http://127.0.0.1:3000 --token …` fills a server through its API, asks the
service for what was put there, fills the emulator's world with the same, and compares the answers of both, key by key.
"""
