"""The ranking of metropolitan areas by immigrant population. It knows nothing of appointments and needs no database."""
