"""Do batches keep what they promise: on real databases and brokers, with real workers, whatever is killed?

All parts run on loopback: the emulator, PostgreSQL with fsync, Redis with its append-only file, RabbitMQ, the service,
Celery's workers and beat. `python -m benchmarks.batches` runs the scenarios.
"""
