"""The published contract with sellers and operators: structs only, no behavior."""
