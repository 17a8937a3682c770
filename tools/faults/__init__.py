"""Faults on purpose: `fault` is one, `drawn` and `listed` say which there are, `trial` lets the tests look for one."""
