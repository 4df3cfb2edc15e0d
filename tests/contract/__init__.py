"""The contract with partners: made from the code, compared with what was published, and tried."""
