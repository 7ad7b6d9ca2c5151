"""Registrations, travelers, drafts and what keeps them one a person."""
