"""The commands on a store: status, verify, retry, drop."""
