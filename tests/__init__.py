"""The rules, said as tests, with named people; refuses mocks."""
