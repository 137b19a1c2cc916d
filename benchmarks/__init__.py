"""How fast is the service, against what its upstreams allow and against a plain client? See docs/performance.md."""
