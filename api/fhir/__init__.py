"""FHIR in and out: the messages of other systems; refuses to hold a rule of care."""
