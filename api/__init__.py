"""HTTP, FHIR and pages: questions and intentions come in here; refuses to hold a rule of care."""
